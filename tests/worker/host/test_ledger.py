"""What is kept of a job comes back as it was, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landcast.core.protocol.frames import Frame
from landcast.core.protocol.values import Rect
from landcast.worker.host.ledger import STALE_S, JobFolder, KeptTile, Ledger

TILE = KeptTile(
    Rect(-512, 1024, 2, 3),
    {"valid": Frame("uint8", (2, 3), b"\1" * 6), "prediction": Frame("uint16", (1, 2, 3), bytes(range(12)))},
)


def contents(tile: KeptTile | None) -> object:
    assert tile is not None
    return tile.rect, {name: (frame.dtype, frame.shape, bytes(frame.data)) for name, frame in tile.layers.items()}


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    folder = Ledger(tmp_path / "jobs").job("a" * 32)
    folder.open("key")
    folder.save(7, TILE)
    return folder


def test_a_tile_comes_back_as_it_was_kept(folder: JobFolder) -> None:
    assert contents(folder.load(7)) == contents(TILE)
    assert list(folder.numbers()) == [7]
    assert folder.load(8) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.data())
def test_a_damaged_tile_is_not_taken_for_whole(folder: JobFolder, data: st.DataObject) -> None:
    folder.save(7, TILE)
    path = folder.path / "tile-7"
    held = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(held) - 1))
    if data.draw(st.booleans()):
        held[place] ^= data.draw(st.integers(1, 255))
    else:
        del held[place:]
    path.write_bytes(held)
    assert folder.load(7) is None


def test_what_was_kept_of_another_result_goes(folder: JobFolder) -> None:
    folder.open("key")
    assert list(folder.numbers()) == [7]
    folder.open("another key")
    assert list(folder.numbers()) == []


def test_only_folders_of_jobs_that_nobody_touched_for_days_are_removed(folder: JobFolder) -> None:
    ledger = Ledger(folder.path.parent)
    other = folder.path.with_name("notes")
    other.mkdir()
    os.utime(other, (0, 0))
    now = folder.path.stat().st_mtime
    assert ledger.remove_stale(now + STALE_S - 1) == 0
    assert ledger.remove_stale(now + STALE_S + 1) == 1
    assert not folder.path.exists()
    assert other.exists()
