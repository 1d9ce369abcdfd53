"""Starts an engine: `python -m landcast.worker.engine --connect ENDPOINT --token TOKEN --cache FOLDER`."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from ..host.logs import JsonLines
from .channel import Channel
from .lifeline import watch_host
from .lost import DeviceLostError, end_process

logger = logging.getLogger(__package__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Work for the host that started this process, until it says so or is gone."""
    parser = argparse.ArgumentParser(prog="landcast.worker.engine")
    parser.add_argument("--connect", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--cache", required=True, type=Path)
    given = parser.parse_args(arguments)
    # a terminal's Ctrl-C goes to the host as well, which ends this process when it is time
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _interrupt)
    watch_host()
    log_to_host()
    os.environ.setdefault("DIFFUSERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    channel = Channel(given.connect)
    lost: DeviceLostError | None = None
    try:
        from .engine import Engine  # torch takes seconds, and the lifeline is to be watched by then

        Engine(channel, given.token, given.cache).serve()
    except KeyboardInterrupt:
        return 1
    except DeviceLostError as error:
        lost = error
    finally:
        channel.close()
    if lost is not None:
        end_process(lost)
    return 0


def log_to_host() -> None:
    """Write the log, and what ends this process, to standard error, in lines that the host takes into its own."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    sys.excepthook = lambda kind, error, trace: logger.critical("it ends", exc_info=(kind, error, trace))


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Unwind, so that what was written aside is removed."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
