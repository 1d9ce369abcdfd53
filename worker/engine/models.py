"""Models that stay loaded between jobs, within a bound of memory, and what is told of them."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from ...core.device import precision_name
from ...core.errors import DeviceMemoryError, LandcastError
from ...core.model.calibration import load_calibration
from ...core.model.contract import load_contract
from ...core.model.domain import DOMAIN_NAME
from ...core.model.folder import (
    SHIPPED_FOLDER,
    LoadedModel,
    find_model,
    hash_model,
    known_models,
    load_model,
    shipped_models,
    verify_model,
)
from ...core.protocol.engine_messages import Loaded
from ...core.protocol.fields import clean_text
from ...core.protocol.messages import ModelList, ModelVerified
from ...core.protocol.values import MOST_WARM, ModelInfo, WarmModel

MAX_BYTES = 2_000_000_000
Key = tuple[str, str, str]
"""SHA-256 of a model's files, device, precision."""


logger = logging.getLogger(__name__)


class WarmModels:
    """Gives models, and keeps those used last.

    Args:
        most_bytes: of the weights of all models that are kept; the one in use is kept whatever it takes.
        on_change: called with what is loaded whenever that changes.
    """

    def __init__(self, most_bytes: int = MAX_BYTES, on_change: Callable[[Loaded], None] = lambda loaded: None) -> None:
        self._most_bytes, self._on_change = most_bytes, on_change
        self._loaded: OrderedDict[Key, LoadedModel] = OrderedDict()

    def load(self, folder: Path, device: torch.device, precision: torch.dtype) -> LoadedModel:
        """Return a model, loaded before or now; a folder whose manifest changed is another model.

        Raises:
            ModelError: the folder cannot be loaded.
        """
        key = model_key(folder, device, precision)
        if key in self._loaded:
            self._loaded.move_to_end(key)
        else:
            started = time.monotonic()
            model = _try_to_load(folder, device, precision)
            if model is None:
                self.make_room(0)
                model = load_model(folder, device, precision)
            self._loaded[key] = model
            while len(self._loaded) > 1 and sum(map(_bytes_of, self._loaded.values())) > self._most_bytes:
                self._loaded.popitem(last=False)
            logger.info("model %s loaded in %.1f s", model.contract.name, time.monotonic() - started)
            self._tell()
        return self._loaded[key]

    def make_room(self, keep: int = 1) -> None:
        """Let go of all models but those used last: the device has no memory left."""
        if len(self._loaded) > keep:
            while len(self._loaded) > keep:
                self._loaded.popitem(last=False)
            self._tell()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    @property
    def last_key(self) -> Key:
        """Of the model used last; there must be one."""
        return next(reversed(self._loaded))

    def _tell(self) -> None:
        warm = [
            WarmModel(
                clean_text(model.contract.name, 256), key[0], key[1],
                precision_name(next(model.unet.parameters()).dtype), _bytes_of(model),
            )
            for key, model in self._loaded.items()
        ]  # fmt: skip
        self._on_change(Loaded(tuple(warm[-MOST_WARM:])))


def model_key(folder: Path, device: torch.device, precision: torch.dtype) -> Key:
    """What tells a loaded model from all others."""
    return hash_model(folder), str(device), str(precision)


def list_models(query: str) -> ModelList:
    """Tell of the models that come with the program, and of the user's own, as they are now."""
    shipped = shipped_models()
    found = [_describe(SHIPPED_FOLDER / name, name) for name in shipped]
    for name, folder in known_models().items():
        if name not in shipped:
            try:
                found.append(replace(_describe(folder, name), is_shipped=False))
            except (LandcastError, OSError, ValueError) as error:
                logger.warning("model %s is not listed: %s", name, error)
    return ModelList(query, tuple(found))


def check_model(query: str, name: str) -> ModelVerified:
    """Compare the files of a model with its manifest."""
    try:
        folder = find_model(name)
        verify_model(folder)
        return ModelVerified(query, name, hash_model(folder))
    except (LandcastError, OSError, ValueError) as error:  # a name may be no path at all
        return ModelVerified(query, name, None, (clean_text(str(error)),))


def _describe(folder: Path, name: str) -> ModelInfo:
    contract = load_contract(folder)
    return ModelInfo(
        name=name,
        sha256=hash_model(folder),
        region=clean_text(contract.region, 256),
        sensor=clean_text(contract.sensor, 256),
        gsd_range_m=contract.gsd_range_m,
        ground_scale_m=contract.ground_scale_m,
        interval_years=contract.interval_years,
        sampling_steps=contract.sampling_steps,
        bytes=sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        is_shipped=True,
        has_domain=(folder / DOMAIN_NAME).is_file(),
        change_calibrated_on=_calibrated_on(folder),
    )


def _calibrated_on(folder: Path) -> str:
    calibration = load_calibration(folder)
    return "" if calibration is None else clean_text(calibration.place, 256)


def _try_to_load(folder: Path, device: torch.device, precision: torch.dtype) -> LoadedModel | None:
    """Load a model; None where the memory does not suffice."""
    try:
        return load_model(folder, device, precision)
    except (DeviceMemoryError, MemoryError):
        return None


def _bytes_of(model: LoadedModel) -> int:
    weights = [weight for network in model.networks for weight in network.parameters()]
    return sum(weight.numel() * weight.element_size() for weight in weights)
