"""`landcast predict SCENE -o OUT.tif`: one result, predicted by this process, by others of it, or by a worker."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...core.request import PredictionRequest
from .console import ProgressDisplay, echo_json, note, warn
from .further_files import FurtherFiles
from .prediction_told import describe, describe_dry_run, tell_dry_run
from .remote import describe_remote, predict_by_worker
from .runs import RunOptions, limit_threads, open_runner
from .scene_options import SceneOptions
from .stopping import stopping_gently

if TYPE_CHECKING:
    from ...core.scenes.scene_run import SceneResult


def predict_one(request: PredictionRequest, wanted: SceneOptions, run: RunOptions) -> None:
    """Carry out one request, and print what came of it.

    Raises:
        LandcastError: nothing did; the message says why.
    """
    if run.is_dry_run:
        from ...core.predict import dry_run

        limit_threads(run.threads)
        tried = dry_run(request, warn, note)
        echo_json(describe_dry_run(tried)) if run.has_json else click.echo(tell_dry_run(tried))
        return
    if run.worker is None:
        result = _predict_here(request, wanted, run)
        paths, description = result.paths, describe(result)
    else:
        _check_worker(wanted)
        with ProgressDisplay(run.progress, "call") as display:
            answer = predict_by_worker(request, run.worker, warn, display.show, note)
        paths, description = answer.paths, describe_remote(answer)
    if run.has_json:
        echo_json(description)
    else:
        for path in paths.values():
            click.echo(path)


def _check_worker(wanted: SceneOptions) -> None:
    asked = {
        "--form": wanted.form != "cog",
        "--stac-items": wanted.has_stac_items,
        "--statistics": bool(wanted.statistics),
        "--blocks-url": wanted.blocks_url is not None,
    }
    for option, is_asked in asked.items():
        if is_asked:
            raise click.UsageError(f"{option} and --worker exclude each other: leave --worker out")


def _predict_here(request: PredictionRequest, wanted: SceneOptions, run: RunOptions) -> SceneResult:
    # torch is a part of it, which whoever has a worker does not wait for
    from ...core.scenes.scene_run import SceneListener, SceneSettings, run_scene

    class Told(SceneListener):
        def warn(self, text: str) -> None:
            warn(text)

        def note(self, text: str) -> None:
            note(text)

        def progress(self, done: int, total: int) -> None:
            display.show(done, total)

        def block_done(self, number: int, total: int, seconds: float, was_kept: bool) -> None:
            # with a single block, waiting for it would be waiting for all
            stop.is_gentle = total > 1

        def block_failed(self, number: int, total: int, reason: str) -> None:
            warn(f"block {number + 1} of {total} failed: {reason}")

    further = FurtherFiles(wanted, None, request.is_overwriting)
    further.check_names(request.output_path, request.is_overwriting)
    settings = SceneSettings(form=wanted.form, blocks_url=wanted.blocks_url, has_members=further.has_statistics)
    finishers = further.finishers(request.output_path.stem, warn)
    with (
        stopping_gently(is_gentle=False) as stop,
        ProgressDisplay(run.progress, "call") as display,
        open_runner(run) as runner,
    ):
        result = run_scene(request, settings, Told(), runner, stop.is_asked, finishers)
    return replace(result, paths={layer: _as_asked(path, request) for layer, path in result.paths.items()})


def _as_asked(path: Path, request: PredictionRequest) -> Path:
    """A file by the name under which the user knows its folder; they may have asked by a relative path."""
    for asked in (request.output_path, request.quicklook):
        if asked is not None and asked.parent.absolute() == path.parent:
            return asked.parent / path.name
    return path
