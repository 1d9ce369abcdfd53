"""Making a result again from what it records, and comparing both pixel by pixel; nothing is written."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from .blocks import Layers, Progress
from .device import DeviceChoice
from .errors import LandcastError, RequestError, UnreadableSourceError
from .lattice import Rect
from .plan import Plan
from .predict import predict
from .raster.access import ENVIRONMENT, open_dataset
from .raster.options import SourceOptions
from .raster.provenance import layer_names
from .raster.result import to_rasterio_crs
from .recorded import Circumstance, RecordedResult

SAME_PLACE_PX = 1e-3

Say = Callable[[str], None]


@dataclass(frozen=True)
class Replay:
    """How a result compares with what comes of the same request now.

    Attributes:
        output: the result.
        layer: that it holds.
        pixels: that were compared, valid or not.
        differing: how many of them differ in a band, where both are valid.
        masked_otherwise: how many of them are valid in one alone.
        largest: difference in any band.
        unit: of that difference.
        circumstances: what is other than it was.
    """

    output: Path
    layer: str
    pixels: int
    differing: int
    masked_otherwise: int
    largest: float
    unit: str
    circumstances: tuple[Circumstance, ...]

    @property
    def is_identical(self) -> bool:
        """Whether every pixel is the same, and valid in both or none."""
        return self.differing == 0 and self.masked_otherwise == 0

    def tell(self) -> str:
        """All of it in lines to read."""
        what = f"{self.output} ({self.layer})"
        if self.is_identical:
            lines = [f"{what}: identical in all of {self.pixels:,} px, mask included"]
        else:
            lines = [
                f"{what}: differs",
                f"  values: {self.differing:,} of {self.pixels:,} px ({100 * self.differing / self.pixels:.4g} %), "
                f"by {self.largest:g} {self.unit} at most",
                f"  mask:   {self.masked_otherwise:,} px are valid in one of both alone",
            ]
        lines += [f"  {one.name}: {one.then} when it was made, {one.now} now" for one in self.circumstances]
        if not (self.is_identical or self.circumstances):
            lines.append(
                "  source, model, settings, versions and kind of device are those that it records; another processor "
                "may differ by a level in a pixel of a thousand, else the file was altered"
            )
        return "\n".join(lines)

    def to_json(self) -> dict[str, object]:
        """All of it as a document."""
        return {
            "output": str(self.output),
            "layer": self.layer,
            "identical": self.is_identical,
            "pixels": self.pixels,
            "differing_pixels": self.differing,
            "differing_share": self.differing / self.pixels,
            "largest_difference": self.largest,
            "unit": self.unit,
            "masked_otherwise_pixels": self.masked_otherwise,
            "changed": {one.name: {"then": one.then, "now": one.now} for one in self.circumstances},
        }


def replay(
    output: Path,
    source: Path | str | None = None,
    *,
    area: Path | None = None,
    model: str | None = None,
    device: DeviceChoice = "auto",
    is_remote_allowed: bool = False,
    warn: Say = lambda message: None,
    note: Say = lambda message: None,
    on_progress: Progress = lambda done, total: None,
) -> Replay:
    """Predict again what a result records, block by block, and compare each with the result.

    Any layer of a run can be replayed, and any lossless copy, or window, of one that is on the same pixels. The memory
    of one block is taken, and no disk.

    Args:
        output: the result.
        source: of the result; looked for beside it by its recorded name where None.
        area: file of the polygons that were predicted; looked for likewise.
        model: shipped name or folder; the shipped model of the recorded name where None.
        device: where to compute; that kind which it was made on, where there is one, for `auto`.
        is_remote_allowed: whether a source that is a VRT may lead to the network.
        warn: called with each caveat.
        note: called with what the user may like to know.
        on_progress: called before each network call.

    Raises:
        RequestError: the file is no result, does not record enough, lies on other pixels than its request gives; or
            source or area are missing, or are other ones.
        ModelError: the model is missing, or is another one.
        LandcastError: what stops any prediction.
    """
    with rasterio.Env(**ENVIRONMENT), _open_result(output) as dataset, tempfile.TemporaryDirectory() as folder:
        recorded = RecordedResult.of(output, dataset)
        request = recorded.request(source, area, model, device, is_remote_allowed, Path(folder) / "never_written.tif")
        comparison = _Comparison(recorded, dataset)
        try:
            prediction = predict(request, warn, on_progress, note, store=comparison, has_files=False)
        except _OtherPlanError as error:
            raise RequestError(f"{output}: {error}") from error.__cause__
    circumstances = (*recorded.other_versions(), *recorded.other_facts(prediction.facts))
    return comparison.result(circumstances)


class _OtherPlanError(LandcastError):
    """What the request gives is not what the result is of."""


class _Comparison:
    """Takes the blocks as they are predicted, and holds each to the result."""

    def __init__(self, recorded: RecordedResult, dataset: DatasetReader) -> None:
        self._recorded, self._dataset = recorded, dataset
        self._numbers: list[int] = []
        self._rect = Rect(0, 0, 0, 0)
        self._pixels = self._differing = self._masked_otherwise = 0
        self._largest = 0.0

    def begin(self, key: str, plan: Plan) -> None:
        """Make sure that what will be predicted is what the result holds.

        Raises:
            RequestError: the source is another one, or the result lies on other pixels.
        """
        wanted, found = self._recorded.tags.get("source_pixels_sha256"), plan.seen.pixels_sha256
        if wanted is not None and found != wanted:
            raise _OtherPlanError(
                f"its source had other pixels: their SHA-256 begins with {wanted[:12]}, and {found[:12]} was found; "
                "name the source that it was made of"
            )
        self._rect = self._rect_in(plan)
        names = layer_names(self._recorded.layer, plan.bands)
        missing = set(self._dataset.descriptions) - set(names)
        if missing:
            raise _OtherPlanError(f"its source does not give bands {', '.join(map(str, missing))}")
        self._numbers = [names.index(str(name)) for name in self._dataset.descriptions]

    def skip(self, number: int, block: Rect) -> bool:
        """Pass over blocks that the result, which may be a window of a larger one, does not show."""
        return block.intersection(self._rect).is_empty

    def load(self, number: int, block: Rect) -> Layers | None:
        """Return None: each is predicted."""
        return None

    def save(self, number: int, block: Rect, layers: Layers) -> None:
        """Compare a block.

        Raises:
            UnreadableSourceError: the result cannot be read.
        """
        part = block.intersection(self._rect)
        if part.is_empty:
            return
        rows, columns = part.slices_in(block)
        made = layers[self._recorded.layer][self._numbers][:, rows, columns]
        made_valid = layers["valid"][rows, columns]
        held, held_valid = self._read(part)
        both = made_valid & held_valid
        apart = np.abs(made[:, both].astype(np.float64) - held[:, both].astype(np.float64))
        # NaN is never equal; a file that holds one where it is valid was altered
        is_other = ~(apart == 0)
        self._pixels += both.size
        self._differing += int(is_other.any(0).sum())
        self._masked_otherwise += int((made_valid != held_valid).sum())
        self._largest = max(self._largest, float(np.nan_to_num(apart, nan=np.inf).max(initial=0)))

    def result(self, circumstances: tuple[Circumstance, ...]) -> Replay:
        """What was found."""
        unit = "levels" if self._dataset.dtypes[0] == "uint8" else "units of its values"
        if self._recorded.layer == "change":
            unit = "percent"
        return Replay(
            self._recorded.output, self._recorded.layer, self._pixels, self._differing, self._masked_otherwise,
            self._largest, unit, circumstances,
        )  # fmt: skip

    def _rect_in(self, plan: Plan) -> Rect:
        """The pixels of the plan that the result holds."""
        ours, theirs = plan.grid.transform(plan.rect), self._dataset.transform
        column, row = ~ours @ (theirs.c, theirs.f)
        far_column, far_row = ~ours @ (theirs @ (self._dataset.width, self._dataset.height))
        size = far_column - column, far_row - row
        left, top = round(column), round(row)
        is_on_pixels = (
            max(abs(column - left), abs(row - top)) < SAME_PLACE_PX
            and max(abs(size[0] - self._dataset.width), abs(size[1] - self._dataset.height)) < SAME_PLACE_PX
            and theirs.b == theirs.d == 0
        )
        rect = Rect(plan.rect.top + top, plan.rect.left + left, self._dataset.height, self._dataset.width)
        is_same_crs = self._recorded.tags.get("place") == "none" or _is_same_crs(self._dataset.crs, plan.grid.crs)
        if not (is_on_pixels and is_same_crs and rect.intersection(plan.rect) == rect):
            raise _OtherPlanError(
                f"lies on other pixels than its request gives ({plan.rect.width} x {plan.rect.height} px at "
                f"{plan.grid.gsd_m:.4g} m in {plan.grid.crs.name}); it was warped or resampled, or its source moved: "
                "give it as it was written"
            )
        return rect

    def _read(self, part: Rect) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        window = Window(part.left - self._rect.left, part.top - self._rect.top, part.width, part.height)
        try:
            return self._dataset.read(window=window), self._dataset.read_masks(1, window=window) > 0
        except (RasterioError, MemoryError) as error:
            raise UnreadableSourceError(
                f"{self._recorded.output}: rows {window.row_off} to {window.row_off + window.height} cannot be read: "
                f"{' '.join(str(error).split())}"
            ) from error


def _open_result(output: Path) -> DatasetReader:
    return open_dataset(str(output), SourceOptions()).dataset


def _is_same_crs(found: Any, wanted: CRS) -> bool:
    """Whether a file's CRS is that which a result of this CRS would have been written with."""
    if found is None:
        return False
    return bool(found == to_rasterio_crs(wanted)) or CRS.from_wkt(found.to_wkt()).equals(wanted, ignore_axis_order=True)
