"""Settings: what a TOML file says lies over its preset, and what it may not say is named."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import pytest

import landcast.training
from landcast.core.errors import RequestError
from landcast.core.model.unet import REFERENCE_UNET
from landcast.training.presets import PRESETS, find_preset
from landcast.training.settings import ForecasterSettings, PairSource, TileSettings, TrainingSettings, UpscalerSettings
from landcast.training.settings_file import load_settings

RECIPES = sorted((Path(landcast.training.__path__[0]) / "recipes").glob("*.toml"))


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_file_is_the_preset_called_default(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, "")) == PRESETS["default"] == find_preset()


@pytest.mark.parametrize("name", ["fast", "default", "reference", "native128", "regression"])
def test_the_presets_of_the_design_exist(name: str, tmp_path: Path) -> None:
    assert find_preset(name).preset == name
    assert load_settings(write(tmp_path, f'preset = "{name}"')) == PRESETS[name]
    assert load_settings(write(tmp_path, 'preset = "fast"'), preset=name) == PRESETS[name]


def test_the_reference_is_the_method_as_its_authors_wrote_it() -> None:
    reference = PRESETS["reference"]
    own = reference.forecaster
    assert (own.objective, own.condition_layout, own.sampling_steps) == ("epsilon", "quadrants", 100)
    assert (own.learning_rate, own.batch_size, own.is_learning_rate_constant) == (1e-4, 16, True)
    assert not own.is_difference_scaled
    assert own.unet is REFERENCE_UNET
    assert reference.tiles.filter_kind == "reference"
    assert reference.composition == "upscaled"
    upscaler = reference.upscaler
    assert (upscaler.adversarial_kind, upscaler.gradient_penalty_weight) == ("wasserstein", 10)
    assert (upscaler.learning_rate, upscaler.adam_betas, upscaler.batch_size) == (1e-4, (0.0, 0.9), 8)
    assert (upscaler.l1_weight, upscaler.perceptual_weight, upscaler.adversarial_from_step) == (0.01, 1, 0)


def test_the_fifteen_channels_of_the_published_notebook_are_two_settings_away(tmp_path: Path) -> None:
    text = """
        preset = "reference"
        [forecaster]
        condition_layout = "quadrants_64"
        unet = { condition_channels = 12 }
        [upscaler]
        blocks = 23
    """
    settings = load_settings(write(tmp_path, text))
    shape = settings.forecaster.unet
    assert shape.difference_channels + shape.condition_channels + shape.reserved_channels == 15
    assert settings.upscaler.blocks == 23


def test_a_network_of_every_pixel_has_96_channels_in_48_out_and_no_upscaler() -> None:
    native = PRESETS["native128"]
    shape = native.forecaster.unet
    assert (shape.difference_channels, shape.condition_channels, shape.reserved_channels) == (48, 48, 0)
    assert native.stages == ("forecaster",)
    assert PRESETS["fast"].stages == ("forecaster", "upscaler")


def test_what_the_file_says_lies_over_the_preset_level_by_level(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        name = "valley"
        preset = "default"
        single_dates = ["a", "b"]
        [tiles]
        crop_px = [128, 192]
        crop_weights = [2, 1]
        [forecaster]
        max_steps = 10
        [forecaster.noise]
        weights = [1, 0, 0]
        [forecaster.unet]
        layers_per_block = 3
        """,
    )
    base = PRESETS["default"]
    noise = replace(base.forecaster.noise, weights=(1.0, 0.0, 0.0))
    unet = replace(base.forecaster.unet, layers_per_block=3)
    assert load_settings(path) == replace(
        base,
        name="valley",
        single_dates=("a", "b"),
        tiles=replace(base.tiles, crop_px=(128, 192), crop_weights=(2.0, 1.0)),
        forecaster=replace(base.forecaster, max_steps=10, noise=noise, unet=unet),
    )


def test_whole_numbers_stand_for_any_number_and_fractions_where_the_preset_has_a_whole_number(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, 'preset = "reference"\ntiles = { colour_gain = 0.1, colour_offset = 0 }'))
    assert settings.tiles.colour_gain == 0.1
    assert type(settings.tiles.colour_offset) is float


def test_pairs_are_read_in_order(tmp_path: Path) -> None:
    text = """
        [[pairs]]
        before = "$DATA/2016"
        after = "$DATA/2018"
        years = 2
        [[pairs]]
        before = "x"
        after = "y"
        years = 1.5
        place = "the coast"
    """
    settings = load_settings(write(tmp_path, text))
    assert settings.pairs == (PairSource("$DATA/2016", "$DATA/2018", 2.0), PairSource("x", "y", 1.5, "the coast"))
    assert settings.places == ("", "the coast")


@pytest.mark.parametrize(
    ("places", "said"),
    [(("coast", ""), "needs a place for each of the pairs; b has none"), (("coast",) * 2, "two places, not coast")],
)
def test_places_can_only_be_left_out_where_they_are_named(places: tuple[str, ...], said: str) -> None:
    pairs = tuple(PairSource(name, "later", 2, place) for name, place in zip("ab", places, strict=True))
    own = replace(PRESETS["fast"].forecaster, is_leaving_places_out=True)
    with pytest.raises(RequestError, match=said):
        replace(PRESETS["fast"], pairs=pairs, forecaster=own)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("nmae = 'x'", "unknown setting nmae"),
        ("[forecaster]\nsteps = 3", r"\[forecaster\]: unknown setting steps"),
        ("[forecaster.unet]\nheads = 3", r"\[unet\]: unknown setting heads"),
        ("seed = 'one'", "seed must be int, not 'one'"),
        ("seed = 1.5", "seed must be int, not 1.5"),
        ("seed = true", "seed must be int, not True"),
        ("name = 3", "name must be str, not 3"),
        ("tiles = 3", r"\[tiles\] must be a table, not 3"),
        ("pairs = 3", "pairs must be a list, not 3"),
        ("pairs = [3]", r"before, after and years, not 3"),
        ("[[pairs]]\nbefore = 'a'\nafter = 'b'", "before, after and years"),
        ("[[pairs]]\nbefore = 'a'\nafter = 'b'\nyears = 'two'", "years must be float, not 'two'"),
        ("[[pairs]]\nbefore = 'a'\nafter = 'b'\nyears = 0", "years between a and b must be above 0"),
        ("[[pairs]]\nbefore = 'a'\nafter = 'b'\nyears = nan", "years between a and b must be above 0"),
        ("[tiles]\ncrop_px = 128", "crop_px must be a list, not 128"),
        ("[tiles]\ncrop_px = ['128']", "crop_px must be int, not '128'"),
        ("[tiles]\ncrop_px = []\ncrop_weights = []", "tiles"),
        ("[tiles]\ncrop_px = [128, 192]", "crop_weights needs one entry for each"),
        ("[tiles]\ncrop_px = [64]", "crop_px must be at least 128, not 64"),
        ("[tiles]\nfilter_kind = 'all'", "filter_kind must be one of .*'all'"),
        ("[tiles]\nmax_changed_share = 0", "max_changed_share must be above 0"),
        ("[tiles]\ncrop_weights = [-1]", "crop_weights must not be below 0"),
        ("[tiles]\njitter_px = -1", "jitter_px must be at least 0"),
        ("[tiles]\nchange_emphasis = 1.5", "change_emphasis must lie between 0 and 1, not 1.5"),
        ("checkpoint_every = 0", "checkpoint_every must be at least 1"),
        ("sheet_rows = -1", "sheet_rows must be at least 0"),
        ("[forecaster]\ncondition_layout = 'rows'", "condition_layout must be one of .*'rows'"),
        ("[forecaster]\ncondition_layout = 'quadrants_64'", "unet.condition_channels must be 12, not 48"),
        ("[forecaster]\nchange_grid = 'pixels'", "unet.difference_channels must be 48, not 3"),
        ("[forecaster]\nchange_grid = 'feet'", "change_grid must be one of .*'feet'"),
        ("[upscaler]\nadversarial_kind = 'none'", "adversarial_kind must be one of .*'none'"),
        ("[upscaler]\nadam_betas = [0.9]", "adam_betas must be two numbers"),
        ("[upscaler]\ncoarse_px = 4", "coarse_px must be at least 8 with a spectral_weight, not 4"),
        ("[upscaler]\ncritic_channels = []", "critic_channels must be at least 1 each"),
        ("[forecaster]\nobjective = 'two_step'", "objective must be one of .*'two_step'"),
        ("[forecaster]\nis_difference_scaled = 1", "is_difference_scaled must be bool, not 1"),
        ("[forecaster]\nlearning_rate = 1", "learning_rate must lie between 0 and 1"),
        ("[forecaster]\nmax_steps = -1", "max_steps must be at least 0"),
        ("[forecaster.noise]\nweights = [1.0]", "one weight for each spacing"),
        ("[upscaler]\nbatch_size = 0", "batch_size must be at least 1"),
        ("preset = 'slow'", "preset must be one of default, fast, native128, reference, regression, not 'slow'"),
        ("preset = ['fast']", "preset must be one of"),
        ("name = ", "cannot be read as TOML"),
    ],
)
def test_what_a_file_may_not_say_is_named(text: str, named: str, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=named):
        load_settings(write(tmp_path, text))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"nowhere\.toml: cannot be read"):
        load_settings(tmp_path / "nowhere.toml")
    latin = tmp_path / "latin.toml"
    latin.write_bytes('region = "Köln"'.encode("latin-1"))
    with pytest.raises(RequestError, match=r"latin\.toml: cannot be read"):
        load_settings(latin)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_in_the_tree_can_be_followed(path: Path) -> None:
    settings = load_settings(path)
    assert settings.pairs
    assert settings.name == path.stem


def test_changed_steps_of_the_forecaster_change_those_of_the_upscaler_in_proportion() -> None:
    settings = TrainingSettings(
        forecaster=ForecasterSettings(max_steps=1000),
        upscaler=UpscalerSettings(max_steps=400, adversarial_from_step=300),
    )
    shorter = settings.with_steps(100)
    assert shorter.forecaster.max_steps == 100
    assert (shorter.upscaler.max_steps, shorter.upscaler.adversarial_from_step) == (40, 30)
    assert asdict(settings.with_steps(1000)) == asdict(settings)


def test_crops_need_a_weight_each() -> None:
    with pytest.raises(RequestError, match="one entry for each"):
        TileSettings(crop_px=(128, 256))
