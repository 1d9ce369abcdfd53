"""Whose turn it is on a device: the engines of several hosts share it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from ...core.protocol.file_lock import FileLock

POLL_S = 0.1


@contextmanager
def device_turn(
    device: torch.device, locks: Path, note: Callable[[str], None], pulse: Callable[[], None]
) -> Iterator[None]:
    """Hold a device, after waiting until no other engine does.

    Args:
        device: to compute on.
        locks: folder with a lock a device.
        note: told once where there is somebody to wait for.
        pulse: called often meanwhile; may raise to stop the waiting.
    """
    lock = FileLock(locks / f"{device.type}.lock")
    has_said = False
    while not lock.try_acquire():
        if not has_said:
            note("another worker is using the device; waiting for it")
            has_said = True
        pulse()
        time.sleep(POLL_S)
    try:
        yield
    finally:
        lock.release()
