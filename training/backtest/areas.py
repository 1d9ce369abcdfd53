"""Which tiles lie on the same ground: the areas that are resampled as wholes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

AREA_PX = 512
"""Large rasters are parted into blocks of this side; what lies in one is one area."""

_CORNER = re.compile(r"^(?P<file>.*) \((?P<top>\d+), (?P<left>\d+)\)$")


def name_areas(chips: Sequence[str]) -> NDArray[np.str_]:
    """Name the area of each chip by its file and its block in it; dates of one place that share a name are one area.

    Files of different places that share a name are taken for one area too, which makes intervals a little wider.

    Args:
        chips: names as `pairs` gives them: a file name, and the corner where it was cut.
    """
    return np.array([_area(name) for name in chips])


def _area(chip: str) -> str:
    found = _CORNER.match(chip)
    if found is None:
        return chip
    top, left = (int(found[side]) // AREA_PX * AREA_PX for side in ("top", "left"))
    return f"{found['file']} ({top}, {left})"
