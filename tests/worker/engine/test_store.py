"""Blocks in the ledger: the same arrays come back, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from landcast.core.lattice import Rect, split
from landcast.worker.engine.store import LedgerStore
from landcast.worker.host.ledger import JobFolder

RECT = Rect(-700, 300, 1500, 900)
BLOCKS = list(split(RECT, 1024))


@pytest.fixture
def kept() -> list[int]:
    return []


@pytest.fixture
def store(tmp_path: Path, kept: list[int]) -> LedgerStore:
    return open_store(JobFolder(tmp_path / "job"), kept, "key")


def open_store(folder: JobFolder, kept: list[int], key: str, is_needed: bool = False) -> LedgerStore:
    store = LedgerStore(folder, lambda: None, lambda number, tiles: kept.append(number), is_needed=is_needed)
    store.begin(key, SimpleNamespace(rect=RECT))  # type: ignore[arg-type]
    return store


def some_layers(block: Rect) -> dict[str, Any]:
    generator = np.random.default_rng(block.top % 4096)
    return {
        "valid": generator.random(block.shape_yx) > 0.5,
        "prediction": generator.random((3, *block.shape_yx), np.float32),
        "spread": generator.integers(0, 255, (1, *block.shape_yx), np.uint8),
    }


def test_blocks_come_back_as_they_were_and_every_tile_is_told_once(store: LedgerStore, kept: list[int]) -> None:
    for number, block in enumerate(BLOCKS):
        assert store.load(number, block) is None
        store.save(number, block, some_layers(block))
    assert sorted(kept) == list(range(store.tiles))
    for number, block in enumerate(BLOCKS):
        found = store.load(number, block)
        assert found is not None
        for name, layer in some_layers(block).items():
            assert found[name].dtype == layer.dtype
            np.testing.assert_array_equal(found[name], layer)


def test_a_block_that_lacks_a_tile_is_made_again(store: LedgerStore, tmp_path: Path) -> None:
    store.save(0, BLOCKS[0], some_layers(BLOCKS[0]))
    (tmp_path / "job" / "tile-0").unlink()
    assert store.load(0, BLOCKS[0]) is None


def test_blocks_of_another_result_are_not_taken(store: LedgerStore, tmp_path: Path) -> None:
    store.save(0, BLOCKS[0], some_layers(BLOCKS[0]))
    assert open_store(JobFolder(tmp_path / "job"), [], "another").load(0, BLOCKS[0]) is None


def test_a_cache_that_takes_nothing_fails_only_who_needs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    kept: list[int] = []
    store = open_store(JobFolder(tmp_path / "job"), kept, "key")
    needed = open_store(JobFolder(tmp_path / "other"), kept, "key", is_needed=True)
    monkeypatch.setattr(JobFolder, "save", refuse)
    store.save(0, BLOCKS[0], some_layers(BLOCKS[0]))
    with pytest.raises(OSError, match="No space"):
        needed.save(0, BLOCKS[0], some_layers(BLOCKS[0]))
    assert kept == []
