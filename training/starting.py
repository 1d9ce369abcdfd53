"""The model that a fine-tuning starts from: what it fixes, what it suggests, and its weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DModel

from ..core.errors import ModelError, RequestError
from ..core.model.condition import CONDITION_CHANNELS
from ..core.model.contract import ModelContract, Origin, load_contract
from ..core.model.folder import find_model, load_model
from ..core.model.rrdb import RRDBNet
from ..core.model.unet import UNetShape
from .pairs import expand_path
from .settings import ForecasterSettings, TrainingSettings, UpscalerSettings, ValidationSettings

FINE_TUNED = "fine-tuned"
"""Stands where the name of a preset would."""
FIXED = (
    "forecaster.objective", "forecaster.condition_layout", "forecaster.change_grid", "forecaster.is_difference_scaled",
    "forecaster.unet", "forecaster.noise", "upscaler.blocks", "upscaler.channels", "upscaler.has_bicubic_base",
)  # fmt: skip
"""Settings that the weights of a model only make sense with."""
FORECASTER_STEPS, FORECASTER_LEARNING_RATE = 600, 1e-4
UPSCALER_STEPS, UPSCALER_LEARNING_RATE, ADVERSARIAL_FROM_STEP = 600, 5e-5, 200
MEASURED_EVERY, PATIENCE = 50, 4


@dataclass(frozen=True)
class StartingModel:
    """A model whose weights a training begins with.

    Attributes:
        contract: its terms.
        sha256: of its files.
        unets: float32, on the CPU.
        upscaler: likewise; None where the UNet draws every pixel.
    """

    contract: ModelContract
    sha256: str
    unets: tuple[UNet2DModel, ...]
    upscaler: RRDBNet | None

    @property
    def origin(self) -> Origin:
        """What a model that is fine-tuned from it says of it."""
        return Origin(self.contract.name, self.sha256)

    def unet(self, index: int) -> UNet2DModel:
        """A copy to train, for the network of that number from 0; further networks begin with the same ones again."""
        return _trainable(self.unets[index % len(self.unets)])

    def trainable_upscaler(self) -> RRDBNet | None:
        """A copy to train."""
        return None if self.upscaler is None else _trainable(self.upscaler)


def load_starting_model(name: str) -> StartingModel:
    """Verify and load a model by name or folder, which may begin with an environment variable.

    Raises:
        ModelError: there is none, or it is damaged.
    """
    model = load_model(_find(name), torch.device("cpu"), torch.float32)
    return StartingModel(model.contract, model.sha256, model.unets, model.upscaler)


def starting_settings(name: str) -> TrainingSettings:
    """Settings for fine-tuning a model: its own where its weights ask for them, else defaults for few pairs.

    Args:
        name: of a shipped model, or its folder.

    Raises:
        ModelError: there is none, or its networks are not described.
    """
    folder = _find(name)
    contract = load_contract(folder)
    forecaster = ForecasterSettings(
        objective=contract.objective,
        condition_layout=contract.condition_layout,
        change_grid=contract.change_grid,
        is_difference_scaled=contract.difference_std != 1,
        unet=_shape(_read_config(folder, "unet"), contract),
        noise=contract.noise,
        max_steps=FORECASTER_STEPS,
        learning_rate=FORECASTER_LEARNING_RATE,
        sampling_steps=contract.sampling_steps,
        networks=contract.networks,
        views=contract.views,
    )
    upscaler = UpscalerSettings(
        max_steps=UPSCALER_STEPS, adversarial_from_step=ADVERSARIAL_FROM_STEP, learning_rate=UPSCALER_LEARNING_RATE
    )
    if contract.has_upscaler:
        said = _read_config(folder, "upscaler")
        upscaler = replace(upscaler, **{key: said[key] for key in ("blocks", "channels", "has_bicubic_base")})
    return TrainingSettings(
        preset=FINE_TUNED,
        forecaster=forecaster,
        upscaler=upscaler,
        validation=ValidationSettings(every=MEASURED_EVERY, patience=PATIENCE),
        base=name,
        is_upscaler_kept=contract.has_upscaler,
        composition=contract.composition,
        region=f"{contract.region}; then fine-tuned",
        sensor=contract.sensor,
    )


def check_said(said: Mapping[str, Any], fixed: TrainingSettings, where: str) -> None:
    """Make sure that a settings file does not ask for what the weights of the model cannot be.

    Args:
        said: the file's tables.
        fixed: of the model.
        where: the file, for the message.

    Raises:
        RequestError: it does, or names a preset as well.
    """
    if "preset" in said:
        raise RequestError(f"{where}: preset cannot stand beside the base {fixed.base}, whose settings take its place")
    for name in FIXED:
        table, key = name.split(".")
        part = said.get(table)
        if isinstance(part, Mapping) and key in part:
            _check_value(part[key], getattr(getattr(fixed, table), key), f"{where}: {name}", fixed.base)


def check_settings(settings: TrainingSettings) -> None:
    """Make sure that settings leave a model as its weights ask for.

    Raises:
        RequestError: one of them does not.
        ModelError: there is no such model.
    """
    fixed = starting_settings(settings.base)
    for name in FIXED:
        table, key = name.split(".")
        if table == "upscaler" and "upscaler" not in settings.stages:
            continue
        found, wanted = (getattr(getattr(one, table), key) for one in (settings, fixed))
        if found != wanted:
            raise RequestError(_contradiction(name, found, wanted, settings.base))


def _check_value(said: Any, wanted: Any, name: str, base: str) -> None:
    if isinstance(said, Mapping):
        for key, value in said.items():
            if hasattr(wanted, key):
                _check_value(value, getattr(wanted, key), f"{name}.{key}", base)
        return
    found = tuple(said) if isinstance(said, list) else said
    if found != wanted:
        raise RequestError(_contradiction(name, found, wanted, base))


def _contradiction(name: str, found: Any, wanted: Any, base: str) -> str:
    return f"{name} is {found}, and the weights of {base} were trained with {wanted}; leave the setting out"


def _find(name: str) -> Path:
    return find_model(str(expand_path(name)))


def _read_config(folder: Path, part: str) -> dict[str, Any]:
    path = folder / part / "config.json"
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read, so the model cannot be fine-tuned ({error})") from error
    if not isinstance(said, dict):
        raise ModelError(f"{path}: is no description of a network")
    return said


def _shape(said: Mapping[str, Any], contract: ModelContract) -> UNetShape:
    """The size of a UNet as diffusers describes it.

    Raises:
        ModelError: it is of a kind that cannot be trained here.
    """
    condition = CONDITION_CHANNELS[contract.condition_layout]
    try:
        down = [str(kind) for kind in said["down_block_types"]]
        attentive = [level for level, kind in enumerate(down) if kind.startswith("Attn")]
        return UNetShape(
            block_channels=tuple(said["block_out_channels"]),
            layers_per_block=said["layers_per_block"],
            attention_from_level=min(attentive, default=len(down)),
            attention_head_channels=said["attention_head_dim"],
            difference_channels=said["out_channels"],
            condition_channels=condition,
            reserved_channels=said["in_channels"] - said["out_channels"] - condition,
            is_conditioned_on_interval=said["class_embed_type"] == "identity",
            norm_groups=said["norm_num_groups"],
        )
    except (KeyError, TypeError) as error:
        raise ModelError(f"{contract.name}: unet/config.json does not describe a UNet of Landcast ({error})") from error


def _trainable(network: Any) -> Any:
    copied = deepcopy(network).to(memory_format=torch.contiguous_format)
    return copied.requires_grad_(True).train()
