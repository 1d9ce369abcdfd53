"""What a client does with workers that cannot, hang, or are asked while somebody wants to stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from distributed import LocalCluster

from landcast.core.errors import ClusterError
from landcast.core.request import PredictionRequest
from landcast.core.scenes.block_folder import BlockFolder
from landcast.core.scenes.distributed import block_task
from landcast.core.scenes.distributed import runner as runner_module
from landcast.core.scenes.distributed.addresses import SchedulerAddress, parse_scheduler
from landcast.core.scenes.distributed.choice import open_cluster
from landcast.core.scenes.distributed.connection import WorkerSeen
from landcast.core.scenes.distributed.orders import ComputeAnswer, SceneOrder, Unfit, Versions
from landcast.core.scenes.distributed.runner import DaskRunner
from landcast.core.scenes.distributed.warm_scenes import WarmScenes, WarmWorker
from landcast.core.scenes.prepared import PreparedScene, prepare_scene
from landcast.core.scenes.runner import BlockDone
from landcast.core.scenes.scene_run import SceneSettings, run_scene
from landcast.tests.core.scenes.quick_scene import BLOCK_PX, Heard

Ask = Callable[..., PredictionRequest]
Said = ComputeAnswer | Exception | None


class Workers:
    """Stands for a connection: each worker says at once what it was made with, or hangs where that is None."""

    def __init__(self, said: dict[str, Said]) -> None:
        self.said, self.asked, self.is_alive = said, 0, True
        self.address: SchedulerAddress = parse_scheduler("tcp://127.0.0.1:1")

    def ensure_plugin(self) -> bool:
        return True

    def workers(self) -> dict[str, WorkerSeen]:
        return {name: WorkerSeen(name, name, 1, 0) for name in self.said}

    def submit(self, worker: WorkerSeen, *args: Any) -> Future[Any]:
        self.asked += 1
        future: Future[Any] = Future()
        answer = self.said[worker.address]
        if isinstance(answer, Exception):
            future.set_exception(answer)
        elif answer is not None:
            future.set_result(answer)
        return future

    def cancel(self, futures: list[Future[Any]]) -> None:
        for future in futures:
            future.cancel()


def runner_on(workers: Workers) -> DaskRunner:
    return DaskRunner(workers)  # type: ignore[arg-type]


@pytest.fixture
def able() -> ComputeAnswer:
    return ComputeAnswer(Versions.here(), "here", "cpu", "fp32")


@pytest.fixture
def scene(ask: Ask) -> PreparedScene:
    return prepare_scene(ask(), lambda text: None, block_px=BLOCK_PX)


def test_a_worker_that_is_sick_stops_no_other(ask: Ask, able: ComputeAnswer) -> None:
    workers = Workers({"sick": RuntimeError("CUDA error: device lost"), "well": able})
    assert runner_on(workers).compute_of(ask()).device == "cpu"
    workers.said.pop("well")
    with pytest.raises(ClusterError, match="worker on sick: RuntimeError: CUDA error: device lost"):
        runner_on(workers).compute_of(ask())


def test_workers_are_asked_again_where_the_scheduler_was_lost(ask: Ask, able: ComputeAnswer) -> None:
    workers = Workers({"a": CancelledError()})
    first = workers.submit

    def submit(worker: WorkerSeen, *args: Any) -> Future[Any]:
        future = first(worker, *args)
        workers.said["a"] = able
        return future

    workers.submit = submit  # type: ignore[method-assign]
    assert runner_on(workers).compute_of(ask()).device == "cpu"
    assert workers.asked == 2


def test_a_worker_that_hangs_is_waited_for_once(ask: Ask, able: ComputeAnswer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_module, "ANSWER_S", 0.5)
    monkeypatch.setattr(runner_module, "SILENT_S", 0.0)
    runner = runner_on(Workers({"hangs": None, "well": able}))
    runner.compute_of(ask())
    assert runner._silent == {"hangs"}
    monkeypatch.setattr(runner_module, "ANSWER_S", 60.0)
    started = time.monotonic()
    runner.compute_of(ask())
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("said", [{}, {"hangs": None}])
def test_a_stop_is_seen_while_workers_are_waited_for(
    said: dict[str, Said], scene: PreparedScene, tmp_path: Path
) -> None:
    asked_at = time.monotonic()
    runner = runner_on(Workers(dict(said)))
    assert not list(runner.run(scene, str(tmp_path / "blocks"), [0, 1], lambda: time.monotonic() > asked_at + 0.2))
    assert time.monotonic() - asked_at < 30
    assert not any((tmp_path / "blocks").iterdir())


def test_a_worker_without_a_gpu_and_one_whose_gpu_is_sick_say_so(
    scene: PreparedScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(order: SceneOrder) -> Any:
        raise AssertionError("Torch not compiled with CUDA enabled")

    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr(block_task, "scenes_here", lambda: SimpleNamespace(use=fail))
    order = SceneOrder.of(scene, str(tmp_path))
    plain = block_task.check_worker(replace(order, device="cuda"), "probe")
    assert isinstance(plain, Unfit)
    assert "no CUDA GPU" in plain.reason
    sick = block_task.check_worker(order, "probe")
    assert isinstance(sick, Unfit)
    assert "AssertionError: Torch not compiled with CUDA" in sick.reason


def test_a_block_that_is_kept_is_not_computed_again(
    scene: PreparedScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm = WarmScenes(threads=1)
    monkeypatch.setattr(block_task, "scenes_here", lambda: warm)
    folder, order = BlockFolder(tmp_path, scene), SceneOrder.of(scene, str(tmp_path))
    (tmp_path / "probe").touch()
    first = block_task.predict_block(order, "probe", 3)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = block_task.predict_block(order, "probe", 3)
    warm.close()
    assert isinstance(first, BlockDone)
    assert isinstance(again, BlockDone)
    assert first.seconds > again.seconds == 0.0
    assert first.record == again.record == folder.record(3)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written


@contextmanager
def scheduler_here() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, host="127.0.0.1", protocol="tcp://",
        dashboard_address=None, silence_logs=False,
    ) as cluster:  # fmt: skip
        yield cluster


def test_a_scheduler_that_was_started_anew_gets_the_plugin_again(ask: Ask) -> None:
    heard = Heard()
    with scheduler_here() as cluster, open_cluster(scheduler=cluster.scheduler_address) as runner:
        run_scene(ask("a.tif"), SceneSettings(block_px=BLOCK_PX), heard, runner)
        # the new one knows nothing of those who came before
        runner._connection._client.unregister_worker_plugin(WarmWorker.name)
        assert WarmWorker.name not in cluster.scheduler.worker_plugins
        run_scene(ask("b.tif"), SceneSettings(block_px=BLOCK_PX), heard, runner)
    assert len(heard.blocks) == 18
    assert not heard.failures
