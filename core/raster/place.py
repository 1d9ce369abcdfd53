"""Where a source lies: its CRS and transform, seen north up and east right as far as flipping can do it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from affine import Affine
from pyproj import CRS
from pyproj.exceptions import CRSError
from rasterio.io import DatasetReader

from ..errors import NotGeoreferencedError, RequestError
from .ground import LOCAL_WKT, ground_size_m, is_on_earth, parse_crs, to_degrees
from .options import SourceOptions

NEARLY_SQUARE = 0.005
"""Pixels whose sides differ by less are taken as they are."""
SMALLEST_PIXEL = 1e-9
"""Smallest side of a pixel in units of the CRS that is not a mistake."""
SMALLEST_ANGLE = 1e-3
"""Smallest sine of the angle between rows and columns that is not a mistake."""


@dataclass(frozen=True)
class Place:
    """Where an image lies, after flipping.

    Attributes:
        crs: of the transform; an engineering CRS where the image has no place on Earth.
        transform: pixel (column, row) of the flipped image to CRS (x, y).
        are_rows_flipped: whether the first row of the image is the last of the file.
        are_columns_flipped: whether its first column is the last of the file.
        has_place: whether it lies on Earth.
        caveats: what the user should know.
        notes: what the user may like to know.
    """

    crs: CRS
    transform: Affine
    are_rows_flipped: bool
    are_columns_flipped: bool
    has_place: bool
    caveats: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def find_place(name: str, dataset: DatasetReader, options: SourceOptions) -> Place:
    """Find the place that the source names, or that the user names for it.

    Raises:
        NotGeoreferencedError: there is none, or it is not on Earth.
        RequestError: the user names a place for a source that has one.
    """
    crs, transform = _crs_of(dataset), dataset.transform
    is_plausible = _is_plausible(transform)
    if options.gsd_m is not None:
        if crs is not None and is_plausible and is_on_earth(crs):
            raise RequestError(f"--gsd is for images without a place, and {name} lies in {crs.name}")
        return _local_place(name, options.gsd_m, dataset.height)
    if crs is not None and not is_on_earth(crs) and is_plausible and crs.name == CRS.from_wkt(LOCAL_WKT).name:
        return _oriented(name, crs, transform, dataset, has_place=False)
    if crs is not None and not is_on_earth(crs):
        raise NotGeoreferencedError(
            f"{name}: its CRS ({crs.name}) is a local one without a place on Earth; --gsd M takes the image as one "
            "without a place, of M metres a pixel"
        )
    if crs is not None and options.assume_crs is not None:
        raise RequestError(f"--assume-crs is for images without a CRS, and {name} names {crs.name}")
    if crs is None and is_plausible and options.assume_crs is not None:
        return _oriented(name, _parse_assumed(options.assume_crs), transform, dataset, has_place=True)
    if crs is None or not is_plausible:
        raise NotGeoreferencedError(_nowhere(name, dataset, crs, transform))
    return _oriented(name, crs, transform, dataset, has_place=True)


def _crs_of(dataset: DatasetReader) -> CRS | None:
    if dataset.crs is None or not dataset.crs.to_wkt():
        return None
    try:
        return CRS.from_user_input(dataset.crs)
    except CRSError:
        return None


def _parse_assumed(text: str) -> CRS:
    crs = parse_crs(text, "--assume-crs")
    if not is_on_earth(crs):
        raise RequestError(f"--assume-crs {text}: a local CRS without a place on Earth")
    return crs


def _is_plausible(transform: Affine) -> bool:
    """Whether a transform says anything: not the identity, finite, of pixels with a size."""
    if transform == Affine.identity() or not all(map(math.isfinite, transform)):
        return False
    across, down = math.hypot(transform.a, transform.d), math.hypot(transform.b, transform.e)
    return min(across, down) > SMALLEST_PIXEL and abs(transform.determinant) > SMALLEST_ANGLE * across * down


def _nowhere(name: str, dataset: DatasetReader, crs: CRS | None, transform: Affine) -> str:
    """Why a source has no place, and the option that would give it one."""
    if not all(map(math.isfinite, transform)):
        why = f"its transform holds values that are not finite ({_numbers(transform)})"
    elif transform != Affine.identity() and not _is_plausible(transform):
        why = f"its pixels have no size ({transform.a:g} by {transform.e:g})"
    elif transform != Affine.identity():
        return (
            f"{name}: no coordinate reference system, though it has a transform; --assume-crs EPSG:N says which it is, "
            "or --gsd M takes the image as one without a place, of M metres a pixel"
        )
    elif dataset.gcps[0]:
        why = f"only {len(dataset.gcps[0])} ground control points and no transform (gdalwarp makes one of them)"
    elif dataset.rpcs:
        why = "only rational polynomial coefficients and no transform (gdalwarp -rpc makes one of them)"
    else:
        why = "no transform" if crs is not None else "no coordinate reference system and no transform"
    return f"{name}: {why}; --gsd M takes the image as one without a place, of M metres a pixel"


def _local_place(name: str, gsd_m: float, rows: int) -> Place:
    note = f"{name}: taken as an image without a place on Earth, {gsd_m:g} m a pixel; so is the result"
    transform = Affine(gsd_m, 0, 0, 0, -gsd_m, rows * gsd_m)
    return Place(CRS.from_wkt(LOCAL_WKT), transform, False, False, False, notes=(note,))


def _oriented(name: str, crs: CRS, transform: Affine, dataset: DatasetReader, has_place: bool) -> Place:
    """Flip what only flips; rotation and shear stay in the transform."""
    height, width = dataset.height, dataset.width
    caveats, is_straight = [], transform.b == transform.d == 0
    are_rows_flipped = is_straight and transform.e > 0
    are_columns_flipped = is_straight and transform.a < 0
    if are_rows_flipped:
        transform = transform @ Affine(1, 0, 0, 0, -1, height)
    if are_columns_flipped:
        transform = transform @ Affine(-1, 0, width, 0, 1, 0)
        caveats.append(f"{name}: mirrored, its columns run from east to west; the result runs from west to east")
    if has_place:
        _check_on_earth(name, crs, transform, (width, height))
    return Place(crs, transform, are_rows_flipped, are_columns_flipped, has_place, tuple(caveats))


def _check_on_earth(name: str, crs: CRS, transform: Affine, size_xy: tuple[int, int]) -> None:
    """Make sure that the centre has a place, and that no latitude is beyond a pole."""
    width, height = size_xy
    try:
        ground_size_m(crs, transform, (width / 2, height / 2))
    except NotGeoreferencedError as error:
        raise NotGeoreferencedError(f"{name}: {error}; --gsd M takes the image as one without a place") from None
    if crs.is_geographic:
        corners = [transform @ corner for corner in ((0, 0), (width, 0), (0, height), (width, height))]
        longitudes, latitudes = to_degrees(crs, *zip(*corners, strict=True))  # type: ignore[arg-type]
        step = abs(transform.e) + abs(transform.d)
        worst = max(map(abs, latitudes))
        if worst > 90 + step or max(map(abs, longitudes)) > 720:
            raise NotGeoreferencedError(
                f"{name}: reaches latitude {worst:g}, beyond the pole; its transform is wrong ({_numbers(transform)})"
                "; correct it (gdal_edit.py -a_ullr)"
            )


def _numbers(transform: Affine) -> str:
    return re.sub(r"\s+", " ", ", ".join(f"{value:g}" for value in transform.to_gdal()))
