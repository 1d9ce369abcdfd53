"""Real schedulers and workers, with what happens to them: the result is that of one process."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from landcast.core.errors import BlocksError, ClusterError
from landcast.core.request import PredictionRequest
from landcast.core.scenes.distributed import runner as runner_module
from landcast.core.scenes.distributed.certificates import make_cluster_keys
from landcast.core.scenes.distributed.choice import open_cluster
from landcast.core.scenes.distributed.orders import Versions
from landcast.core.scenes.distributed.runner import DaskRunner
from landcast.core.scenes.local_runner import LocalRunner
from landcast.core.scenes.prepared import prepare_scene
from landcast.core.scenes.runner import BlockDone
from landcast.core.scenes.scene_run import SceneSettings, run_scene
from landcast.tests.core.scenes.distributed.shell_cluster import ShellCluster
from landcast.tests.core.scenes.quick_scene import BLOCK_PX, Heard, contents, hidden

Ask = Callable[..., PredictionRequest]
SMALL = SceneSettings(block_px=BLOCK_PX)


@pytest.fixture(scope="module")
def shell_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShellCluster]:
    """A scheduler with two workers."""
    cluster = ShellCluster(tmp_path_factory.mktemp("cluster"))
    try:
        cluster.start_workers(2)
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def cluster(shell_cluster: ShellCluster) -> Iterator[ShellCluster]:
    """The same, without faults."""
    yield shell_cluster
    shell_cluster.clear()


@pytest.fixture
def dask_runner(cluster: ShellCluster) -> Iterator[DaskRunner]:
    """A runner on the cluster."""
    with open_cluster(scheduler=cluster.address, keys=cluster.keys / "client") as runner:
        runner._reconnect_s = 1.0
        yield runner


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory, scene_file: Path, tiny: str) -> dict[str, bytes]:
    """The files that one process makes without a disturbance."""
    folder = tmp_path_factory.mktemp("expected")
    request = PredictionRequest(scene_file, folder / "a.tif", model=tiny, device="cpu", precision="fp32", members=2)
    run_scene(request, SMALL, runner=LocalRunner())
    return contents(folder)


@pytest.fixture(scope="module")
def tiny(make_tiny_model: Callable[..., Path]) -> str:
    """The model that `ask` names."""
    return str(make_tiny_model(difference_std=0.5))


def test_two_workers_make_the_bytes_of_one_process(
    ask: Ask, expected: dict[str, bytes], dask_runner: DaskRunner, tmp_path: Path
) -> None:
    heard = Heard()
    # by fsspec, as an object store is reached; its protocol is one for local files
    settings = replace(SMALL, blocks_url=f"local://{tmp_path / 'store'}")
    run_scene(ask(members=2), settings, heard, dask_runner)
    assert contents(tmp_path / "out") == expected
    assert sorted(heard.blocks) == [(number, False) for number in range(9)]
    assert not any((tmp_path / "store").glob("*"))


def test_a_block_that_kills_its_workers_stops_no_other_and_can_be_mended(
    ask: Ask, expected: dict[str, bytes], dask_runner: DaskRunner, cluster: ShellCluster, tmp_path: Path
) -> None:
    heard, request = Heard(), ask(members=2)
    cluster.fault("poison-4")
    with pytest.raises(BlocksError, match="workers ended while they predicted this block"):
        run_scene(request, SMALL, heard, dask_runner)
    assert [number for number, _ in heard.failures] == [4]
    assert {number for number, _ in heard.blocks} == set(range(9)) - {4}
    assert not any((tmp_path / "out").glob("*.tif"))
    cluster.clear()
    again = Heard()
    run_scene(request, SMALL, again, dask_runner)
    assert [number for number, was_kept in again.blocks if not was_kept] == [4]
    assert contents(tmp_path / "out") == expected


def test_a_worker_that_is_killed_costs_no_block(
    ask: Ask, expected: dict[str, bytes], dask_runner: DaskRunner, cluster: ShellCluster, tmp_path: Path
) -> None:
    heard = Heard()
    cluster.fault("wait-3")

    def kill() -> None:
        os.kill(cluster.waiting_pid(3), signal.SIGKILL)
        cluster.clear()

    killer = threading.Thread(target=kill)
    killer.start()
    run_scene(ask(members=2), SMALL, heard, dask_runner)
    killer.join()
    assert not heard.failures
    assert contents(tmp_path / "out") == expected


def test_workers_that_cannot_do_it_say_why_before_the_first_block(
    ask: Ask, dask_runner: DaskRunner, scene_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = prepare_scene(ask(), lambda text: None, block_px=BLOCK_PX)
    with pytest.raises(ClusterError, match="does not see in it what the client put there"):
        # each process has a memory of its own
        list(dask_runner.run(scene, "memory://blocks", [0], lambda: False))
    shutil.copy(scene_file, tmp_path / "gone.tif")
    gone = prepare_scene(ask(source=tmp_path / "gone.tif"), lambda text: None, block_px=BLOCK_PX)
    (tmp_path / "gone.tif").unlink()
    with pytest.raises(ClusterError, match=r"gone\.tif"):
        list(dask_runner.run(gone, str(tmp_path / "blocks"), [0], lambda: False))
    assert not any((tmp_path / "blocks").iterdir())
    other = replace(scene, facts={**scene.facts, "model_sha256": "0" * 64})
    with pytest.raises(ClusterError, match="install the same model everywhere"):
        list(dask_runner.run(other, str(tmp_path / "blocks"), [0], lambda: False))
    older = replace(Versions.here(), landcast="0.0.1")
    monkeypatch.setattr(runner_module.Versions, "here", lambda: older)
    with pytest.raises(ClusterError, match=r"landcast 0\.0\.1, not .*; install the same everywhere"):
        dask_runner.compute_of(ask())


def test_a_stop_finishes_what_is_in_flight_and_begins_nothing_more(
    ask: Ask, dask_runner: DaskRunner, tmp_path: Path
) -> None:
    scene = prepare_scene(ask(), lambda text: None, block_px=BLOCK_PX)
    outcomes = []
    for outcome in dask_runner.run(scene, str(tmp_path / "blocks"), range(9), lambda: bool(outcomes)):
        outcomes.append(outcome)
    assert all(isinstance(outcome, BlockDone) for outcome in outcomes)
    assert 1 <= len(outcomes) <= 5


def test_keys_of_another_cluster_are_refused_and_said_to_be_so(cluster: ShellCluster, tmp_path: Path) -> None:
    other = make_cluster_keys(tmp_path / "other")
    with (
        pytest.raises(ClusterError, match="was not signed by the authority of these keys"),
        open_cluster(scheduler=cluster.address, keys=other.parts["client"]),
    ):
        pass


@pytest.mark.long
def test_a_scheduler_that_is_killed_costs_the_blocks_in_flight(
    ask: Ask, expected: dict[str, bytes], dask_runner: DaskRunner, cluster: ShellCluster, tmp_path: Path
) -> None:
    request = ask(members=2)
    cluster.fault("wait-5")

    def kill() -> None:
        cluster.waiting_pid(5)
        cluster.kill_scheduler()

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(ClusterError, match=r"scheduler was lost .* the same command continues there"):
        run_scene(request, SMALL, Heard(), dask_runner)
    killer.join()
    assert any(hidden(request).iterdir())
    heard = Heard()
    run_scene(request, SMALL, heard)
    assert any(was_kept for _, was_kept in heard.blocks)
    assert contents(tmp_path / "out") == expected


@pytest.mark.long
def test_a_run_goes_on_by_itself_when_the_scheduler_is_started_again(
    ask: Ask, expected: dict[str, bytes], cluster: ShellCluster, tmp_path: Path
) -> None:
    cluster.restart()
    cluster.fault("wait-2")

    def kill() -> None:
        cluster.waiting_pid(2)
        cluster.kill_scheduler()
        cluster.restart()

    killer, heard = threading.Thread(target=kill), Heard()
    killer.start()
    with open_cluster(scheduler=cluster.address, keys=cluster.keys / "client") as runner:
        run_scene(ask(members=2), SMALL, heard, runner)
    killer.join()
    assert sorted(heard.blocks) == [(number, False) for number in range(9)]
    assert contents(tmp_path / "out") == expected
