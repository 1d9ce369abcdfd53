"""Trainings and evaluations by a worker: as the command line makes them, whatever dies meanwhile."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from landcast.core.client.client import WorkerClient
from landcast.core.client.errors import JobCancelledError, JobFailedError
from landcast.core.client.events import JobEvent, Noticed, Progressed, StateChanged
from landcast.core.client.job import Job
from landcast.core.protocol.fields import new_id
from landcast.core.protocol.messages import Failed, Submit
from landcast.core.protocol.requests import EvaluateRequest, PairSource, PredictRequest, TrainRequest
from landcast.tests.worker.raw import Hosts, children_of, is_gone, wait_until
from landcast.worker.cli.evaluate import evaluate
from landcast.worker.cli.train import train
from landcast.worker.demo.scene import write_scene

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and /proc")

STEPS = 30
TINY = f"""
name = "tiny by a worker"
checkpoint_every = 5
[forecaster]
max_steps = {STEPS}
batch_size = 2
[forecaster.unet]
block_channels = [16, 16, 32]
attention_head_channels = 16
norm_groups = 8
[upscaler]
blocks = 1
channels = 8
max_steps = {STEPS}
adversarial_from_step = 15
batch_size = 2
coarse_px = 8
"""
HOW = ("--device", "cpu", "--precision", "fp32")
Contents = dict[str, bytes]


class Watching:
    """Remembers what is told of a job, and which processes work on it."""

    def __init__(self, client: WorkerClient) -> None:
        self.client = client
        self.events: list[JobEvent] = []

    def submit(self, request: TrainRequest | EvaluateRequest | PredictRequest) -> Job:
        return self.client.submit(request, self.events.append)

    @property
    def steps(self) -> int:
        """Of the training, as last told."""
        found = [event.done for event in list(self.events) if isinstance(event, Progressed)]
        return found[-1] if found else 0

    @property
    def told_steps(self) -> list[int]:
        """Of the training."""
        events = [event for event in self.events if isinstance(event, Progressed)]
        return [event.done for event in events if event.stage == "training"]

    @property
    def stages(self) -> list[str]:
        """In which the job was, each once."""
        return list(dict.fromkeys(event.stage for event in self.events if isinstance(event, Progressed)))

    @property
    def notices(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Noticed)]

    @property
    def attempts(self) -> int:
        return max(event.attempt for event in self.events if isinstance(event, StateChanged))

    def wait_for_steps(self, steps: int = 7) -> None:
        """Wait until a training came so far; the first checkpoint stands after five steps."""
        wait_until(lambda: self.steps >= steps, 120, f"step {steps}")

    def engine(self) -> int:
        process = self.client.status().engines[0].process
        assert process
        return process

    def worker_of_job(self) -> int:
        """The process of the long job that runs."""
        (process,) = children_of(self.engine())
        return process

    def check_idle(self) -> None:
        """Make sure that the engine is ready for another job, and has no process of its own."""
        wait_until(lambda: self.client.status().engines[0].state == "idle")
        assert children_of(self.engine()) == []


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> PairSource:
    """A rendered place in 2016 and 2020; the years are in the names."""
    folder = tmp_path_factory.mktemp("pair")
    for year in (2016, 2020):
        write_scene(folder / f"scene_{year}.tif", (384, 384), seed=4, years_later=year - 2016)
    return PairSource(str(folder / "scene_2016.tif"), str(folder / "scene_2020.tif"))


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings of a training that takes seconds."""
    path = tmp_path_factory.mktemp("config") / "tiny.toml"
    path.write_text(TINY, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, pair: PairSource, config: Path) -> Contents:
    """The files of the model that the command line makes, in this process."""
    folder = tmp_path_factory.mktemp("whole") / "model"
    make(TrainRequest(str(folder), (pair,), str(config)))
    return contents(folder)


@pytest.fixture
def training(tmp_path: Path, pair: PairSource, config: Path) -> TrainRequest:
    """The same training, asked for."""
    return TrainRequest(
        str(tmp_path / "out" / "model"), (pair,), str(config), device="cpu", precision="fp32", threads=1
    )


@pytest.fixture
def evaluation(tmp_path: Path, pair: PairSource, tiny_model: Path) -> EvaluateRequest:
    """A measurement of an untrained model."""
    return EvaluateRequest(
        (pair,), str(tmp_path / "results"), str(tiny_model), members=2, device="cpu", precision="fp32"
    )


@pytest.fixture(scope="module")
def shared_hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    """A host that one test after the other works with; each leaves it as it was."""
    hosts = Hosts(tmp_path_factory.mktemp("hosts"))
    hosts.start()
    yield hosts
    hosts.end()


@pytest.fixture
def watching(shared_hosts: Hosts) -> Iterator[Watching]:
    """A client of that host."""
    with WorkerClient(shared_hosts.started[0].connection_file) as client:
        yield Watching(client)
        Watching(client).check_idle()


def contents(folder: Path) -> Contents:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def make(request: TrainRequest, *more: str) -> None:
    """Train by the command line, in this process."""
    (pair,), threads = request.pairs, torch.get_num_threads()
    arguments = ["--before", pair.before, "--after", pair.after, "--config", str(request.config), "--threads", "1"]
    train.main([*arguments, *HOW, "--out", request.folder, *more], standalone_mode=False)
    torch.set_num_threads(threads)


def measure(request: EvaluateRequest) -> None:
    """Evaluate by the command line, in this process."""
    (pair,), how = request.pairs, ["--members", str(request.members), "--out", request.folder]
    evaluate.main([pair.before, pair.after, "--model", request.model, *how, *HOW], standalone_mode=False)


def checkpoints(request: TrainRequest) -> list[str]:
    work = Path(f"{request.folder}.training")
    return sorted(path.parent.name for path in work.glob("*/step-*/manifest.json"))


def test_a_worker_trains_the_model_that_the_command_line_trains(
    watching: Watching, training: TrainRequest, whole: Contents
) -> None:
    job = watching.submit(training)
    result = job.result(180)
    folder = Path(training.folder)
    assert contents(folder) == whole
    assert watching.stages == ["loading", "reading", "training", "writing"]
    assert watching.told_steps == sorted(watching.told_steps)
    assert (watching.told_steps[0], watching.told_steps[-1]) == (1, 2 * STEPS)
    assert {path.relative_to(folder).as_posix() for path in result.paths.values()} == set(whole)
    assert result.done.facts == {"folder": str(folder)}
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []


def test_a_killed_process_is_started_again_and_goes_on_to_the_same_model(
    watching: Watching, training: TrainRequest, whole: Contents
) -> None:
    engine = watching.engine()
    job = watching.submit(training)
    watching.wait_for_steps()
    process = watching.worker_of_job()
    os.kill(process, signal.SIGKILL)
    job.result(180)
    assert contents(Path(training.folder)) == whole
    assert (watching.attempts, watching.engine()) == (1, engine)
    assert "started again" in watching.notices[0]
    assert is_gone(process)


def test_a_killed_engine_takes_the_process_along_and_the_next_goes_on_to_the_same_model(
    watching: Watching, training: TrainRequest, whole: Contents
) -> None:
    job = watching.submit(training)
    watching.wait_for_steps()
    process, engine = watching.worker_of_job(), watching.engine()
    os.kill(engine, signal.SIGKILL)
    wait_until(lambda: is_gone(process) and is_gone(engine), 3, "the end of all that computed")
    watching.events.clear()
    job.result(180)
    assert contents(Path(training.folder)) == whole
    assert watching.attempts == 2
    assert min(watching.told_steps) > 1


def test_a_killed_host_takes_all_along_and_the_next_goes_on_to_the_same_model(
    hosts: Hosts, training: TrainRequest, whole: Contents
) -> None:
    host = hosts.start()
    with WorkerClient(host.connection_file) as client:
        watching = Watching(client)
        job = watching.submit(training)
        watching.wait_for_steps()
        process, engine = watching.worker_of_job(), watching.engine()
        host.process.kill()
        host.process.wait()
        wait_until(lambda: is_gone(process) and is_gone(engine), 3, "the end of all that computed")
        watching.events.clear()
        hosts.start()
        job.result(180)
        assert contents(Path(training.folder)) == whole
        assert min(watching.told_steps) > 1
        watching.check_idle()


def test_a_cancelled_training_stops_at_once_and_can_be_resumed(
    watching: Watching, training: TrainRequest, whole: Contents
) -> None:
    engine = watching.engine()
    job = watching.submit(training)
    watching.wait_for_steps()
    process = watching.worker_of_job()
    job.cancel()
    assert job.cancelling.result(5)
    with pytest.raises(JobCancelledError) as caught:
        job.result(8)
    assert caught.value.is_confirmed
    assert is_gone(process)
    assert checkpoints(training)
    assert not Path(training.folder).exists()
    with pytest.raises(JobFailedError, match="holds an earlier run") as refused:
        watching.submit(training).result(120)
    assert refused.value.code == "training"
    watching.submit(replace(training, is_resuming=True)).result(180)
    assert contents(Path(training.folder)) == whole
    assert watching.engine() == engine


def test_a_process_that_does_not_stop_is_killed_and_the_engine_lives(
    watching: Watching, training: TrainRequest
) -> None:
    engine = watching.engine()
    job = watching.submit(training)
    watching.wait_for_steps()
    process = watching.worker_of_job()
    os.kill(process, signal.SIGSTOP)
    job.cancel()
    with pytest.raises(JobCancelledError) as caught:
        job.result(8)
    assert caught.value.is_confirmed
    assert is_gone(process)
    assert watching.engine() == engine


def test_a_cancel_while_libraries_load_leaves_nothing(watching: Watching, training: TrainRequest) -> None:
    job = watching.submit(training)
    wait_until(lambda: children_of(watching.engine()), 60, "the process of the job")
    process = watching.worker_of_job()
    job.cancel()
    with pytest.raises(JobCancelledError):
        job.result(8)
    assert is_gone(process)
    assert not Path(training.folder).parent.exists()


def test_questions_are_answered_meanwhile_and_predictions_of_others_wait(
    watching: Watching, shared_hosts: Hosts, training: TrainRequest, small_scene: Path, tiny_model: Path, tmp_path: Path
) -> None:
    asked = PredictRequest(str(small_scene), str(tmp_path / "a.tif"), model=str(tiny_model), device="cpu")
    job = watching.submit(training)
    watching.wait_for_steps(1)
    with WorkerClient(shared_hosts.started[0].connection_file) as other:
        waiting = other.submit(asked)
        wait_until(lambda: (waiting.id, "queued") in {(one.job, one.state) for one in other.status().jobs})
        assert other.plan(asked).tiles > 0
        assert other.models()
        assert not job.is_over
        assert waiting.result(180).paths["prediction"] == tmp_path / "a.tif"
    assert job.is_over
    model = Path(training.folder) / "model_index.json"
    assert model.stat().st_mtime_ns < (tmp_path / "a.tif").stat().st_mtime_ns


def test_one_network_alone_is_trained_where_only_that_is_asked_for(
    watching: Watching, training: TrainRequest, whole: Contents
) -> None:
    first = watching.client.carry_out(replace(training, stage="upscaler"), timeout_s=180)
    assert (first.paths, first.done.facts) == ({}, {"trained": "upscaler"})
    assert not Path(training.folder).exists()
    make(training, "--stage", "forecaster", "--resume")
    assert contents(Path(training.folder)) == whole


def test_a_worker_measures_what_the_command_line_measures(
    watching: Watching, evaluation: EvaluateRequest, tmp_path: Path
) -> None:
    measure(replace(evaluation, folder=str(tmp_path / "cli")))
    result = watching.submit(evaluation).result(180)
    assert contents(Path(evaluation.folder)) == contents(tmp_path / "cli")
    assert [path.name for path in result.paths.values()] == ["metrics.json", "sheet.png", "report.html"]
    assert (result.done.facts["model"], result.done.facts["pairs"]) == ("tiny", "9")
    assert watching.stages == ["loading", "reading", "evaluating", "writing"]


def test_a_cancelled_evaluation_leaves_nothing(watching: Watching, evaluation: EvaluateRequest) -> None:
    folder = Path(evaluation.folder)
    job = watching.submit(replace(evaluation, members=256))
    wait_until(lambda: list(folder.glob(".*")), 120, "the beginning")
    process = watching.worker_of_job()
    job.cancel()
    with pytest.raises(JobCancelledError) as caught:
        job.result(8)
    assert caught.value.is_confirmed
    assert is_gone(process)
    assert not folder.exists()


def test_an_evaluation_whose_engine_was_killed_is_made_again(
    watching: Watching, evaluation: EvaluateRequest, tmp_path: Path
) -> None:
    folder, straight = Path(evaluation.folder), tmp_path / "straight"
    job = watching.submit(replace(evaluation, members=64))
    wait_until(lambda: list(folder.glob(".*")), 120, "the beginning")
    os.kill(watching.engine(), signal.SIGKILL)
    measure(replace(evaluation, members=64, folder=str(straight)))
    job.result(180)
    assert watching.attempts == 2
    assert contents(folder) == contents(straight)


def test_what_a_host_takes_is_by_full_paths_and_from_its_own_machine(
    watching: Watching, shared_hosts: Hosts, training: TrainRequest, evaluation: EvaluateRequest, tmp_path: Path
) -> None:
    for request, path in [
        (replace(training, folder="model"), "model"),
        (replace(training, config="tiny.toml"), "tiny.toml"),
        (replace(training, pairs=(PairSource("a", "/b", 2),)), "a"),
        (replace(evaluation, dress_with=(PairSource("/a", "$b", 2),)), "$b"),
    ]:
        with pytest.raises(JobFailedError) as caught:
            watching.client.carry_out(request, timeout_s=60)
        assert str(caught.value) == f"{path}: the worker stands in another folder; give a full path"
    for delivery in ("file", "tiles"):
        with pytest.raises(JobFailedError, match="ask for them by path"):
            watching.client.submit(training, delivery=delivery, folder=tmp_path).result(60)
    elsewhere = shared_hosts.started[0].connect(is_greeting=False)
    assert not elsewhere.greet("0" * 32).is_local
    for one in (training, evaluation):
        elsewhere.send(Submit(new_id(), one))
        assert elsewhere.wait(Failed).code == "not_permitted"


def test_what_cannot_be_done_is_said_as_the_command_line_says_it(
    watching: Watching, training: TrainRequest, evaluation: EvaluateRequest, tmp_path: Path
) -> None:
    nowhere = PairSource(str(tmp_path / "nowhere_2016"), str(tmp_path / "nowhere_2018"))
    cases = [
        (replace(training, pairs=(nowhere,)), "training", "nowhere_2016: two files or two folders are needed"),
        (replace(evaluation, model=str(tmp_path)), "model", str(tmp_path)),
    ]
    jobs = [(watching.submit(request), code, words) for request, code, words in cases]
    for job, code, words in jobs:
        with pytest.raises(JobFailedError) as caught:
            job.result(180)
        assert (caught.value.code, words in str(caught.value)) == (code, True), str(caught.value)
    assert not Path(training.folder).parent.exists()
    assert not Path(evaluation.folder).exists()


def test_packages_that_are_missing_are_named(
    hosts: Hosts, training: TrainRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "instead").mkdir()
    missing = 'raise ModuleNotFoundError("No module named \'kornia\'", name="kornia")\n'
    (tmp_path / "instead" / "kornia.py").write_text(missing, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "instead"))
    with WorkerClient(hosts.start().connection_file) as client:
        with pytest.raises(JobFailedError) as caught:
            client.carry_out(training, timeout_s=180)
        assert str(caught.value) == "kornia is missing: pip install 'landcast[training]'"
