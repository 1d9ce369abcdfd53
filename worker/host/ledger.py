"""Finished parts of running jobs on disk, so that a job whose engine or host died goes on where it stopped.

    jobs/JOB/key          what decides about the pixels; parts kept under another key are of another result
    jobs/JOB/tile-N       a part of the result with all of its layers
    jobs/JOB/source-N-M   part N of M of the pixels that the client sent
    jobs/JOB/overview     a decimated image of all of the client's source
    jobs/JOB/publishing   the result is getting its name; if it has one in the next attempt, it is from this job
    jobs/JOB/result/      files that are sent to the client and not left where it said

A tile is the length and the CRC-32 of a JSON header, 4 bytes each, the header, and the bytes of its arrays. It is
written aside and renamed, and all checksums are checked when it is read. Imports neither numpy nor torch, for the host
sends tiles that the engine kept.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import secrets
import shutil
import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from ...core.protocol.errors import ProtocolError
from ...core.protocol.fields import AtMost, LayerName
from ...core.protocol.frames import Frame, FrameHeader, describe_frame, take_frame
from ...core.protocol.header import parse_header, write_header
from ...core.protocol.schema import build, plain
from ...core.protocol.values import Rect

STALE_S = 3 * 24 * 3600.0
"""What nobody touched for so long is of a host that died and a client that never came back."""
_JOB = re.compile("[0-9a-f]{32}")
_SOURCE = re.compile("source-([0-9]{1,12})-([0-9]{1,12})")
_FRONT = struct.Struct("<II")
_TILE = re.compile("tile-([0-9]{1,12})")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TileHeader:
    """What a tile's file says of it: its place, and its layers in the order of their arrays."""

    rect: Rect
    layers: Annotated[tuple[LayerName, ...], AtMost(64)]
    frames: Annotated[tuple[FrameHeader, ...], AtMost(64)]


@dataclass(frozen=True)
class KeptTile:
    """A part of a result.

    Attributes:
        rect: of the lattice.
        layers: values (band, y, x), and `valid`, uint8 (y, x).
    """

    rect: Rect
    layers: dict[str, Frame]


class JobFolder:
    """What is kept of one job; the folder is made when something is to be kept.

    Args:
        path: `jobs/JOB`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def result(self) -> Path:
        """Folder for files that the client fetches."""
        return self.path / "result"

    def open(self, key: str) -> None:
        """Make the folder; what was kept under another key goes."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = self.path / "key"
        if held.is_file() and held.read_text("ascii", "replace") == key:
            return
        held.unlink(missing_ok=True)
        for number in self.numbers():
            self._tile(number).unlink()
        _write(held, key.encode("ascii"))

    def numbers(self) -> Iterator[int]:
        """Numbers of the tiles that are kept."""
        names = [entry.name for entry in self.path.iterdir()] if self.path.is_dir() else []
        for match in map(_TILE.fullmatch, names):
            if match:
                yield int(match[1])

    def save(self, number: int, tile: KeptTile) -> None:
        """Keep a tile.

        Raises:
            OSError: it cannot be written.
        """
        _save(self._tile(number), tile)

    def load(self, number: int) -> KeptTile | None:
        """Return a tile; None where it is not kept, or not whole."""
        return _load(self._tile(number))

    def save_source(self, part: int, parts: int, tile: KeptTile) -> None:
        """Keep a part of the pixels that the client sent.

        Raises:
            OSError: it cannot be written.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _save(self.path / f"source-{part}-{parts}", tile)

    def load_source(self, part: int, parts: int) -> KeptTile | None:
        """Return such a part; None where it is not kept, or not whole."""
        return _load(self.path / f"source-{part}-{parts}")

    def source_parts(self) -> tuple[set[int], int]:
        """Numbers of the parts that are kept, and how many there will be; 0 where none is kept yet."""
        names = [entry.name for entry in self.path.iterdir()] if self.path.is_dir() else []
        found = [match for match in map(_SOURCE.fullmatch, names) if match]
        return {int(match[1]) for match in found}, int(found[0][2]) if found else 0

    def save_overview(self, tile: KeptTile) -> None:
        """Keep a decimated image of all of the source.

        Raises:
            OSError: it cannot be written.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _save(self.path / "overview", tile)

    def load_overview(self) -> KeptTile | None:
        """Return that image; None where there is none."""
        return _load(self.path / "overview")

    @property
    def is_publishing(self) -> bool:
        """Whether an earlier attempt was giving the result its name."""
        return (self.path / "publishing").exists()

    def mark_publishing(self) -> None:
        """Note that the result is about to get its name."""
        _write(self.path / "publishing", b"")

    def touch(self) -> None:
        """Note that the job is at work, so that the folder is no stale one."""
        with contextlib.suppress(FileNotFoundError):
            os.utime(self.path)

    def remove_parts(self) -> None:
        """Keep no pixels of the job any more, but that its result has its name."""
        for entry in list(self.path.iterdir()) if self.path.is_dir() else []:
            if entry.name != "publishing" and entry.is_file():
                entry.unlink(missing_ok=True)

    def remove(self) -> None:
        """Keep nothing of the job."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _tile(self, number: int) -> Path:
        return self.path / f"tile-{number}"


class Ledger:
    """The folders of all jobs.

    Args:
        folder: `jobs` in the user's cache folder, shared by all hosts of the user.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def job(self, job: str) -> JobFolder:
        """Return the folder of a job."""
        return JobFolder(self.folder / job)

    def remove_stale(self, now: float | None = None) -> int:
        """Remove what nobody has touched for days; the number of jobs comes back."""
        oldest, removed = (time.time() if now is None else now) - STALE_S, 0
        with contextlib.suppress(FileNotFoundError):
            for path in list(self.folder.iterdir()):
                with contextlib.suppress(OSError):  # another host removed it
                    if _JOB.fullmatch(path.name) and path.stat().st_mtime < oldest:
                        JobFolder(path).remove()
                        removed += 1
        return removed


def _parse(data: memoryview, where: str) -> KeptTile:
    if len(data) < _FRONT.size:
        raise ValueError("it is too short")
    length, crc32 = _FRONT.unpack_from(data)
    text = bytes(data[_FRONT.size : _FRONT.size + length])
    if zlib.crc32(text) != crc32:
        raise ValueError("its header is not as it was written")
    header = build(TileHeader, parse_header(text), where, is_newer=False)
    layers, start = {}, _FRONT.size + length
    for name, frame in zip(header.layers, header.frames, strict=True):
        layers[name] = take_frame(frame, data[start : start + frame.bytes], f"{where} {name}")
        start += frame.bytes
    return KeptTile(header.rect, layers)


def _save(path: Path, tile: KeptTile) -> None:
    described = [describe_frame(frame, f"{path.name} {name}") for name, frame in tile.layers.items()]
    header = TileHeader(tile.rect, tuple(tile.layers), tuple(one for one, _ in described))
    text = write_header(plain(header), path.name)
    _write(path, _FRONT.pack(len(text), zlib.crc32(text)), text, *(view for _, view in described))


def _load(path: Path) -> KeptTile | None:
    try:
        return _parse(memoryview(path.read_bytes()), path.name)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, ProtocolError) as error:
        logger.warning("%s: %s; it counts for nothing", path, error)
        return None


def _write(path: Path, *parts: Any) -> None:
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with aside.open("xb") as stream:
            for part in parts:
                stream.write(part)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
