"""A disk that is full where a file says so, on any machine: what Python writes there fails; GDAL is out of reach."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any


def fill_disk(told: Path) -> None:
    """Let this process find the disk full wherever a path begins as `told` says, as long as that file exists."""
    make, make_path = os.open, Path.open

    def refuse(path: object) -> None:
        if not isinstance(path, str | os.PathLike) or os.fspath(path) == str(told):
            return
        try:
            with make_path(told) as stream:
                place = stream.read()
        except FileNotFoundError:
            return
        if os.fspath(path).startswith(place):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), os.fspath(path))

    def open_descriptor(path: Any, flags: int, *rest: Any, **settings: Any) -> int:
        if flags & os.O_CREAT:
            refuse(path)
        return make(path, flags, *rest, **settings)

    def open_path(path: Path, mode: str = "r", *rest: Any, **settings: Any) -> Any:
        if set(mode) & set("wxa"):
            refuse(path)
        return make_path(path, mode, *rest, **settings)

    os.open = open_descriptor
    Path.open = open_path  # type: ignore[method-assign, assignment]
