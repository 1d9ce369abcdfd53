"""CPU and wall time by stage, where stages lie within each other and run on several threads."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch


@dataclass
class Spent:
    """What a stage took, what lies within it and is a stage of its own not counted.

    Attributes:
        cpu_s: CPU seconds of the threads that carried it out.
        wall_s: seconds on the clock.
        calls: how often it began.
    """

    cpu_s: float = 0.0
    wall_s: float = 0.0
    calls: int = 0


class StageClock:
    """Adds up what stages take, each second to the innermost stage of its thread.

    CPU time is that of the thread alone, so let torch compute with one thread.
    """

    def __init__(self) -> None:
        self.spent: defaultdict[str, Spent] = defaultdict(Spent)
        self._thread, self._lock = threading.local(), threading.Lock()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what is done meanwhile to a stage."""
        outer = getattr(self._thread, "inner", None)
        self._thread.inner = inner = Spent()
        cpu_s, wall_s = time.thread_time(), time.perf_counter()
        try:
            yield
        finally:
            cpu_s, wall_s = time.thread_time() - cpu_s, time.perf_counter() - wall_s
            self._thread.inner = outer
            with self._lock:
                total = self.spent[name]
                total.cpu_s += cpu_s - inner.cpu_s
                total.wall_s += wall_s - inner.wall_s
                total.calls += 1
            if outer is not None:
                outer.cpu_s += cpu_s
                outer.wall_s += wall_s

    def timed(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same function or method, counted to a stage."""

        def counted(*inputs: Any, **named: Any) -> Any:
            with self.stage(name):
                return call(*inputs, **named)

        return counted

    @contextmanager
    def watching(self, *places: tuple[Any, str, str]) -> Iterator[None]:
        """Count functions of a module or methods of a class, each named with its stage, until the context is left."""
        with ExitStack() as stack:
            for owner, function, name in places:
                stack.enter_context(patch.object(owner, function, self.timed(name, getattr(owner, function))))
            yield
