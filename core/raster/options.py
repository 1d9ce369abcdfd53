"""How a source is to be taken where it does not say so itself."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import RequestError


@dataclass(frozen=True)
class SourceOptions:
    """What the user says of a source.

    Attributes:
        bands: one-based numbers of red, green and blue, or of one grey band; by their meaning where None.
        assume_crs: CRS of a source that names none but has a transform.
        gsd_m: metres a pixel covers, of a source without any place on Earth.
        is_remote_allowed: whether a VRT or a `/vsi` path may lead beyond the files of this machine.
    """

    bands: tuple[int, ...] | None = None
    assume_crs: str | None = None
    gsd_m: float | None = None
    is_remote_allowed: bool = False

    def __post_init__(self) -> None:
        if self.bands is not None and len(self.bands) not in (1, 3):
            raise RequestError(f"--bands needs one number or three, not {','.join(map(str, self.bands))}")
        if self.bands is not None and min(self.bands) < 1:
            raise RequestError(f"--bands counts from 1, not from {min(self.bands)}")
        if self.gsd_m is not None and not (math.isfinite(self.gsd_m) and self.gsd_m > 0):
            raise RequestError(f"--gsd must be above 0 metres, not {self.gsd_m}")
        if self.gsd_m is not None and self.assume_crs is not None:
            raise RequestError(
                "--gsd is for images without a place, --assume-crs for images with one; give one of them"
            )
