"""What a training may be told, checked when it is told, and the presets."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from ..core.errors import RequestError
from ..core.lattice import TILE_PX
from ..core.model.contract import Composition, ConditionLayout, Objective
from ..core.model.unet import DEFAULT_UNET, REFERENCE_UNET, UNetShape
from ..core.noise import WHITE, NoiseOctaves

Stage = Literal["forecaster", "upscaler"]
"""The two networks of a model."""
FilterKind = Literal["share", "reference", "none"]


def _check_loop(max_steps: int, batch_size: int, learning_rate: float) -> None:
    if max_steps < 0:
        raise RequestError(f"max_steps must be at least 0, not {max_steps}")
    if batch_size < 1:
        raise RequestError(f"batch_size must be at least 1, not {batch_size}")
    if not 0 < learning_rate < 1:
        raise RequestError(f"learning_rate must lie between 0 and 1, not {learning_rate}")


@dataclass(frozen=True)
class PairSource:
    """Two rasters, or two folders whose equal file names pair the dates.

    Attributes:
        before: file or folder of the first date.
        after: file or folder of the second date.
        years: years between the dates.
    """

    before: str
    after: str
    years: float

    def __post_init__(self) -> None:
        if not self.years > 0:
            raise RequestError(f"years between {self.before} and {self.after} must be above 0, not {self.years}")


@dataclass(frozen=True)
class TileSettings:
    """How samples are cut.

    Attributes:
        crop_px: source pixels along a sample before it is brought to 128 px; one entry a ground scale.
        crop_weights: how often each is drawn, relative to the others.
        jitter_px: how far a crop may stray from the tile lattice.
        filter_kind: `reference` are the authors' thresholds with their wrapping byte arithmetic; `share` is the
            share of truly changed pixels alone; `none` keeps all.
        max_changed_share: tiles with a larger share of changed pixels are dropped.
        colour_gain: largest relative change of a band's contrast in augmentation, the same for both dates.
        colour_offset: largest shift of a band, in 0..1.
    """

    crop_px: tuple[int, ...] = (TILE_PX,)
    crop_weights: tuple[float, ...] = (1.0,)
    jitter_px: int = 64
    filter_kind: FilterKind = "share"
    max_changed_share: float = 0.75
    colour_gain: float = 0.1
    colour_offset: float = 0.05

    def __post_init__(self) -> None:
        if len(self.crop_px) != len(self.crop_weights):
            raise RequestError(f"crop_weights needs one entry for each of crop_px {self.crop_px}")
        if min(self.crop_px) < TILE_PX:
            raise RequestError(f"crop_px must be at least {TILE_PX}, not {min(self.crop_px)}")
        if self.filter_kind not in get_args(FilterKind):
            raise RequestError(f"filter_kind must be one of {get_args(FilterKind)}, not {self.filter_kind!r}")
        if not 0 < self.max_changed_share <= 1:
            raise RequestError(f"max_changed_share must be above 0 and at most 1, not {self.max_changed_share}")


@dataclass(frozen=True)
class ForecasterSettings:
    """How the UNet is trained.

    Attributes:
        objective: what the network predicts and how it is scored.
        condition_layout: how the present image is shown to it.
        is_difference_scaled: whether the target is divided by its standard deviation.
        unet: its size.
        noise: the noise that it starts from.
        max_steps: optimiser steps.
        batch_size: samples a step.
        learning_rate: after the warm-up.
        is_learning_rate_constant: no warm-up and no decay, as the authors train.
        weight_decay: of AdamW.
        ema_decay: of the exponential moving average of the weights; 0 keeps none.
        sampling_steps: network calls a member, where prediction is not told otherwise.
    """

    objective: Objective = "one_step"
    condition_layout: ConditionLayout = "unshuffle"
    is_difference_scaled: bool = True
    unet: UNetShape = DEFAULT_UNET
    noise: NoiseOctaves = WHITE
    max_steps: int = 4000
    batch_size: int = 16
    learning_rate: float = 4e-4
    is_learning_rate_constant: bool = False
    weight_decay: float = 0.01
    ema_decay: float = 0.998
    sampling_steps: int = 1

    def __post_init__(self) -> None:
        if self.objective not in get_args(Objective):
            raise RequestError(f"objective must be one of {get_args(Objective)}, not {self.objective!r}")
        _check_loop(self.max_steps, self.batch_size, self.learning_rate)


@dataclass(frozen=True)
class UpscalerSettings:
    """How the ESRGAN is trained.

    Attributes:
        blocks: residual-in-residual dense blocks.
        channels: channels of its body.
        has_bicubic_base: whether it corrects a bicubic enlargement rather than making the whole image.
        max_steps: optimiser steps.
        adversarial_from_step: first step with a discriminator; L1 alone before.
        batch_size: samples a step.
        coarse_px: side of a coarse sample; the fine one is four times as wide.
        learning_rate: after the warm-up.
        adversarial_weight: of the relativistic adversarial term, L1 being 1.
        feature_weight: of the matching of the discriminator's features.
        ema_decay: of the exponential moving average of the weights.
    """

    blocks: int = 16
    channels: int = 64
    has_bicubic_base: bool = True
    max_steps: int = 4000
    adversarial_from_step: int = 2500
    batch_size: int = 8
    coarse_px: int = 16
    learning_rate: float = 2e-4
    adversarial_weight: float = 0.01
    feature_weight: float = 0.2
    ema_decay: float = 0.998

    def __post_init__(self) -> None:
        _check_loop(self.max_steps, self.batch_size, self.learning_rate)


@dataclass(frozen=True)
class TrainingSettings:
    """All of one training.

    Attributes:
        name: name of the model.
        preset: preset that the settings started from.
        pairs: where the two dates lie.
        single_dates: further folders for the upscaler, which needs one date only.
        tiles: how samples are cut.
        forecaster: how the UNet is trained.
        upscaler: how the ESRGAN is trained.
        composition: how the result is put together at full resolution.
        seed: of everything random.
        checkpoint_every: steps between checkpoints.
        region: where the training images lie, in words, for the card.
        sensor: what took them, in words, for the card.
        weights_license: licence of the weights, an SPDX identifier in small letters.
        card_text: further sections of the card, in Markdown: credits, figures, limits.
    """

    name: str = "unnamed"
    preset: str = "fast"
    pairs: tuple[PairSource, ...] = ()
    single_dates: tuple[str, ...] = ()
    tiles: TileSettings = field(default_factory=TileSettings)
    forecaster: ForecasterSettings = field(default_factory=ForecasterSettings)
    upscaler: UpscalerSettings = field(default_factory=UpscalerSettings)
    composition: Composition = "anchored"
    seed: int = 0
    checkpoint_every: int = 250
    region: str = "not stated"
    sensor: str = "not stated"
    weights_license: str = "other"
    card_text: str = ""

    def with_steps(self, forecaster_steps: int) -> TrainingSettings:
        """Change the steps of the UNet, and those of the upscaler in proportion."""
        share = forecaster_steps / max(1, self.forecaster.max_steps)
        upscaler = replace(
            self.upscaler,
            max_steps=max(1, round(self.upscaler.max_steps * share)),
            adversarial_from_step=round(self.upscaler.adversarial_from_step * share),
        )
        return replace(self, forecaster=replace(self.forecaster, max_steps=forecaster_steps), upscaler=upscaler)


WIDE_NOISE = NoiseOctaves(spacing_cells=(1, 8, 32), weights=(1.0, 0.5, 0.5))

PRESETS: dict[str, TrainingSettings] = {
    "fast": TrainingSettings(preset="fast", forecaster=ForecasterSettings(noise=WIDE_NOISE)),
    "default": TrainingSettings(
        preset="default",
        forecaster=ForecasterSettings(objective="v_prediction", noise=WIDE_NOISE, sampling_steps=10),
    ),
    "reference": TrainingSettings(
        preset="reference",
        tiles=TileSettings(jitter_px=0, filter_kind="reference", colour_gain=0, colour_offset=0),
        forecaster=ForecasterSettings(
            objective="epsilon",
            condition_layout="quadrants",
            is_difference_scaled=False,
            unet=REFERENCE_UNET,
            learning_rate=1e-4,
            is_learning_rate_constant=True,
            weight_decay=0,
            ema_decay=0,
            sampling_steps=100,
        ),
        upscaler=UpscalerSettings(has_bicubic_base=False, learning_rate=1e-4),
        composition="upscaled",
    ),
}


def load_settings(path: Path, preset: str | None = None) -> TrainingSettings:
    """Read settings from TOML; what the file does not say comes from its `preset`.

    Relative paths of pairs may begin with an environment variable, as in `$LANDCAST_DATA/naip`.

    Raises:
        RequestError: the file cannot be read, or names a setting that does not exist or does not fit.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RequestError(f"{path}: cannot be read as TOML: {error}") from error
    base = find_preset(preset or str(said.get("preset", "fast")))
    settings: TrainingSettings = _overlay(base, {**said, "preset": base.preset}, str(path))
    return settings


def find_preset(name: str) -> TrainingSettings:
    """Return a preset by name; raises RequestError where there is none of that name."""
    if name not in PRESETS:
        raise RequestError(f"preset must be one of {', '.join(sorted(PRESETS))}, not {name!r}")
    return PRESETS[name]


def _overlay(base: Any, said: Any, where: str) -> Any:
    """Replace fields of a settings dataclass by what a TOML table says, level by level."""
    if not isinstance(said, dict):
        raise RequestError(f"{where} must be a table, not {said!r}")
    hints = get_type_hints(type(base))
    unknown = set(said) - {f.name for f in fields(base)}
    if unknown:
        raise RequestError(f"{where}: unknown setting {', '.join(sorted(unknown))}")
    changes = {
        name: _overlay(getattr(base, name), value, f"{where}: [{name}]")
        if is_dataclass(hints[name])
        else _fit(hints[name], value, f"{where}: {name}")
        for name, value in said.items()
    }
    try:
        return replace(base, **changes)
    except ValueError as error:
        raise RequestError(f"{where}: {error}") from error


def _fit(hint: Any, value: Any, where: str) -> Any:
    """Bring a TOML value to the type of a field."""
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise RequestError(f"{where} must be a list, not {value!r}")
        return tuple(_fit(get_args(hint)[0], entry, where) for entry in value)
    if hint is PairSource:
        return _pair(value, where)
    kind = str if get_origin(hint) is Literal else hint
    is_number = kind in (int, float) and isinstance(value, (int, kind)) and not isinstance(value, bool)
    if not (is_number or (kind in (str, bool) and isinstance(value, kind))):
        raise RequestError(f"{where} must be {kind.__name__}, not {value!r}")
    return kind(value)


def _pair(entry: Any, where: str) -> PairSource:
    wanted = get_type_hints(PairSource)
    if not isinstance(entry, dict) or entry.keys() != wanted.keys():
        raise RequestError(f"{where}: each of [[pairs]] takes before, after and years, not {entry!r}")
    return PairSource(**{name: _fit(hint, entry[name], f"{where}: {name}") for name, hint in wanted.items()})
