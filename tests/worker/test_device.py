"""A device that has too little memory, or that is lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from landcast.core.protocol.messages import Failed, Progress, Started
from landcast.tests.worker.bench import Bench

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and /proc")


@pytest.fixture
def scarce(bench: Bench) -> Iterator[Bench]:
    """A bench whose engine is ended after the test, as it keeps the batch that it was left with."""
    yield bench
    (bench.controls / "memory").unlink(missing_ok=True)
    bench.end_engine()


def test_too_little_memory_costs_nothing_but_time(scarce: Bench, tmp_path: Path) -> None:
    client, work = scarce.connect(), scarce.work("predicting", tmp_path / "a.tif")
    engine = scarce.host().engine(client)
    (scarce.controls / "memory").write_text("3")
    work.finish(client, work.begin(client))
    levels, share = scarce.differing(work.output)
    assert levels <= 1
    assert share <= 0.001
    told = [m for m, _ in client.seen if isinstance(m, Progress) and m.stage == "predicting" and m.total]
    assert len({progress.total for progress in told}) == 1
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    assert all(progress.done <= progress.total for progress in told)
    assert scarce.host().engine(client) == engine
    (scarce.controls / "memory").write_text("0")
    work = scarce.work("predicting", tmp_path / "b.tif")
    work.begin(client)
    failed = work.end(client)
    assert isinstance(failed, Failed)
    assert (failed.code, failed.is_retryable) == ("out_of_memory", True)
    assert "no memory for a single tile" in failed.message
    assert "16 down to one" in failed.message
    assert "--device" in failed.message
    assert scarce.host().engine(client) == engine
    assert [path.name for path in tmp_path.iterdir()] == ["a.tif"]
    scarce.hosts.check_nothing_left(tmp_path)


def test_a_lost_device_costs_an_engine_and_no_job(bench: Bench, tmp_path: Path) -> None:
    client, work = bench.connect(), bench.work("predicting", tmp_path / "a.tif")
    engine = bench.host().engine(client)
    (bench.controls / "assert").write_text("once")
    bench.finish(work, client)
    assert [m.attempt for m, _ in client.seen if isinstance(m, Started)] == [1, 2]
    assert bench.host().engine(client) != engine
    assert "exit code 70" in str(client.status().engines[0].last_words)
    bench.hosts.check_nothing_left(tmp_path)


def test_a_job_that_costs_every_engine_its_device_fails_with_their_last_words(bench: Bench, tmp_path: Path) -> None:
    client, work = bench.connect(), bench.work("predicting", tmp_path / "a.tif")
    (bench.controls / "assert").write_text("once\ntwice\nthrice")
    work.begin(client)
    failed = work.end(client)
    assert isinstance(failed, Failed)
    assert failed.code == "engine_crashed"
    assert "the engine died 3 times of it" in failed.message
    assert failed.message.endswith("cannot use it any more: CUDA error: device-side assert triggered")
    assert [m.attempt for m, _ in client.seen if isinstance(m, Started)] == [1, 2, 3]
    assert not list(tmp_path.iterdir())
    work.forget(client)
    bench.hosts.check_nothing_left(tmp_path)
    bench.finish(bench.work("predicting", tmp_path / "next.tif"), client)
