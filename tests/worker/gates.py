"""Points at which an engine of a test waits until it is let on.

start       before it says that it is ready
load        before a model is loaded, or found loaded
call        before the third network call; it listens meanwhile, as between all calls
write       after the last network call, before the result is closed
publish     before the result gets its name
published   after that, before the host is told
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_S = 0.02


def wait_at(folder: Path, point: str, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Wait for as long as a gate is closed, and leave a mark that it was reached."""
    gate = folder / point
    if gate.exists():
        (folder / f"{point}-reached").touch()
    while gate.exists():
        meanwhile()
        time.sleep(POLL_S)


class Gates:
    """The other side: closes gates, and waits until an engine stands before one.

    Args:
        folder: that the engine looks into; all gates are open at first.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    @contextmanager
    def closed(self, point: str) -> Iterator[None]:
        """Close a gate for the time being."""
        self.close(point)
        try:
            yield
        finally:
            self.open(point)

    def close(self, point: str) -> None:
        """Let the next engine that comes there wait."""
        (self.folder / point).touch()

    def open(self, point: str) -> None:
        """Let it go on."""
        for name in (point, f"{point}-reached"):
            (self.folder / name).unlink(missing_ok=True)

    def is_reached(self, point: str) -> bool:
        """Whether an engine stands there."""
        return (self.folder / f"{point}-reached").exists()
