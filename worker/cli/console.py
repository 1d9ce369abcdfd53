"""What every subcommand shows: warnings, progress, JSON."""

from __future__ import annotations

import json
import sys
from typing import Any, Literal, get_args

import click
from tqdm import tqdm

from .stopping import stop_if_asked

ProgressStyle = Literal["auto", "bar", "lines", "none"]
progress_option = click.option(
    "--progress",
    type=click.Choice(get_args(ProgressStyle)),
    default="auto",
    help="How to show progress: a bar on a terminal and nothing in a pipe (auto), or lines `progress: 3/10`.",
)


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
    """Shows work done of work there is, on standard error."""

    def __init__(self, style: ProgressStyle, unit: str) -> None:
        is_bar = style == "bar" or (style == "auto" and sys.stderr.isatty())
        self._bar = tqdm(unit=unit, leave=False, dynamic_ncols=True) if is_bar else None
        self._has_lines = style == "lines"
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
        elif self._has_lines and done != self._last:
            click.echo(f"progress: {done}/{total}", err=True)
        self._last = done
