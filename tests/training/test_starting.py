"""Fine-tuning: a model starts from another's weights, keeps what those ask for, and says where it comes from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from landcast.core.errors import ModelError, RequestError, TrainingError
from landcast.core.model.contract import ModelContract, Origin, load_contract, save_contract
from landcast.core.model.folder import CARD_NAME, hash_model, load_model
from landcast.tests.models import TINY_CONTRACT, TINY_UNET, write_tiny_model
from landcast.training.record import RECORD_NAME
from landcast.training.run import Hardware, TrainingPlan, run_training
from landcast.training.settings import PairSource, TrainingSettings, ValidationSettings
from landcast.training.settings_file import load_settings
from landcast.training.starting import load_starting_model, starting_settings

CPU = Hardware(torch.device("cpu"), torch.float32)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("base") / "base", networks=2)


@pytest.fixture
def settings(base: Path, scene_pair: PairSource) -> TrainingSettings:
    """Of a fine-tuning of four steps that is measured every two."""
    start = starting_settings(str(base))
    return replace(
        start,
        name="tuned",
        pairs=(scene_pair,),
        forecaster=replace(start.forecaster, max_steps=4, batch_size=2),
        validation=ValidationSettings(),
        checkpoint_every=2,
        sheet_rows=0,
    )


def run(settings: TrainingSettings, folder: Path, hardware: Hardware = CPU) -> Path | None:
    return run_training(TrainingPlan(settings, folder, settings.stages, False), hardware, lambda *_: None)


def weights(folder: Path, part: str) -> dict[str, torch.Tensor]:
    model = load_model(folder, torch.device("cpu"), torch.float32)
    network = {"unet": model.unet, "unet_2": model.unets[-1], "upscaler": model.upscaler}[part]
    assert network is not None
    return dict(network.named_parameters())


def test_settings_of_a_fine_tuning_are_those_that_the_weights_ask_for(base: Path) -> None:
    settings, contract = starting_settings(str(base)), load_contract(base)
    assert settings.forecaster.unet == TINY_UNET
    assert settings.forecaster.noise == contract.noise
    assert (settings.forecaster.networks, settings.upscaler.blocks, settings.upscaler.channels) == (2, 1, 8)
    assert settings.trained_stages == ("forecaster",)


def test_without_a_step_a_fine_tuned_model_is_the_one_it_came_from(
    base: Path, settings: TrainingSettings, tmp_path: Path
) -> None:
    still = replace(settings, forecaster=replace(settings.forecaster, max_steps=1, learning_rate=1e-12, weight_decay=0))
    run(still, tmp_path / "tuned")
    for part in ("unet", "unet_2", "upscaler"):
        before, after = weights(base, part), weights(tmp_path / "tuned", part)
        assert all(torch.equal(before[name], after[name]) for name in before), part


def test_a_fine_tuned_model_differs_and_says_what_it_came_from(
    base: Path, settings: TrainingSettings, tmp_path: Path
) -> None:
    run(settings, tmp_path / "tuned")
    before, after = weights(base, "unet"), weights(tmp_path / "tuned", "unet")
    assert any(not torch.equal(before[name], after[name]) for name in before)
    kept = weights(base, "upscaler"), weights(tmp_path / "tuned", "upscaler")
    assert all(torch.equal(kept[0][name], kept[1][name]) for name in kept[0])
    contract = load_contract(tmp_path / "tuned")
    assert contract.fine_tuned_from == Origin("tiny", hash_model(base))
    assert (contract.difference_std, contract.interval_years) == (load_contract(base).difference_std, (4,))
    card = (tmp_path / "tuned" / CARD_NAME).read_text(encoding="utf-8")
    assert f"| fine-tuned from | tiny, SHA-256 {hash_model(base)[:16]} |" in card
    record = json.loads((tmp_path / f"tuned.{RECORD_NAME}").read_text(encoding="utf-8"))
    assert record["fine_tuned_from"] == {"name": "tiny", "sha256": hash_model(base)}


def test_further_networks_begin_with_those_that_there_are(base: Path) -> None:
    start = load_starting_model(str(base))
    first, second, third = (dict(start.unet(number).named_parameters()) for number in range(3))
    assert all(torch.equal(first[name], third[name]) for name in first)
    assert any(not torch.equal(first[name], second[name]) for name in first)
    assert all(parameter.requires_grad for parameter in third.values())


def test_the_upscaler_is_trained_where_that_is_asked_for(
    base: Path, settings: TrainingSettings, tmp_path: Path
) -> None:
    upscaler = replace(settings.upscaler, max_steps=2, adversarial_from_step=2, batch_size=2, coarse_px=8)
    run(replace(settings, is_upscaler_kept=False, upscaler=upscaler), tmp_path / "tuned")
    before, after = weights(base, "upscaler"), weights(tmp_path / "tuned", "upscaler")
    assert any(not torch.equal(before[name], after[name]) for name in before)
    plan = TrainingPlan(settings, tmp_path / "other", ("upscaler",), False)
    with pytest.raises(TrainingError, match="is_upscaler_kept = false trains it"):
        run_training(plan, CPU, lambda *_: None)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ('[forecaster]\nobjective = "epsilon"', "forecaster.objective is epsilon"),
        ("[forecaster.unet]\nblock_channels = [8, 8]", r"forecaster.unet.block_channels is \(8, 8\)"),
        ("[upscaler]\nblocks = 23", "upscaler.blocks is 23"),
        ('preset = "fast"', "preset cannot stand beside the base"),
    ],
)
def test_a_setting_that_the_weights_contradict_is_an_error_that_names_it(
    said: str, name: str, base: Path, tmp_path: Path
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(said, encoding="utf-8")
    with pytest.raises(RequestError, match=name):
        load_settings(path, base=str(base))


def test_a_file_may_name_the_base_and_repeat_what_that_is(base: Path, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f'base = "{base}"\n[forecaster]\nobjective = "one_step"\nmax_steps = 7\n', encoding="utf-8")
    settings = load_settings(path)
    assert (settings.base, settings.forecaster.max_steps) == (str(base), 7)


def test_settings_that_were_changed_in_a_program_are_checked_too(settings: TrainingSettings, tmp_path: Path) -> None:
    unet = replace(settings.forecaster.unet, layers_per_block=2)
    with pytest.raises(RequestError, match=r"forecaster\.unet is .* leave the setting out"):
        run(replace(settings, forecaster=replace(settings.forecaster, unet=unet)), tmp_path / "tuned")


def test_what_is_no_model_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="neither a model folder"):
        starting_settings(str(tmp_path))


def test_a_contract_remembers_the_origin_and_others_are_written_as_before(tmp_path: Path) -> None:
    def kept(contract: ModelContract) -> ModelContract:
        save_contract(contract, tmp_path)
        return load_contract(tmp_path)

    tuned = replace(TINY_CONTRACT, fine_tuned_from=Origin("naip", "ab12"))
    assert kept(tuned).fine_tuned_from == Origin("naip", "ab12")
    assert kept(TINY_CONTRACT).fine_tuned_from is None
    assert "fine_tuned_from" not in (tmp_path / "landcast.json").read_text(encoding="utf-8")
