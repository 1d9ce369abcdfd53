"""Many scenes: one failure stops no other, all of it is written down, and nothing is done twice."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from landcast.core.errors import CancelledError, OutputError, UnreadableSourceError
from landcast.core.scenes.batch import Batch, Clocks, Ended, SceneOutcome
from landcast.core.scenes.inputs.scene import Scene
from landcast.core.scenes.manifest import Entry, Manifest
from landcast.core.scenes.run_log import RunLog
from landcast.core.scenes.scene_run import SceneListener
from landcast.core.scenes.totals import Totals

SIDE = 1000


@dataclass
class Shown:
    """Remembers what was shown."""

    totals: list[Totals] = field(default_factory=list)
    said: list[tuple[str, str, str]] = field(default_factory=list)

    def show(self, entry: Entry | None, share: float, totals: Totals) -> None:
        self.totals.append(totals)

    def say(self, level: str, scene: str, text: str) -> None:
        self.said.append((level, scene, text))


class Work:
    """Stands in for predicting: takes ten seconds of a clock that only it moves, and writes a file."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now = folder, 0.0
        self.began: list[str] = []
        self.on: dict[str, Callable[[SceneListener], None]] = {}

    def __call__(self, scene: Scene, listener: SceneListener) -> SceneOutcome:
        self.began.append(scene.name)
        listener.progress(0, 2)
        for part in (1, 2):
            self.now += 5
            listener.progress(part, 2)
            listener.block_done(part - 1, 2, 5.0, False)
        self.on.get(scene.name, lambda listener: None)(listener)
        path = self.folder / f"{scene.name}_pred.tif"
        path.write_text(f"result of {scene.name}")
        return SceneOutcome({"prediction": path}, f"key {scene.name}", SIDE * SIDE, 10.0, 2)


@pytest.fixture
def scenes(tmp_path: Path) -> list[Scene]:
    made = []
    for name in "abc":
        path = tmp_path / f"{name}.tif"
        path.write_text(f"source {name}")
        made.append(Scene(path, "test", name))
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "out"
    path.mkdir()
    return path


def run(
    folder: Path, scenes: list[Scene], doing: Work, shown: Shown | None = None, asked: str = "same", **more: Any
) -> Ended:
    clocks = Clocks(lambda: doing.now, lambda: 1_800_000_000 + doing.now)
    with RunLog(folder / "log.jsonl", clocks.wall) as log:
        return Batch(
            folder, scenes, lambda scene: f"{asked} {scene.name}", doing, shown or Shown(), log, clocks=clocks, **more
        ).run()  # fmt: skip


def events(folder: Path) -> list[tuple[str, str | None]]:
    lines = (folder / "log.jsonl").read_text().splitlines()
    return [(event["event"], event.get("scene")) for event in map(json.loads, lines)]


def fail(error: BaseException) -> Callable[[SceneListener], None]:
    def raise_it(listener: SceneListener) -> None:
        raise error

    return raise_it


def test_one_scene_that_fails_stops_no_other_and_is_told_everywhere(folder: Path, scenes: list[Scene]) -> None:
    work, shown = Work(folder), Shown()
    work.on["b"] = fail(UnreadableSourceError("b.tif: rows 0 to 9\ncannot be read"))
    ended = run(folder, scenes, work, shown)
    assert [entry.state for entry in ended.entries] == ["done", "failed", "done"]
    reason = "b.tif: rows 0 to 9 cannot be read"
    known = json.loads((folder / "manifest.json").read_text())["scenes"]
    assert [(one["name"], one["state"], one["reason"]) for one in known] == [
        ("a", "done", None), ("b", "failed", reason), ("c", "done", None)
    ]  # fmt: skip
    summary = json.loads((folder / "summary.json").read_text())
    assert (summary["done"], summary["failed"], summary["to_do"], summary["state"]) == (
        2,
        1,
        0,
        "finished, some failed",
    )
    assert summary["failures"] == [{"name": "b", "source": str(scenes[1].source), "origin": "test", "reason": reason}]
    assert summary["seconds_per_megapixel"] == 10.0
    assert f"failed:   b: {reason}" in (folder / "summary.txt").read_text()
    assert ("scene failed", "b") in events(folder)
    assert ("failed", "b", reason) in shown.said
    assert not ended.is_stopped


def test_a_fault_of_the_program_in_one_scene_costs_no_other_and_leaves_its_traceback(
    folder: Path, scenes: list[Scene]
) -> None:
    work = Work(folder)
    work.on["a"] = fail(ZeroDivisionError("oops"))
    ended = run(folder, scenes, work)
    assert [entry.state for entry in ended.entries] == ["failed", "done", "done"]
    assert ended.entries[0].reason == "a fault of the program, please report it: ZeroDivisionError: oops"
    assert "raise error" in (folder / "log.jsonl").read_text()


def test_the_same_run_again_does_only_what_is_missing(folder: Path, scenes: list[Scene]) -> None:
    first = Work(folder)
    first.on["b"] = fail(UnreadableSourceError("not now"))
    run(folder, scenes, first)
    again, shown = Work(folder), Shown()
    ended = run(folder, scenes, again, shown)
    assert again.began == ["b"]
    assert [entry.state for entry in ended.entries] == ["done"] * 3
    assert (ended.totals.done, ended.totals.kept) == (1, 2)
    assert ended.described["done_before"] == 2
    assert [said[:2] for said in shown.said] == [("kept", "a"), ("done", "b"), ("kept", "c")]
    assert run(folder, scenes, again, is_redoing=True).totals.done == 3


def test_what_was_done_counts_only_while_request_source_and_result_are_the_same(
    folder: Path, scenes: list[Scene]
) -> None:
    run(folder, scenes, Work(folder))
    again = Work(folder)
    run(folder, scenes, again, asked="other")
    assert again.began == ["a", "b", "c"]
    Path(scenes[0].source).write_text("another source")
    (folder / "b_pred.tif").write_text("damaged of b")
    (folder / "c_pred.tif").touch()
    last = Work(folder)
    run(folder, scenes, last, asked="other")
    assert last.began == ["a", "b"]


def test_a_run_that_is_stopped_says_what_is_left_and_goes_on(folder: Path, scenes: list[Scene]) -> None:
    stop, work = threading.Event(), Work(folder)

    def ask(listener: SceneListener) -> None:
        stop.set()
        raise CancelledError("stopped as asked; 1 of 2 blocks are kept")

    work.on["b"] = ask
    ended = run(folder, scenes, work, stop=stop)
    assert ended.is_stopped
    assert [entry.state for entry in ended.entries] == ["done", "stopped", "waiting"]
    assert ended.described["state"] == "stopped"
    assert "stopped:  b; the same command goes on with it" in ended.text
    again = Work(folder)
    ended = run(folder, scenes, again)
    assert again.began == ["b", "c"]
    assert ended.entries[1].seconds == 20.0, "what an earlier run spent on it counts"


def test_stopping_at_once_writes_down_how_far_it_was(folder: Path, scenes: list[Scene]) -> None:
    work = Work(folder)
    work.on["b"] = fail(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        run(folder, scenes, work)
    assert {name: entry.state for name, entry in Manifest(folder).entries.items()} == {
        "a": "done", "b": "stopped", "c": "waiting"
    }  # fmt: skip
    assert events(folder)[-1] == ("run broken off", None)
    assert json.loads((folder / "summary.json").read_text())["to_do"] == 2


def test_the_expected_finish_follows_from_what_was_done(folder: Path, scenes: list[Scene]) -> None:
    shown = Shown()
    run(folder, scenes, Work(folder), shown, work={"a": 100.0, "b": 100.0, "c": 400.0})
    left = [totals.remaining_seconds for totals in shown.totals]
    assert left[:2] == [None, None]
    assert left[2] == 55.0, "half of a took 5 s, and 5.5 times a are left"
    assert left[-1] == 0.0


def test_every_block_stands_in_the_log(folder: Path, scenes: list[Scene]) -> None:
    run(folder, scenes[:1], Work(folder))
    assert [event for event, _ in events(folder)] == [
        "run started", "scene started", "block done", "block done", "scene done", "run ended"
    ]  # fmt: skip


def test_scenes_of_other_runs_stay_in_the_manifest_and_out_of_the_summary(folder: Path, scenes: list[Scene]) -> None:
    run(folder, scenes[:1], Work(folder))
    ended = run(folder, scenes[1:], Work(folder))
    assert list(Manifest(folder).entries) == ["a", "b", "c"]
    assert ended.totals.scenes == 2


def test_a_manifest_that_cannot_be_written_stops_nothing_and_is_told_once(
    folder: Path, scenes: list[Scene], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(self: Manifest) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Manifest, "save", full)
    monkeypatch.setattr("landcast.core.scenes.batch.write_summary", lambda *_: full(Manifest(folder)))
    with caplog.at_level(logging.WARNING):
        ended = run(folder, scenes, Work(folder))
    assert ended.totals.done == 3
    assert len([one for one in caplog.records if "cannot be written: No space left" in one.getMessage()]) == 1


def test_a_folder_whose_manifest_is_not_ours_is_refused(folder: Path, scenes: list[Scene]) -> None:
    (folder / "manifest.json").write_text('{"format": 99}')
    with pytest.raises(OutputError, match="a manifest of format 99"):
        run(folder, scenes, Work(folder))
    (folder / "manifest.json").write_text("[1, 2")
    with pytest.raises(OutputError, match="move it away"):
        run(folder, scenes, Work(folder))


def test_a_scene_that_is_refused_fails_at_its_turn_and_is_never_begun(folder: Path, scenes: list[Scene]) -> None:
    work = Work(folder)
    ended = run(folder, [scenes[0], replace(scenes[1], refused="not known where it lies")], work)
    assert work.began == ["a"]
    assert [(entry.state, entry.reason) for entry in ended.entries] == [
        ("done", None), ("failed", "not known where it lies")
    ]  # fmt: skip
    assert list(Manifest(folder).names.values()) == ["a"]


def test_what_opens_an_address_is_written_nowhere(folder: Path) -> None:
    address = "https://user:secret@example.org/a.tif?sig=secret"
    work, shown = Work(folder), Shown()

    def say_it(listener: SceneListener) -> None:
        listener.warn(f"{address}: slow")
        listener.block_failed(0, 2, f"{address}: gone")
        raise ZeroDivisionError(address)

    work.on["x"] = say_it
    run(folder, [Scene(address, f"{address} (list)", "x")], work, shown)
    texts = [path.read_text() for path in folder.iterdir()] + [text for _, _, text in shown.said]
    assert not [text for text in texts if "secret" in text]
    assert json.loads((folder / "manifest.json").read_text())["scenes"][0]["source"] == "https://example.org/a.tif"
    assert "sig=" not in (folder / "log.jsonl").read_text()


def test_what_was_done_stays_in_the_manifest_of_a_run_that_is_killed_in_its_first_scene(
    folder: Path, scenes: list[Scene]
) -> None:
    run(folder, scenes[1:], Work(folder))
    before = Manifest(folder).entries
    Path(scenes[2].source).unlink()
    work = Work(folder)
    work.on["a"] = fail(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        run(folder, scenes, work)
    assert {name: Manifest(folder).entries[name] for name in "bc"} == before
    summary = json.loads((folder / "summary.json").read_text())
    assert (summary["done"], summary["done_before"], summary["to_do"]) == (2, 2, 1)
    again = Work(folder)
    assert run(folder, scenes, again).totals.kept == 2
    assert again.began == ["a"], "a source that was archived takes nothing from its result"
