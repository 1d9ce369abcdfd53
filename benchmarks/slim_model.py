"""A copy of a model whose upscaler has fewer blocks: it takes the same memory in a fraction of the time.

Blocks run one after another in the memory of the first, so what a prediction takes over the loaded model is the same.
"""

from __future__ import annotations

from pathlib import Path

import torch

from landcast.core.forecast.sampler import make_schedule
from landcast.core.model.folder import find_model, load_model, save_model
from landcast.core.model.rrdb import RRDBNet


def write_slim_model(name: str, folder: Path, upscaler_blocks: int) -> Path:
    """Write a model whose upscaler has this many blocks of the named one's, and all else alike."""
    model = load_model(find_model(name), torch.device("cpu"), torch.float32)
    whole = model.upscaler
    if whole is None:
        raise SystemExit(f"{name}: has no upscaler, so there is nothing to leave out; leave --upscaler-blocks away")
    slim = RRDBNet.from_config({**whole.config, "blocks": upscaler_blocks})
    weights = whole.state_dict()
    slim.load_state_dict({key: weights[key] for key in slim.state_dict()})
    schedule = make_schedule(model.contract.objective)
    card = f"{name}, its upscaler cut to {upscaler_blocks} block(s).\n"
    save_model(folder, model.contract, model.unet, slim, schedule, card)
    return folder
