"""What a model promises and needs, kept beside its weights as `landcast.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from ..errors import ModelError
from ..files import write_whole
from ..lattice import TILE_PX
from ..noise import WHITE, NoiseOctaves
from ..radiometry.tones import ToneReference
from .contract_name import CONTRACT_NAME

ConditionLayout = Literal["quadrants", "quadrants_64", "unshuffle"]
"""How the channels of the present image are laid out for the UNet."""

Objective = Literal["one_step", "v_prediction", "epsilon", "regression"]
"""What the UNet was trained to say: the future in one call, one step of a diffusion, or the mean of all futures."""

ChangeGrid = Literal["cells", "pixels"]
"""What the UNet draws the difference of: cells of 4 px, to be upscaled, or pixels."""

Composition = Literal["anchored", "upscaled"]
"""Keep the real detail where little changes, or return what the upscaler draws."""

FORMAT_VERSION = 1
LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE = 0.5, 2.0
VIEWS = 8
"""Ways to turn and mirror an image."""


@dataclass(frozen=True)
class Origin:
    """The model that another was fine-tuned from.

    Attributes:
        name: what it is called.
        sha256: of its files, as `hash_model` counts it.
    """

    name: str
    sha256: str


@dataclass(frozen=True)
class ModelContract:
    """The terms of a model.

    Attributes:
        name: what it is called.
        region: where its training images lie, in words.
        sensor: what took them, in words.
        objective: what the UNet predicts.
        condition_layout: how the present image is shown to the UNet.
        difference_std: what the network's output is multiplied by to become a difference in 0..1.
        noise: the noise that a member starts from.
        temperature: what that noise is multiplied by; above 1 members differ more than the training asked for
            (Kingma & Dhariwal 2018, section 6).
        change_grid: what the UNet draws the difference of; the noise is counted in the same.
        networks: UNets, of other beginnings, that draw members in turn.
        views: turned and mirrored views of the scene that members look at in turn, 1 or 8.
        tones: distribution of the images that it was trained on; None where that was not recorded.
        sampling_steps: network calls a member, unless asked otherwise; the only number allowed where one is enough.
        composition: how the result is put together at full resolution.
        gsd_range_m: smallest and largest GSD that it was trained on, metres.
        trained_gsd_m: the GSDs that it was trained on, most used first, metres.
        interval_years: years ahead that it was trained on.
        fine_tuned_from: the model whose weights it began with; None where it was trained from the start.
        format_version: of this file.
    """

    name: str
    region: str
    sensor: str
    objective: Objective
    condition_layout: ConditionLayout
    difference_std: float
    sampling_steps: int
    composition: Composition
    gsd_range_m: tuple[float, float]
    trained_gsd_m: tuple[float, ...]
    interval_years: tuple[float, ...]
    noise: NoiseOctaves = WHITE
    temperature: float = 1.0
    change_grid: ChangeGrid = "cells"
    networks: int = 1
    views: int = 1
    tones: ToneReference | None = None
    fine_tuned_from: Origin | None = None
    format_version: int = FORMAT_VERSION

    @property
    def has_upscaler(self) -> bool:
        """Whether a second network makes an image of the cells, or the UNet draws every pixel itself."""
        return self.change_grid == "cells"

    @property
    def ground_scale_m(self) -> float:
        """Metres that one tile covers at the GSD that was trained on most."""
        return self.trained_gsd_m[0] * TILE_PX

    def years_of_one_iteration(self, years_ahead: float | None) -> float:
        """Return the interval for one iteration; the shortest trained one where nothing is asked."""
        return min(self.interval_years) if years_ahead is None else years_ahead


def save_contract(contract: ModelContract, folder: Path) -> None:
    """Write `landcast.json` into a model folder, in the place of an earlier one."""
    said = asdict(contract)
    # earlier versions do not know these entries
    if contract.fine_tuned_from is None:
        del said["fine_tuned_from"]
    if contract.temperature == 1:
        del said["temperature"]
    write_whole(folder / CONTRACT_NAME, json.dumps(said, indent=2, ensure_ascii=False) + "\n")


def load_contract(folder: Path) -> ModelContract:
    """Read `landcast.json` of a model folder.

    Raises:
        ModelError: it is missing, damaged, or of a format that this version does not know.
    """
    path = folder / CONTRACT_NAME
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder}: not a Landcast model: {CONTRACT_NAME} cannot be read ({error})") from error
    version = said.get("format_version") if isinstance(said, dict) else None
    if version != FORMAT_VERSION:
        raise ModelError(f"{path}: format {version} is not known; this version reads format {FORMAT_VERSION}")
    try:
        noise = {key: tuple(value) for key, value in said.pop("noise").items()}
        tones = _read_tones(said.pop("tones", None))
        origin = said.pop("fine_tuned_from", None)
        lists: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}
        contract = ModelContract(**lists, noise=NoiseOctaves(**noise), tones=tones)
        contract = replace(contract, fine_tuned_from=None if origin is None else Origin(**origin))
        _check(contract)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{path}: {error}") from error
    return contract


def _read_tones(said: dict[str, Any] | None) -> ToneReference | None:
    if said is None:
        return None
    return ToneReference(tuple(said["shares"]), tuple(tuple(band) for band in said["levels"]))


def _check(contract: ModelContract) -> None:
    for value, choices in (
        (contract.objective, get_args(Objective)),
        (contract.condition_layout, get_args(ConditionLayout)),
        (contract.composition, get_args(Composition)),
        (contract.change_grid, get_args(ChangeGrid)),
    ):
        if value not in choices:
            raise ValueError(f"{value!r} is not one of {choices}")
    if not (contract.difference_std > 0 and contract.sampling_steps > 0 and contract.interval_years):
        raise ValueError("difference_std, sampling_steps and interval_years must be above 0")
    if not LOWEST_TEMPERATURE <= contract.temperature <= HIGHEST_TEMPERATURE:
        wanted = f"{LOWEST_TEMPERATURE} and {HIGHEST_TEMPERATURE}"
        raise ValueError(f"temperature must lie between {wanted}, not {contract.temperature}")
    if contract.networks < 1:
        raise ValueError(f"networks must be at least 1, not {contract.networks}")
    if contract.views not in (1, VIEWS):
        raise ValueError(f"views must be 1 or {VIEWS}, not {contract.views}")
    if contract.views > 1 and contract.condition_layout != "unshuffle":
        raise ValueError(f"{contract.condition_layout} cannot be shown in {contract.views} views; unshuffle can")
