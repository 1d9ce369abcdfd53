"""Clients that are patient for moments only, and what is left of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from landcast.core.client.client import WorkerClient
from landcast.core.client.settings import Patience

BRIEF = Patience(answer_s=0.6, ping_s=0.1, silent_s=0.5, retry_s=0.05, lost_s=1.5, losses=5, resend_s=0.3, cancel_s=0.8)


@pytest.fixture
def connect() -> Iterator[Callable[..., WorkerClient]]:
    """Make clients that are closed afterwards."""
    made: list[WorkerClient] = []

    def make(where: object, **settings: object) -> WorkerClient:
        settings.setdefault("patience", BRIEF)
        made.append(WorkerClient(where, **settings))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    """No test leaves a thread."""
    before = set(threading.enumerate())
    yield
    end = time.monotonic() + 5
    while set(threading.enumerate()) - before and time.monotonic() < end:
        time.sleep(0.01)
    assert not {thread.name for thread in set(threading.enumerate()) - before}


def wait_until(is_so: Callable[[], bool], timeout_s: float = 5.0) -> None:
    """Wait for something that happens in another thread."""
    end = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)
