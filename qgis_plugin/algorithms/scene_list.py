"""Which scenes a batch predicts, what each result is called, and what may stand in its way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from qgis.core import QgsRasterLayer

from ..layers.prepared import PreparedSource
from ..translation import tr
from ..worker.beside import prediction_items

SUFFIXES = (".tif", ".tiff", ".vrt", ".jp2", ".j2k", ".img", ".png", ".jpg", ".jpeg", ".webp", ".bmp")
MOST_NAME = 120
RESULT_SUFFIX = "_pred.tif"


@dataclass
class Scene:
    """One image of a batch.

    Attributes:
        name: of it.
        path: of its file; None where QGIS has to read it.
        output: of its prediction.
        prepared: what was read of its layer in the main thread; None for a file of a folder.
    """

    name: str
    path: Path | str | None
    output: Path
    prepared: PreparedSource | None = None


def find_files(folder: Path) -> list[Path]:
    """Images of a folder in the order of their names, without predictions and without its subfolders.

    Raises:
        OSError: the folder cannot be read.
    """
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    return [path for path in found if not path.name.startswith(".") and prediction_items(path) is None]


def list_scenes(prepared: Iterable[PreparedSource], files: Iterable[Path], folder: Path) -> list[Scene]:
    """All scenes, each with a result of its own; one that is named as a layer and by the folder counts once."""
    scenes: list[Scene] = []
    taken: set[str] = set()
    known: set[Path] = set()
    for one in prepared:
        if isinstance(one.source, Path):
            known.add(one.source.resolve())
        name = one.source.stem if isinstance(one.source, Path) else one.name
        scenes.append(Scene(one.name, one.source, folder / _free_name(name, taken), one))
    for path in files:
        if path.resolve() not in known:
            scenes.append(Scene(path.name, path.absolute(), folder / _free_name(path.stem, taken)))
    return scenes


def open_file(scene: Scene) -> QgsRasterLayer:
    """The layer of a file of a folder, which nobody sees."""
    return QgsRasterLayer(str(scene.path), scene.name)


def why_in_the_way(output: Path, sources: Iterable[Path]) -> str | None:
    """Why nothing may be written under a result's name; None where it may.

    Args:
        output: of a scene.
        sources: images of all scenes.
    """
    if not output.exists():
        return None
    if any(source.exists() and output.samefile(source) for source in sources):
        return tr("The result would replace an image that is to be predicted, {}: choose another folder.").format(
            output
        )
    if prediction_items(output) is None:
        return tr("{} is in the way, and is no prediction: move it away, or choose another folder.").format(output)
    return None


def _free_name(name: str, taken: set[str]) -> str:
    stem = re.sub(r"[^\w.-]+", "_", name)[:MOST_NAME].strip("._ ") or "scene"
    free, number = stem, 2
    # names that differ by case alone are one file on some systems
    while free.lower() in taken:
        free, number = f"{stem}_{number}", number + 1
    taken.add(free.lower())
    return f"{free}{RESULT_SUFFIX}"
