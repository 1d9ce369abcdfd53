"""Numbers with commas between them, as options have them."""

from __future__ import annotations

import re

from ...core.errors import RequestError

SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[kmgt]i?b?)", re.IGNORECASE | re.ASCII)
UNITS = {"k": 1, "m": 2, "g": 3, "t": 4}
"""Powers of a thousand, or of 1024 with an `i` behind."""


def parse_extent(text: str | None) -> tuple[float, float, float, float] | None:
    """Read XMIN,YMIN,XMAX,YMAX.

    Raises:
        RequestError: it is something else.
    """
    if text is None:
        return None
    try:
        x_min, y_min, x_max, y_max = map(float, text.split(","))
    except ValueError:
        raise RequestError(f"--extent needs four numbers XMIN,YMIN,XMAX,YMAX, not {text!r}") from None
    return x_min, y_min, x_max, y_max


def parse_numbers(text: str | None, option: str) -> tuple[float, ...] | None:
    """Read any number of numbers.

    Raises:
        RequestError: something is no number.
    """
    if text is None:
        return None
    try:
        return tuple(map(float, text.split(",")))
    except ValueError:
        raise RequestError(f"{option} needs numbers with commas between them, not {text!r}") from None


def parse_bands(text: str | None) -> tuple[int, ...] | None:
    """Read one band number or three.

    Raises:
        RequestError: something is no whole number.
    """
    if text is None:
        return None
    try:
        return tuple(map(int, text.split(",")))
    except ValueError:
        raise RequestError(f"--bands needs whole numbers with commas between them, not {text!r}") from None


def parse_bytes(text: str | None, option: str) -> int | None:
    """Read a size: `2GB`, `1.5 GiB`, `800MB`.

    Raises:
        RequestError: it is something else, or nothing.
    """
    if text is None:
        return None
    found = SIZE.fullmatch(text.strip())
    if found is None or not float(found["number"]) > 0:
        raise RequestError(f"{option} needs a size with its unit, such as 2GB or 800MB, not {text!r}")
    base = 1024 if "i" in found["unit"].lower() else 1000
    power = UNITS[found["unit"][0].lower()]
    return round(float(found["number"]) * float(base**power))
