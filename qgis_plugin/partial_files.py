"""What Landcast writes aside, under names of its own, before it gives a result its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def no_partial_files(output: Path) -> Iterator[None]:
    """Remove what was written aside where that fails: who is killed cannot do it."""
    before = _partial_files(output)
    try:
        yield
    except BaseException:
        for left in _partial_files(output) - before:
            with suppress(OSError):
                left.unlink()
        raise


def _partial_files(output: Path) -> set[Path]:
    """Files of `output` and of the layers beside it, as they are named while they are written."""
    name = re.compile(rf"\.{re.escape(output.stem)}(_[a-z]+(_\d+)?)?{re.escape(output.suffix)}\.[0-9a-f]+\.partial")
    return {path for path in output.parent.glob(".*.partial") if name.fullmatch(path.name)}
