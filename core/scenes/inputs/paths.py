"""Sources by what a user writes: a file, an address, a folder of rasters, or a pattern with * in it."""

from __future__ import annotations

import glob
from pathlib import Path

from rasterio.errors import RasterioError

from ...errors import LandcastError, RequestError
from ...raster.access import is_address
from ...raster.formats import SIDECAR_SUFFIXES, known_driver, open_as
from ...raster.vrt import VRT_SUFFIX
from .scene import Scene

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})
"""In a folder these are previews as often as sources: they count where a file beside them says where they lie."""
RESULT_MARK = "_pred"
SYNTHETIC_TAG = "LANDCAST_SYNTHETIC"


def find_scenes(argument: str, origin: str = "") -> list[Scene]:
    """List what an argument stands for.

    Args:
        argument: a file, an address, a folder (the rasters in it, not in folders below it), or a pattern; `**` in a
            pattern stands for any folders. A file that does not exist, or that nobody may look at, is a scene too,
            which fails at its turn.
        origin: who named it; by the argument itself where empty.

    Raises:
        RequestError: a folder or pattern that holds no raster, or a folder that cannot be listed.
    """
    if not argument.strip():
        raise RequestError(f"{origin or 'SCENE'}: an empty name; give a file, folder, pattern or address")
    if is_address(argument) or argument.startswith("/vsi"):
        return [Scene(argument, origin or "as named")]
    path = Path(argument)
    try:
        if path.is_dir():
            return [Scene(one, origin or f"{argument} (folder)") for one in _rasters_in(path)]
        is_pattern = glob.has_magic(argument) and not path.is_file()
    except OSError as error:
        return [Scene(path, origin or "as named", refused=f"{argument}: cannot be looked at: {error.strerror}")]
    except ValueError as error:
        raise RequestError(f"{argument}: cannot be looked at: {error}") from error
    if is_pattern:
        return [Scene(one, origin or f"{argument} (pattern)") for one in _matching(argument)]
    return [Scene(path, origin or "as named")]


def _rasters_in(folder: Path) -> list[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise RequestError(f"{folder}: cannot be listed: {error.strerror}") from error
    found = [entry for entry in entries if _is_source(entry) and (_is_placed(entry) or not _is_picture(entry))]
    if not found:
        raise RequestError(
            f"{folder}: a folder with no raster of a place in it (of {len(entries)} entries; folders below it are not "
            f'looked through: name "{folder}/**/*.tif" for that)'
        )
    return found


def _matching(pattern: str) -> list[Path]:
    # not by Path.glob, which takes no pattern that begins at the root
    names = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207
    found = [path for path in map(Path, names) if _is_source(path)]
    if not found:
        raise RequestError(f"{pattern}: no raster is called so; look at the pattern, and put it in quotes")
    return found


def _is_source(path: Path) -> bool:
    """Whether a file holds pixels, and is neither a companion of another nor a result of ours."""
    if path.name.startswith(".") or path.suffix.lower() in SIDECAR_SUFFIXES or not _may_be_file(path):
        return False
    if path.suffix.lower() == VRT_SUFFIX:
        return RESULT_MARK not in path.stem or not _is_result(path, "VRT")
    try:
        driver = known_driver(path)
    except (LandcastError, OSError):
        # it is told when its turn comes
        return True
    return driver is not None and (RESULT_MARK not in path.stem or not _is_result(path, driver))


def _may_be_file(path: Path) -> bool:
    """Whether it is a file, or something that nobody may look at, which is told when its turn comes."""
    try:
        return path.is_file()
    except OSError:
        return True


def _is_result(path: Path, driver: str) -> bool:
    try:
        with open_as(path, driver, []) as dataset:
            return SYNTHETIC_TAG in dataset.tags()
    except RasterioError:
        return False


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_SUFFIXES


def _is_placed(path: Path) -> bool:
    """Whether a world file, or GDAL's own, lies beside a picture."""
    suffix = path.suffix
    world = {f"{suffix}w", f"{suffix[:2]}{suffix[-1]}w", ".wld", ".WLD"}
    beside = [path.with_name(f"{path.name}.aux.xml"), *(path.with_suffix(one) for one in world)]
    return any(_may_be_file(one) for one in beside)
