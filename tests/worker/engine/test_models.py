"""Models that stay loaded, within a budget of memory, and what the host and its clients hear of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from landcast.core.model.own_models import add_model
from landcast.core.protocol.engine_messages import Loaded
from landcast.core.protocol.fields import new_id
from landcast.core.protocol.messages import Done, ModelList, ModelsQuestion, Plan, Planned
from landcast.core.protocol.values import ModelInfo
from landcast.tests.worker.raw import Hosts, RawClient, predict_job
from landcast.worker.engine.call_times import CallTimes
from landcast.worker.engine.models import WarmModels

CPU = torch.device("cpu")
Make = Callable[..., Path]


@pytest.fixture
def folders(make_tiny_model: Make) -> list[Path]:
    """Three models of one size."""
    return [make_tiny_model(name=name) for name in ("one", "two", "three")]


@pytest.fixture
def heard() -> list[Loaded]:
    return []


def names(loaded: Loaded) -> list[str]:
    return [model.name for model in loaded.models]


def test_models_that_fit_into_the_budget_stay_and_the_one_used_longest_ago_makes_room(
    folders: list[Path], heard: list[Loaded]
) -> None:
    WarmModels(on_change=heard.append).load(folders[0], CPU, torch.float32)
    size = heard.pop().models[0].memory_bytes
    models = WarmModels(2 * size, heard.append)
    first = models.load(folders[0], CPU, torch.float32)
    second = models.load(folders[1], CPU, torch.float32)
    assert models.load(folders[0], CPU, torch.float32) is first
    models.load(folders[2], CPU, torch.float32)
    assert models.load(folders[0], CPU, torch.float32) is first
    assert models.load(folders[1], CPU, torch.float32) is not second
    assert [names(loaded) for loaded in heard] == [["one"], ["one", "two"], ["one", "three"], ["one", "two"]]
    told = {(model.device, model.precision, model.memory_bytes) for loaded in heard for model in loaded.models}
    assert told == {("cpu", "fp32", size)}


def test_the_model_in_use_is_kept_whatever_it_takes_and_alone(folders: list[Path], heard: list[Loaded]) -> None:
    models = WarmModels(1, heard.append)
    for folder in folders[:2]:
        loaded = models.load(folder, CPU, torch.float32)
        assert models.load(folder, CPU, torch.float32) is loaded
    assert [names(loaded) for loaded in heard] == [["one"], ["two"]]


def test_one_model_in_two_precisions_counts_twice_until_room_is_made(folders: list[Path], heard: list[Loaded]) -> None:
    models = WarmModels(on_change=heard.append)
    models.load(folders[0], CPU, torch.float32)
    models.load(folders[0], CPU, torch.bfloat16)
    full, half = heard[-1].models
    assert (full.precision, half.precision, full.memory_bytes) == ("fp32", "bf16", 2 * half.memory_bytes)
    models.make_room()
    models.make_room()
    assert heard[2:] == [Loaded((half,))]
    models.make_room(0)
    assert heard[3:] == [Loaded(())]


def test_calls_of_another_model_say_nothing() -> None:
    times = CallTimes()
    key, other = ("a" * 64, "cpu", "torch.float32"), ("b" * 64, "cpu", "torch.float32")
    for seconds in (1.0, 3.0, 1.0, 3.0):
        times.add(key, seconds)
    assert times.estimate_s(key, 100) == 200
    assert times.estimate_s(other, 100) is None


def plan(client: RawClient, source: Path, model: Path, **changes: object) -> Planned:
    job = predict_job(source, source.with_name("never.tif"), model, **changes)
    client.send(Plan(job.job, job.request))
    return client.wait(Planned)


def test_a_plan_tells_its_time_once_calls_of_its_model_were_timed_and_the_status_names_the_models(
    hosts: Hosts, long_scene: Path, make_tiny_model: Make, tmp_path: Path
) -> None:
    model, other = make_tiny_model(), make_tiny_model(name="another")
    client = hosts.start().connect()
    assert plan(client, long_scene, model).seconds is None
    assert client.status().engines[0].models == ()
    job = predict_job(long_scene, tmp_path / "a.tif", model)
    client.send(job)
    end = client.end_of(job.job)
    assert isinstance(end, Done)
    planned = plan(client, long_scene, model)
    assert planned.seconds is not None
    # its calls are those that there are at most, and a small job is not all calls
    assert end.seconds / 10 < planned.seconds < 10 * end.seconds
    longer = plan(client, long_scene, model, members=10).seconds
    assert longer is not None
    assert longer > planned.seconds
    assert plan(client, long_scene, other).seconds is None
    assert [model.name for model in client.status().engines[0].models] == ["tiny"]
    shutil.copytree(other, tmp_path / "copy")
    job = predict_job(long_scene, tmp_path / "b.tif", tmp_path / "copy")
    client.send(job)
    assert isinstance(client.end_of(job.job), Done)
    assert [model.name for model in client.status().engines[0].models] == ["tiny", "another"]


def test_a_model_that_is_added_while_a_worker_runs_is_listed_at_once_and_predicts_by_its_name(
    hosts: Hosts, small_scene: Path, make_tiny_model: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDCAST_MODELS", str(tmp_path / "mine"))
    client = hosts.start().connect()
    assert [model.name for model in listed(client) if not model.is_shipped] == []
    add_model(make_tiny_model(), "my town")
    (own,) = [model for model in listed(client) if not model.is_shipped]
    assert (own.name, own.region, own.interval_years) == ("my town", "nowhere", (2, 4))
    job = predict_job(small_scene, tmp_path / "a.tif", Path("my town"))
    client.send(job)
    assert isinstance(client.end_of(job.job), Done)
    add_model(make_tiny_model(name="another"), "damaged")
    (tmp_path / "mine" / "damaged" / "landcast.json").write_text("no contract")
    assert [model.name for model in listed(client) if not model.is_shipped] == ["my town"]


def listed(client: RawClient) -> tuple[ModelInfo, ...]:
    query = ModelsQuestion(new_id())
    client.send(query)
    return client.wait(ModelList).models
