"""A scheduler and its workers, started from the shell as docs/cluster.md has it, with TLS, on the loopback address."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

from landcast.core.scenes.distributed.certificates import make_cluster_keys
from landcast.tests.core.scenes.distributed import faulty_worker

START_S = 240.0


class ShellCluster:
    """Processes of a cluster.

    Attributes:
        address: of the scheduler.
        keys: folder of `landcast keys cluster`.
        faults: folder whose files make workers fail; see `faulty_worker`.
    """

    def __init__(self, folder: Path) -> None:
        self.keys, self.faults, self._folder = folder / "keys", folder / "faults", folder
        self.faults.mkdir(parents=True)
        make_cluster_keys(self.keys)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"tls://127.0.0.1:{self.port}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self._start_scheduler()

    def _start_scheduler(self) -> None:
        # fmt: off
        self.scheduler = self._start(
            "scheduler", "--host", self.address, "--port", str(self.port), "--no-dashboard",
            "--dashboard-address", "127.0.0.1:0",
        )
        # fmt: on

    def kill_scheduler(self) -> None:
        """Kill the scheduler, and mend all faults; the workers end by themselves, as Dask's do."""
        self.scheduler.kill()
        self.scheduler.wait()
        self.clear()

    def restart(self) -> None:
        """Start scheduler and workers again where they ended, as their services would be."""
        if self.scheduler.poll() is None:
            return
        for worker in self.workers:
            worker.wait(START_S)
        self.workers.clear()
        self._start_scheduler()
        self.start_workers(2)

    def start_workers(self, count: int) -> None:
        """Start worker processes with a nanny each."""
        # fmt: off
        started = self._start(
            "worker", self.address, "--nworkers", str(count), "--nthreads", "2", "--host", "127.0.0.1",
            "--no-dashboard", "--memory-limit", "0", "--local-directory", str(self._folder),
            "--preload", str(Path(faulty_worker.__file__)),
        )
        # fmt: on
        self.workers.append(started)

    def fault(self, name: str) -> Path:
        """Make a fault; it lasts as long as the file."""
        path = self.faults / name
        path.touch()
        return path

    def waiting_pid(self, number: int) -> int:
        """Process id of the worker that waits at a block."""
        path, deadline = self.faults / f"waits-{number}", time.monotonic() + START_S
        while not (path.exists() and path.read_text()):
            assert time.monotonic() < deadline, "no worker came to that block"
            time.sleep(0.05)
        return int(path.read_text())

    def clear(self) -> None:
        """Mend all faults."""
        for path in self.faults.iterdir():
            path.unlink()

    def close(self) -> None:
        """End all processes."""
        for process in [*self.workers, self.scheduler]:
            with contextlib.suppress(psutil.NoSuchProcess):
                for child in psutil.Process(process.pid).children(recursive=True):
                    with contextlib.suppress(psutil.NoSuchProcess):
                        child.kill()
            process.kill()
            process.wait()

    def _start(self, part: str, *arguments: str) -> subprocess.Popen[bytes]:
        keys = self.keys / part
        tls = ("--tls-ca-file", keys / "ca.pem", "--tls-cert", keys / "cert.pem", "--tls-key", keys / "key.pem")
        environment = {
            **os.environ,
            faulty_worker.FAULTS: str(self.faults),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
            "OMP_NUM_THREADS": "1",
        }
        with (self._folder / f"{part}.log").open("ab") as log:
            command = [sys.executable, "-m", f"distributed.cli.dask_{part}", *arguments, *map(str, tls)]
            return subprocess.Popen(command, stdout=log, stderr=log, env=environment)
