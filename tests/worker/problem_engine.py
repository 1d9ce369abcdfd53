"""An engine that misbehaves as it is told: `PROBLEM [--connect ...]`, several joined by a comma.

slow            each network call takes a fifth of a second
slow-load       loading a model takes ten seconds
busy-once=PATH  hangs in the third call with the interpreter held, the first time
die             ends in the third call, always
die-at-start    ends before it is ready, always
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from landcast.worker.engine import __main__ as program


def hold_interpreter() -> None:
    """Sleep for an hour without letting any other thread of Python run."""
    ctypes.PyDLL(None).sleep(3600)


def misbehave(problem: str) -> None:
    """Make the engine's parts do what they should not."""
    if problem == "die-at-start":
        sys.stderr.write("no such device\n")
        os._exit(3)
    from landcast.worker.engine.job import JobRun
    from landcast.worker.engine.models import WarmModels

    name, _, path = problem.partition("=")
    tick: Callable[..., None] = JobRun._tick
    load: Callable[..., Any] = WarmModels.load

    def slow_tick(run: JobRun, done: int, total: int) -> None:
        time.sleep(0.2)
        tick(run, done, total)

    def busy_tick(run: JobRun, done: int, total: int) -> None:
        tick(run, done, total)
        if done == 2 and not Path(path).exists():
            Path(path).touch()
            hold_interpreter()

    def deadly_tick(run: JobRun, done: int, total: int) -> None:
        tick(run, done, total)
        if done == 2:
            sys.stderr.write("the device caught fire\n")
            sys.stderr.flush()
            os._exit(7)

    def slow_load(models: WarmModels, *arguments: Any) -> Any:
        time.sleep(10)
        return load(models, *arguments)

    replaced = {"slow": slow_tick, "busy-once": busy_tick, "die": deadly_tick}
    if name == "slow-load":
        WarmModels.load = slow_load  # type: ignore[method-assign]
    else:
        JobRun._tick = replaced[name]  # type: ignore[method-assign]


if __name__ == "__main__":
    for one in sys.argv[1].split(","):
        misbehave(one)
    sys.exit(program.main(sys.argv[2:]))
