"""What a training may be told, checked when it is told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from ..core.errors import RequestError
from ..core.lattice import CELL_PX, TILE_PX
from ..core.model.condition import CONDITION_CHANNELS
from ..core.model.contract import VIEWS, ChangeGrid, Composition, ConditionLayout, Objective
from ..core.model.unet import DEFAULT_UNET, DIFFERENCE_CHANNELS, PIXEL_CHANNELS, UNetShape
from ..core.noise import WHITE, NoiseOctaves
from .spectrum import WINDOW_PX

Stage = Literal["forecaster", "upscaler"]
"""The two networks of a model."""
FilterKind = Literal["share", "reference", "none"]
AdversarialKind = Literal["relativistic", "wasserstein"]
LARGEST_FAIRNESS = 1.2
"""Near 1.8 members would be rewarded for differing without end."""


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
        place: where both lie, in a word; sources of one place bear the same one.
    """

    before: str
    after: str
    years: float
    place: str = ""

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
        change_emphasis: share of the draws that goes to tiles in proportion to how much of them truly changes; the
            rest falls on all tiles alike. At 0 every tile comes once an epoch. Above 0 the model sees change more often
            than it happens, and will expect it more often.
    """

    crop_px: tuple[int, ...] = (TILE_PX,)
    crop_weights: tuple[float, ...] = (1.0,)
    jitter_px: int = 64
    filter_kind: FilterKind = "share"
    max_changed_share: float = 0.75
    colour_gain: float = 0.1
    colour_offset: float = 0.05
    change_emphasis: float = 0.0

    def __post_init__(self) -> None:
        if len(self.crop_px) != len(self.crop_weights):
            raise RequestError(f"crop_weights needs one entry for each of crop_px {self.crop_px}")
        if min(self.crop_px) < TILE_PX:
            raise RequestError(f"crop_px must be at least {TILE_PX}, not {min(self.crop_px)}")
        if self.filter_kind not in get_args(FilterKind):
            raise RequestError(f"filter_kind must be one of {get_args(FilterKind)}, not {self.filter_kind!r}")
        if not 0 < self.max_changed_share <= 1:
            raise RequestError(f"max_changed_share must be above 0 and at most 1, not {self.max_changed_share}")
        if not (min(self.crop_weights) >= 0 and sum(self.crop_weights) > 0):
            raise RequestError(f"crop_weights must not be below 0, and one above it, not {self.crop_weights}")
        if self.jitter_px < 0:
            raise RequestError(f"jitter_px must be at least 0, not {self.jitter_px}")
        if not 0 <= self.change_emphasis <= 1:
            raise RequestError(f"change_emphasis must lie between 0 and 1, not {self.change_emphasis}")


@dataclass(frozen=True)
class ForecasterSettings:
    """How the UNet is trained.

    Attributes:
        objective: what the network predicts and how it is scored.
        condition_layout: how the present image is shown to it; `unet.condition_channels` must be those of the layout.
        change_grid: whether it draws the difference of `cells` of 4 px, which an upscaler makes an image of, or of
            `pixels`, which needs none; `unet.difference_channels` must be 3 or 48.
        fairness: of the score of `one_step`: what members are rewarded for differing, a share of what the fair CRPS
            does. At 1 they differ as the training pairs do from what is expected of them. Little changes much: where
            the truth is Gaussian, members differ by 5 % less at 0.95 and by 11 % more at 1.1, and where most of it is
            near zero by far more.
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
        networks: how many UNets are trained, each from another seed; they draw members in turn, and what they do not
            agree on adds to the spread (Lakshminarayanan et al. 2017, Simple and scalable predictive uncertainty).
        is_leaving_places_out: whether each network leaves the pairs of one place out, the next network those of the
            next place. They differ then as they would from a place that none of them saw, and each can be measured
            where it never trained.
        views: turned and mirrored views of the scene that members look at in turn, 1 or 8; for `unshuffle` alone.
    """

    objective: Objective = "one_step"
    condition_layout: ConditionLayout = "unshuffle"
    change_grid: ChangeGrid = "cells"
    fairness: float = 0.95
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
    networks: int = 1
    is_leaving_places_out: bool = False
    views: int = 1

    def __post_init__(self) -> None:
        if self.networks < 1:
            raise RequestError(f"networks must be at least 1, not {self.networks}")
        if self.views not in (1, VIEWS):
            raise RequestError(f"views must be 1 or {VIEWS}, not {self.views}")
        if self.objective not in get_args(Objective):
            raise RequestError(f"objective must be one of {get_args(Objective)}, not {self.objective!r}")
        if not 0 <= self.fairness <= LARGEST_FAIRNESS:
            raise RequestError(f"fairness must lie between 0 and {LARGEST_FAIRNESS}, not {self.fairness}")
        self._check_channels()
        if self.views > 1 and self.condition_layout != "unshuffle":
            raise RequestError(f"views must be 1 where condition_layout is {self.condition_layout}, not {self.views}")
        _check_loop(self.max_steps, self.batch_size, self.learning_rate)

    def _check_channels(self) -> None:
        if self.condition_layout not in CONDITION_CHANNELS:
            raise RequestError(
                f"condition_layout must be one of {tuple(CONDITION_CHANNELS)}, not {self.condition_layout!r}"
            )
        wanted = CONDITION_CHANNELS[self.condition_layout]
        if self.unet.condition_channels != wanted:
            raise RequestError(
                f"condition_layout {self.condition_layout} has {wanted} channels: unet.condition_channels must be "
                f"{wanted}, not {self.unet.condition_channels}"
            )
        if self.change_grid not in get_args(ChangeGrid):
            raise RequestError(f"change_grid must be one of {get_args(ChangeGrid)}, not {self.change_grid!r}")
        drawn = DIFFERENCE_CHANNELS if self.change_grid == "cells" else PIXEL_CHANNELS
        if self.unet.difference_channels != drawn:
            raise RequestError(
                f"change_grid {self.change_grid} has {drawn} channels: unet.difference_channels must be {drawn}, "
                f"not {self.unet.difference_channels}"
            )


@dataclass(frozen=True)
class UpscalerSettings:
    """How the ESRGAN is trained.

    Attributes:
        blocks: residual-in-residual dense blocks.
        channels: channels of its body.
        has_bicubic_base: whether it corrects a bicubic enlargement rather than making the whole image.
        max_steps: optimiser steps.
        adversarial_from_step: first step with a judge and with the spectral term; L1 alone before.
        batch_size: samples a step.
        coarse_px: side of a coarse sample; the fine one is four times as wide.
        learning_rate: after the warm-up.
        is_learning_rate_constant: no warm-up and no decay, as the authors train.
        adam_betas: both decay rates of Adam's moments.
        l1_weight: of the mean absolute error of pixels.
        low_pass_weight: of the mean absolute error of what the output holds in its coarse cells.
        spectral_weight: of the distance between the powers of fine detail, in logarithms, as soon as there is a judge.
        adversarial_kind: `relativistic`, against a judge of patches; or `wasserstein` with gradient penalty, against
            the authors' critic.
        adversarial_weight: of the adversarial term.
        feature_weight: of the matching of the relativistic judge's features.
        critic_channels: channels of the Wasserstein critic's layers; every second one halves the image.
        gradient_penalty_weight: of the Wasserstein critic.
        perceptual_weights: safetensors file with the weights of a VGG19; empty for none.
        perceptual_weight: of the mean squared error of its features; without a file the pixels' L1 takes it over.
        ema_decay: of the exponential moving average of the weights; 0 keeps none.
    """

    blocks: int = 16
    channels: int = 64
    has_bicubic_base: bool = True
    max_steps: int = 4000
    adversarial_from_step: int = 2500
    batch_size: int = 8
    coarse_px: int = 16
    learning_rate: float = 2e-4
    is_learning_rate_constant: bool = False
    adam_betas: tuple[float, ...] = (0.9, 0.99)
    l1_weight: float = 1.0
    low_pass_weight: float = 1.0
    spectral_weight: float = 0.01
    adversarial_kind: AdversarialKind = "relativistic"
    adversarial_weight: float = 0.01
    feature_weight: float = 0.2
    critic_channels: tuple[int, ...] = (64, 64, 128, 128, 256, 256, 512, 512)
    gradient_penalty_weight: float = 10.0
    perceptual_weights: str = ""
    perceptual_weight: float = 0.0
    ema_decay: float = 0.998

    def __post_init__(self) -> None:
        if self.adversarial_kind not in get_args(AdversarialKind):
            raise RequestError(
                f"adversarial_kind must be one of {get_args(AdversarialKind)}, not {self.adversarial_kind!r}"
            )
        if len(self.adam_betas) != 2 or not all(0 <= beta < 1 for beta in self.adam_betas):
            raise RequestError(f"adam_betas must be two numbers from 0 to below 1, not {self.adam_betas}")
        if self.spectral_weight and self.coarse_px * CELL_PX < WINDOW_PX:
            least = WINDOW_PX // CELL_PX
            raise RequestError(f"coarse_px must be at least {least} with a spectral_weight, not {self.coarse_px}")
        if not self.critic_channels or min(self.critic_channels) < 1:
            raise RequestError(f"critic_channels must be at least 1 each, not {self.critic_channels}")
        _check_loop(self.max_steps, self.batch_size, self.learning_rate)


@dataclass(frozen=True)
class ValidationSettings:
    """How the UNet is measured while it is trained, on pairs that it does not see.

    Attributes:
        every: steps between measurements; 0 measures nothing, and trains on all pairs.
        patience: measurements without a better one after which the training ends; 0 trains to the last step.
        is_best_kept: whether the averaged weights that were measured best are taken in the end; else the last ones.
        members: futures a tile.
        tiles: that are measured, at most; evenly taken from all.
        share: of the ground that is held out where no validation part comes with the pairs.
    """

    every: int = 0
    patience: int = 0
    is_best_kept: bool = True
    members: int = 4
    tiles: int = 96
    share: float = 0.2

    def __post_init__(self) -> None:
        for name, least in (("every", 0), ("patience", 0), ("members", 2), ("tiles", 1)):
            if getattr(self, name) < least:
                raise RequestError(f"validation.{name} must be at least {least}, not {getattr(self, name)}")
        if not 0 < self.share < 1:
            raise RequestError(f"validation.share must lie between 0 and 1, not {self.share}")
        if self.patience and not self.every:
            raise RequestError("validation.patience needs validation.every: without measurements nothing ends early")


@dataclass(frozen=True)
class TrainingSettings:
    """All of one training.

    Attributes:
        name: name of the model.
        preset: preset that the settings started from.
        pairs: where the two dates lie.
        datasets: folders that `landcast pairs` made; their training part is taken.
        single_dates: further folders for the upscaler, which needs one date only.
        tiles: how samples are cut.
        forecaster: how the UNet is trained.
        upscaler: how the ESRGAN is trained.
        validation: how the UNet is measured meanwhile.
        base: model that the networks start from, by name or folder; empty where they start untrained.
        is_upscaler_kept: whether the upscaler of `base` is taken as it is.
        composition: how the result is put together at full resolution.
        seed: of everything random.
        checkpoint_every: steps between checkpoints.
        sheet_rows: tiles on the sheet of pictures that is drawn with each checkpoint; 0 draws none.
        is_logging_tensorboard: whether curves are written for TensorBoard as well, which has to be installed.
        region: where the training images lie, in words, for the card.
        sensor: what took them, in words, for the card.
        weights_license: licence of the weights, an SPDX identifier in small letters.
        card_text: further sections of the card, in Markdown: credits, figures, limits.
    """

    name: str = "unnamed"
    preset: str = "fast"
    pairs: tuple[PairSource, ...] = ()
    datasets: tuple[str, ...] = ()
    single_dates: tuple[str, ...] = ()
    tiles: TileSettings = field(default_factory=TileSettings)
    forecaster: ForecasterSettings = field(default_factory=ForecasterSettings)
    upscaler: UpscalerSettings = field(default_factory=UpscalerSettings)
    validation: ValidationSettings = field(default_factory=ValidationSettings)
    base: str = ""
    is_upscaler_kept: bool = False
    composition: Composition = "anchored"
    seed: int = 0
    checkpoint_every: int = 250
    sheet_rows: int = 4
    is_logging_tensorboard: bool = False
    region: str = "not stated"
    sensor: str = "not stated"
    weights_license: str = "other"
    card_text: str = ""

    def __post_init__(self) -> None:
        for name, least in (("checkpoint_every", 1), ("sheet_rows", 0)):
            if getattr(self, name) < least:
                raise RequestError(f"{name} must be at least {least}, not {getattr(self, name)}")
        if self.is_upscaler_kept and not self.base:
            raise RequestError("is_upscaler_kept needs a base: there is no model whose upscaler could be kept")
        if self.forecaster.is_leaving_places_out and self.pairs:
            self._check_places()

    def _check_places(self) -> None:
        nameless = [source.before for source in self.pairs if not source.place]
        if nameless or self.datasets:
            raise RequestError(
                f"is_leaving_places_out needs a place for each of the pairs; {(nameless or self.datasets)[0]} has none"
            )
        if len(self.places) < 2:
            raise RequestError(f"is_leaving_places_out needs pairs of at least two places, not {self.places[0]} alone")

    @property
    def places(self) -> tuple[str, ...]:
        """Where the pairs lie, by name."""
        return tuple(sorted({source.place for source in self.pairs}))

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The networks that the model has."""
        return ("forecaster", "upscaler") if self.forecaster.change_grid == "cells" else ("forecaster",)

    @property
    def trained_stages(self) -> tuple[Stage, ...]:
        """Those of them that are trained."""
        return tuple(stage for stage in self.stages if stage == "forecaster" or not self.is_upscaler_kept)

    def with_steps(self, forecaster_steps: int) -> TrainingSettings:
        """Change the steps of the UNet, and those of the upscaler in proportion."""
        share = forecaster_steps / max(1, self.forecaster.max_steps)
        upscaler = replace(
            self.upscaler,
            max_steps=max(1, round(self.upscaler.max_steps * share)),
            adversarial_from_step=round(self.upscaler.adversarial_from_step * share),
        )
        return replace(self, forecaster=replace(self.forecaster, max_steps=forecaster_steps), upscaler=upscaler)
