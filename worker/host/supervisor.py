"""The engine as a process: started, watched, ended, started again."""

from __future__ import annotations

import logging
import secrets
import subprocess
import time
from dataclasses import dataclass
from typing import Literal

from ...core.protocol.engine_messages import EngineReady, Loaded, Pulse
from ...core.protocol.fields import clean_text
from ...core.protocol.values import Device, EngineState, EngineStatus, WarmModel
from .engine_output import EngineOutput
from .settings import HostSettings
from .watchdog import Watchdog

BACKOFF_S = (0.0, 0.5, 1.0, 2.0, 4.0)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Death:
    """Why an engine is gone.

    Attributes:
        kind: it ended by itself, was killed for its silence, or as the host wanted it.
        words: for a person.
    """

    kind: Literal["crashed", "hung", "wanted"]
    words: str


class Supervisor:
    """Keeps one engine running.

    Args:
        settings: of the host.
        endpoint: where engines connect.
    """

    def __init__(self, settings: HostSettings, endpoint: str) -> None:
        self._settings, self._endpoint = settings, endpoint
        self._process: subprocess.Popen[bytes] | None = None
        self._output: EngineOutput | None = None
        self._watchdog = Watchdog(settings.patience, 0.0)
        self._deaths = 0
        self._started = self._start_at = 0.0
        self._why: Death | None = None
        self.token = ""
        self.state: EngineState = "gone"
        self.restarts = 0
        self.last_words: str | None = None
        self.device: Device | None = None
        self.models: tuple[WarmModel, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether it can be given a job."""
        return self.state in ("idle", "busy")

    @property
    def has_given_up(self) -> bool:
        """Whether the engine died too often to be started again by itself."""
        return self.state == "gone" and self._deaths > self._settings.restarts

    def start(self, now: float) -> None:
        """Start an engine where there is none."""
        if self._process is not None:
            return
        self.token, self._why, self.models = secrets.token_hex(16), None, ()
        command = [*self._settings.engine, "--connect", self._endpoint, "--token", self.token]
        self._process = subprocess.Popen(
            [*command, "--cache", str(self._settings.cache)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert self._process.stdout
        self._output = EngineOutput(self._process.stdout, self._process.pid)
        self._watchdog = Watchdog(self._settings.patience, now)
        self._started, self.state = now, "starting"
        logger.info("engine %d started", self._process.pid)

    def try_again(self, now: float) -> None:
        """Start anew, with all restarts, an engine that was given up: a client asks for work."""
        if self.has_given_up:
            self._deaths = 0
            self.start(now)

    def hear_ready(self, now: float, ready: EngineReady) -> bool:
        """Take in that an engine is ready; False where it is not the one that was started."""
        if self._process is None or not secrets.compare_digest(ready.token, self.token):
            return False
        self.state, self.device = "idle", ready.device
        self._watchdog.hear(now, "planning")
        return True

    def hear_loaded(self, loaded: Loaded) -> None:
        """Take in which models it has loaded."""
        self.models = loaded.models

    def hear(self, now: float, pulse: Pulse | None = None) -> None:
        """Take in that the engine said something."""
        if pulse is None:
            self._watchdog.hear(now)
        else:
            self._watchdog.hear(now, pulse.stage, pulse.call_s)

    def set_busy(self, now: float, is_busy: bool) -> None:
        """Take in that it has a job, or none any more."""
        self.state = "busy" if is_busy else "idle"
        self._watchdog.hear(now, "planning")
        if not is_busy:
            self._deaths = 0

    def silence_s(self, now: float) -> float:
        """Since the engine was heard last."""
        return self._watchdog.silence_s(now)

    def check(self, now: float) -> Death | None:
        """Look after the engine; its death is told once."""
        if self._process is None:
            if self.state == "restarting" and now >= self._start_at:
                self.start(now)
            return None
        if self._why is None and self._watchdog.has_hung(now):
            self.kill("hung", f"it said nothing for {self._watchdog.silence_s(now):.0f} s and was ended")
        code = self._process.poll()
        return None if code is None else self._bury(code, now)

    def kill(self, kind: Literal["hung", "wanted"], words: str) -> None:
        """End the engine at once; `check` tells of its death."""
        if self._process is not None and self._why is None:
            self._why = Death(kind, words)
            logger.warning("engine %d is killed: %s", self._process.pid, words)
            self._process.kill()

    def end(self) -> None:
        """End the engine for good: it was asked; it is terminated, then killed."""
        process, self._process, self.state = self._process, None, "gone"
        if process is None:
            return
        assert process.stdin
        process.stdin.close()
        for act in (process.terminate, process.kill, lambda: None):
            try:
                process.wait(self._settings.patience.end)
                break
            except subprocess.TimeoutExpired:
                act()
        if self._output:
            self._output.last_words()

    def status(self, now: float, job: str | None, progress_age_s: float | None) -> EngineStatus:
        """Tell about the engine."""
        return EngineStatus(
            device=self.device.device if self.device else "unknown",
            state=self.state,
            process=self._process.pid if self._process else None,
            restarts=self.restarts,
            models=self.models,
            job=job,
            progress_age_s=progress_age_s,
            last_words=self.last_words,
        )

    def _bury(self, code: int, now: float) -> Death:
        assert self._process
        assert self._process.stdin
        assert self._output
        self._process.stdin.close()
        words = self._output.last_words()
        death = self._why or Death("crashed", _describe(code))
        logger.warning("engine %d is gone: %s; its last words: %s", self._process.pid, death.words, words or "none")
        self.last_words = clean_text(f"{death.words}\n{words}".strip())
        self._process = self._why = None
        # one that worked for long does not die of what its predecessors died of
        self._deaths = 1 if now - self._started > self._settings.patience.healthy else self._deaths + 1
        if death.kind == "wanted":
            self._deaths = 0
        if self._deaths > self._settings.restarts:
            self.state = "gone"
        else:
            self.restarts += 1
            self.state = "restarting"
            self._start_at = now + BACKOFF_S[min(self._deaths, len(BACKOFF_S) - 1)]
        return Death(death.kind, self.last_words)


def _describe(code: int) -> str:
    return f"it ended with exit code {code}" if code >= 0 else f"it was killed by signal {-code}"


def clock() -> float:
    """Seconds that never go back."""
    return time.monotonic()
