"""The JSON of a header, read so that no text can take more than its size: no depth, no digits, no surprises."""

import json
import math
import re
from typing import Any, NoReturn

from .errors import HeaderError, LimitError
from .limits import MAX_HEADER_BYTES, MAX_HEADER_DEPTH, MAX_NUMBER_CHARACTERS

_MARKS = re.compile(r'\\.|["\[\]{}]', re.DOTALL)


def write_header(header: dict[str, Any], where: str) -> bytes:
    """Return a header as JSON in ASCII.

    Raises:
        LimitError: it is too long.
    """
    text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode("ascii")
    if len(text) > MAX_HEADER_BYTES:
        raise LimitError(f"{where}: the header would have {len(text)} bytes, at most {MAX_HEADER_BYTES} are allowed")
    return text


def parse_header(text: bytes) -> dict[str, Any]:
    """Return the object that a header holds.

    Raises:
        LimitError: it is too long, too deep, or a number has too many digits.
        HeaderError: it is not one JSON object in UTF-8 with finite numbers and each key once.
    """
    if len(text) > MAX_HEADER_BYTES:
        raise LimitError(f"the header has {len(text)} bytes, at most {MAX_HEADER_BYTES} are allowed")
    try:
        decoded = text.decode("utf-8")
        _check_depth(decoded)
        header = json.loads(
            decoded,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_real,
            parse_constant=_refuse,
        )
    except ValueError as error:
        raise HeaderError(f"the header is not JSON in UTF-8: {error}") from None
    if not isinstance(header, dict):
        raise HeaderError(f"the header is not a JSON object but {type(header).__name__}")
    return header


def _check_depth(text: str) -> None:
    """Count open brackets outside of strings, before the parser recurses into them."""
    depth, is_in_string = 0, False
    for mark in _MARKS.finditer(text):
        what = mark[0]
        if what == '"':
            is_in_string = not is_in_string
        elif is_in_string or what[0] == "\\":
            continue
        elif what in "[{":
            depth += 1
            if depth > MAX_HEADER_DEPTH:
                raise LimitError(f"the header has more than {MAX_HEADER_DEPTH} objects and lists in one another")
        else:
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise HeaderError("a key stands twice in one object of the header")
    return found


def _integer(digits: str) -> int:
    _check_digits(digits)
    return int(digits)


def _real(digits: str) -> float:
    _check_digits(digits)
    value = float(digits)
    if not math.isfinite(value):
        raise HeaderError(f"the number {digits} in the header is too large")
    return value


def _check_digits(digits: str) -> None:
    if len(digits) > MAX_NUMBER_CHARACTERS:
        raise LimitError(f"a number in the header has {len(digits)} characters, at most {MAX_NUMBER_CHARACTERS}")


def _refuse(name: str) -> NoReturn:
    raise HeaderError(f"{name} in the header is not a finite number")
