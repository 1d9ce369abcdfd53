"""The manifest of a folder of results: of each scene its state, files, their hashes, and why it failed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from ..errors import OutputError
from ..files import hash_file, write_whole

MANIFEST_NAME = "manifest.json"
FORMAT = 1

State = Literal["waiting", "running", "done", "failed", "stopped"]


@dataclass(frozen=True)
class FileRecord:
    """A result file.

    Attributes:
        path: from the manifest's folder, with slashes.
        bytes: its size.
        sha256: of its content.
        mtime_ns: when it was written last.
    """

    path: str
    bytes: int
    sha256: str
    mtime_ns: int


@dataclass(frozen=True)
class Entry:
    """What is known of one scene.

    Attributes:
        name: of its results.
        identity: `Scene.identity`.
        source: as it was named.
        origin: who named it.
        state: how far it is.
        area: name of the area, None where the whole source is predicted.
        date: when the source was taken, as a list or catalogue says.
        reason: why it failed or stopped.
        files: by what they hold.
        key: SHA-256 of all that decides about its pixels.
        request_sha256: of what was asked for, version and model included; None where the scene was refused outright.
        source_stamp: size and time of the source file; None where it is no plain file.
        output_px: pixels of the result.
        seconds: that it took, all runs that went on with it together.
        blocks: that it has.
        warnings: what the user should know.
    """

    name: str
    identity: str
    source: str
    origin: str
    state: State = "waiting"
    area: str | None = None
    date: str | None = None
    reason: str | None = None
    files: Mapping[str, FileRecord] = field(default_factory=dict)
    key: str | None = None
    request_sha256: str | None = None
    source_stamp: tuple[int, int] | None = None
    output_px: int | None = None
    seconds: float | None = None
    blocks: int | None = None
    warnings: tuple[str, ...] = ()


class Manifest:
    """All scenes that a folder ever held, in the order in which they came.

    Args:
        folder: of the results; what its manifest says is read.

    Raises:
        OutputError: there is a file of that name which is no manifest, or of a later version.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / MANIFEST_NAME
        self.entries: dict[str, Entry] = {entry.name: entry for entry in self._read()}

    @property
    def names(self) -> dict[str, str]:
        """Names that were given, by the identity of their scenes; one that was refused outright has none to keep."""
        return {entry.identity: entry.name for entry in self.entries.values() if entry.request_sha256 is not None}

    def put(self, entry: Entry) -> None:
        """Take in what is known of a scene now; `save` writes it."""
        self.entries[entry.name] = entry

    def save(self) -> None:
        """Replace the file by what is known now.

        Raises:
            OSError: it cannot be written; what was there is still there.
        """
        scenes = [{**asdict(entry), "files": _described(entry.files)} for entry in self.entries.values()]
        write_whole(self.path, json.dumps({"format": FORMAT, "scenes": scenes}, indent=1, ensure_ascii=False))

    def record(self, path: Path) -> FileRecord:
        """Describe a result file; reads all of it."""
        size = path.stat()
        return FileRecord(self._relative(path), size.st_size, hash_file(path), size.st_mtime_ns)

    def is_whole(self, entry: Entry) -> bool:
        """Whether all files of a scene that is done stand as they were recorded.

        Size and time are looked at first; a file that was copied, and so has another time, is read.
        """
        return bool(entry.files) and all(self._stands(file) for file in entry.files.values())

    def _stands(self, file: FileRecord) -> bool:
        path = self.folder / file.path
        try:
            found = path.stat()
            if found.st_size != file.bytes:
                return False
            return found.st_mtime_ns == file.mtime_ns or hash_file(path) == file.sha256
        except OSError:
            return False

    def _relative(self, path: Path) -> str:
        try:
            return path.absolute().relative_to(self.folder.absolute()).as_posix()
        except ValueError:
            return path.absolute().as_posix()

    def _read(self) -> list[Entry]:
        if not self.path.exists():
            return []
        try:
            known = json.loads(self.path.read_text(encoding="utf-8"))
            if not isinstance(known, dict) or known.get("format") != FORMAT:
                found = known.get("format") if isinstance(known, dict) else None
                raise OutputError(
                    f"{self.path}: a manifest of format {found}, and this version knows {FORMAT}; choose another -o"
                )
            return [_entry(one) for one in known["scenes"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise OutputError(
                f"{self.path}: is no manifest of ours, or is damaged ({error}); move it away, or choose another -o"
            ) from error


def _described(files: Mapping[str, FileRecord]) -> dict[str, Any]:
    return {layer: asdict(file) for layer, file in files.items()}


def _entry(known: Mapping[str, Any]) -> Entry:
    """Read an entry; what a later version added to it is passed over."""
    values = {one.name: known[one.name] for one in fields(Entry) if one.name in known}
    values["files"] = {layer: FileRecord(**file) for layer, file in values.get("files", {}).items()}
    values["warnings"] = tuple(values.get("warnings", ()))
    if values.get("source_stamp") is not None:
        values["source_stamp"] = tuple(values["source_stamp"])
    return Entry(**values)
