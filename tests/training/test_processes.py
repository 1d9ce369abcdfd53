"""Training in several processes: as many of them as there are, the network is the one that a single one trains."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from landcast.training.checkpoint import checkpoint_folders, load_checkpoint
from landcast.training.processes import ALONE, Processes, join_processes
from landcast.training.settings import PairSource

SCRIPT = """
import json, sys, torch
from pathlib import Path
from dataclasses import replace
from landcast.tests.models import TINY_UNET
from landcast.training.pairs import load_pairs
from landcast.training.processes import join_processes
from landcast.training.forecaster import train_forecaster
from landcast.training.samples import PairSampler
from landcast.training.settings import ForecasterSettings, PairSource, TileSettings, TrainingSettings

before, after, folder = sys.argv[1:]
torch.set_num_threads(1)
processes = join_processes(is_on_cpu=True)
forecaster = ForecasterSettings(unet=TINY_UNET, max_steps=3, batch_size=4, is_learning_rate_constant=True)
settings = TrainingSettings(forecaster=forecaster, tiles=TileSettings(jitter_px=32), sheet_rows=0)
sampler = PairSampler(load_pairs(PairSource(before, after, 4)), settings.tiles, 0)
train_forecaster(settings, sampler, 0.1, Path(folder), {}, torch.device("cpu"), torch.float32,
                 lambda step, loss: None, processes)
print("done", processes.rank, processes.count)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(script: Path, pair: PairSource, folder: Path, count: int) -> list[str]:
    """Train in so many processes, each with the variables that a launcher gives it."""
    port, started = str(free_port()), []
    for rank in range(count):
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
        if count > 1:
            environment |= {
                "WORLD_SIZE": str(count), "RANK": str(rank), "LOCAL_RANK": str(rank), "MASTER_ADDR": "127.0.0.1",
                "MASTER_PORT": port,
            }  # fmt: skip
        command = [sys.executable, str(script), pair.before, pair.after, str(folder)]
        started.append(
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        )
    told = []
    for process in started:
        output, errors = process.communicate(timeout=200)
        assert process.returncode == 0, errors
        told.append(output.strip())
    return told


@pytest.mark.skipif(not torch.distributed.is_available(), reason="this build of torch has no processes")
def test_two_processes_train_the_network_that_one_trains(scene_pair: PairSource, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(SCRIPT, encoding="utf-8")
    assert start(script, scene_pair, tmp_path / "one", 1) == ["done 0 1"]
    assert start(script, scene_pair, tmp_path / "two", 2) == ["done 0 2", "done 1 2"]
    alone, together = (load_checkpoint(tmp_path / name, {}) for name in ("one", "two"))
    assert alone is not None
    assert together is not None
    first = torch.nn.utils.parameters_to_vector(alone[1]["unet"].values())  # type: ignore[arg-type]
    second = torch.nn.utils.parameters_to_vector(together[1]["unet"].values())  # type: ignore[arg-type]
    # Adam's first steps are as large for a tiny gradient as for a large one, so rounding shows in single weights
    assert float((first - second).abs().mean()) < 1e-6
    assert [path.name for path in checkpoint_folders(tmp_path / "two")] == ["step-0000003"]
    assert len((tmp_path / "two" / "loss.csv").read_text().splitlines()) == 4


def test_without_a_launcher_a_process_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert join_processes(is_on_cpu=True) is ALONE
    values = torch.arange(3.0)
    assert ALONE.mean(values) is values
    assert ALONE.is_first


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_parts_of_all_processes_are_the_batch(count: int) -> None:
    batch = list(range(7))
    parts = [batch[Processes(count, rank).part] for rank in range(count)]
    assert sorted(sample for part in parts for sample in part) == batch
