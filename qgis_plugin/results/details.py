"""What a result says of itself, read from the tags of its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from osgeo import gdal

PREFIX = "LANDCAST_"
TEXTS = ("TIFFTAG_IMAGEDESCRIPTION", "TIFFTAG_SOFTWARE")
SPREAD_WORD, CHANGE_WORD, DOMAIN_WORD = "Predicted spread", "Predicted probability", "Distance from the training"
TYPICAL_WORD = "most typical member"
PREDICTION, SPREAD, CHANGE, TYPICAL, DOMAIN = "prediction", "spread", "change", "typical", "domain"


@dataclass(frozen=True)
class Details:
    """How a result was made.

    Attributes:
        kind: `prediction`, `spread`, `change`, `typical` or `domain`.
        tags: of Landcast and of TIFF.
        bands: of the file, opacity left out.
    """

    kind: str
    tags: Mapping[str, str] = field(default_factory=dict)
    bands: int = 0

    @property
    def is_synthetic(self) -> bool:
        """Whether it says that it was predicted."""
        return self.tags.get(f"{PREFIX}SYNTHETIC") == "YES"

    @property
    def is_partial(self) -> bool:
        """Whether the prediction was stopped before its end."""
        return self.tags.get(f"{PREFIX}PARTIAL") == "YES"

    @property
    def years_ahead(self) -> float | None:
        """How far the result looks."""
        return self._number("YEARS_AHEAD")

    @property
    def iterations(self) -> int:
        """How often a result was fed in again, the first time counted."""
        return max(1, int(self._number("ITERATIONS") or 1))

    @property
    def is_calibrated(self) -> bool | None:
        """Whether a probability of change was held to what came true; None where nothing says."""
        return {"yes": True, "no": False}.get(self.text("CHANGE_CALIBRATED"))

    @property
    def source(self) -> str:
        """The image's name."""
        return self.text("SOURCE")

    @property
    def source_date(self) -> str:
        """When the image was taken; empty where nothing says."""
        return self.text("SOURCE_DATE")

    @property
    def result_date(self) -> str:
        """That the result claims; empty where nothing says when the image was taken."""
        return self.text("RESULT_DATE")

    def text(self, name: str) -> str:
        """A fact, as it was recorded."""
        return self.tags.get(f"{PREFIX}{name}", "")

    def _number(self, name: str) -> float | None:
        try:
            return float(self.text(name))
        except ValueError:
            return None


@dataclass(frozen=True)
class ResultLayer:
    """A file of a result and what it says of itself."""

    path: Path
    details: Details


def read_details(path: Path | str) -> Details | None:
    """Read what a file says of itself; None where it is no raster that GDAL opens."""
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        dataset = gdal.Open(str(path))
    except RuntimeError:
        # raised only where something else in QGIS has asked GDAL for exceptions
        dataset = None
    finally:
        gdal.PopErrorHandler()
    if dataset is None or dataset.RasterCount == 0:
        return None
    found = dataset.GetMetadata() or {}
    tags = {name: text for name, text in found.items() if name.startswith(PREFIX) or name in TEXTS}
    bands = [dataset.GetRasterBand(number) for number in range(1, dataset.RasterCount + 1)]
    colours = [band for band in bands if band.GetColorInterpretation() != gdal.GCI_AlphaBand]
    return Details(_kind(colours[0].GetDescription() if colours else ""), tags, len(colours))


def _kind(description: str) -> str:
    if description.endswith(TYPICAL_WORD):
        return TYPICAL
    if description.startswith(SPREAD_WORD):
        return SPREAD
    if description.startswith(DOMAIN_WORD):
        return DOMAIN
    return CHANGE if description.startswith(CHANGE_WORD) else PREDICTION
