"""Worker processes of this machine: out of reach for others, and gone with who started them."""

from __future__ import annotations

import contextlib
import json
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from landcast.core.errors import ClusterError
from landcast.core.request import PredictionRequest
from landcast.core.scenes.distributed.choice import open_cluster
from landcast.core.scenes.distributed.local_cluster import threads_of_each
from landcast.core.scenes.local_runner import LocalRunner
from landcast.core.scenes.scene_run import SceneSettings, run_scene
from landcast.tests.core.scenes.distributed.shell_cluster import ShellCluster
from landcast.tests.core.scenes.quick_scene import BLOCK_PX, contents

CALLER = Path(__file__).with_name("local_caller.py")
START_S, END_S = 240.0, 60.0


def wait_until(is_so: Callable[[], bool], timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_processes_listen_on_the_loopback_address_and_end_with_a_killed_caller(tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    caller = subprocess.Popen([sys.executable, str(CALLER), str(told)])
    try:
        wait_until(lambda: told.exists() and told.stat().st_size > 0, START_S)
        said = json.loads(told.read_text())
        folder = Path(said["folder"])
        holder = psutil.Process(said["pid"])
        processes = [holder, *holder.children(recursive=True)]
        assert len([one for one in processes if "--multiprocessing-fork" in one.cmdline()]) == 2
        heard = [link for one in processes for link in one.net_connections() if link.status == psutil.CONN_LISTEN]
        assert {link.laddr.ip for link in heard} == {"127.0.0.1"}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        caller.kill()
        wait_until(lambda: not any(one.is_running() for one in processes), END_S)
        wait_until(lambda: not folder.exists(), END_S)
    finally:
        caller.kill()
        caller.wait()


def test_two_processes_make_the_bytes_of_one(ask: Callable[..., PredictionRequest], tmp_path: Path) -> None:
    small = SceneSettings(block_px=BLOCK_PX)
    with open_cluster(workers=2, threads=2) as runner:
        run_scene(ask("a.tif"), small, runner=runner)
    run_scene(ask("b.tif"), small, runner=LocalRunner())
    files = contents(tmp_path / "out")
    assert set(files) == {"a.tif", "b.tif"}
    assert files["a.tif"] == files["b.tif"]


def test_threads_are_shared_out_and_nobody_has_none() -> None:
    assert threads_of_each(2, 8) == 4
    assert threads_of_each(3, 8) == 2
    assert threads_of_each(8, 2) == 1


def test_a_scheduler_without_workers_is_waited_for_so_long_and_no_longer(
    ask: Callable[..., PredictionRequest], tmp_path: Path
) -> None:
    cluster = ShellCluster(tmp_path / "cluster")
    try:
        wait_until(lambda: can_connect(cluster.port), START_S)
        with open_cluster(scheduler=cluster.address, keys=cluster.keys / "client") as runner:
            runner._workers_s = 0.5
            with pytest.raises(ClusterError, match=r"has had no worker for .* `dask worker tls://"):
                run_scene(ask(), SceneSettings(block_px=BLOCK_PX), runner=runner)
    finally:
        cluster.close()


def can_connect(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
