"""A cluster on this machine that lasts as long as a `with` block, and no longer than this process."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...errors import ClusterError, RequestError
from .addresses import SchedulerAddress, parse_scheduler
from .certificates import CA, CERTIFICATE, KEY, make_cluster_keys
from .local_process import ENVIRONMENT, LocalSettings, settings_line

MOST_WORKERS = 512
START_S = 300.0
"""Time for the scheduler and all worker processes to start; a machine that is busy needs long to load libraries."""
END_S = 10.0
MODULE = f"{__package__}.local_process"


@dataclass(frozen=True)
class LocalCluster:
    """A cluster that runs.

    Attributes:
        address: of its scheduler.
        keys: folder with the certificate that it takes.
        process: that holds the scheduler; its children are the workers.
    """

    address: SchedulerAddress
    keys: Path
    process: subprocess.Popen[str]


@contextmanager
def start_local_cluster(workers: int, memory_bytes: int | None = None) -> Iterator[LocalCluster]:
    """Start worker processes on this machine, which end with the block.

    Args:
        workers: processes.
        memory_bytes: for all of them together; a worker that takes more than its share is killed. No limit where None.

    Raises:
        RequestError: the number of workers is none.
        ClusterError: they do not start.
    """
    if not 1 <= workers <= MOST_WORKERS:
        raise RequestError(f"--workers must lie between 1 and {MOST_WORKERS}, not {workers}")
    # others than the user cannot look into it
    folder = Path(tempfile.mkdtemp(prefix="landcast-cluster-"))
    try:
        _write_keys(folder)
        share = None if memory_bytes is None else memory_bytes // workers
        with _running(LocalSettings(workers, str(folder), share)) as process:
            yield LocalCluster(_address_of(process), folder, process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def threads_of_each(workers: int, threads: int | None) -> int:
    """Threads that each of so many workers computes with, of so many in all: of the machine's where None."""
    return max(1, (threads or usable_processors()) // workers)


def usable_processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _write_keys(folder: Path) -> None:
    """One certificate for all parts, signed by an authority whose key is thrown away at once."""
    aside = folder / "made"
    make_cluster_keys(aside, days=30)
    for name in (CA, CERTIFICATE, KEY):
        (aside / "worker" / name).replace(folder / name)
    shutil.rmtree(aside)


@contextmanager
def _running(settings: LocalSettings) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **ENVIRONMENT},
        # Ctrl-C is for the caller, who finishes what is in flight
        start_new_session=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(settings_line(settings))
        process.stdin.flush()
        yield process
    finally:
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()  # its workers notice and end
            process.wait()
        process.stdout.close()


def _address_of(process: subprocess.Popen[str]) -> SchedulerAddress:
    """Wait until the cluster tells where it is.

    Raises:
        ClusterError: it ended, or takes too long.
    """
    assert process.stdout
    is_there = True
    if os.name != "nt":  # where pipes cannot be waited for
        is_there = bool(select.select([process.stdout], [], [], START_S)[0])
    line = process.stdout.readline() if is_there else ""
    if not line:
        ended = _ended(process) if is_there else None
        what = f"did not start within {START_S:.0f} s" if ended is None else f"ended with code {ended} as they started"
        raise ClusterError(f"--workers: the worker processes {what}; fewer of them may do, or none")
    return parse_scheduler(json.loads(line)["address"])


def _ended(process: subprocess.Popen[str]) -> int | None:
    """The exit code of a process that has closed its output; None where it goes on."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(END_S)
    return None
