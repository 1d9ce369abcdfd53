"""A whole change map: two images of a place in, probability and magnitude of change out, as a verified file."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import numpy as np
import rasterio

from .. import PROGRAM
from ..errors import RequestError, strict_error
from ..image_pair import (
    BlockCounter,
    Progress,
    Say,
    check_pair_output,
    is_synthetic,
    made_tags,
    of_second,
    open_pair,
    short_name,
)
from ..lattice import Rect
from ..raster.access import ENVIRONMENT
from ..raster.disk import check_disk, estimate_result_bytes
from ..raster.options import SourceOptions
from ..raster.overlap import grid_caveats
from ..raster.result import ResultFile
from ..raster.source import SourceImage
from ..raster.survey import pixel_caveats, survey
from ..source_date import date_of
from .alteration import Alteration, find_alteration
from .common_grid import CommonGrid, find_common_grid
from .comparison import Comparison, TileChange
from .registration import Offset

THRESHOLD_PERCENT = 99
"""Probability from which on ground counts as changed."""
AGREEMENT = 0.3
"""A first correlation below this is that of images which have nothing to do with each other."""
NOTABLE_OFFSET_PX = 1.5
"""Images that lie farther beside each other than this are told of; half a pixel more than is tolerated."""
LEAST_PIXELS = 64
"""Pixels that there must be to tell what is unchanged."""
COVERED_SHARE = 0.99
"""An image that covers at least so much of another covers it."""
AFTER_BANDS = "--after-bands"
METHOD = "iteratively reweighted multivariate alteration detection, tolerant to shifts of a pixel"
LAYERS = ("probability", "magnitude")
BAND_NAMES = ("Probability of change, percent", "Magnitude of change, levels")
SQUARE_METRES_A_HECTARE = 10_000


@dataclass(frozen=True)
class ChangeRequest:
    """What is asked for.

    Attributes:
        before: path or address of the image of the earlier date.
        after: path or address of the image of the later date.
        output: where the result will stand.
        source_options: what the user says of `before`; CRS of `after` too, where it needs one.
        after_bands: one-based numbers of the bands of `after`; by their meaning where None.
        threshold: probability in percent from which on ground counts as changed.
        is_strict: whether warnings are errors.
        is_overwriting: whether an existing result is replaced.
    """

    before: Path | str
    after: Path | str
    output: Path
    source_options: SourceOptions = field(default_factory=SourceOptions)
    after_bands: tuple[int, ...] | None = None
    threshold: int = THRESHOLD_PERCENT
    is_strict: bool = False
    is_overwriting: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.threshold <= 100:
            raise RequestError(f"--threshold must lie between 1 and 100 percent, not {self.threshold}")


@dataclass(frozen=True)
class ChangedGround:
    """How much ground was compared and how much of it changed, in pixels and in true square metres."""

    compared_px: int = 0
    changed_px: int = 0
    compared_m2: float = 0.0
    changed_m2: float = 0.0

    @property
    def changed_share(self) -> float:
        """Of the ground that was compared."""
        return self.changed_m2 / self.compared_m2 if self.compared_m2 else 0.0

    def __add__(self, other: ChangedGround) -> ChangedGround:
        return ChangedGround(
            self.compared_px + other.compared_px,
            self.changed_px + other.changed_px,
            self.compared_m2 + other.compared_m2,
            self.changed_m2 + other.changed_m2,
        )


@dataclass(frozen=True)
class Changed:
    """What came of a request.

    Attributes:
        path: of the result.
        crs: of the result, as text.
        transform: six numbers of the affine transform, in GDAL's order.
        shape_yx: rows and columns.
        gsd_m: side of a pixel on the ground, metres.
        ground: how much changed.
        correlations: of the variates of both images, largest first.
        facts: as recorded in the file.
        seconds: wall time.
        warnings: what the user should know.
    """

    path: Path
    crs: str
    transform: tuple[float, ...]
    shape_yx: tuple[int, int]
    gsd_m: float
    ground: ChangedGround
    correlations: tuple[float, ...]
    facts: dict[str, object]
    seconds: float
    warnings: list[str] = field(default_factory=list)


def detect_change(
    request: ChangeRequest,
    warn: Say,
    note: Say = lambda message: None,
    on_progress: Progress = lambda done, total: None,
) -> Changed:
    """Map what changed between two images of a place.

    Brightness, contrast and light as a whole are learned from what did not change, by iteratively reweighted
    multivariate alteration detection (`find_alteration`); each pixel is compared with its neighbourhood in the other
    image, for no two images lie on each other exactly (`tolerant_distance`). Band 1 is the chi-square probability of
    change in percent, band 2 the root mean square difference of the bands in 8-bit levels, once both images have one
    brightness and contrast. Peak memory is that of a sample, a tile and a row of tiles, whatever the images' height.

    Args:
        request: what is asked for.
        warn: called with each caveat, before anything is written.
        note: called with what the user may like to know.
        on_progress: called after each tile.

    Raises:
        LandcastError: anything that the user can mend; no file stands under the final name then.
    """
    started = time.monotonic()
    check_pair_output(request.output, request.is_overwriting, {"before": request.before, "after": request.after})
    both = open_pair(request.before, request.after, request.source_options, request.after_bands, AFTER_BANDS)
    with rasterio.Env(**ENVIRONMENT), both as (before, after):
        pair = _Pair(request, before, after)
        counter = BlockCounter(len(pair.comparison.sampled_tiles) + len(pair.comparison.tiles), on_progress)
        alteration, offset = pair.learn(counter.tick)
        caveats = pair.announce(alteration, offset, warn, note)
        facts = pair.facts()
        path, ground = _write(request, pair, alteration, facts, counter.tick)
    if path != request.output:
        caveats.append(f"{request.output} is held open by another program; written as {path}")
        warn(caveats[-1])
    common = pair.common
    return Changed(
        path=path,
        crs=common.grid.crs.to_string(),
        transform=common.grid.transform(common.rect).to_gdal(),
        shape_yx=common.rect.shape_yx,
        gsd_m=common.grid.gsd_m,
        ground=ground,
        correlations=alteration.correlations,
        facts=facts,
        seconds=time.monotonic() - started,
        warnings=caveats,
    )


class _Pair:
    """Two images that are open, and what there is to say about them."""

    def __init__(self, request: ChangeRequest, before: SourceImage, after: SourceImage) -> None:
        self.request, self.before, self.after = request, before, after
        self.common = find_common_grid(before, after)
        needed_bytes, _ = estimate_result_bytes(self.common.rect.shape_yx, len(BAND_NAMES))
        check_disk(request.output.parent, needed_bytes, str(request.output))
        self.seen = survey(before), survey(after)
        self.comparison = Comparison(before, after, self.common, self.seen)
        self.is_of_prediction = is_synthetic(before) or is_synthetic(after)
        self.dates = date_of(before, None)[0], date_of(after, None)[0]

    def learn(self, tick: Callable[[], None]) -> tuple[Alteration, Offset]:
        """Learn what is unchanged, and how far the images lie beside each other.

        Raises:
            RequestError: there is too little that both images show.
        """
        sample = self.comparison.sample(tick)
        count = sample.before.shape[1]
        if count < LEAST_PIXELS:
            raise RequestError(
                f"{self.before.name} and {self.after.name}: {count} pixels are valid in both, too few to tell what is "
                "unchanged"
            )
        return find_alteration(sample.before, sample.after), sample.offset

    def announce(self, alteration: Alteration, offset: Offset, warn: Say, note: Say) -> list[str]:
        """Tell all that there is to say before anything is written; what the user should know comes back.

        Raises:
            RequestError: there are warnings, and they are to be errors.
        """
        caveats = self._caveats(alteration, offset)
        for message in dict.fromkeys([*self.before.notes, *_of_after(self.after.notes)]):
            note(message)
        for message in caveats:
            warn(message)
        if self.request.is_strict and caveats:
            raise strict_error(caveats, "written")
        return caveats

    def facts(self) -> dict[str, object]:
        """What is recorded in the result; what is None is left out."""
        facts: dict[str, object] = {"method": METHOD}
        for name, image, seen, date in zip(
            ("before", "after"), (self.before, self.after), self.seen, self.dates, strict=True
        ):
            facts[name] = short_name(image)
            facts[f"{name}_pixels_sha256"] = seen.pixels_sha256
            facts[f"{name}_bands"] = ",".join(map(str, image.band_numbers))
            facts[f"{name}_date"] = date
        return {**facts, "gsd_m": f"{self.common.grid.gsd_m:.6g}", "source_crs": self.request.source_options.assume_crs}

    def _caveats(self, alteration: Alteration, offset: Offset) -> list[str]:
        before, after = self.before, self.after
        caveats = [*before.caveats, *pixel_caveats(before, self.seen[0])]
        if after.name != before.name:
            caveats += [*_of_after(after.caveats), *pixel_caveats(after, self.seen[1])]
        caveats += [*grid_caveats(before, after), *self._coverage_caveats()]
        caveats += [f"{image.name}: is itself a prediction, not what was seen" for image in (before, after)
                    if is_synthetic(image)]  # fmt: skip
        if self.dates[0] is not None and self.dates[1] is not None and self.dates[1] < self.dates[0]:
            caveats.append(f"{after.name}: was taken {self.dates[1]}, before {before.name} ({self.dates[0]})")
        if offset.length_px > NOTABLE_OFFSET_PX:
            caveats.append(
                f"{after.name}: seems to lie {offset.length_px:.1f} pixels "
                f"({offset.length_px * self.common.grid.gsd_m:.3g} m) beside {before.name}, so edges count as change; "
                "bring one onto the other first (a georeferencer does that)"
            )
        if alteration.correlations[0] < AGREEMENT:
            caveats.append(
                f"{before.name} and {after.name}: hardly agree anywhere (correlation "
                f"{alteration.correlations[0]:.2f}); are both of this place, and do they lie on each other?"
            )
        return caveats

    def _coverage_caveats(self) -> list[str]:
        pairs = ((self.before, self.after), (self.after, self.before))
        return [
            f"{other.name}: covers {max(0.1, 100 * share):.3g} % of {image.name}; only the ground that both cover is "
            "compared"
            for (image, other), share in zip(pairs, self.common.covered_shares, strict=True)
            if share < COVERED_SHARE
        ]


def _write(
    request: ChangeRequest, pair: _Pair, alteration: Alteration, facts: dict[str, object], tick: Callable[[], None]
) -> tuple[Path, ChangedGround]:
    """Compare everything, row by row; the name of the verified file comes back, and how much changed."""
    common, ground = pair.common, ChangedGround()
    tags = _make_tags(facts, pair.is_of_prediction)
    transform = common.grid.transform(common.rect)
    with ResultFile(request.output, BAND_NAMES, common.rect.shape_yx, transform, common.grid.crs, tags) as result:
        for _, row in groupby(pair.comparison.tiles, key=lambda tile: tile.top):
            parts = []
            for tile in row:
                parts.append(pair.comparison.change(tile, alteration))
                ground += _measure(parts[-1], tile, common, request.threshold)
                tick()
            bands = [np.concatenate([getattr(part, name) for part in parts], axis=1) for name in LAYERS]
            result.write_rows(np.stack(bands), np.concatenate([part.valid for part in parts], axis=1))
        result.close()
        return result.publish(request.is_overwriting), ground


def _measure(part: TileChange, tile: Rect, common: CommonGrid, threshold: int) -> ChangedGround:
    """Count the pixels of a tile, and the ground that they cover."""
    ground = ChangedGround()
    if not part.valid.any():
        return ground
    is_changed = part.valid & (part.probability >= threshold)
    for square, pixel_m2 in common.areas_m2(tile):
        inside = square.slices_in(tile)
        compared, changed = (int(np.count_nonzero(mask[inside])) for mask in (part.valid, is_changed))
        ground += ChangedGround(compared, changed, compared * pixel_m2, changed * pixel_m2)
    return ground


def _make_tags(facts: dict[str, object], is_of_prediction: bool) -> dict[str, str]:
    mark = "SYNTHETIC, of a prediction: " if is_of_prediction else ""
    marks = {"LANDCAST_CHANGE": "YES", **({"LANDCAST_SYNTHETIC": "YES"} if is_of_prediction else {})}
    text = f"{mark}change from {facts['before']} to {facts['after']}, by {PROGRAM}: {METHOD}."
    return made_tags(text, marks, facts)


def _of_after(messages: tuple[str, ...]) -> list[str]:
    return [of_second(message, AFTER_BANDS) for message in messages]
