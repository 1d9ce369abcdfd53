"""`landcast predict --replay OUTPUT`: a result made again from what it records, and compared."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ...core.errors import RequestError
from .console import ProgressDisplay, echo_json, note, warn
from .runs import RunOptions, limit_threads
from .scene_options import SceneOptions

DIFFERS = 1


def replay_result(output: Path, wanted: SceneOptions, run: RunOptions, settings: dict[str, Any]) -> None:
    """Make a result again, and print how it compares; exits with 1 where it differs.

    Raises:
        LandcastError: it cannot be made again; the message says what is missing.
    """
    if len(wanted.sources) > 1 or wanted.has_further or wanted.areas is not None:
        raise RequestError(f"--replay {output}: is of one result; name its source at most")
    if run.workers or run.scheduler or run.worker or run.is_dry_run:
        raise click.UsageError("--replay predicts in this process; leave --workers, --scheduler and --dry-run out")
    from ...core.replay import replay
    from ...core.request import DEFAULT_MODEL

    limit_threads(run.threads)
    with ProgressDisplay(run.progress, "call") as display:
        replayed = replay(
            output,
            wanted.sources[0] if wanted.sources else None,
            area=settings["area"],
            model=None if settings["model"] == DEFAULT_MODEL else settings["model"],
            device=settings["device"],
            is_remote_allowed=settings["source_options"].is_remote_allowed,
            warn=warn,
            note=note,
            on_progress=display.show,
        )
    echo_json(replayed.to_json()) if run.has_json else click.echo(replayed.tell())
    if not replayed.is_identical:
        sys.exit(DIFFERS)
