"""Tiles that a client has from a worker that is gone are not computed again by the next one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from landcast.core.lattice import Rect, split
from landcast.core.plan import BLOCK_PX
from landcast.core.protocol.messages import Credit, Done, Plan, Planned, Progress, Tile
from landcast.tests.worker.raw import Hosts, RawClient, predict_job
from landcast.worker.engine.requests import TILE_PX

MUCH = 2**30


def pixels_of(client: RawClient) -> dict[int, tuple[Any, bytes]]:
    """Tiles that came, by number."""
    return {
        message.number: (message.rect, bytes(frames[0].data))
        for message, frames in client.seen
        if isinstance(message, Tile)
    }


def test_blocks_that_a_client_has_are_passed_over_by_a_worker_that_knows_nothing_of_them(
    hosts: Hosts, long_scene: Path, tiny_model: Path, tmp_path: Path
) -> None:
    host = hosts.start()
    first = host.connect()
    job = replace(predict_job(long_scene, tmp_path / "a.tif", tiny_model, members=2), delivery="tiles")
    first.send(Plan(job.job, job.request))
    planned = first.wait(Planned)
    rect = Rect(planned.rect.top, planned.rect.left, planned.rect.height, planned.rect.width)
    first.send(job)
    first.send(Credit(job.job, 1000, MUCH))
    assert isinstance(first.end_of(job.job), Done)
    undisturbed = pixels_of(first)
    host.process.kill()
    host.process.wait()
    shutil.rmtree(hosts.cache / "jobs")

    blocks, tiles = list(split(rect, BLOCK_PX)), list(split(rect, TILE_PX))
    assert len(blocks) > 2
    # all of the first block, and one tile of the second
    held = [tiles.index(tile) for tile in split(blocks[0], TILE_PX)] + [tiles.index(next(split(blocks[1], TILE_PX)))]
    second = hosts.start().connect()
    second.send(replace(job, received=tuple((number, number + 1) for number in sorted(held))))
    second.send(Credit(job.job, 1000, MUCH))
    end = second.end_of(job.job)
    assert isinstance(end, Done)
    assert end.tiles == len(tiles)
    assert pixels_of(second) == {number: tile for number, tile in undisturbed.items() if number not in held}
    calls = [m.done for m, _ in second.seen if isinstance(m, Progress) and m.stage == "predicting"]
    assert calls[0] > 0, "the first block's calls count as done"
    assert [m.stage for m, _ in second.seen if isinstance(m, Progress)].count("reading") == len(blocks) - 1


def test_nothing_is_computed_for_a_client_that_has_everything(
    hosts: Hosts, small_scene: Path, tiny_model: Path, tmp_path: Path
) -> None:
    client = hosts.start().connect()
    job = replace(predict_job(small_scene, tmp_path / "a.tif", tiny_model), delivery="tiles", received=((0, 100),))
    client.send(job)
    client.send(Credit(job.job, 1000, MUCH))
    assert isinstance(client.end_of(job.job), Done)
    stages = [m.stage for m, _ in client.seen if isinstance(m, Progress)]
    assert (stages, pixels_of(client)) == (["planning", "loading", "writing"], {})


def test_a_client_hears_of_each_stage_and_of_all_calls(
    hosts: Hosts, long_scene: Path, tiny_model: Path, tmp_path: Path
) -> None:
    client = hosts.start().connect()
    job = predict_job(long_scene, tmp_path / "a.tif", tiny_model)
    client.send(job)
    end = client.end_of(job.job)
    assert isinstance(end, Done)
    told = [m for m, _ in client.seen if isinstance(m, Progress)]
    order = list(dict.fromkeys(m.stage for m in told))
    assert order == ["planning", "loading", "reading", "predicting", "writing"]
    counted = [m for m in told if m.stage in ("predicting", "writing")]
    assert [m.done for m in counted] == sorted(m.done for m in counted)
    assert {m.total for m in counted} == {told[-1].total}
    assert told[-1].done == told[-1].total > 0
