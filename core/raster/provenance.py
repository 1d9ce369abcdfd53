"""What a result says of itself: that it is synthetic, what made it, and all that is needed to make it again.

Everything stands in the default metadata domain, in TIFF's own description tags or in band descriptions;
other domains are lost when a file is copied or warped.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version

from .. import PROGRAM

BAND_NAMES = ("Predicted red", "Predicted green", "Predicted blue")
GREY_NAME = ("Predicted grey",)
SPREAD_NAME = ("Predicted spread between members, levels",)
CHANGE_NAME = ("Predicted probability of change, percent",)
MAP_NAMES = {"spread": SPREAD_NAME, "change": CHANGE_NAME}
"""Bands of the layers that are no images."""
TYPICAL = "{}, most typical member"
LIBRARIES = ("torch", "diffusers", "numpy", "rasterio")


def band_names(bands: int) -> tuple[str, ...]:
    """Descriptions of the bands of a prediction with one band or three."""
    return BAND_NAMES if bands == len(BAND_NAMES) else GREY_NAME


def layer_names(layer: str, bands: int) -> tuple[str, ...]:
    """Descriptions of the bands of a layer of a forecast, whose images have one band or three."""
    images = band_names(bands)
    return MAP_NAMES.get(layer) or (tuple(map(TYPICAL.format, images)) if layer == "typical" else images)


def make_tags(facts: Mapping[str, object]) -> dict[str, str]:
    """Turn facts of a run into items of the default domain, with the marks that say `synthetic`.

    No time and no machine stands among them, so that equal runs give equal bytes.
    """
    years = facts["years_ahead"]
    items = {f"LANDCAST_{name.upper()}": f"{value}" for name, value in facts.items() if value is not None}
    return {
        "TIFFTAG_IMAGEDESCRIPTION": (
            f"SYNTHETIC: how this place may look {years} years later, predicted by {PROGRAM} with the model "
            f"{facts['model']}. This is not a photograph.{_placeless(facts)}"
        ),
        "TIFFTAG_SOFTWARE": f"{PROGRAM} {version(PROGRAM)}",
        "LANDCAST_SYNTHETIC": "YES",
        **items,
        "LANDCAST_VERSIONS": versions_text(),
    }


def versions_text() -> str:
    """Versions of this program, of Python and of all libraries that decide about pixels: `name=version` each."""
    libraries = " ".join(f"{name}={version(name)}" for name in LIBRARIES)
    return f"landcast={version(PROGRAM)} python={platform.python_version()} {libraries}"


def _placeless(facts: Mapping[str, object]) -> str:
    return " It has no place on Earth." if facts.get("place") == "none" else ""
