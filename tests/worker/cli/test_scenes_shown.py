"""How runs and options are shown: lines at times, nothing twice, and help that lists every option."""

from __future__ import annotations

from datetime import UTC, datetime

import click
import pytest

from landcast.core.errors import RequestError
from landcast.core.scenes.manifest import Entry
from landcast.core.scenes.totals import Totals
from landcast.worker.cli.batch_display import BatchDisplay
from landcast.worker.cli.console import ProgressDisplay
from landcast.worker.cli.main import group
from landcast.worker.cli.numbers import parse_bytes
from landcast.worker.cli.predict import predict

TOTALS = Totals(40, 10, 2, 1, 27, 800.0, 6720.0, 7000.0, 14_400.0)
RUNNING = Entry("town_12", "identity", "town_12.tif", "test", "running")
NOW = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_run_in_a_pipe_is_told_every_thirty_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with BatchDisplay("auto", clock, lambda: NOW) as display:
        for _ in range(61):
            display.show(RUNNING, 0.35, TOTALS)
            clock.now += 1
    said = "progress: 12 of 40 scenes, 1 failed, town_12 35%, 8.4 s/Mpx, finish 2026-11-24 02:00 UTC (in 4.0 h)"
    assert capsys.readouterr().err.splitlines() == [said, said]


def test_one_scene_in_a_pipe_is_told_every_thirty_seconds_too(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with ProgressDisplay("auto", "call", clock) as display:
        for done in range(61):
            display.show(done, 61)
            clock.now += 1
    assert capsys.readouterr().err.splitlines() == ["progress: 30/61", "progress: 60/61"]


def test_what_many_scenes_warn_of_alike_is_told_once_and_failures_always(capsys: pytest.CaptureFixture[str]) -> None:
    with BatchDisplay("none") as display:
        for scene in "ab":
            display.say("warning", scene, "two years are a guess")
            display.say("failed", scene, "no such\nfile")
            display.say("done", scene, "done")
    assert capsys.readouterr().err.splitlines() == [
        "warning: a: two years are a guess", "failed: a: no such file", "failed: b: no such file"
    ]  # fmt: skip


def test_help_lists_every_option_under_a_title() -> None:
    context = click.Context(predict, info_name="predict", **group.context_settings)
    text = predict.get_help(context)
    for title in ("Results:", "Scenes:", "Ground and grid:", "The source image:", "The future:", "Machine:"):
        assert f"\n{title}\n" in text
    for parameter in predict.params:
        if isinstance(parameter, click.Option):
            assert f" {parameter.opts[-1]}" in text, parameter.opts


@pytest.mark.parametrize(
    ("text", "size"), [("2GB", 2 * 10**9), ("1.5 GiB", 3 * 2**29), ("800m", 800 * 10**6), ("3KiB", 3072), (None, None)]
)
def test_sizes_are_read_with_their_units(text: str | None, size: int | None) -> None:
    assert parse_bytes(text, "--max-memory") == size


@pytest.mark.parametrize("text", ["", "2", "0GB", "-1GB", "2 apples", "GB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(RequestError, match="--max-memory needs a size with its unit"):
        parse_bytes(text, "--max-memory")
