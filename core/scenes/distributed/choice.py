"""From what the user asks for to a runner: worker processes on this machine, or a scheduler anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import RequestError
from .addresses import parse_scheduler
from .installed import require_distributed

if TYPE_CHECKING:
    from .runner import DaskRunner


@contextmanager
def open_cluster(
    workers: int | None = None,
    scheduler: str | None = None,
    keys: Path | None = None,
    is_insecure: bool = False,
    threads: int | None = None,
    memory_bytes: int | None = None,
) -> Iterator[DaskRunner]:
    """Give a runner for as many scenes as there are, and end or leave the cluster afterwards.

    Args:
        workers: processes on this machine; excludes `scheduler`.
        scheduler: address of a scheduler that runs.
        keys: folder with the certificate to show there; the user's own where None.
        is_insecure: whether `tcp://` may lead to another machine.
        threads: that the workers on this machine compute with together; all of its where None.
        memory_bytes: that those may take together; no limit where None.

    Raises:
        RequestError: what is asked for does not fit together, is not safe, or needs what is not installed.
        ClusterError: the cluster cannot be started or reached.
    """
    if (workers is None) == (scheduler is None):
        raise RequestError("--workers and --scheduler exclude each other; give one of them")
    require_distributed("--workers" if scheduler is None else "--scheduler")
    if scheduler is None:
        assert workers is not None
        with _local(workers, threads, memory_bytes) as runner:
            yield runner
        return
    address = parse_scheduler(scheduler, is_insecure)
    from .connection import Connection
    from .credentials import make_security
    from .runner import DaskRunner

    runner = DaskRunner(Connection(address, make_security(address, keys)))
    try:
        yield runner
    finally:
        runner.close()


@contextmanager
def _local(workers: int, threads: int | None, memory_bytes: int | None) -> Iterator[DaskRunner]:
    from .connection import Connection
    from .credentials import read_security
    from .local_cluster import start_local_cluster, threads_of_each
    from .runner import DaskRunner

    with start_local_cluster(workers, memory_bytes) as cluster:
        security = read_security(cluster.keys)
        # nobody starts its scheduler again
        runner = DaskRunner(Connection(cluster.address, security, threads_of_each(workers, threads)), reconnect_s=0.0)
        try:
            yield runner
        finally:
            runner.close()
