"""How a run over many scenes is shown: a bar on a terminal, a line every 30 s elsewhere, and what must be known."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import click
from tqdm import tqdm

from ...core.scenes.manifest import Entry
from ...core.scenes.summary import duration
from ...core.scenes.totals import Totals
from .console import LINE_S, ProgressStyle
from .stopping import stop_if_asked

BAR = "{desc}: {percentage:3.0f}%|{bar}| {postfix}"
QUIET = ("kept", "done")
"""What the bar or the lines tell anyway."""


class BatchDisplay:
    """Shows a run on standard error; a terminal that is gone costs the run nothing. Use it as a context manager.

    Each warning and note is told once, whatever scenes it comes from; the log has all of them.

    Args:
        style: how progress is shown.
        clock: seconds that never go back.
        now: the time of the day.
    """

    def __init__(
        self,
        style: ProgressStyle,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        is_bar = style == "bar" or (style == "auto" and sys.stderr.isatty())
        self._bar = tqdm(total=1.0, leave=False, dynamic_ncols=True, bar_format=BAR) if is_bar else None
        self._has_lines = style in ("auto", "lines") and not is_bar
        self._clock, self._now, self._told = clock, now, clock()
        self._said: set[str] = set()

    def __enter__(self) -> BatchDisplay:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._try(self._bar.close)

    def show(self, entry: Entry | None, share: float, totals: Totals) -> None:
        """Say how far the run is; unwind where the user asked to stop at once.

        Raises:
            KeyboardInterrupt: the user did.
        """
        stop_if_asked()
        if self._bar is not None:
            self._try(lambda: self._draw(entry, share, totals))
        elif self._has_lines and self._clock() - self._told >= LINE_S:
            self._told = self._clock()
            self._echo(f"progress: {self.line(entry, share, totals)}")

    def say(self, level: str, scene: str, text: str) -> None:
        """Tell what happened to a scene."""
        if level in QUIET or (level != "failed" and text in self._said):
            return
        self._said.add(text)
        self._echo(f"{level}: {scene}: {' '.join(text.split())}")

    def line(self, entry: Entry | None, share: float, totals: Totals) -> str:
        """How far the run is, in one line."""
        ended = totals.done + totals.kept
        parts = [f"{ended} of {totals.scenes} scenes" + (f", {totals.failed} failed" if totals.failed else "")]
        if entry is not None and entry.state == "running":
            parts.append(f"{entry.name} {share:.0%}")
        if totals.seconds_per_megapixel is not None:
            parts.append(f"{totals.seconds_per_megapixel:.3g} s/Mpx")
        if totals.remaining_seconds:
            finish = self._now() + timedelta(seconds=totals.remaining_seconds)
            parts.append(f"finish {finish:%Y-%m-%d %H:%M} UTC (in {duration(totals.remaining_seconds)})")
        return ", ".join(parts)

    def _draw(self, entry: Entry | None, share: float, totals: Totals) -> None:
        bar = self._bar
        assert bar is not None
        is_running = entry is not None and entry.state == "running"
        ended = totals.done + totals.kept + totals.failed
        bar.n = (ended + (share if is_running else 0.0)) / max(1, totals.scenes)
        bar.set_description_str("scenes", refresh=False)
        bar.set_postfix_str(self.line(entry, share, totals), refresh=False)
        bar.update(0)

    def _echo(self, text: str) -> None:
        def write() -> None:
            if self._bar is not None:
                self._bar.clear()
            click.echo(text, err=True)

        self._try(write)

    def _try(self, write: Callable[[], object]) -> None:
        """Nobody may be there any more to read."""
        try:
            write()
        except (OSError, ValueError):
            go_silent()


def go_silent() -> None:
    """Let everything that is printed from now on go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            os.dup2(nowhere, stream.fileno())
        except (OSError, ValueError):
            continue
    os.close(nowhere)
