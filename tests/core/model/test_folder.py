"""A model on disk: whole, verified, and readable by diffusers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from diffusers import DDPMScheduler, UNet2DModel
from safetensors.torch import load_file

from landcast.core.errors import DeviceMemoryError, ModelError
from landcast.core.files import hash_file
from landcast.core.forecast.sampler import make_schedule
from landcast.core.model import folder as folder_module
from landcast.core.model.contract import load_contract, save_contract
from landcast.core.model.contract_name import CONTRACT_NAME
from landcast.core.model.folder import (
    CARD_NAME,
    MANIFEST_NAME,
    add_to_card,
    find_model,
    load_model,
    save_model,
    shipped_models,
    verify_model,
    write_manifest,
)
from landcast.core.model.rrdb import RRDBNet
from landcast.core.model.unet import UNetShape, build_unet
from landcast.tests.models import TINY_CONTRACT, TINY_UNET

CPU = torch.device("cpu")
SMALLEST_UNET = UNetShape((16, 16), 1, 2, 8, norm_groups=8)


@pytest.fixture
def folder(tiny_model: Path, tmp_path: Path) -> Path:
    """A model folder that a test may damage."""
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def test_what_is_loaded_predicts_what_was_saved(tmp_path: Path) -> None:
    torch.manual_seed(3)
    unet, upscaler = build_unet(TINY_UNET).eval(), RRDBNet(blocks=1, channels=8, growth=4).eval()
    shown, interval, coarse = torch.randn(1, 67, 32, 32), torch.randn(1, 64), torch.rand(1, 3, 8, 8)
    scheduler = make_schedule("v_prediction")
    contract = replace(TINY_CONTRACT, objective="v_prediction", sampling_steps=3)
    with torch.inference_mode():
        expected = unet(shown, 50, class_labels=interval).sample, upscaler(coarse)
    save_model(tmp_path / "new" / "model", contract, [unet], upscaler, scheduler, "A card.\n")
    model = load_model(tmp_path / "new" / "model", CPU, torch.float32)
    with torch.inference_mode():
        found = model.unet(shown, 50, class_labels=interval).sample, model.upscaler(coarse)
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, atol=5e-3, rtol=0)
    assert model.contract == contract
    torch.testing.assert_close(model.signal_power, scheduler.alphas_cumprod)


def test_a_loaded_model_cannot_be_trained_by_accident_and_has_the_precision_asked_for(tiny_model: Path) -> None:
    model = load_model(tiny_model, CPU, torch.bfloat16)
    for network in (model.unet, model.upscaler):
        assert not network.training
        assert {p.dtype for p in network.parameters()} == {torch.bfloat16}
        assert not any(p.requires_grad for p in network.parameters())


def test_weights_are_half_precision_safetensors_and_nothing_is_pickled(tiny_model: Path) -> None:
    endings = {path.suffix for path in tiny_model.rglob("*") if path.is_file()}
    assert endings == {".safetensors", ".json", ".md"}
    for path in tiny_model.rglob("*.safetensors"):
        assert {tensor.dtype for tensor in load_file(path).values()} == {torch.float16}


def test_large_weights_are_cut_into_shards_of_the_size_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert folder_module.SHARD_SIZE == "15MB"
    monkeypatch.setattr(folder_module, "SHARD_SIZE", "200KB")
    torch.manual_seed(0)
    upscaler = RRDBNet(blocks=1, channels=32, growth=16)
    coarse = torch.rand(1, 3, 8, 8)
    with torch.inference_mode():
        expected = upscaler(coarse)
    save_model(tmp_path, TINY_CONTRACT, [build_unet(SMALLEST_UNET)], upscaler, make_schedule("one_step"), "")
    shards = list((tmp_path / "upscaler").glob("*.safetensors"))
    assert len(shards) > 1
    assert all(path.stat().st_size < 220_000 for path in shards)
    with torch.inference_mode():
        torch.testing.assert_close(
            load_model(tmp_path, CPU, torch.float32).upscaler(coarse), expected, atol=5e-3, rtol=0
        )


def test_diffusers_reads_unet_and_scheduler_without_this_program(tiny_model: Path) -> None:
    unet = UNet2DModel.from_pretrained(tiny_model, subfolder="unet")
    assert unet.config.in_channels == 67
    scheduler = DDPMScheduler.from_pretrained(tiny_model, subfolder="scheduler")
    assert scheduler.config.prediction_type == "v_prediction"
    index = json.loads((tiny_model / "model_index.json").read_text(encoding="utf-8"))
    assert index["unet"] == ["diffusers", "UNet2DModel"]
    assert index["scheduler"] == ["diffusers", "DDPMScheduler"]


def test_the_manifest_names_every_file_with_size_and_hash(folder: Path) -> None:
    files = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))["files"]
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(files) == present - {MANIFEST_NAME}
    assert {CARD_NAME, CONTRACT_NAME, "model_index.json"} <= set(files)
    for name, entry in files.items():
        assert entry == {"bytes": (folder / name).stat().st_size, "sha256": hash_file(folder / name)}
    assert verify_model(folder) == {name: entry["bytes"] for name, entry in files.items()}


def test_the_card_stands_in_the_folder(folder: Path) -> None:
    assert (folder / CARD_NAME).read_text(encoding="utf-8") == "A card.\n"


def test_equal_calls_make_equal_folders(make_tiny_model: Callable[..., Path], tiny_model: Path) -> None:
    again = make_tiny_model(name="tiny")
    assert again != tiny_model
    assert (again / MANIFEST_NAME).read_bytes() == (tiny_model / MANIFEST_NAME).read_bytes()


def test_a_model_keeps_its_hash_when_its_card_grows_and_changes_it_with_its_contract(folder: Path) -> None:
    before = load_model(folder, CPU, torch.float32).sha256
    add_to_card(folder, "## Figures\n\nNone.")
    assert (folder / CARD_NAME).read_text(encoding="utf-8").endswith("\n\n## Figures\n\nNone.\n")
    assert load_model(folder, CPU, torch.float32).sha256 == before
    save_contract(replace(load_contract(folder), region="elsewhere"), folder)
    write_manifest(folder)
    assert load_model(folder, CPU, torch.float32).sha256 != before


@pytest.mark.parametrize("part", ["unet", "upscaler", "scheduler"])
def test_a_flipped_byte_is_found(folder: Path, part: str) -> None:
    path = max((folder / part).iterdir(), key=lambda file: file.stat().st_size)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r"not the bytes that the manifest names"):
        load_model(folder, CPU, torch.float32)


def test_a_truncated_file_is_found(folder: Path) -> None:
    path = next((folder / "unet").glob("*.safetensors"))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelError, match=path.name):
        verify_model(folder)


@pytest.mark.parametrize("name", ["unet/config.json", CARD_NAME, "upscaler/diffusion_pytorch_model.safetensors"])
def test_a_missing_file_is_found(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match="missing"):
        verify_model(folder)


@pytest.mark.parametrize("name", ["unet/more.safetensors", "unet/pickled.bin", "other.json"])
def test_an_extra_file_that_could_be_loaded_is_found(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"x")
    with pytest.raises(ModelError, match="not named in the manifest"):
        verify_model(folder)


def test_a_note_beside_the_model_does_no_harm(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    verify_model(folder)


@pytest.mark.parametrize("text", ["", "[]", '{"files": {"a": 1}}', '{"files": {"a": {"bytes": "x", "sha256": 1}}}'])
def test_a_damaged_manifest_is_refused(folder: Path, text: str) -> None:
    (folder / MANIFEST_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match="manifest"):
        verify_model(folder)


def test_a_missing_manifest_is_refused(folder: Path) -> None:
    (folder / MANIFEST_NAME).unlink()
    with pytest.raises(ModelError, match="manifest"):
        load_model(folder, CPU, torch.float32)


def test_weights_that_do_not_fit_the_configuration_are_refused(folder: Path) -> None:
    path = folder / "upscaler" / "config.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(said | {"channels": 12}), encoding="utf-8")
    write_manifest(folder)
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_model(folder, CPU, torch.float32)


def test_a_model_is_found_by_its_folder_or_among_the_shipped_ones(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(tiny_model, tmp_path / "small-town")
    monkeypatch.setattr(folder_module, "SHIPPED_FOLDER", tmp_path)
    assert shipped_models() == ["small-town"]
    assert find_model("small-town") == tmp_path / "small-town"
    assert find_model(str(tiny_model)) == tiny_model
    with pytest.raises(ModelError, match="small-town"):
        find_model("no-such-model")


def test_weights_that_do_not_fit_the_device_are_told_in_one_line(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")

    monkeypatch.setattr(RRDBNet, "to", refuse)
    with pytest.raises(DeviceMemoryError, match=r"cpu: has no memory for the weights of .*; end other programs"):
        load_model(tiny_model, torch.device("cpu"), torch.float32)
