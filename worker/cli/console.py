"""What every subcommand shows: warnings, progress, JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any, Literal, get_args

import click
from tqdm import tqdm

from .stopping import stop_if_asked

ProgressStyle = Literal["auto", "bar", "lines", "none"]
progress_option = click.option(
    "--progress",
    type=click.Choice(get_args(ProgressStyle)),
    default="auto",
    help="How to show progress: a bar on a terminal and a line every 30 s elsewhere (auto), or each step as a line "
    "`progress: 3/10`.",
)
LINE_S = 30.0
"""Time between two lines of progress where there is no terminal."""


def warn(message: str) -> None:
    """Print a warning on standard error."""
    click.echo(f"warning: {' '.join(message.split())}", err=True)


def note(message: str) -> None:
    """Print something worth knowing on standard error."""
    click.echo(f"note: {' '.join(message.split())}", err=True)


def echo_json(value: Any) -> None:
    """Print one JSON document on standard output."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


class ProgressDisplay:
    """Shows work done of work there is, on standard error.

    Args:
        style: how.
        unit: of work.
        clock: seconds that never go back.
    """

    def __init__(self, style: ProgressStyle, unit: str, clock: Callable[[], float] = time.monotonic) -> None:
        is_bar = style == "bar" or (style == "auto" and sys.stderr.isatty())
        self._bar = tqdm(unit=unit, leave=False, dynamic_ncols=True) if is_bar else None
        self._line_s = {"lines": 0.0, "auto": LINE_S}.get(style)
        self._clock, self._told = clock, clock()
        self._last = -1

    def __enter__(self) -> ProgressDisplay:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, done: int, total: int) -> None:
        """Say how much is done; unwind where the user asked to stop.

        Raises:
            KeyboardInterrupt: the user did.
        """
        stop_if_asked()
        if self._bar is not None:
            self._bar.total = total
            self._bar.update(done - self._bar.n)
        elif self._line_s is not None and done != self._last and self._clock() - self._told >= self._line_s:
            click.echo(f"progress: {done}/{total}", err=True)
            self._told = self._clock()
        self._last = done
