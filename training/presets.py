"""The presets: settings that a training starts from."""

from __future__ import annotations

from ..core.errors import RequestError
from ..core.model.contract import VIEWS
from ..core.model.unet import NATIVE_UNET, REFERENCE_UNET
from ..core.noise import NoiseOctaves
from .settings import ForecasterSettings, TileSettings, TrainingSettings, UpscalerSettings

WIDE_NOISE = NoiseOctaves(spacing_cells=(1, 8, 32), weights=(1.0, 0.5, 0.5))
"""In cells of 4 px."""
WIDE_PIXEL_NOISE = NoiseOctaves(spacing_cells=(1, 4, 32, 128), weights=(1.0, 0.5, 0.5, 0.5))
"""In pixels."""

PRESETS: dict[str, TrainingSettings] = {
    "fast": TrainingSettings(preset="fast", forecaster=ForecasterSettings(noise=WIDE_NOISE, views=VIEWS)),
    "default": TrainingSettings(
        preset="default",
        forecaster=ForecasterSettings(objective="v_prediction", noise=WIDE_NOISE, sampling_steps=8, views=VIEWS),
    ),
    "native128": TrainingSettings(
        preset="native128",
        forecaster=ForecasterSettings(change_grid="pixels", unet=NATIVE_UNET, noise=WIDE_PIXEL_NOISE, views=VIEWS),
    ),
    "regression": TrainingSettings(preset="regression", forecaster=ForecasterSettings(objective="regression")),
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
        upscaler=UpscalerSettings(
            has_bicubic_base=False,
            adversarial_from_step=0,
            coarse_px=32,
            learning_rate=1e-4,
            is_learning_rate_constant=True,
            adam_betas=(0.0, 0.9),
            l1_weight=0.01,
            low_pass_weight=0.0,
            spectral_weight=0.0,
            adversarial_kind="wasserstein",
            adversarial_weight=0.005,
            feature_weight=0.0,
            perceptual_weight=1.0,
            ema_decay=0.0,
        ),
        composition="upscaled",
    ),
}
"""`default`, `fast`, `native128` and `reference` are ways to a model; `regression` is a rival to measure them by."""


DEFAULT_PRESET = "default"
"""What a training starts from where nothing is said."""


def find_preset(name: str = DEFAULT_PRESET) -> TrainingSettings:
    """Return a preset by name; raises RequestError where there is none of that name."""
    if name not in PRESETS:
        raise RequestError(f"preset must be one of {', '.join(sorted(PRESETS))}, not {name!r}")
    return PRESETS[name]
