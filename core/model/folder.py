"""A model on disk: a folder in diffusers' own form, with contract, card and manifest."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import diffusers
import torch
from diffusers import DDPMScheduler, UNet2DModel
from torch import Tensor

from ..device_errors import is_out_of_memory
from ..errors import DeviceMemoryError, ModelError
from ..files import hash_file, write_whole
from ..protocol.user_folders import models_folder
from .calibration import ChangeCalibration, load_calibration, save_calibration
from .contract import ModelContract, load_contract, save_contract
from .contract_name import CONTRACT_NAME
from .domain import DOMAIN_NAME, TrainingDomain, encode_domain
from .own_models import own_models
from .rrdb import RRDBNet

MANIFEST_NAME = "manifest.json"
CARD_NAME = "README.md"
NO_IDENTITY = (CARD_NAME, DOMAIN_NAME)
"""Files that say something of a model, and decide about no pixel of its results."""
SHARD_SIZE = "15MB"
PARTS = ("unet", "scheduler", "upscaler")
SHIPPED_FOLDER = Path(__file__).parent / "shipped"


@dataclass(frozen=True)
class LoadedModel:
    """A model in memory, ready to be called.

    Attributes:
        contract: its terms.
        unet: predicts the coarse difference.
        upscaler: draws the fine image; None where the UNet draws every pixel itself.
        signal_power: float32, (timestep,); cumulative product of the schedule's alphas.
        sha256: over names and hashes of all files but card and domain, so that a corrected card is the same model.
        calibration: of the probability of change; None where it was not fitted.
        more_unets: others of the same shape; all draw members in turn.
    """

    contract: ModelContract
    unet: UNet2DModel
    upscaler: RRDBNet | None
    signal_power: Tensor
    sha256: str
    calibration: ChangeCalibration | None = None
    more_unets: tuple[UNet2DModel, ...] = ()

    @property
    def unets(self) -> tuple[UNet2DModel, ...]:
        """All UNets, the first first."""
        return (self.unet, *self.more_unets)

    @property
    def networks(self) -> tuple[torch.nn.Module, ...]:
        """All that has weights."""
        return self.unets if self.upscaler is None else (*self.unets, self.upscaler)


def find_model(name: str) -> Path:
    """Return the folder of a shipped model or one of the user's own by name, or of any model by path.

    Raises:
        ModelError: there is none.
    """
    for folder in (Path(name), SHIPPED_FOLDER / name, models_folder() / name):
        if (folder / CONTRACT_NAME).is_file():
            return folder
    known = ", ".join(known_models()) or "none"
    raise ModelError(f"{name}: neither a model folder (with {CONTRACT_NAME}) nor a known model (there is: {known})")


def known_models() -> dict[str, Path]:
    """All models that have a name, with their folders: those that come with the package first, then the user's own."""
    shipped = {name: SHIPPED_FOLDER / name for name in shipped_models()}
    return shipped | {name: models_folder() / name for name in own_models() if name not in shipped}


def shipped_models() -> list[str]:
    """Names of the models that come with the package."""
    return sorted(path.parent.name for path in SHIPPED_FOLDER.glob(f"*/{CONTRACT_NAME}"))


def load_model(folder: Path, device: torch.device, precision: torch.dtype) -> LoadedModel:
    """Verify a model folder and load it.

    Raises:
        ModelError: a file is missing or damaged, or of a format that this version does not know.
        DeviceMemoryError: the weights do not fit the device.
    """
    contract = load_contract(folder)
    verify_model(folder)
    digest = hash_model(folder)
    options: dict[str, Any] = {"torch_dtype": precision, "local_files_only": True, "use_safetensors": True}
    diffusers.utils.logging.disable_progress_bar()
    try:
        names = unet_names(contract.networks)
        unets = [UNet2DModel.from_pretrained(folder, subfolder=name, **options) for name in names]
        upscaler = RRDBNet.from_pretrained(folder, subfolder="upscaler", **options) if contract.has_upscaler else None
        scheduler = DDPMScheduler.from_pretrained(folder, subfolder="scheduler", local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(f"{folder}: cannot be loaded: {error}") from error
    power, calibration = scheduler.alphas_cumprod, load_calibration(folder)
    model = LoadedModel(contract, unets[0], upscaler, power, digest, calibration, tuple(unets[1:]))
    try:
        for network in model.networks:
            network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload] # missing in its types
            network.eval().requires_grad_(False)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        raise DeviceMemoryError(
            f"{device}: has no memory for the weights of {folder}; end other programs that use it, or choose another "
            "one with --device"
        ) from error
    return model


def unet_names(count: int) -> list[str]:
    """Folders of a model's UNets: `unet`, `unet_2`, and so on."""
    return ["unet", *(f"unet_{number}" for number in range(2, count + 1))]


def save_model(
    folder: Path,
    contract: ModelContract,
    unets: Sequence[UNet2DModel],
    upscaler: RRDBNet | None,
    scheduler: DDPMScheduler,
    card: str,
) -> None:
    """Write a model folder: fp16 weights in shards, scheduler, index, contract, card, manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    names = unet_names(contract.networks)
    networks = [*zip(names, unets, strict=True), *([("upscaler", upscaler)] if upscaler else [])]
    for name, network in networks:
        half = copy.deepcopy(network).to(torch.float16)
        half.save_pretrained(folder / name, max_shard_size=SHARD_SIZE, safe_serialization=True)
    scheduler.save_pretrained(folder / "scheduler")
    index = {
        "_class_name": "LandcastModel",
        "_diffusers_version": diffusers.__version__,
        "scheduler": ["diffusers", "DDPMScheduler"],
        **{name: ["diffusers", "UNet2DModel"] for name in names},
        **({"upscaler": ["landcast.core.model.rrdb", "RRDBNet"]} if upscaler else {}),
    }
    (folder / "model_index.json").write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
    save_contract(contract, folder)
    (folder / CARD_NAME).write_text(card, encoding="utf-8")
    write_manifest(folder)


def write_manifest(folder: Path) -> None:
    """List size and SHA-256 of every file of a model folder but the manifest itself."""
    files = {
        path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": hash_file(path)}
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST_NAME and not path.name.endswith(".partial")
    }
    write_whole(folder / MANIFEST_NAME, json.dumps({"files": files}, indent=1) + "\n")


def weight_bytes(folder: Path) -> int:
    """Bytes of all weights of a model, as they lie on the disk."""
    return sum(path.stat().st_size for path in folder.rglob("*.safetensors"))


def hash_model(folder: Path) -> str:
    """SHA-256 over names and hashes of all files but card and domain, as the manifest names them."""
    return _hash_entries(folder, lambda name: name not in NO_IDENTITY)


def hash_unet(folder: Path) -> str:
    """SHA-256 over names and hashes of all files of the first UNet, as the manifest names them."""
    return _hash_entries(folder, lambda name: name.startswith("unet/"))


def add_to_card(folder: Path, section: str) -> None:
    """Append a section of Markdown to a model's card and bring the manifest up to date."""
    card = folder / CARD_NAME
    card.write_text(f"{card.read_text(encoding='utf-8').rstrip()}\n\n{section.strip()}\n", encoding="utf-8")
    write_manifest(folder)


def store_calibration(folder: Path, calibration: ChangeCalibration) -> str:
    """Put a calibration into a model folder, in the place of an earlier one; the model's new SHA-256 comes back.

    It decides about the layer of probability of change, so with it the model is another one.
    """
    save_calibration(calibration, folder)
    write_manifest(folder)
    return hash_model(folder)


def store_temperature(folder: Path, temperature: float) -> None:
    """Put a temperature into a model's contract; the model's SHA-256 is another one then, as its members are."""
    save_contract(replace(load_contract(folder), temperature=temperature), folder)
    write_manifest(folder)


def store_domain(folder: Path, domain: TrainingDomain) -> None:
    """Put what a model was trained on into its folder, in the place of an earlier one; its SHA-256 stays.

    Raises:
        OSError: the folder cannot be written to.
    """
    write_whole(folder / DOMAIN_NAME, encode_domain(domain, hash_unet(folder)))
    write_manifest(folder)


def load_first_unet(folder: Path, device: torch.device) -> UNet2DModel:
    """Load the first UNet of a model alone, in fp32.

    Raises:
        ModelError: it cannot be loaded.
    """
    diffusers.utils.logging.disable_progress_bar()
    options: dict[str, Any] = {"torch_dtype": torch.float32, "local_files_only": True, "use_safetensors": True}
    try:
        unet = UNet2DModel.from_pretrained(folder, subfolder="unet", **options)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(f"{folder}: cannot be loaded: {error}") from error
    return unet.to(device).eval().requires_grad_(False)


def verify_model(folder: Path) -> dict[str, int]:
    """Compare every file of a model folder with its manifest; the sizes in bytes by name come back.

    Raises:
        ModelError: a file is missing, has other bytes than the manifest says, or is not named in it.
    """
    wanted = _read_manifest(folder)
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {MANIFEST_NAME}
    for name, (size, digest) in wanted.items():
        file = folder / name
        if name not in found:
            raise ModelError(f"{file}: named in the manifest and missing; install the model again")
        if file.stat().st_size != size or hash_file(file) != digest:
            raise ModelError(f"{file}: not the bytes that the manifest names; install the model again")
    strange = {name for name in found - wanted.keys() if name.endswith((".safetensors", ".json", ".bin", ".pt"))}
    if strange:
        raise ModelError(f"{folder}: {', '.join(sorted(strange))} is not named in the manifest; remove it")
    return {name: size for name, (size, _) in wanted.items()}


def _hash_entries(folder: Path, is_counted: Callable[[str], bool]) -> str:
    lines = [f"{name} {digest}" for name, (_, digest) in sorted(_read_manifest(folder).items()) if is_counted(name)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _read_manifest(folder: Path) -> dict[str, tuple[int, str]]:
    """Size in bytes and SHA-256 of each file by its name."""
    path = folder / MANIFEST_NAME
    try:
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
        return {str(name): (int(entry["bytes"]), str(entry["sha256"])) for name, entry in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path}: cannot be read as a manifest: {error}") from error
