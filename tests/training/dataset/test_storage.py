"""Pairs of tiles on the disk, and dataset folders that are none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from landcast.core.errors import TrainingError
from landcast.tests.training.dataset.conftest import Build, DatedSources
from landcast.training.dataset import storage
from landcast.training.dataset.folder import open_dataset
from landcast.training.dataset.storage import PAIR_SHAPE, ShardReader, ShardWriter


def test_pairs_come_back_across_the_ends_of_shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "SHARD_PAIRS", 3)
    pairs = np.random.default_rng(0).integers(0, 256, (8, *PAIR_SHAPE), np.uint8)
    with ShardWriter(tmp_path) as writer:
        for before, after in pairs:
            writer.add(before, after)
    assert [path.name for path in writer.paths] == ["pairs_0000.npy", "pairs_0001.npy", "pairs_0002.npy"]
    reader = ShardReader(writer.paths)
    assert len(reader) == 8
    assert all((reader[number] == pairs[number]).all() for number in (7, 0, 3, 2, 5))
    assert all((reader.read(number) == pairs[number]).all() for number in range(8))
    assert (np.load(writer.paths[2]) == pairs[6:]).all(), "plain files, for any program"
    with pytest.raises(ValueError, match="read-only"):
        reader[0][0, 0, 0, 0] = 1


def test_a_folder_that_is_no_dataset_or_is_damaged_is_named(
    tmp_path: Path, build: Build, two_dates: list[DatedSources]
) -> None:
    with pytest.raises(TrainingError, match="nowhere: no folder of pairs"):
        open_dataset(tmp_path / "nowhere")
    (tmp_path / "dataset.json").write_text("{}")
    with pytest.raises(TrainingError, match="is no description of a folder of pairs"):
        open_dataset(tmp_path)
    folder = build(two_dates, filter_name="none").folder
    shard, index = folder / "pairs_0000.npy", folder / "pairs.csv"
    whole, lines = shard.read_bytes(), index.read_text()
    shard.write_bytes(whole[:5000])
    with pytest.raises(TrainingError, match=r"pairs_0000\.npy: cannot be read as pairs of tiles"):
        open_dataset(folder)
    shard.write_bytes(whole)
    index.write_text("\n".join(lines.splitlines()[:-2]))
    with pytest.raises(TrainingError, match="lists 14 pairs and the shards hold 16"):
        open_dataset(folder)
    index.write_text(lines.replace("train", "tarin"))
    with pytest.raises(TrainingError, match=r"pairs\.csv: is damaged"):
        open_dataset(folder)
    index.write_text(lines)
    facts = json.loads((folder / "dataset.json").read_text())
    (folder / "dataset.json").write_text(json.dumps({**facts, "version": 9}))
    with pytest.raises(TrainingError, match="is of version 9, and this program reads 1"):
        open_dataset(folder)
