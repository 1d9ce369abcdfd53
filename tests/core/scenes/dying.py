"""Runs of a scene that end where they are told to, as if by a lost machine."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from landcast.core.errors import CancelledError
from landcast.core.raster.partial import PartialFile
from landcast.core.request import PredictionRequest
from landcast.core.scenes import scene_run
from landcast.core.scenes.block_folder import BlockFolder
from landcast.core.scenes.file_store import PARTIAL, LocalStore
from landcast.core.scenes.local_runner import LocalRunner
from landcast.core.scenes.plan_file import PlanFile
from landcast.core.scenes.scene_run import SceneSettings, run_scene
from landcast.tests.core.scenes.quick_scene import BLOCK_PX, Heard, load_quickly
from landcast.worker.cli.stopping import listen_for_stop, stopping_gently


def die() -> None:
    """End this process as nobody can prevent."""
    os.kill(os.getpid(), signal.SIGKILL)


def in_the_middle_of_a_file() -> None:
    """Die while the third block's image is half written."""
    write = LocalStore.write

    def dying(store: LocalStore, name: str, data: bytes) -> None:
        if name == "block-000002.prediction.tif":
            (store.folder / f".{name}.0badcafe{PARTIAL}").write_bytes(data[: len(data) // 2])
            die()
        write(store, name, data)

    LocalStore.write = dying  # type: ignore[method-assign]


def before_the_record() -> None:
    """Die when all files of the third block are written and its record is not."""
    write = LocalStore.write

    def dying(store: LocalStore, name: str, data: bytes) -> None:
        if name == "block-000002.json":
            die()
        write(store, name, data)

    LocalStore.write = dying  # type: ignore[method-assign]


def while_computing() -> None:
    """Die within the network of the sixth block."""
    run = LocalRunner.run

    def dying(self: LocalRunner, scene: Any, url: str, numbers: Any, stop: Any, on_calls: Any) -> Any:
        def hear(number: int, calls: int) -> None:
            on_calls(number, calls)
            if number == 5:
                die()

        return run(self, scene, url, numbers, stop, hear)

    LocalRunner.run = dying  # type: ignore[method-assign, assignment]


def before_a_layer_gets_its_name() -> None:
    """Die when the first layer's file is whole and still stands aside."""
    _at_call(PartialFile, "publish", lambda count: die())


def between_two_names() -> None:
    """Die when the first layer has its name and the second has not."""
    write_cog, done = scene_run.write_cog, []

    def dying(*args: Any, **settings: Any) -> Path:
        done.append(write_cog(*args, **settings))
        die()
        return done[-1]

    scene_run.write_cog = dying


def after_the_last_name() -> None:
    """Die when all layers have their names and nothing is removed yet."""
    _at_call(BlockFolder, "remove", lambda count: die())


def while_tidying_up() -> None:
    """Die when half of the blocks are removed."""
    _at_call(LocalStore, "remove", lambda count: count == 6 and die())


def before_the_plan_goes() -> None:
    """Die when all but the plan is removed."""
    _at_call(PlanFile, "remove", lambda count: die())


PLACES = {
    place.__name__: place
    for place in (
        in_the_middle_of_a_file, before_the_record, while_computing, before_a_layer_gets_its_name, between_two_names,
        after_the_last_name, while_tidying_up, before_the_plan_goes,
    )
}  # fmt: skip


def run_and_die(request: PredictionRequest, place: str) -> None:
    """Run a scene in this process, which ends where it is told to."""
    torch.set_num_threads(1)
    PLACES[place]()
    run_scene(request, SceneSettings(block_px=BLOCK_PX), Heard(), LocalRunner(load_quickly))
    os._exit(9)


def run_until_asked(request: PredictionRequest) -> None:
    """Run a scene slowly as the command line does, and end with 130 where it was stopped gently, 131 at once."""
    torch.set_num_threads(1)

    class Slow(Heard):
        def progress(self, done: int, total: int) -> None:
            time.sleep(0.02)

    listen_for_stop()
    try:
        with stopping_gently() as asked:
            run_scene(request, SceneSettings(block_px=BLOCK_PX), Slow(), LocalRunner(load_quickly), asked.is_asked)
    except CancelledError:
        sys.exit(130)
    except KeyboardInterrupt:
        sys.exit(131)


def _at_call(owner: Any, name: str, act: Callable[[int], object]) -> None:
    """Do something before each call of a function, which is told how many there were."""
    kept, calls = getattr(owner, name), []

    def counting(*args: Any, **settings: Any) -> Any:
        calls.append(name)
        act(len(calls))
        return kept(*args, **settings)

    setattr(owner, name, counting)
