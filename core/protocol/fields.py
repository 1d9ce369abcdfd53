"""The types of fields: each says in its annotation what a value on the wire is held to.

Nothing on the wire is unbounded: a string, a number or a list without a limit is refused when its class is defined.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Annotated, Literal

from .limits import MAX_ITEMS

MAX_TEXT = 4096
MAX_PATH = 4096
MAX_CRS = 16384
"""Of WKT: compound systems with grid shifts reach ten thousand characters."""


@dataclass(frozen=True)
class Between:
    """A number is neither below `low` nor above `high`; no number is NaN or infinite."""

    low: float
    high: float


@dataclass(frozen=True)
class Matches:
    """A string is all of a regular expression."""

    pattern: str


@dataclass(frozen=True)
class Text:
    """A string of at most so many characters, without control characters other than tab and line feed.

    Attributes:
        most: characters.
        is_path: whether it may hold the lone surrogates that stand for a file name's undecodable bytes.
    """

    most: int
    is_path: bool = False

    @property
    def refused(self) -> "re.Pattern[str]":
        """Characters that it may not hold."""
        return _REFUSED_IN_PATH if self.is_path else _REFUSED


@dataclass(frozen=True)
class AtMost:
    """A list or a table has at most so many entries."""

    count: int = MAX_ITEMS


_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_REFUSED_IN_PATH = re.compile("[\x00\ud800-\udc7f\udd00-\udfff]")

Id = Annotated[str, Matches("[0-9a-f]{32}")]
"""Of a job or of a question, made by who asks: the same id asks the same thing."""
Sha256 = Annotated[str, Matches("[0-9a-f]{64}")]
Words = Annotated[str, Text(MAX_TEXT)]
"""Something for a person to read."""
Name = Annotated[str, Text(256)]
PathText = Annotated[str, Text(MAX_PATH, is_path=True)]
"""A file of the machine where the worker runs, or an address."""
CrsText = Annotated[str, Text(MAX_CRS)]
"""An authority's code (`EPSG:32633`) or WKT."""
LayerName = Annotated[str, Matches("[a-z][a-z0-9_]{0,31}")]
"""`prediction`, `spread`, `change`, `iteration_1` and so on."""

Count = Annotated[int, Between(0, 2**53)]
Pixels = Annotated[int, Between(1, 2**40)]
Place = Annotated[int, Between(-(2**40), 2**40)]
"""A row or a column of the lattice."""
Real = Annotated[float, Between(-1.7e308, 1.7e308)]
Seconds = Annotated[float, Between(0, 1e12)]
Notes = Annotated[tuple[Words, ...], AtMost(64)]
Bounds = tuple[Real, Real, Real, Real]
"""x minimum, y minimum, x maximum, y maximum."""
Transform = tuple[Real, Real, Real, Real, Real, Real]
"""Of an affine transform, in GDAL's order: x origin, x per column, x per row, y origin, y per column, y per row."""
Shape = tuple[Pixels, Pixels]
"""Rows and columns."""
Range = tuple[Count, Count]
"""Numbers from the first to before the second."""
Ranges = Annotated[tuple[Range, ...], AtMost(512)]

PixelType = Literal[
    "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "float32", "float64"
]
"""What pixels may be made of; bytes are in little-endian order. There is no bool: other bytes than 0 and 1 in one are
undefined to numpy, so masks are uint8 and count where not zero."""


def new_id() -> str:
    """Make an id for a job or a question."""
    return secrets.token_hex(16)


def clean_text(text: str, most: int = MAX_TEXT) -> str:
    """Make any string fit to travel as words: what may not be in it is replaced, the middle of a long one left out."""
    cleaned = _REFUSED.sub("�", text.replace("\r\n", "\n"))
    if len(cleaned) <= most:
        return cleaned
    return cleaned[: most // 2 - 3] + " ... " + cleaned[len(cleaned) - (most - most // 2 - 2) :]
