"""Numbers with commas between them, as options have them."""

from __future__ import annotations

from ...core.errors import RequestError


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
