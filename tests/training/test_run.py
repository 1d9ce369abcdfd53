"""A whole training: from pairs to a model folder that predicts, in one go, in stages, or after a kill."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch

from landcast.core.errors import DeviceMemoryError, OutputError, TrainingError
from landcast.core.model.contract import load_contract
from landcast.core.model.folder import CARD_NAME, find_model, load_model, verify_model
from landcast.core.predict import predict
from landcast.core.request import PredictionRequest
from landcast.training.data import load_data
from landcast.training.export import export_model
from landcast.training.pairs import ChipPair
from landcast.training.processes import Processes
from landcast.training.run import Hardware, TrainingPlan, run_training, train_stage
from landcast.training.samples import PairSampler
from landcast.training.settings import PairSource, Stage, TrainingSettings

MakeSettings = Callable[..., TrainingSettings]
CPU = Hardware(torch.device("cpu"), torch.float32)
BOTH: tuple[Stage, ...] = ("forecaster", "upscaler")


class Killed(BaseException):
    """Stands for a signal: nothing catches it."""


def ignore(done: int, total: int) -> None:
    """Take no notice of progress."""


def run(
    settings: TrainingSettings,
    folder: Path,
    stages: tuple[Stage, ...] = BOTH,
    is_resuming: bool = False,
    on_step: Callable[[int, int], None] = ignore,
) -> Path | None:
    return run_training(TrainingPlan(settings, folder, stages, is_resuming), CPU, on_step)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test of a settings' training leaves its model, for the others to compare with."""
    return tmp_path_factory.mktemp("trained") / "tiny"


@pytest.fixture
def model(trained: Path, tiny_settings: MakeSettings) -> Path:
    if not trained.exists():
        assert run(tiny_settings(), trained) == trained
    return trained


def test_a_training_ends_in_a_model_that_can_be_found_verified_and_loaded(model: Path) -> None:
    assert find_model(str(model)) == model
    assert verify_model(model).keys() == contents(model).keys() - {"manifest.json"}
    loaded = load_model(model, torch.device("cpu"), torch.float32)
    assert loaded.contract.name == "tiny"
    # nothing is left aside: the model, its record, and the work beside it
    assert {path.name for path in model.parent.iterdir()} == {"tiny", "tiny.run.json", "tiny.training"}


def test_the_trained_model_predicts(model: Path, scene_pair: PairSource, tmp_path: Path) -> None:
    before = Path(scene_pair.before)
    request = PredictionRequest(before, tmp_path / "later.tif", model=str(model), device="cpu", precision="fp32")
    warnings: list[str] = []
    predict(request, warnings.append)
    with rasterio.open(tmp_path / "later.tif") as result, rasterio.open(before) as source:
        assert result.transform == source.transform
        assert result.tags()["LANDCAST_YEARS_AHEAD"] == "4"
        assert np.abs(result.read().astype(int) - source.read()).mean() > 0
    assert warnings == []


def test_the_contract_says_what_the_model_was_trained_on(
    model: Path, tiny_settings: MakeSettings, scene_chips: list[ChipPair]
) -> None:
    contract, settings = load_contract(model), tiny_settings()
    assert contract.interval_years == (4,)
    assert contract.trained_gsd_m == pytest.approx((0.6,), rel=1e-2)
    assert contract.noise == settings.forecaster.noise
    sampler = PairSampler(scene_chips, settings.tiles, settings.seed)
    assert contract.difference_std == pytest.approx(sampler.difference_std(), abs=1e-6)
    assert contract.tones is not None
    levels = np.concatenate([chip.before[:, chip.valid] for chip in scene_chips], axis=1)
    np.testing.assert_allclose(
        contract.tones.levels,
        np.quantile(levels, contract.tones.shares, axis=1, method="inverted_cdf").T / 255,
        atol=1e-4,
    )
    card = (model / CARD_NAME).read_text(encoding="utf-8")
    assert "1 pairs of chips, 4 of 4 tiles kept" in card
    assert card.startswith("---\nlibrary_name: diffusers\n")


def test_several_networks_are_trained_from_seeds_of_their_own(
    model: Path, tiny_settings: MakeSettings, tmp_path: Path
) -> None:
    single = tiny_settings()
    two = replace(single, forecaster=replace(single.forecaster, networks=2))
    progress: list[tuple[int, int]] = []
    run(two, tmp_path / "two", on_step=lambda done, total: progress.append((done, total)))
    steps = single.forecaster.max_steps
    assert progress[-1] == (2 * steps + single.upscaler.max_steps,) * 2
    files = contents(tmp_path / "two")
    weights = [files[f"{name}/diffusion_pytorch_model.safetensors"] for name in ("unet", "unet_2")]
    assert weights[0] == contents(model)["unet/diffusion_pytorch_model.safetensors"] != weights[1]
    assert "2 of other seeds, each one_step" in files[CARD_NAME].decode()


def test_a_trained_model_takes_further_networks(model: Path, tiny_settings: MakeSettings, tmp_path: Path) -> None:
    single = tiny_settings()
    shutil.copytree(model.with_name(f"{model.name}.training"), tmp_path / "two.training")
    two = replace(single, forecaster=replace(single.forecaster, networks=2))
    steps: list[int] = []
    run(two, tmp_path / "two", is_resuming=True, on_step=lambda done, total: steps.append(done))
    assert len(steps) == single.forecaster.max_steps
    assert len(load_model(tmp_path / "two", torch.device("cpu"), torch.float32).unets) == 2


def test_each_network_leaves_the_pairs_of_one_place_out(
    scene_pair: PairSource, tiny_settings: MakeSettings, tmp_path: Path
) -> None:
    single = tiny_settings()
    other = replace(scene_pair, before=scene_pair.after, after=scene_pair.before, place="town")
    both = replace(
        single,
        pairs=(replace(scene_pair, place="coast"), other),
        forecaster=replace(single.forecaster, networks=3, is_leaving_places_out=True),
    )
    run(both, tmp_path / "both")
    model = load_model(tmp_path / "both", torch.device("cpu"), torch.float32)
    shared = load_data(both)
    assert [chip.place for chip in shared.without("coast").chips] == ["town"]
    assert shared.without("").chips == shared.chips
    # another left out, another network; the deviation that they share is that of all pairs
    alone = train_stage(
        "forecaster", replace(both, seed=both.seed + 1), shared, tmp_path / "again", CPU, lambda *_: None, "town"
    )
    again = dict(alone.named_parameters())
    for name, tensor in model.unets[1].named_parameters():
        assert torch.equal(tensor, again[name].half().float())
    assert "3, each trained without the pairs of one place (coast, town in turn), one_step" in (
        tmp_path / "both" / CARD_NAME
    ).read_text(encoding="utf-8")


def test_an_unscaled_difference_is_left_as_it_is(tiny_settings: MakeSettings, tmp_path: Path) -> None:
    settings = tiny_settings("epsilon")
    forecaster = replace(settings.forecaster, is_difference_scaled=False, max_steps=1)
    upscaler = replace(settings.upscaler, max_steps=1)
    run(replace(settings, forecaster=forecaster, upscaler=upscaler), tmp_path / "model")
    assert load_contract(tmp_path / "model").difference_std == 1


def test_the_progress_counts_the_steps_of_both_networks(tiny_settings: MakeSettings, tmp_path: Path) -> None:
    progress: list[tuple[int, int]] = []
    run(tiny_settings(), tmp_path / "model", on_step=lambda done, total: progress.append((done, total)))
    assert progress == [(step, 12) for step in range(1, 13)]


def test_a_second_training_to_the_same_folder_is_refused(
    model: Path, tiny_settings: MakeSettings, tmp_path: Path
) -> None:
    for is_resuming in (False, True):
        instead = "move or remove it, and --resume goes on" if is_resuming else "remove it"
        with pytest.raises(TrainingError, match=rf"exists; choose another --out, or {instead}"):
            run(tiny_settings(), model, is_resuming=is_resuming)


def test_a_step_that_finds_no_memory_says_which_batch_it_was(
    tiny_settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("landcast.training.upscaler._generator_losses", refuse)
    monkeypatch.setattr("landcast.training.run._check_memory", lambda *_: [])
    with pytest.raises(DeviceMemoryError, match=r"a step of the upscaler.*--resume.*upscaler\.batch_size below 2"):
        run(tiny_settings(), tmp_path / "tiny")
    assert not (tmp_path / "tiny").exists()


def test_a_batch_that_several_processes_cannot_share_evenly_is_refused(
    tiny_settings: MakeSettings, tmp_path: Path
) -> None:
    three = replace(CPU, processes=Processes(3, 1))
    with pytest.raises(TrainingError, match=r"forecaster\.batch_size = 2 cannot be divided among 3 processes; 3 can"):
        run_training(TrainingPlan(tiny_settings(), tmp_path / "tiny", BOTH, False), three, ignore)
    assert not list(tmp_path.iterdir())


def test_images_too_small_for_the_upscaler_are_told_before_the_forecaster_is_trained(
    tiny_settings: MakeSettings, tmp_path: Path
) -> None:
    settings = tiny_settings()
    large = replace(settings, upscaler=replace(settings.upscaler, coarse_px=256))
    with pytest.raises(TrainingError, match=r"no image has 1024 px a side.*lower upscaler\.coarse_px"):
        run(large, tmp_path / "tiny")
    assert not list(tmp_path.glob("**/step-*"))


def test_work_in_progress_is_continued_only_where_asked(
    tiny_settings: MakeSettings, model: Path, tmp_path: Path
) -> None:
    settings = tiny_settings()

    def kill(done: int, total: int) -> None:
        if done == 9:
            raise Killed

    with pytest.raises(Killed):
        run(settings, tmp_path / "tiny", on_step=kill)
    assert not (tmp_path / "tiny").exists()
    with pytest.raises(TrainingError, match="--resume continues it"):
        run(settings, tmp_path / "tiny")
    with pytest.raises(TrainingError, match="other settings or data"):
        run(replace(settings, seed=1), tmp_path / "tiny", is_resuming=True)
    run(settings, tmp_path / "tiny", is_resuming=True)
    assert contents(tmp_path / "tiny") == contents(model)


def test_stage_by_stage_and_in_any_order_the_model_is_the_same(
    tiny_settings: MakeSettings, model: Path, tmp_path: Path
) -> None:
    settings = tiny_settings()
    assert run(settings, tmp_path / "tiny", ("upscaler",)) is None
    assert not (tmp_path / "tiny").exists()
    assert run(settings, tmp_path / "tiny", ("forecaster",), is_resuming=True) == tmp_path / "tiny"
    assert contents(tmp_path / "tiny") == contents(model)


def test_other_images_are_another_training(tiny_settings: MakeSettings, scene_pair: PairSource, tmp_path: Path) -> None:
    settings = tiny_settings()
    run(settings, tmp_path / "tiny", ("upscaler",))
    turned = replace(settings, pairs=(replace(scene_pair, before=scene_pair.after, after=scene_pair.before),))
    with pytest.raises(TrainingError, match="other settings or data"):
        run(turned, tmp_path / "tiny", is_resuming=True)


def test_a_training_without_pairs_says_how_to_give_them(tiny_settings: MakeSettings, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="give --before and --after"):
        run(replace(tiny_settings(), pairs=()), tmp_path / "tiny")


def test_chips_with_holes_train_a_forecaster_and_no_upscaler(
    tiny_settings: MakeSettings, write_raster: Callable[..., Path], tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    valid = np.ones((256, 256), np.bool_)
    valid[0, 0] = False
    names = [tmp_path / "a.tif", tmp_path / "b.tif"]
    for name in names:
        write_raster(name, random.integers(100, 120, (3, 256, 256), dtype=np.uint8), valid)
    settings = replace(tiny_settings(), pairs=(PairSource(*map(str, names), 4),))
    assert run(settings, tmp_path / "tiny", ("forecaster",)) is None
    with pytest.raises(TrainingError, match="no chip is wholly valid"):
        run(settings, tmp_path / "tiny", ("upscaler",))


def test_a_model_that_stands_there_is_replaced_only_where_asked(model: Path, tmp_path: Path) -> None:
    loaded = load_model(model, torch.device("cpu"), torch.float32)
    parts = (loaded.contract, [loaded.unet], loaded.upscaler, "a card")
    export_model(tmp_path / "copy", *parts)
    with pytest.raises(OutputError, match="exists"):
        export_model(tmp_path / "copy", *parts)
    export_model(tmp_path / "copy", *parts, overwrite=True)
    verify_model(tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]
