"""A full disk, where results or where parts of jobs are kept: told as such, or none of the job's business."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from landcast.core.protocol.messages import Failed
from landcast.tests.worker.bench import Bench
from landcast.tests.worker.raw import Hosts
from landcast.tests.worker.work import Work, work_of

pytestmark = pytest.mark.skipif(os.name == "nt", reason="mounts and /proc")

OLDER = b"what was there before"


@contextlib.contextmanager
def full(bench: Bench, place: Path) -> Iterator[None]:
    """Let what host and engine write fail at a place, as on a full disk."""
    told = bench.controls / "full"
    told.write_text(str(place))
    try:
        yield
    finally:
        told.unlink()


def fill(folder: Path) -> Path:
    """Take all room that is left."""
    path, piece = folder / "another", bytes(4096)
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as greedy:
        while greedy.write(piece):
            pass
    assert shutil.disk_usage(folder).free < len(piece)
    return path


def as_tiles(work: Work) -> Work:
    return replace(work, submit=replace(work.submit, delivery="tiles"))


@pytest.mark.parametrize("older", [None, OLDER], ids=["new", "replacing"])
def test_a_full_disk_for_results_fails_the_job_and_leaves_what_was_there(
    bench: Bench, tmp_path: Path, older: bytes | None
) -> None:
    client, work = bench.connect(), bench.work("predicting", tmp_path / "a.tif")
    work.submit = replace(work.submit, request=replace(work.submit.request, is_overwriting=True))
    engine = bench.host().engine(client)
    if older is not None:
        work.output.write_bytes(older)
    with full(bench, tmp_path):
        work.begin(client)
        failed = work.end(client)
    assert isinstance(failed, Failed)
    assert (failed.code, failed.is_retryable) == ("disk_full", True)
    assert "the disk is full" in failed.message
    assert str(tmp_path) in failed.message
    assert list(tmp_path.iterdir()) == ([] if older is None else [work.output])
    assert older is None or work.output.read_bytes() == older
    work.forget(client)
    bench.hosts.check_nothing_left(tmp_path)
    assert bench.host().engine(client) == engine


def test_a_full_cache_is_told_to_who_needs_it(bench: Bench, tmp_path: Path) -> None:
    client = bench.connect()
    sent, tiles = bench.work("receiving", tmp_path / "a.tif"), as_tiles(bench.work("idle", tmp_path / "b.tif"))
    with full(bench, bench.hosts.cache / "jobs"):
        for work in (sent, tiles):
            client.send(work.submit)
            if work is sent:
                work.send_part(client, 0)
            failed = work.end(client)
            assert isinstance(failed, Failed), failed
            assert (failed.code, failed.is_retryable) == ("disk_full", True)
            work.forget(client)
    bench.hosts.check_nothing_left(tmp_path)


@pytest.mark.parametrize("since", ["start", "middle"])
def test_a_full_cache_is_none_of_the_business_of_a_job_by_path(bench: Bench, tmp_path: Path, since: str) -> None:
    client, work = bench.connect(), bench.work("predicting", tmp_path / "a.tif")
    with full(bench, bench.hosts.cache / "jobs" if since == "start" else Path("/nowhere")):
        with bench.gates.closed("call"):
            bench.bring(work, "predicting", client)
            (bench.controls / "full").write_text(str(bench.hosts.cache / "jobs"))
        bench.finish(work, client)
    bench.hosts.check_nothing_left(tmp_path)


def test_a_real_disk_that_fills_meanwhile_fails_the_job_and_the_next_one_finds_room(
    bench: Bench, small_disk: Callable[[int], Path]
) -> None:
    folder = small_disk(4 * 2**20)
    client, work = bench.connect(), bench.work("predicting", folder / "a.tif")
    with bench.gates.closed("call"):
        bench.bring(work, "predicting", client)
        greedy = fill(folder)
    failed = work.end(client)
    assert isinstance(failed, Failed), failed
    assert failed.code == "disk_full"
    assert list(folder.iterdir()) == [greedy]
    work.forget(client)
    greedy.unlink()
    bench.finish(bench.work("predicting", folder / "a.tif"), client)
    bench.hosts.check_nothing_left(folder)


def test_a_real_full_disk_for_the_cache_ends_neither_host_nor_jobs_by_path(
    hosts: Hosts, bench: Bench, small_disk: Callable[[int], Path], tmp_path: Path
) -> None:
    hosts.cache = small_disk(2**20) / "cache"
    client = hosts.start().connect()
    greedy = fill(small_disk(2**20))
    work, sent = work_of("path", bench.scene, tmp_path / "a.tif", bench.model), bench.work("receiving", tmp_path)
    work.finish(client, work.begin(client))
    assert work.is_same(bench.undisturbed)
    client.send(sent.submit)
    sent.send_part(client, 0)
    failed = sent.end(client)
    assert isinstance(failed, Failed)
    assert failed.code == "disk_full"
    sent.forget(client)
    greedy.unlink()
    hosts.check_nothing_left()
