"""The finished blocks of a scene, each with its hash, so that what is done is never done again.

block-000012.prediction.tif   a layer of the result over the block, as its own GeoTIFF
block-000012.NAME.npy.z       an array that is no layer of the result, compressed
block-000012.json             what the others are: sizes, SHA-256; written last, so what it names is whole
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..blocks import Layers
from ..errors import OutputError
from ..lattice import Rect
from ..raster.block_file import decode_block, encode_block
from .file_store import PARTIAL, LocalStore, open_store
from .prepared import PreparedScene

FORMAT = 1
_NAME = re.compile(r"block-([0-9]{6,})\.(json|[a-z0-9_]+\.(?:tif|npy\.z))")
_LEVEL = 1
"""Of zlib; members' changes shrink to a tenth by it, and more costs more than it saves."""


@dataclass(frozen=True)
class FileRecord:
    """A file of a block: its name, bytes, and their SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class BlockRecord:
    """What is kept of a block; equal blocks have equal records.

    Attributes:
        number: in the plan.
        rect: of the lattice.
        key: of the result that it belongs to.
        valid_px: valid pixels.
        files: by the layer or array that each holds.
    """

    number: int
    rect: Rect
    key: str
    valid_px: int
    files: dict[str, FileRecord]

    def to_json(self) -> str:
        """All of it as one document."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> BlockRecord:
        """Read it again.

        Raises:
            ValueError: it is none.
        """
        try:
            said = json.loads(text)
            if said["format"] != FORMAT:
                raise ValueError(f"format {said['format']} and not {FORMAT}")
            files = {str(layer): FileRecord(**entry) for layer, entry in said["files"].items()}
            rect = Rect(**said["rect"])
            return cls(int(said["number"]), rect, str(said["key"]), int(said["valid_px"]), files)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not what a block's record holds: {error}") from error


class BlockFolder:
    """Keeps the blocks of a scene in a folder or in an object store.

    Several processes may save different blocks at once, and the same one too, for equal blocks are equal bytes.

    Args:
        place: path, or an address that fsspec knows.
        scene: whose blocks they are.
        warn: called with what was found damaged and removed.
        scratch: folder for local copies of blocks that lie elsewhere; needed by `local_path` only.
    """

    def __init__(
        self,
        place: str | Path,
        scene: PreparedScene,
        warn: Callable[[str], None] = lambda message: None,
        scratch: Path | None = None,
    ) -> None:
        self.scene = scene
        self._files, self._warn, self._scratch = open_store(place), warn, scratch

    @property
    def url(self) -> str:
        """Where it is."""
        return self._files.url

    @property
    def is_remote(self) -> bool:
        """Whether it lies in an object store rather than in a folder that this machine sees."""
        return not isinstance(self._files, LocalStore)

    def kept(self) -> set[int]:
        """Numbers of the blocks that are there, by their records and sizes; hashes are left to `verify`."""
        sizes = self._files.sizes()
        found = (_NAME.fullmatch(name) for name in sizes)
        numbers = {int(match[1]) for match in found if match and match[2] == "json"}
        records = (self.record(number) for number in sorted(numbers) if number < len(self.scene.blocks))
        return {
            record.number
            for record in records
            if record is not None and all(sizes.get(file.name) == file.size for file in record.files.values())
        }

    def held_bytes(self) -> int:
        """What all files of blocks take on a disk that this machine sees; copies of those that lie elsewhere."""
        copies = LocalStore(self._scratch) if self._scratch is not None else None
        store = copies if self.is_remote else self._files
        return 0 if store is None else sum(size for name, size in store.sizes().items() if _NAME.fullmatch(name))

    def is_kept(self, number: int) -> bool:
        """Whether a block is there, by its record and the sizes of its files."""
        record = self.record(number)
        return record is not None and all(self._files.size(file.name) == file.size for file in record.files.values())

    def record(self, number: int) -> BlockRecord | None:
        """Return what is kept of a block; None for nothing, or what is of another result or plan."""
        try:
            text = self._read(f"{_stem(number)}.json")
            if text is None:
                return None
            record = BlockRecord.from_json(text)
        except ValueError as error:
            self._drop(number, f"its record cannot be read: {error}")
            return None
        is_ours = record.key == self.scene.key and record.number == number and record.rect == self.scene.blocks[number]
        return record if is_ours and self.scene.kept_layers <= record.files.keys() else None

    def verify(self, number: int) -> bool:
        """Whether a block holds the bytes that were written; it is removed where not."""
        record = self.record(number)
        return record is not None and all(self._bytes_of(record, layer) is not None for layer in record.files)

    def load(self, number: int, block: Rect) -> Layers | None:
        """Return a kept block with all of its layers and arrays; None where it is not there, or was damaged."""
        record = self.record(number)
        if record is None:
            return None
        layers: Layers = {}
        for layer in record.files:
            data = self._bytes_of(record, layer)
            if data is None:
                return None
            if layer in self.scene.layers:
                layers[layer], layers["valid"] = decode_block(data, self.scene.layers[layer], block, f"block {number}")
            else:
                layers[layer] = _unpack(data)
        return layers

    def load_array(self, number: int, name: str) -> NDArray[Any] | None:
        """Return one array of a block that is no layer of the result; None where it is not there."""
        record = self.record(number)
        data = None if record is None or name not in record.files else self._bytes_of(record, name)
        return None if data is None else _unpack(data)

    def save(self, number: int, block: Rect, layers: Mapping[str, NDArray[Any]]) -> BlockRecord:
        """Keep a finished block: its files first, then what is said of them.

        Args:
            number: of the block in the plan.
            block: its rectangle.
            layers: `valid`, the layers of the result, and any other arrays.

        Raises:
            OutputError: it cannot be written; what is there of it counts for nothing.
        """
        valid, files = layers["valid"].astype(np.bool_), {}
        for layer, array in layers.items():
            if layer == "valid":
                continue
            if layer in self.scene.layers:
                name, data = _layer_name(number, layer), encode_block(self.scene.layers[layer], block, array, valid)
            else:
                name, data = f"{_stem(number)}.{layer}.npy.z", _pack(array)
            self._files.write(name, data)
            files[layer] = FileRecord(name, len(data), hashlib.sha256(data).hexdigest())
        record = BlockRecord(number, block, self.scene.key, int(valid.sum()), files)
        self._files.write(f"{_stem(number)}.json", record.to_json().encode())
        return record

    def local_path(self, number: int, layer: str) -> Path:
        """Where a layer of a kept block stands on this machine, verified; it is fetched where it lies elsewhere.

        Raises:
            OutputError: it is not there, or damaged.
        """
        name = _layer_name(number, layer)
        record = self.record(number)
        if record is None:
            raise OutputError(f"{self.url}: block {number} is not there any more; start again, it is made again")
        if isinstance(self._files, LocalStore):
            self._whole_bytes(record, layer)
            return self._files.folder / name
        if self._scratch is None:
            raise ValueError("blocks of another machine need a folder for their copies")
        scratch = LocalStore(self._scratch)
        held = scratch.read(name)
        if held is None or hashlib.sha256(held).hexdigest() != record.files[layer].sha256:
            scratch.write(name, self._whole_bytes(record, layer))
        return self._scratch / name

    def remove_block(self, number: int) -> None:
        """Keep nothing of a block; its record goes first."""
        self._files.remove(f"{_stem(number)}.json")
        for name in self._files.sizes():
            if name.startswith(f"{_stem(number)}."):
                self._files.remove(name)

    def remove_partial(self) -> None:
        """Remove what killed processes were writing; only for who has the folder for himself."""
        for name in self._files.sizes():
            if _is_partial(name):
                self._files.remove(name)

    def remove(self) -> None:
        """Remove all blocks, and the folder where nothing else is in it; what cannot be removed is told."""
        for store in (self._files, *([LocalStore(self._scratch)] if self._scratch else [])):
            try:
                names = [name for name in store.sizes() if _NAME.fullmatch(name) or _is_partial(name)]
            except OutputError as error:
                self._warn(f"blocks that are needed no more are left behind: {error}")
                continue
            # records first: what they name is whole, or they are gone
            names.sort(key=lambda name: not name.endswith(".json"))
            left = [name for name in names if not store.remove(name)]
            if left:
                self._warn(f"{store.url}: cannot remove {len(left)} files of blocks, such as {left[0]}; remove them")
            store.remove_folder()

    def _bytes_of(self, record: BlockRecord, layer: str) -> bytes | None:
        """The bytes of a file that are as they were written; None where not, and the block is gone then."""
        file = record.files[layer]
        try:
            data = self._read(file.name)
        except ValueError as error:
            self._drop(record.number, str(error))
            return None
        if data is not None and len(data) == file.size and hashlib.sha256(data).hexdigest() == file.sha256:
            return data
        found = "is missing" if data is None else f"has not the bytes that were written ({len(data)} of {file.size})"
        self._drop(record.number, f"{file.name} {found}")
        return None

    def _whole_bytes(self, record: BlockRecord, layer: str) -> bytes:
        data = self._bytes_of(record, layer)
        if data is None:
            raise OutputError(f"{self.url}: block {record.number} is damaged; start again, it is made again")
        return data

    def _read(self, name: str) -> bytes | None:
        """All of a file; None where it is not there.

        Raises:
            ValueError: the disk does not give it back, which is damage as any other.
            OutputError: the store where it lies does not give it, which may pass.
        """
        try:
            return self._files.read(name)
        except OutputError as error:
            if self.is_remote:
                raise
            raise ValueError(str(error)) from error

    def _drop(self, number: int, why: str) -> None:
        self.remove_block(number)
        self._warn(f"{self.url}: block {number} is made again: {why}")


def _is_partial(name: str) -> bool:
    return name.startswith(".block-") and name.endswith(PARTIAL)


def _stem(number: int) -> str:
    return f"block-{number:06d}"


def _layer_name(number: int, layer: str) -> str:
    return f"{_stem(number)}.{layer}.tif"


def _pack(array: NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.ascontiguousarray(array), allow_pickle=False)
    return zlib.compress(stream.getbuffer(), _LEVEL)


def _unpack(data: bytes) -> NDArray[Any]:
    array: NDArray[Any] = np.load(io.BytesIO(zlib.decompress(data)), allow_pickle=False)
    return array
