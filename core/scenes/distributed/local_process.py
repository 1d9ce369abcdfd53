"""`python -m landcast.core.scenes.distributed.local_process`: a cluster on this machine, for one caller.

It holds the scheduler, and a nanny for each worker process, which starts it again when it dies. It listens on the
loopback address alone, speaks TLS with the keys in its folder, writes its scheduler's address to standard output as
one line of JSON, and ends with its caller, however that ended: standard input is a pipe held open there. The folder
goes with it. It is a program of its own so that workers never import the caller's.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

import dask

SETTINGS = {
    # one death tells all about a block that its worker had alone; who is to blame is counted by the caller
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.worker.profile.enabled": False,
    # blocks hold no Dask data: there is nothing to spill, and who pauses for memory never goes on
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
}
THREADS_A_WORKER = 2
"""Blocks that a worker has at once: one is computed, while another is read or written."""
CLOSE_S = 2.0
HOST = "127.0.0.1"
ENVIRONMENT = {
    "DASK_LOGGING__DISTRIBUTED": "critical",
    # who ends at once leaves semaphores to the tracker of resources, which removes them, and would say so
    "PYTHONWARNINGS": "ignore:resource_tracker:UserWarning",
}
"""To start it with: what matters of its troubles is told by the caller."""


@dataclass(frozen=True)
class LocalSettings:
    """What a local cluster is asked for.

    Attributes:
        workers: processes.
        folder: for the keys and what Dask writes; removed in the end.
        memory_bytes: of one worker, above which it is killed; no limit where None.
    """

    workers: int
    folder: str
    memory_bytes: int | None = None


def main() -> None:
    """Run until the caller ends or asks to stop."""
    settings = LocalSettings(**json.loads(sys.stdin.readline()))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    code = 1
    try:
        asyncio.run(_serve(settings))
        code = 0
    except Exception:
        logging.getLogger(__name__).exception("the worker processes cannot be started")
    shutil.rmtree(settings.folder, ignore_errors=True)
    # whatever hangs, this process ends, and its workers notice
    os._exit(code)


async def _serve(settings: LocalSettings) -> None:
    from distributed import Nanny, Scheduler

    from .credentials import read_security

    security = read_security(Path(settings.folder))
    with dask.config.set(SETTINGS):
        scheduler = await Scheduler(
            host=HOST, protocol="tls", security=security, dashboard=False, dashboard_address=f"{HOST}:0"
        )
        nannies = [
            Nanny(
                scheduler.address,
                nthreads=THREADS_A_WORKER,
                name=f"worker-{number}",
                host=HOST,
                protocol="tls",
                security=security,
                memory_limit=settings.memory_bytes or 0,
                local_directory=str(Path(settings.folder) / "dask"),
                dashboard=False,
            )
            for number in range(settings.workers)
        ]
        await asyncio.gather(*nannies)
        _tell(address=scheduler.address)
        await _caller_is_gone()
        with contextlib.suppress(Exception):  # they end with this process in any case
            await asyncio.wait_for(asyncio.gather(*(nanny.kill(timeout=CLOSE_S / 2) for nanny in nannies)), CLOSE_S)


def _tell(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def _caller_is_gone() -> None:
    gone, loop = asyncio.Event(), asyncio.get_running_loop()

    def wait() -> None:
        while sys.stdin.readline():
            pass
        loop.call_soon_threadsafe(gone.set)

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
    await gone.wait()


def settings_line(settings: LocalSettings) -> str:
    """What the caller writes to standard input first."""
    return json.dumps(asdict(settings)) + "\n"


if __name__ == "__main__":
    main()
