"""The client's side of a scheduler: connecting, seeing which workers there are, noticing that it is gone."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any

import dask
from distributed import Client, Future
from distributed.security import Security

from ...errors import ClusterError
from .addresses import SchedulerAddress
from .warm_scenes import WarmWorker

GPU = "GPU"
"""Resource that workers with a GPU are started with: `--resources GPU=1`."""
MOST_SLOTS = 2
"""Blocks that a worker has at once: one is computed, while another is read or written."""
CLOSE_S = 5.0
CONNECT_S = 15.0
RUNNING = "running"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class WorkerSeen:
    """A worker as the scheduler knows it.

    Attributes:
        address: of the worker process; a process that was started anew has another.
        name: as it was started with.
        threads: tasks that it takes at once.
        gpus: that it was started with, as the resource of that name.
    """

    address: str
    name: str
    threads: int
    gpus: float

    @property
    def slots(self) -> int:
        """Blocks that it has at once."""
        return min(MOST_SLOTS, self.threads)

    @property
    def share(self) -> dict[str, float]:
        """What of its resources one block takes."""
        return {GPU: self.gpus / self.slots} if self.gpus else {}


class Connection:
    """A connection to a scheduler, with landcast's plugin on all of its workers.

    Args:
        address: of the scheduler.
        security: to be shown there; None without TLS.
        torch_threads: of each worker; as many as it has of Dask's where None.

    Raises:
        ClusterError: no scheduler answers there, or it does not let this client in.
    """

    def __init__(self, address: SchedulerAddress, security: Security | None, torch_threads: int | None = None) -> None:
        self.address, self._security, self._torch_threads = address, security, torch_threads
        for name in ("distributed", "distributed.client"):  # what matters of it is told by who uses this
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._client = self._connect(CONNECT_S)

    @property
    def is_alive(self) -> bool:
        """Whether the scheduler is there, as far as is known."""
        return bool(self._client.status == RUNNING)

    def workers(self) -> dict[str, WorkerSeen]:
        """Workers that take tasks, by their addresses; none where the scheduler is gone."""
        try:
            told: dict[str, Any] = self._client.scheduler_info(n_workers=-1)["workers"]
        except (OSError, RuntimeError, TimeoutError):
            return {}
        return {
            address: WorkerSeen(address, str(one["name"]), int(one["nthreads"]), float(one["resources"].get(GPU, 0)))
            for address, one in told.items()
            if one.get("status", RUNNING) == RUNNING
        }

    def ensure_plugin(self) -> bool:
        """Give landcast's plugin to a scheduler that was started anew meanwhile; whether it has it.

        The client finds such a scheduler by itself, often before anybody looks; workers know of no scene without it.
        """
        try:
            self._client.register_plugin(WarmWorker(self._torch_threads))
        except (OSError, TimeoutError, ValueError, RuntimeError, TypeError, CancelledError) as error:
            logger.warning("the scheduler at %s cannot be set up: %s", self.address.text, error)
            return False
        return True

    def submit(self, worker: WorkerSeen, call: Callable[..., Any], *args: Any, has_share: bool = False) -> Future[Any]:
        """Let one worker do something, and no other."""
        return self._client.submit(
            call, *args, workers=[worker.address], allow_other_workers=False, pure=False, retries=0,
            resources=(worker.share or None) if has_share else None,
        )  # fmt: skip

    def cancel(self, futures: list[Future[Any]]) -> None:
        """Want nothing more of some tasks; a block that is being computed is finished and kept all the same."""
        if futures and self.is_alive:
            with contextlib.suppress(OSError, RuntimeError, TimeoutError):
                self._client.cancel(futures, force=True)

    def reconnect(self, timeout_s: float, stop: Callable[[], bool] = lambda: False) -> None:
        """Find the scheduler again, or the one that was started in its place; on a stop it is looked for no longer.

        Raises:
            ClusterError: it is not there in time.
        """
        self.close()
        deadline = time.monotonic() + timeout_s
        while not stop():
            try:
                self._client = self._connect(max(1.0, min(CONNECT_S, deadline - time.monotonic())))
                return
            except ClusterError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1.0)

    def close(self) -> None:
        """Leave the cluster as it is."""
        with contextlib.suppress(OSError, RuntimeError, TimeoutError):
            self._client.close(timeout=CLOSE_S)

    def _connect(self, timeout_s: float) -> Client:
        try:
            with dask.config.set({"distributed.comm.timeouts.connect": timeout_s}):
                client = Client(
                    self.address.text, security=self._security, timeout=timeout_s, set_as_default=False, name="landcast"
                )
            client.register_plugin(WarmWorker(self._torch_threads))
        except (OSError, TimeoutError, ValueError, RuntimeError, TypeError) as error:
            raise ClusterError(f"{self.address.text}: {_why(error)}") from error
        return client


def _why(error: BaseException) -> str:
    """In the user's words why a scheduler cannot be used."""
    said = " ".join(f"{one}" for one in _chain(error))
    for sign, meaning in _SIGNS.items():
        if sign in said:
            return meaning
    return f"no scheduler answers there; is `dask scheduler` running, and the port open? ({error})"


_SIGNS = {
    "certificate has expired": "a certificate there has expired; `landcast keys cluster DIR --renew` makes new ones",
    "CERTIFICATE_VERIFY_FAILED": "its certificate was not signed by the authority of these keys; take those that were "
    "made together with the scheduler's",
    "ALERT_UNKNOWN_CA": "does not accept this client's certificate; take the keys that were made together with the "
    "scheduler's",
    "WRONG_VERSION_NUMBER": "does not speak TLS; start it with --protocol tls and its keys",
}


def _chain(error: BaseException | None) -> list[BaseException]:
    chain = []
    while error is not None:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain
