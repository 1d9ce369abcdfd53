"""What a prediction is asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from .device import DeviceChoice, PrecisionChoice
from .errors import RequestError
from .radiometry.tones import Radiometry
from .raster.access import is_address
from .raster.options import SourceOptions

MAX_SEED = 2**63 - 1
MAX_OUTPUT_PX = 2_000_000_000
MAX_ITERATIONS = 50
LEAST_TYPICAL = 3
"""Members of which one can be more typical than the others; two are equally far from their mean."""
DEFAULT_MODEL = "naip-california"


@dataclass(frozen=True)
class PredictionRequest:
    """What a prediction is asked for.

    Attributes:
        source: path of a raster or a VRT, or an http(s) address.
        output: GeoTIFF to write; beside the source with `_pred` in its name where None.
        source_options: how the source is to be taken where it does not say so itself.
        ground_scale_m: metres that one tile of 128 px covers; by the source and the model where None.
        crs: of the result; by the source where None.
        years: years ahead; excludes `iterations`.
        iterations: how often the result is fed in again, each the model's shortest interval.
        extent: x min, y min, x max, y max of the area; the whole source where None.
        extent_crs: CRS of the extent; the source's where None.
        area: vector file whose polygons are predicted; excludes `extent`.
        area_layer: layer of that file; the one with polygons where None.
        area_crs: CRS of a file that names none.
        radiometry: how the source's values are brought to the model's.
        stretch: dark and bright value of the source, for all bands or for each; by its statistics where None.
        source_date: when the source was taken, year, month or day; as the source says where None.
        members: futures that are drawn.
        seed: of all noise.
        model: shipped name or folder.
        device: where to compute.
        precision: in which precision.
        sampling_steps: network calls a member; the model's own where None.
        max_output_px: pixels above which a result is refused.
        is_strict: whether warnings are errors.
        is_overwriting: whether existing results are replaced.
        is_keeping_iterations: whether the image after each earlier iteration is written beside the result.
        is_drawing_typical: whether the most typical member of each place is written beside the result.
        is_mapping_domain: whether a layer is written that tells how far each tile is from the model's training.
        quicklook: PNG of before and after to write.
    """

    source: Path | str
    output: Path | None = None
    source_options: SourceOptions = field(default_factory=SourceOptions)
    ground_scale_m: float | None = None
    crs: str | None = None
    years: float | None = None
    iterations: int | None = None
    extent: tuple[float, float, float, float] | None = None
    extent_crs: str | None = None
    area: Path | None = None
    area_layer: str | None = None
    area_crs: str | None = None
    radiometry: Radiometry = "auto"
    stretch: tuple[float, ...] | None = None
    source_date: str | None = None
    members: int = 1
    seed: int = 0
    model: str = DEFAULT_MODEL
    device: DeviceChoice = "auto"
    precision: PrecisionChoice = "auto"
    sampling_steps: int | None = None
    max_output_px: int = MAX_OUTPUT_PX
    is_strict: bool = False
    is_overwriting: bool = False
    is_keeping_iterations: bool = False
    is_drawing_typical: bool = False
    is_mapping_domain: bool = False
    quicklook: Path | None = None

    def __post_init__(self) -> None:
        self._check_numbers()
        if self.extent is not None and self.area is not None:
            raise RequestError("--extent and --area exclude each other; give one of them")
        if self.extent is None and self.extent_crs is not None:
            raise RequestError("--extent-crs names the CRS of --extent, which was not given")
        if self.area is None and (self.area_layer or self.area_crs):
            raise RequestError("--area-layer and --area-crs belong to --area, which was not given")
        if self.stretch is not None and len(self.stretch) not in (2, 6):
            raise RequestError(f"--stretch needs LOW,HIGH or six numbers, not {len(self.stretch)}")
        if self.stretch is not None and self.radiometry not in ("auto", "stretch"):
            raise RequestError(f"--stretch and --radiometry {self.radiometry} exclude each other; give one of them")
        if self.output is None and is_address(str(self.source)):
            raise RequestError(f"{self.source}: lies in the network; -o names where the result goes")

    def _check_numbers(self) -> None:
        if self.years is not None and self.iterations is not None:
            raise RequestError("--years and --iterations exclude each other; give one of them")
        if self.years is not None and not (math.isfinite(self.years) and 0 < self.years <= 200):
            raise RequestError(f"--years must lie above 0 and at most at 200, not {self.years:g}")
        if self.iterations is not None and not 1 <= self.iterations <= MAX_ITERATIONS:
            raise RequestError(f"--iterations must lie between 1 and {MAX_ITERATIONS}, not {self.iterations}")
        if not 1 <= self.members <= 256:
            raise RequestError(f"--members must lie between 1 and 256, not {self.members}")
        if self.is_drawing_typical and self.members < LEAST_TYPICAL:
            raise RequestError(
                f"--typical: the most typical of {self.members} member(s) needs at least {LEAST_TYPICAL} of them; "
                "ask for more --members"
            )
        if not 0 <= self.seed <= MAX_SEED:
            raise RequestError(f"--seed must lie between 0 and {MAX_SEED}, not {self.seed}")
        if self.max_output_px < 1:
            raise RequestError(f"--max-output-px must be above 0, not {self.max_output_px}")

    @property
    def output_path(self) -> Path:
        """Where the result will stand."""
        if self.output is not None:
            return self.output
        source = Path(self.source)
        return source.with_name(f"{source.stem}_pred.tif")

    @property
    def layer_paths(self) -> dict[str, Path]:
        """All layers of the forecast by what they hold: `spread` and `change` only with several members."""
        names = ("spread", "change") if self.members > 1 else ()
        return {"prediction": self.output_path, **self._beside((*names, *(("typical",) * self.is_drawing_typical)))}

    @property
    def domain_paths(self) -> dict[str, Path]:
        """The file that tells how far each tile is from the training; none where it was not asked for."""
        return self._beside(("domain",) * self.is_mapping_domain)

    def iteration_paths(self, iterations: int) -> dict[str, Path]:
        """Files of the iterations before the last, by the names of their layers; none where they are not kept."""
        return self._beside(iteration_layers(iterations)) if self.is_keeping_iterations else {}

    def _beside(self, layers: tuple[str, ...]) -> dict[str, Path]:
        first = self.output_path
        return {layer: first.with_name(f"{first.stem}_{layer}{first.suffix}") for layer in layers}


def iteration_layers(iterations: int) -> tuple[str, ...]:
    """Names of the layers that hold the image after each iteration but the last, which is the prediction itself."""
    return tuple(f"iteration_{number}" for number in range(1, iterations))
