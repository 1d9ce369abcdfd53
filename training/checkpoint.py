"""Checkpoints that a kill at any moment cannot damage: written aside, verified, renamed, only then pruned."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from ..core.errors import TrainingError
from ..core.files import hash_file, sync

PREFIX = "step-"
MANIFEST = "manifest.json"
KEEP = 2

log = logging.getLogger(__name__)


def save_checkpoint(folder: Path, step: int, states: Mapping[str, Mapping[str, Tensor]], facts: Any) -> Path:
    """Write named groups of tensors and JSON facts as the checkpoint of a step, and drop older ones.

    Args:
        folder: of all checkpoints of one run.
        step: optimiser steps done.
        states: tensors by group and name; each group becomes one safetensors file.
        facts: anything JSON can hold; a resumed run must bring the same.
    """
    final = folder / f"{PREFIX}{step:07d}"
    aside = folder / f"{final.name}.tmp"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for group, tensors in states.items():
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, aside / f"{group}.safetensors")
    hashes = {path.name: hash_file(path) for path in sorted(aside.iterdir())}
    manifest = aside / MANIFEST
    manifest.write_text(json.dumps({"step": step, "facts": facts, "sha256": hashes}, indent=1), encoding="utf-8")
    for path in [*aside.iterdir(), aside]:
        sync(path)
    shutil.rmtree(final, ignore_errors=True)
    aside.replace(final)
    sync(folder)
    for old in checkpoint_folders(folder)[:-KEEP]:
        shutil.rmtree(old)
    return final


def load_checkpoint(folder: Path, facts: Any) -> tuple[int, dict[str, dict[str, Tensor]]] | None:
    """Read the newest whole checkpoint: steps done and tensors by group and name; None where there is none.

    Raises:
        TrainingError: it belongs to a run with other settings or other data.
    """
    for path in reversed(checkpoint_folders(folder)):
        try:
            manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
            if any(hash_file(path / name) != digest for name, digest in manifest["sha256"].items()):
                raise ValueError("a file does not have the bytes that were written")
            groups = {Path(name).stem: load_file(path / name) for name in manifest["sha256"]}
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            log.warning("%s is damaged and left out: %s", path, error)
            continue
        wanted = json.loads(json.dumps(facts))
        if manifest["facts"] != wanted:
            differing = ", ".join(differing_names(manifest["facts"], wanted))
            raise TrainingError(
                f"{path} belongs to a run with other settings or data ({differing}); choose another --out, "
                "or the settings of then"
            )
        return int(manifest["step"]), groups
    return None


def differing_names(found: Any, wanted: Any, name: str = "") -> list[str]:
    """Return the names of what differs between two facts, `upscaler.batch_size` for one within another."""
    if found == wanted:
        return []
    if not (isinstance(found, dict) and isinstance(wanted, dict)):
        return [name or "all"]
    keys = [*found, *(key for key in wanted if key not in found)]
    return [
        one
        for key in keys
        for one in differing_names(found.get(key), wanted.get(key), f"{name}.{key}" if name else key)
    ]


def checkpoint_folders(folder: Path) -> list[Path]:
    """List finished checkpoints, oldest first."""
    return sorted(path for path in folder.glob(f"{PREFIX}*") if path.suffix != ".tmp")


def optimiser_tensors(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Flatten an optimiser's state to tensors by name, which safetensors can hold."""
    state = optimiser.state_dict()["state"]
    return {
        f"{index}.{name}": torch.as_tensor(value) for index, entry in state.items() for name, value in entry.items()
    }


def restore_optimiser(optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Undo `optimiser_tensors`."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        index, name = key.split(".", 1)
        state.setdefault(int(index), {})[name] = value
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
