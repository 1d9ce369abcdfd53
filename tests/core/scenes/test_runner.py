"""Blocks predicted in this process: read ahead, written behind, never more than three at once."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
import torch

from landcast.core.blocks import BlockPredictor
from landcast.core.errors import OutputError, UnreadableSourceError
from landcast.core.model.folder import LoadedModel
from landcast.core.request import PredictionRequest
from landcast.core.scenes import local_runner
from landcast.core.scenes.block_folder import BlockFolder, BlockRecord
from landcast.core.scenes.lane import Lane
from landcast.core.scenes.local_runner import LocalRunner, WarmModel
from landcast.core.scenes.prepared import OpenScene, PreparedScene, prepare_scene
from landcast.core.scenes.runner import BlockDone
from landcast.tests.core.scenes.quick_scene import load_quickly

Ask = Callable[..., PredictionRequest]


@pytest.fixture
def scene(ask: Ask) -> PreparedScene:
    return prepare_scene(ask(), pytest.fail, block_px=128)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, str]]:
    """What begins and ends: the step, the block, and `begin` or `end`."""
    heard: list[tuple[str, int, str]] = []

    def telling(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def told(self: Any, number: int, *rest: Any) -> Any:
            heard.append((name, number, "begin"))
            time.sleep(0.01)
            try:
                return call(self, number, *rest)
            finally:
                heard.append((name, number, "end"))

        return told

    for owner, name in ((OpenScene, "read"), (OpenScene, "compute"), (BlockFolder, "save")):
        monkeypatch.setattr(owner, name, telling(name, getattr(owner, name)))
    return heard


def run(scene: PreparedScene, folder: Path, numbers: list[int], **settings: Any) -> list[int]:
    outcomes = LocalRunner(load_quickly).run(scene, str(folder), numbers, **({"stop": lambda: False} | settings))
    return [outcome.number for outcome in outcomes]


def test_one_block_is_read_and_one_written_while_another_is_computed(
    scene: PreparedScene, tmp_path: Path, steps: list[tuple[str, int, str]]
) -> None:
    numbers = [1, 2, 4, 7, 8]
    assert run(scene, tmp_path, numbers) == numbers
    assert BlockFolder(tmp_path, scene).kept() == set(numbers)
    at = {step: index for index, step in enumerate(steps)}
    for before, number, after in zip([None, *numbers], numbers, [*numbers[1:], None], strict=False):
        assert at["read", number, "end"] < at["compute", number, "begin"]
        assert at["compute", number, "end"] < at["save", number, "begin"]
        if after is not None:
            # the next is read while this one is computed
            assert at["read", after, "begin"] < at["compute", number, "end"]
        if before is not None:
            # and the last is written before this one is
            assert at["save", before, "end"] < at["save", number, "begin"]
    overlaps = [
        at["save", before, "end"] > at["compute", number, "begin"] for before, number in itertools.pairwise(numbers)
    ]
    assert any(overlaps)


def test_no_more_than_three_blocks_are_held(
    scene: PreparedScene, tmp_path: Path, steps: list[tuple[str, int, str]]
) -> None:
    run(scene, tmp_path, list(range(9)))
    held: set[int] = set()
    for step, number, edge in steps:
        if (step, edge) == ("read", "begin"):
            held.add(number)
        elif (step, edge) == ("save", "end"):
            held.discard(number)
        assert len(held) <= 3


def test_nothing_is_begun_after_it_was_told_to_stop(
    scene: PreparedScene, tmp_path: Path, steps: list[tuple[str, int, str]]
) -> None:
    computed = run(scene, tmp_path, list(range(9)), stop=lambda: ("compute", 2, "begin") in steps)
    assert computed == [0, 1, 2]
    assert BlockFolder(tmp_path, scene).kept() == {0, 1, 2}
    assert run(scene, tmp_path / "none", list(range(9)), stop=lambda: True) == []


def test_what_cannot_be_written_ends_the_run(
    scene: PreparedScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = BlockFolder.save

    def refuse(self: BlockFolder, number: int, *rest: Any) -> BlockRecord:
        if number == 1:
            raise OutputError("block 1: cannot be written")
        return save(self, number, *rest)

    monkeypatch.setattr(BlockFolder, "save", refuse)
    outcomes = iter(LocalRunner(load_quickly).run(scene, str(tmp_path), list(range(9)), lambda: False))
    assert next(outcomes).number == 0
    with pytest.raises(OutputError, match="block 1: cannot be written"):
        next(outcomes)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("landcast")]


def test_who_stops_listening_leaves_no_thread(scene: PreparedScene, tmp_path: Path) -> None:
    outcomes = LocalRunner(load_quickly).run(scene, str(tmp_path), list(range(9)), lambda: False)
    first = next(iter(outcomes))
    assert isinstance(first, BlockDone)
    assert first.seconds > 0
    outcomes.close()  # type: ignore[attr-defined]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("landcast")]


def test_calls_are_told_block_by_block(scene: PreparedScene, tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    run(scene, tmp_path, [0, 5], on_calls=lambda number, calls: heard.append((number, calls)))
    assert {number for number, _ in heard} == {0, 5}
    assert max(calls for number, calls in heard if number == 5) <= scene.calls[5]


def test_a_model_is_loaded_once_for_all_scenes_that_share_it(ask: Ask, tmp_path: Path) -> None:
    loaded: list[Path] = []

    def load(folder: Path, device: torch.device, precision: torch.dtype) -> LoadedModel:
        loaded.append(folder)
        return load_quickly(folder, device, precision)

    runner = LocalRunner(WarmModel(load))
    for seed in (1, 2):
        scene = prepare_scene(ask(seed=seed), pytest.fail, block_px=128)
        assert len(list(runner.run(scene, str(tmp_path / str(seed)), [0], lambda: False))) == 1
    assert len(loaded) == 1
    bf16 = prepare_scene(ask(precision="bf16"), pytest.fail, block_px=128)
    list(runner.run(bf16, str(tmp_path / "bf16"), [0], lambda: False))
    assert len(loaded) == 2


def test_a_lane_does_one_thing_after_another_and_hands_on_what_fails() -> None:
    order: list[int] = []

    def act(number: int) -> int:
        order.append(number)
        if number == 2:
            raise ValueError("two")
        return -number

    with Lane("landcast test") as lane:
        futures: list[Future[int]] = [lane.submit(act, number) for number in range(4)]
        assert [future.result() for future in (futures[0], futures[1], futures[3])] == [0, -1, -3]
        with pytest.raises(ValueError, match="two"):
            futures[2].result()
    assert order == [0, 1, 2, 3]
    waiting = threading.Event()
    lane = Lane("landcast test")
    lane.submit(waiting.wait)
    assert not lane.close(timeout_s=0.05)
    waiting.set()
    assert lane.close(timeout_s=60)


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A server that is away: each entry fails one opening, and then the source is there again."""
    left = ["reset", "refused", "timed out"]

    def read(self: Any, number: int) -> Any:
        if len(left) == 3:
            raise UnreadableSourceError(left.pop())
        return whole_read(self, number)

    def reopen(self: OpenScene) -> None:
        if left:
            raise UnreadableSourceError(left.pop())
        whole_reopen(self)

    whole_read, whole_reopen = BlockPredictor.read, OpenScene.reopen
    monkeypatch.setattr(BlockPredictor, "read", read)
    monkeypatch.setattr(OpenScene, "reopen", reopen)
    monkeypatch.setattr(PreparedScene, "is_remote", property(lambda scene: True))
    return left


def test_a_server_that_is_away_for_a_while_ends_nothing(
    scene: PreparedScene, tmp_path: Path, away: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_runner, "REMOTE_WAITS_S", (0.01, 0.02, 0.05))
    outcomes = list(LocalRunner(load_quickly).run(scene, str(tmp_path), [0, 1], lambda: False))
    assert [(type(outcome), outcome.number) for outcome in outcomes] == [(BlockDone, 0), (BlockDone, 1)]
    assert away == []


def test_who_waits_for_a_server_stops_when_told(scene: PreparedScene, tmp_path: Path, away: list[str]) -> None:
    started = time.monotonic()
    assert run(scene, tmp_path, [0, 1], stop=lambda: len(away) < 3) == []
    assert time.monotonic() - started < local_runner.REMOTE_WAITS_S[0]
    assert len(away) == 2
