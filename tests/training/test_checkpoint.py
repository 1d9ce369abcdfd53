"""Checkpoints: what is read is what was written, and a kill or a damage costs one of them at most."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from landcast.core.errors import TrainingError
from landcast.training.checkpoint import (
    MANIFEST,
    checkpoint_folders,
    load_checkpoint,
    optimiser_tensors,
    restore_optimiser,
    save_checkpoint,
)

FACTS = {"seed": 3, "tiles": {"crop_px": (128, 192)}, "learning_rate": 1e-4}


def state(step: int) -> dict[str, dict[str, Tensor]]:
    return {"net": {"weight": torch.full((2, 3), float(step)), "step": torch.tensor(step)}}


def saved_step(folder: Path) -> int:
    found = load_checkpoint(folder, FACTS)
    assert found is not None
    step, groups = found
    assert torch.equal(groups["net"]["weight"], state(step)["net"]["weight"])
    return step


def test_what_is_loaded_is_what_was_saved_bit_for_bit(tmp_path: Path) -> None:
    generator = torch.Generator().manual_seed(0)
    states = {
        "unet": {"a.b": torch.randn(4, 5, generator=generator), "strided": torch.arange(6.0).view(2, 3).t()},
        "optimiser": {"0.step": torch.tensor(7.0), "0.exp_avg": torch.randn(3, generator=generator)},
        "average": {"step": torch.tensor(12)},
    }
    save_checkpoint(tmp_path, 7, states, FACTS)
    found = load_checkpoint(tmp_path, FACTS)
    assert found is not None
    step, groups = found
    assert step == 7
    assert groups.keys() == states.keys()
    for name, tensors in states.items():
        assert tensors.keys() == groups[name].keys()
        assert all(torch.equal(groups[name][key], value) for key, value in tensors.items())


@pytest.mark.parametrize("make", [torch.optim.Adam, torch.optim.AdamW])
def test_an_optimiser_restored_from_a_checkpoint_goes_on_as_if_it_had_never_stopped(
    make: Callable[..., torch.optim.Optimizer], tmp_path: Path
) -> None:
    def step(network: torch.nn.Module, optimiser: torch.optim.Optimizer, seed: int) -> None:
        shown = torch.randn(8, 4, generator=torch.Generator().manual_seed(seed))
        optimiser.zero_grad()
        network(shown).square().mean().backward()
        optimiser.step()

    torch.manual_seed(0)
    network = torch.nn.Linear(4, 4)
    optimiser = make(network.parameters(), 0.01)
    for seed in range(3):
        step(network, optimiser, seed)
    states = {"net": dict(network.state_dict()), "optimiser": optimiser_tensors(optimiser)}
    save_checkpoint(tmp_path, 3, states, FACTS)
    step(network, optimiser, 3)

    found = load_checkpoint(tmp_path, FACTS)
    assert found is not None
    other = torch.nn.Linear(4, 4)
    other.load_state_dict(found[1]["net"])
    resumed = make(other.parameters(), 0.01)
    restore_optimiser(resumed, found[1]["optimiser"])
    step(other, resumed, 3)
    assert torch.equal(other.weight, network.weight)
    # without its moments the optimiser would have taken another step
    fresh = torch.nn.Linear(4, 4)
    fresh.load_state_dict(found[1]["net"])
    step(fresh, make(fresh.parameters(), 0.01), 3)
    assert not torch.equal(fresh.weight, network.weight)


def test_where_nothing_was_saved_there_is_nothing_to_load(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path / "never", FACTS) is None


def flip_a_byte(folder: Path) -> None:
    path = folder / "net.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def cut_short(folder: Path) -> None:
    path = folder / "net.safetensors"
    path.write_bytes(path.read_bytes()[:20])


def remove_tensors(folder: Path) -> None:
    (folder / "net.safetensors").unlink()


def remove_manifest(folder: Path) -> None:
    (folder / MANIFEST).unlink()


def empty_manifest(folder: Path) -> None:
    (folder / MANIFEST).write_text("")


def strip_manifest(folder: Path) -> None:
    (folder / MANIFEST).write_text(json.dumps({"step": 20}))


@pytest.mark.parametrize(
    "damage", [flip_a_byte, cut_short, remove_tensors, remove_manifest, empty_manifest, strip_manifest]
)
def test_a_damaged_checkpoint_is_left_out_with_a_warning_and_the_one_before_is_used(
    damage: Callable[[Path], None], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    save_checkpoint(tmp_path, 10, state(10), FACTS)
    damage(save_checkpoint(tmp_path, 20, state(20), FACTS))
    with caplog.at_level(logging.WARNING):
        assert saved_step(tmp_path) == 10
    assert "step-0000020 is damaged" in caplog.text
    save_checkpoint(tmp_path, 20, state(20), FACTS)
    assert saved_step(tmp_path) == 20


@pytest.mark.parametrize("other", [{**FACTS, "seed": 4}, {"seed": 3}, {**FACTS, "more": None}])
def test_a_checkpoint_of_a_run_with_other_facts_is_refused(other: dict[str, object], tmp_path: Path) -> None:
    save_checkpoint(tmp_path, 10, state(10), FACTS)
    with pytest.raises(TrainingError, match="other settings or data"):
        load_checkpoint(tmp_path, other)


def test_what_a_killed_run_left_unfinished_is_no_checkpoint_and_in_nobody_s_way(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, 10, state(10), FACTS)
    left = tmp_path / "step-0000020.tmp"
    left.mkdir()
    (left / "net.safetensors").write_bytes(b"half")
    assert [path.name for path in checkpoint_folders(tmp_path)] == ["step-0000010"]
    assert saved_step(tmp_path) == 10
    save_checkpoint(tmp_path, 20, state(20), FACTS)
    assert saved_step(tmp_path) == 20
    assert not left.exists()


def test_the_newest_two_are_kept(tmp_path: Path) -> None:
    for step in (5, 10, 15, 100):
        save_checkpoint(tmp_path, step, state(step), FACTS)
    assert [path.name for path in checkpoint_folders(tmp_path)] == ["step-0000015", "step-0000100"]


def test_an_older_checkpoint_goes_only_once_the_new_one_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in (5, 10):
        save_checkpoint(tmp_path, step, state(step), FACTS)

    def fail(path: Path) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("landcast.training.checkpoint.sync", fail)
    with pytest.raises(OSError, match="No space"):
        save_checkpoint(tmp_path, 15, state(15), FACTS)
    assert [path.name for path in checkpoint_folders(tmp_path)] == ["step-0000005", "step-0000010"]
    assert saved_step(tmp_path) == 10
