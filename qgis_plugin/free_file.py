"""A name for a result that replaces nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from glob import escape
from itertools import count
from pathlib import Path

BESIDE = ("_spread", "_change", "_typical", "_domain")
"""What is appended to the name of a prediction for the files beside it; and `_iteration_1`, `_iteration_2`…"""


def free_name(path: Path) -> Path:
    """The same path, or the first of `NAME_2`, `NAME_3`… where there is a file already."""
    return _first(path, lambda one: not os.path.lexists(one))


def free_output(path: Path) -> Path:
    """A name for a prediction such that none of the files beside it is there either."""
    return _first(path, _is_free)


def _first(path: Path, is_free: Callable[[Path], bool]) -> Path:
    if is_free(path):
        return path
    numbered = (path.with_name(f"{path.stem}_{number}{path.suffix}") for number in count(2))
    return next(one for one in numbered if is_free(one))


def _is_free(path: Path) -> bool:
    beside = (path.with_name(f"{path.stem}{ending}{path.suffix}") for ending in BESIDE)
    if any(os.path.lexists(one) for one in (path, *beside)):
        return False
    iterations = path.parent.glob(f"{escape(path.stem)}_iteration_[0-9]*{escape(path.suffix)}")
    return not any(True for _ in iterations)
