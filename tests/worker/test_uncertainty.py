"""What a worker tells of how far to trust a prediction, and the layers of it that it writes and sends."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import torch

from landcast.core.domain.features import FeatureNetwork
from landcast.core.domain.mapping import map_domain
from landcast.core.model.calibration import ChangeCalibration
from landcast.core.model.contract import load_contract
from landcast.core.model.folder import load_first_unet, store_calibration, store_domain
from landcast.core.predict import predict
from landcast.core.protocol.messages import Done, Failed, ModelList, ModelsQuestion, Notice, Plan, Planned
from landcast.core.protocol.requests import PredictRequest
from landcast.core.request import PredictionRequest
from landcast.tests.worker.raw import Hosts, RawClient, predict_job
from landcast.training.domain_fit import learn_domain
from landcast.worker.demo.scene import render_scene

LAYERS = {"prediction", "spread", "change", "typical", "domain"}
ASKED: dict[str, Any] = {"members": 3, "is_drawing_typical": True, "is_mapping_domain": True}


@pytest.fixture(scope="module")
def knowing_model(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows a rendered town, and whose probability of change was held to another."""
    folder = Path(shutil.copytree(tiny_model, tmp_path_factory.mktemp("knowing") / "model"))
    contract = load_contract(folder)
    network = FeatureNetwork(load_first_unet(folder, torch.device("cpu")), contract, 2.0, 0.6)
    towns = [render_scene((512, 512), seed) for seed in range(4)]
    corners = [(y, x) for y in range(0, 512, 128) for x in range(0, 512, 128)]
    tiles = [town[:, y : y + 128, x : x + 128] for town in towns for y, x in corners]
    features = network.features(np.stack(tiles).astype(np.float32) / 255)
    places = [f"town {number}" for number in range(4) for _ in range(16)]
    store_domain(folder, learn_domain(features, places, 0, (2.0, 0.6), "0" * 64))
    calibration = ChangeCalibration(3, (9, 3, 2, 1), (0.1, 0.3, 0.5, 0.8), (2.0,), (0.5, 1.0), "Testville", "0" * 64)
    store_calibration(folder, calibration)
    return folder


@pytest.fixture(scope="module")
def undisturbed(small_scene: Path, knowing_model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The files of a run in this process."""
    output = tmp_path_factory.mktemp("undisturbed") / "a.tif"
    request = PredictionRequest(small_scene, output, model=str(knowing_model), device="cpu", precision="fp32", **ASKED)
    return predict(request, lambda message: None).paths


def notices(client: RawClient) -> list[Notice]:
    return [message for message, _ in client.seen if isinstance(message, Notice)]


def test_the_layers_of_a_run_say_what_they_are(
    undisturbed: dict[str, Path], small_scene: Path, knowing_model: Path, tmp_path: Path
) -> None:
    assert undisturbed.keys() == LAYERS
    with rasterio.open(undisturbed["typical"]) as typical, rasterio.open(undisturbed["prediction"]) as prediction:
        assert typical.descriptions == tuple(f"{name}, most typical member" for name in prediction.descriptions)
        assert typical.tags()["LANDCAST_SYNTHETIC"] == "YES"
        assert typical.shape == prediction.shape
        assert (typical.read() != prediction.read()).any()
    with rasterio.open(undisturbed["change"]) as change:
        assert change.tags()["LANDCAST_CHANGE_CALIBRATED"] == "yes"
        assert change.tags()["LANDCAST_CHANGE_CALIBRATED_ON"] == "Testville"
    # the same as the command that makes it alone
    alone = tmp_path / "alone.tif"
    map_domain(PredictionRequest(small_scene, alone, model=str(knowing_model)), alone, lambda text: None)
    assert alone.read_bytes() == undisturbed["domain"].read_bytes()


def test_a_plan_tells_how_far_to_trust_and_the_job_the_same(
    hosts: Hosts, small_scene: Path, knowing_model: Path, undisturbed: dict[str, Path], tmp_path: Path
) -> None:
    client = hosts.start().connect()
    job = predict_job(small_scene, tmp_path / "a.tif", knowing_model, **ASKED)
    assert isinstance(job.request, PredictRequest)
    client.send(Plan(job.job, job.request))
    planned = client.wait(Planned)
    assert (planned.is_change_calibrated, planned.change_calibrated_on) == (True, "Testville")
    assert planned.domain is not None
    assert planned.domain.tiles > 0
    assert planned.domain.text in (*planned.warnings, *planned.notes)
    client.send(job)
    done = client.end_of(job.job)
    assert isinstance(done, Done), done
    assert {file.layer for file in done.files} == LAYERS
    for file in done.files:
        assert Path(file.path or "").read_bytes() == undisturbed[file.layer].read_bytes(), file.layer
    told = [notice for notice in notices(client) if notice.domain is not None]
    assert [notice.domain for notice in told] == [planned.domain]
    assert told[0].text == planned.domain.text


def test_what_cannot_be_done_is_refused_before_any_work(
    hosts: Hosts, small_scene: Path, tiny_model: Path, tmp_path: Path
) -> None:
    client = hosts.start().connect()
    job = predict_job(small_scene, tmp_path / "a.tif", tiny_model, is_mapping_domain=True)
    client.send(job)
    failed = client.end_of(job.job)
    assert isinstance(failed, Failed)
    assert failed.code == "model"
    assert "does not say what it was trained on" in failed.message
    tiled = replace(job, job="f" * 32, delivery="tiles")
    client.send(tiled)
    failed = client.end_of(tiled.job)
    assert isinstance(failed, Failed)
    assert "has no tiles; ask for it by path or file" in failed.message
    client.send(ModelsQuestion("e" * 32))
    shipped = client.wait(ModelList).models[0]
    folder = Path(__file__).parents[2] / "core" / "model" / "shipped" / shipped.name
    assert shipped.has_domain == (folder / "domain.safetensors").is_file()
    assert bool(shipped.change_calibrated_on) == (folder / "calibration.json").is_file()
    assert not list(tmp_path.glob("*a*.tif*"))
