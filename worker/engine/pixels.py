"""An image that a client describes and sends, as the library takes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from affine import Affine
from pyproj import CRS
from pyproj.exceptions import CRSError

from ...core.errors import RequestError, UnreadableSourceError
from ...core.lattice import TILE_PX, Rect
from ...core.model.contract import ModelContract
from ...core.protocol.frames import Frame
from ...core.protocol.requests import SourceGrid
from ...core.raster.ground import ground_size_m
from ...core.raster.sent import Overview, Part, SentImage
from ...core.request import PredictionRequest
from ..host.ledger import JobFolder, KeptTile
from .store import to_array

VIRTUAL_SHARE = 0.25
"""Pixels of an image that is drawn at any scale, as a share of the result's, so that none is invented."""


def sent_image(
    request: PredictionRequest,
    grid: SourceGrid,
    contract: ModelContract,
    overview: Sequence[Frame] = (),
    parts: Mapping[Rect, Callable[[], Part]] | None = None,
) -> tuple[SentImage, PredictionRequest]:
    """Return the image, and the request with the ground scale that an image without pixels of its own needs.

    Raises:
        RequestError: its CRS or its place make no sense.
    """
    try:
        crs = CRS.from_user_input(grid.crs)
    except CRSError as error:
        raise RequestError(f"{grid.crs[:200]}: not a CRS that PROJ knows") from error
    x_min, y_min, x_max, y_max = grid.bounds_xy
    if not (x_min < x_max and y_min < y_max):
        raise RequestError(f"the image has no size: its bounds are {grid.bounds_xy}")
    if grid.shape_yx is None and request.ground_scale_m is None:
        request = replace(request, ground_scale_m=contract.ground_scale_m)
    shape_yx = grid.shape_yx or _virtual_shape(crs, grid.bounds_xy, request.ground_scale_m or contract.ground_scale_m)
    if grid.transform is not None:
        transform = Affine.from_gdal(*grid.transform)
    else:
        size_xy = (x_max - x_min) / shape_yx[1], (y_max - y_min) / shape_yx[0]
        transform = Affine(size_xy[0], 0, x_min, 0, -size_xy[1], y_max)
    if transform.determinant == 0:
        raise RequestError(f"the image has no size: its transform is {grid.transform}")
    name = str(request.source)
    return SentImage(name, crs, transform, shape_yx, grid.bands, grid.dtype, _overview(overview), parts), request


def kept_parts(folder: JobFolder) -> dict[Rect, Callable[[], Part]]:
    """The pixels of a job in its ledger, by their rectangles."""
    numbers, count = folder.source_parts()
    found: dict[Rect, Callable[[], Part]] = {}
    for number in sorted(numbers):
        kept = _load(folder, number, count)
        rect = Rect(kept.rect.top, kept.rect.left, kept.rect.height, kept.rect.width)
        found[rect] = _reader(folder, number, count)
    return found


def kept_overview(folder: JobFolder) -> list[Frame]:
    """The decimated image of a job in its ledger; empty where it has none."""
    kept = folder.load_overview()
    return [] if kept is None else list(kept.layers.values())


def _reader(folder: JobFolder, number: int, count: int) -> Callable[[], Part]:
    def read() -> Part:
        layers = _load(folder, number, count).layers
        values = to_array(layers["values"])
        valid = to_array(layers["valid"]) != 0 if "valid" in layers else np.ones(values.shape[1:], np.bool_)
        return values, valid

    return read


def _load(folder: JobFolder, number: int, count: int) -> KeptTile:
    kept = folder.load_source(number, count)
    if kept is None:
        raise UnreadableSourceError(f"part {number} of the pixels that were sent is damaged; send them again")
    return kept


def _overview(frames: Sequence[Frame]) -> Overview | None:
    if not frames:
        return None
    values = to_array(frames[0])
    if values.ndim != 3 or (len(frames) > 1 and frames[1].shape != values.shape[1:]):
        raise RequestError("the decimated image must be (band, y, x), and what counts of it (y, x)")
    valid = to_array(frames[1]) != 0 if len(frames) > 1 else np.ones(values.shape[1:], np.bool_)
    if values.dtype.kind == "f":
        valid &= np.isfinite(values).all(0)
    return Overview(values, valid)


def _virtual_shape(crs: CRS, bounds_xy: tuple[float, float, float, float], ground_scale_m: float) -> tuple[int, int]:
    x_min, y_min, x_max, y_max = bounds_xy
    unit = 1e-4 if crs.is_geographic else 1.0
    at_centre = Affine(unit, 0, (x_min + x_max) / 2, 0, -unit, (y_min + y_max) / 2)
    width_m, height_m = ground_size_m(crs, at_centre, (0.0, 0.0))
    wanted_m = ground_scale_m / TILE_PX * VIRTUAL_SHARE
    rows, columns = (y_max - y_min) / unit * height_m / wanted_m, (x_max - x_min) / unit * width_m / wanted_m
    return max(1, round(rows)), max(1, round(columns))
