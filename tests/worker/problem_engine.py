"""An engine that misbehaves as it is told: `PROBLEM [--connect ...]`, several joined by a comma.

slow             each network call takes a fifth of a second
busy-once=PATH   hangs in the third call with the interpreter held, the first time
die-at-start     ends before it is ready, always
controls=FOLDER  looks at files in a folder, which a test makes and removes meanwhile:

    memory       the most windows a call for which there is memory
    assert       the device is lost in the third call, as often as this file has lines, which are taken off one by one
    full         the beginning of paths whose disk is full
    start ...    gates where it waits; see `gates.py`
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from landcast.tests.worker.full_disk import fill_disk
from landcast.tests.worker.gates import wait_at
from landcast.worker.engine import __main__ as program


def hold_interpreter() -> None:
    """Sleep for an hour without letting any other thread of Python run."""
    ctypes.PyDLL(None).sleep(3600)


def before_tick(act: Callable[[Any, int, int], None]) -> None:
    """Do something before each network call, and once after the last."""
    from landcast.worker.engine.job import JobRun

    tick: Callable[..., None] = JobRun._tick

    def replaced(run: JobRun, done: int, total: int) -> None:
        tick(run, done, total)
        act(run, done, total)

    JobRun._tick = replaced  # type: ignore[method-assign]


def be_slow(value: str) -> None:
    before_tick(lambda run, done, total: time.sleep(0.2))


def be_busy_once(path: str) -> None:
    def act(run: Any, done: int, total: int) -> None:
        if done == 2 and not Path(path).exists():
            Path(path).touch()
            hold_interpreter()

    before_tick(act)


def die_at_start(value: str) -> None:
    sys.stderr.write("no such device\n")
    os._exit(3)


def heed_controls(folder: str) -> None:
    controls = Path(folder)
    wait_at(controls, "start")
    fill_disk(controls / "full")
    limit_memory(controls / "memory")
    lose_device(controls / "assert")
    heed_gates(controls)


def limit_memory(told: Path) -> None:
    import torch

    from landcast.core.forecast import forecaster

    call = forecaster.call_unet

    def limited(unet: Any, noisy: torch.Tensor, *arguments: Any) -> torch.Tensor:
        if told.exists() and len(noisy) > int(told.read_text()):
            raise torch.OutOfMemoryError(f"CUDA out of memory. Tried to allocate {len(noisy)} GiB")
        return call(unet, noisy, *arguments)

    forecaster.call_unet = limited


def lose_device(told: Path) -> None:
    def act(run: Any, done: int, total: int) -> None:
        lines = told.read_text().splitlines() if told.exists() else []
        if done == 2 and lines:
            told.write_text("\n".join(lines[1:]))
            raise RuntimeError("CUDA error: device-side assert triggered\nCompile with `TORCH_USE_CUDA_DSA`")

    before_tick(act)


def heed_gates(folder: Path) -> None:
    from landcast.core.raster.result import ResultFile
    from landcast.worker.engine.models import WarmModels

    load, publish = WarmModels.load, ResultFile.publish

    def held_load(models: WarmModels, *arguments: Any) -> Any:
        wait_at(folder, "load")
        return load(models, *arguments)

    def held_publish(file: ResultFile, *arguments: Any, **settings: Any) -> Path:
        wait_at(folder, "publish")
        path = publish(file, *arguments, **settings)
        wait_at(folder, "published")
        return path

    def act(run: Any, done: int, total: int) -> None:
        if done == total:
            wait_at(folder, "write")
        elif done == 2:
            wait_at(folder, "call", run._pulse)

    WarmModels.load = held_load  # type: ignore[method-assign]
    ResultFile.publish = held_publish  # type: ignore[method-assign]
    before_tick(act)


PROBLEMS: dict[str, Callable[[str], None]] = {
    "slow": be_slow,
    "busy-once": be_busy_once,
    "die-at-start": die_at_start,
    "controls": heed_controls,
}


def misbehave_once_watched() -> None:
    """Let this process end with its host first, as every engine does, and then go wrong."""
    watch_host = program.watch_host

    def watch(*arguments: Any) -> None:
        watch_host(*arguments)
        for one in sys.argv[1].split(","):
            name, _, value = one.partition("=")
            PROBLEMS[name](value)

    program.watch_host = watch


if __name__ == "__main__":
    misbehave_once_watched()
    sys.exit(program.main(sys.argv[2:]))
