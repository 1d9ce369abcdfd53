"""The domain check over a whole area: a figure, and on request a layer with one value a tile."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine

from ..errors import ModelError, SourceError
from ..image_pair import made_tags, short_name
from ..lattice import TILE_PX, Rect
from ..model.domain import DOMAIN_NAME
from ..model.folder import find_model, hash_model
from ..plan import Plan, Say, announce_plan, make_plan
from ..raster.access import ENVIRONMENT
from ..raster.grid import Grid
from ..raster.result import ResultFile, check_output
from ..raster.source import SourceImage, open_source
from ..request import PredictionRequest
from .figure import DomainFigure
from .look import DomainOfModel, domain_reader, load_domain_of, read_tile
from .spread import count_tiles, tile_at

BAND_NAMES = ("Distance from the training, 1: as far as 95 % of it",)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class MappedDomain:
    """What came of a request.

    Attributes:
        figure: over the tiles that were looked at: all of them where there is a layer, else a spread sample.
        path: of the layer; None where none was asked for.
        grid: of the source as it would be predicted.
        shape_yx: rows and columns of tiles.
        model: name of the model.
        left_out: by place of the training the share of its tiles beyond 1, seen from the other places.
        seconds: wall time.
        warnings: what the user should know, the figure among it where it is notable.
    """

    figure: DomainFigure
    path: Path | None
    grid: Grid
    shape_yx: tuple[int, int]
    model: str
    left_out: dict[str, float]
    seconds: float
    warnings: list[str]


def map_domain(
    request: PredictionRequest,
    output: Path | None,
    warn: Say,
    note: Say = lambda message: None,
    on_progress: Progress = lambda done, total: None,
) -> MappedDomain:
    """Tell how far an area is from what a model was trained on.

    Args:
        request: which source, model, ground and grid; what it says of the future is of no account.
        output: GeoTIFF of distances to write, one float32 a tile of 128 px on the grid of the prediction, valid where
            most of the tile is; none where None.
        warn: called with each caveat.
        note: called with what the user may like to know.
        on_progress: called after each row of tiles.

    Raises:
        LandcastError: anything that the user can mend; no file stands under the final name then.
    """
    started = time.monotonic()
    if output is not None:
        check_output(output, request.is_overwriting)
    folder = find_model(request.model)
    known = _known(folder)
    with rasterio.Env(**ENVIRONMENT), open_source(request.source, request.source_options) as source:
        plan = make_plan(request, source, known.contract)
        announce_plan(plan, request, warn, note)
        path, figure = None, None
        if output is None:
            figure = known.look(plan, source)
        else:
            with ExitStack() as stack:
                layer = DomainLayer(stack, output, plan, source, known, hash_model(folder))
                figure = layer.measure(on_progress)
                path = layer.publish(request.is_overwriting) if figure else None
        if figure is None:
            raise SourceError(f"{source.name}: no tile of {TILE_PX} px of the area is mostly valid; name a larger one")
        text, warnings = figure.tell(source.name, known.contract.name), list(plan.caveats)
        if figure.is_notable:
            warnings.append(text)
        if path is not None and path != output:
            warnings.append(f"{output} is held open by another program; written as {path}")
        for message in warnings[len(plan.caveats) :]:
            warn(message)
        left_out = dict(known.domain.facts.left_out)
        shape_yx, seconds = count_tiles(plan.rect), time.monotonic() - started
        return MappedDomain(figure, path, plan.grid, shape_yx, known.contract.name, left_out, seconds, warnings)


class DomainLayer:
    """A layer with a distance for each tile of a prediction, which stands aside until it is published.

    Args:
        stack: that closes it; what was not published is removed then.
        output: GeoTIFF to write.
        plan: of the prediction.
        source: open.
        known: what the model was trained on.
        model_sha256: of the model.
    """

    def __init__(
        self, stack: ExitStack, output: Path, plan: Plan, source: SourceImage, known: DomainOfModel, model_sha256: str
    ) -> None:
        self._plan, self._known = plan, known
        self._reader = domain_reader(plan, source, known.contract)
        facts = {
            "source": short_name(source), "source_pixels_sha256": plan.seen.pixels_sha256,
            "model": known.contract.name, "model_sha256": model_sha256, "gsd_m": f"{plan.grid.gsd_m:.6g}",
        }  # fmt: skip
        text = f"How far each tile of {facts['source']} is from what the model {facts['model']} was trained on."
        tags = made_tags(text, {"LANDCAST_DOMAIN": "YES"}, facts)
        shape_yx, place = count_tiles(plan.rect), tile_transform(plan.grid, plan.rect)
        self._file = stack.enter_context(
            ResultFile(output, BAND_NAMES, shape_yx, place, plan.grid.crs, tags, dtype="float32")
        )

    def measure(self, on_progress: Progress = lambda done, total: None) -> DomainFigure | None:
        """Measure every tile, row by row; None where none is mostly valid.

        Raises:
            UnreadableSourceError: a block of the source is damaged.
        """
        rows, columns = count_tiles(self._plan.rect)
        found = []
        for row in range(rows):
            places = [tile_at(self._plan.rect, row, column) for column in range(columns)]
            tiles = [read_tile(self._plan, self._reader, place) for place in places]
            valid = np.array([[tile is not None for tile in tiles]])
            values = np.zeros((1, 1, columns), np.float32)
            if valid.any():
                values[:, valid] = self._known.measure([tile for tile in tiles if tile is not None])
                found.append(values[:, valid][0])
            self._file.write_rows(values, valid)
            on_progress(row + 1, rows)
        return DomainFigure(np.concatenate(found)) if found else None

    def publish(self, is_overwriting: bool) -> Path:
        """Give the measured layer its name, read back and verified; the name comes back."""
        self._file.close()
        return self._file.publish(is_overwriting)


def measure_layers(
    stack: ExitStack, request: PredictionRequest, plan: Plan, source: SourceImage, folder: Path, model_sha256: str
) -> dict[str, DomainLayer]:
    """Measure the layer of distances that a prediction asks for; to be published with the rest. Empty without one.

    Raises:
        ModelError: the model does not say what it was trained on.
        SourceError: the source cannot be read.
    """
    layers = {}
    for name, path in request.domain_paths.items():
        layer = DomainLayer(stack, path, plan, source, _known(folder), model_sha256)
        # ground that is mostly hidden is no reason against predicting it: the layer holds nothing then
        layer.measure()
        layers[name] = layer
    return layers


def _known(folder: Path) -> DomainOfModel:
    known = load_domain_of(folder)
    if known is None:
        raise ModelError(
            f"{folder}: does not say what it was trained on ({DOMAIN_NAME}); landcast domain --fit adds it"
        )
    return known


def tile_transform(grid: Grid, area: Rect) -> Affine:
    """From column and row of the tiles that a rectangle touches to the CRS (x, y)."""
    a, b, x, d, e, y = grid.transform(area.snapped(TILE_PX))[:6]
    return Affine(a * TILE_PX, b * TILE_PX, x, d * TILE_PX, e * TILE_PX, y)
