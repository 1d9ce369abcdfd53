"""What a host is told at its start."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ...core.protocol.connection import default_path
from ...core.protocol.keys import KeyFolder, default_keys
from ...core.protocol.user_folders import cache_folder
from ...core.protocol.values import Limits
from .logs import LogFormat

LOOPBACK = re.compile(r"tcp://(127(\.\d{1,3}){3}|localhost|\[::1\]):.*")
ENGINE = (sys.executable, "-P", "-m", "landcast.worker.engine")
"""Without the current folder on its path (-P), in which another `landcast` may lie, or something that is none."""


@dataclass(frozen=True)
class Patience:
    """How long the host waits before it acts, in seconds.

    Attributes:
        starting: without a word from an engine that starts, loads, plans or reads.
        writing: without a word while the result is written and read back.
        computing: without a word between network calls, at least.
        calls: the same in median calls, where that is longer.
        cancel: until a job that was to stop is stopped by killing its engine.
        end: for each step of ending an engine: asked, terminated, killed.
        orphan: until a job is given up whose client went away.
        ended: until a job that is over is forgotten, though its client did not say so.
        healthy: that an engine must have worked for its next death not to count with the earlier ones.
    """

    starting: float = 180.0
    writing: float = 1800.0
    computing: float = 60.0
    calls: float = 20.0
    cancel: float = 5.0
    end: float = 2.0
    orphan: float = 600.0
    ended: float = 3600.0
    healthy: float = 600.0


@dataclass(frozen=True)
class HostSettings:
    """What a host is told.

    Attributes:
        bind: address of its socket; the port is the system's choice where it is `*`.
        has_curve: whether clients of the loopback need keys too.
        keys: of the user.
        connection_file: where clients of this machine find it.
        cache: the user's cache folder.
        has_lifeline: whether it ends at the end of its standard input.
        idle_exit_s: without jobs and messages, after which it ends; never where None.
        log_format: of the log in the cache folder.
        engine: command that starts an engine; told where to connect by further arguments.
        restarts: that an engine gets, one after the other, before the host gives up on it.
        crashes: of its engine after which a job has failed.
        patience: with engines and clients.
        limits: told to clients.
    """

    bind: str = "tcp://127.0.0.1:*"
    has_curve: bool = False
    keys: KeyFolder = field(default_factory=default_keys)
    connection_file: Path = field(default_factory=default_path)
    cache: Path = field(default_factory=cache_folder)
    has_lifeline: bool = False
    idle_exit_s: float | None = None
    log_format: LogFormat = "text"
    engine: tuple[str, ...] = ENGINE
    restarts: int = 5
    crashes: int = 3
    patience: Patience = field(default_factory=Patience)
    limits: Limits = field(default_factory=Limits)

    @property
    def is_open_to_others(self) -> bool:
        """Whether other machines can reach it."""
        return not LOOPBACK.fullmatch(self.bind)

    @property
    def needs_keys(self) -> bool:
        """Whether clients need keys: always where other machines can reach it."""
        return self.has_curve or self.is_open_to_others
