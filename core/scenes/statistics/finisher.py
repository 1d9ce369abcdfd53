"""Counts that outlive the blocks of their scene: made when all blocks are done, and read when all scenes are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from ...errors import OutputError, RequestError
from ...plan import Plan
from ...raster.partial import PartialFile
from .areas import ChangeAreas
from .counting import SceneChange, measure_change
from .members import MEMBERS_LAYER

COUNTS = "change_counts"
"""What the file of counts is called among those of a scene."""


class CountedScene(Protocol):
    """A scene whose blocks are done."""

    @property
    def plan(self) -> Plan:
        """Of the prediction."""

    @property
    def facts(self) -> dict[str, object]:
        """As recorded in the result files."""

    @property
    def key(self) -> str:
        """SHA-256 of all that decides about the pixels."""


class KeptArrays(Protocol):
    """The blocks of a scene."""

    @property
    def url(self) -> str:
        """Where they are."""

    def load_array(self, number: int, name: str) -> NDArray[Any] | None:
        """Return one array of a block; None where it is not there."""


class ChangeCounter:
    """Counts the change of a scene from its blocks, and writes the counts down; a finisher of a scene's run.

    Equal blocks give equal bytes, so it may be called again after it was killed.

    Args:
        name: of the scene, as the table tells it.
        areas: to count in; the whole scene is one where None.
        path: of the counts, a JSON file; replaced where it is there.
    """

    def __init__(self, name: str, areas: ChangeAreas | None, path: Path) -> None:
        self._name, self._areas, self._path = name, areas, path

    def __call__(self, scene: CountedScene, blocks: KeptArrays, paths: Mapping[str, Path]) -> dict[str, Path]:
        """Count, and return where the counts are.

        Raises:
            OutputError: a block is not there any more, or the counts cannot be written.
            RequestError: an area cannot be brought to the scene's grid.
        """
        change = measure_change(self._name, scene.plan, scene.facts, self._areas, _reader_of(blocks), scene.key)
        publish_bytes(self._path, change.to_json().encode(), is_overwriting=True)
        return {COUNTS: self._path}


def load_counts(path: Path, name: str, areas: ChangeAreas | None, key: str | None = None) -> SceneChange:
    """Read the counts of a finished scene.

    Args:
        path: of the counts.
        name: of the scene, for the message.
        areas: of this run.
        key: of the result that they must belong to; any where None.

    Raises:
        RequestError: they are missing, damaged, or of another result or other areas.
    """
    how = "; predict it again with --overwrite, so that it is counted"
    try:
        change = SceneChange.from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RequestError(f"{name}: was predicted without statistics, and its blocks are gone{how}") from error
    except (OSError, ValueError) as error:
        raise RequestError(f"{path}: cannot be read as the counts of {name}: {error}{how}") from error
    if key is not None and change.key != key:
        raise RequestError(f"{path}: holds the counts of another prediction of {name}{how}")
    if change.areas_key != ("" if areas is None else areas.key):
        raise RequestError(f"{name}: its change was counted in other areas than those of this run{how}")
    return change


def publish_bytes(path: Path, contents: bytes, is_overwriting: bool) -> None:
    """Write a file aside, read it back, and give it its name.

    Raises:
        OutputError: it cannot be written; nothing of it is left.
    """
    try:
        partial = PartialFile(path)
        try:
            partial.path.write_bytes(contents)
            if partial.path.read_bytes() != contents:
                raise OutputError(f"{path}: does not read back as it was written; is the disk failing?")
            partial.publish(is_overwriting)
        finally:
            partial.discard()
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}; nothing was left behind") from error


def _reader_of(blocks: KeptArrays) -> Callable[[int], NDArray[Any]]:
    def read(number: int) -> NDArray[Any]:
        packed = blocks.load_array(number, MEMBERS_LAYER)
        if packed is None:
            raise OutputError(f"{blocks.url}: block {number} is not there any more; start again, it is made again")
        return packed

    return read
