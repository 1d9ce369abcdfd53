"""`landcast predict SCENE... -o FOLDER`: any number of scenes, areas and items of catalogues into one folder."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...core import PROGRAM
from ...core.errors import LandcastError, OutputError, RequestError
from ...core.request import PredictionRequest
from ...core.scenes.inputs.scene import Scene
from ...core.scenes.manifest import MANIFEST_NAME, Manifest
from ...core.scenes.run_log import LOG_NAME, RunLog
from .batch_display import BatchDisplay, go_silent
from .console import echo_json, note, warn
from .further_files import RUN_FOLDER, FurtherFiles
from .runs import RunOptions, open_runner
from .scene_options import SceneOptions, find_all
from .stopping import outliving_the_terminal, stopping_gently

if TYPE_CHECKING:
    from ...core.scenes.batch import CarryOut, Ended
    from ...core.scenes.runner import BlockRunner

SCENES_FOLDER = "scenes"
"""For plan, lock and blocks of each scene; apart, as a scene may be called like anything else in the run's folder."""
SOME_FAILED, STOPPED = 3, 130
NOT_ASKED = frozenset({"output", "is_overwriting", "max_output_px", "is_strict", "quicklook"})
"""What changes nothing of a result that is there."""


class Order:
    """What is asked for of many scenes, and where it goes.

    Args:
        folder: for the results.
        wanted: which scenes, and what is made of each.
        settings: what is asked for of each alike, by the names of `PredictionRequest`.
        scenes: with names of their own.

    Attributes:
        further: what is made beside the layers of each.
    """

    def __init__(self, folder: Path, wanted: SceneOptions, settings: dict[str, Any], scenes: Sequence[Scene]) -> None:
        self.folder, self.wanted, self.settings, self.scenes = folder, wanted, settings, tuple(scenes)
        self.further = FurtherFiles(wanted, folder, settings["is_overwriting"])

    def request(self, scene: Scene) -> PredictionRequest:
        """What is asked for of one scene.

        Raises:
            RequestError: it does not fit together.
        """
        own: dict[str, Any] = {}
        if scene.area is not None:
            own = {"area": self.area_path(scene), "area_layer": None, "area_crs": None}
        date = self.settings["source_date"] or scene.date
        return PredictionRequest(
            scene.source, self.folder / f"{scene.name}_pred.tif", **{**self.settings, "source_date": date, **own}
        )

    def area_path(self, scene: Scene) -> Path:
        """Where the polygon of a scene's area stands: beside the result, where a replay looks for it."""
        from ...core.scenes.inputs.areas import AREA_SUFFIX

        return self.folder / f"{scene.name}_area{AREA_SUFFIX}"

    @cached_property
    def _area_sha256(self) -> str | None:
        """SHA-256 of the polygons of `--area`, which may be drawn anew under the same path; None where there are none.

        One that cannot be read is told by each scene at its turn.
        """
        from ...core.raster.area_file import load_area

        if self.settings["area"] is None:
            return None
        try:
            area = load_area(self.settings["area"], self.settings["area_layer"], self.settings["area_crs"])
        except (LandcastError, OSError):
            return None
        return hashlib.sha256(area.geometry.wkb + area.crs.to_wkt().encode()).hexdigest()

    def digest(self, scene: Scene) -> str:
        """SHA-256 of all that is asked for of a scene, and of what carries it out."""
        from ...core.model.folder import find_model, hash_model

        request = self.request(scene)
        asked = {field.name: getattr(request, field.name) for field in fields(request) if field.name not in NOT_ASKED}
        area = None if scene.area is None else [hashlib.sha256(scene.area.wkb).hexdigest(), scene.area.crs]
        model = hash_model(find_model(request.model))
        more = [version(PROGRAM), model, area, self.wanted.form, self.wanted.has_stac_items]
        more += [self.further.key, self._area_sha256 if scene.area is None else None]
        asked["source"], asked["source_options"] = scene.identity, asdict(request.source_options)
        return hashlib.sha256(json.dumps([asked, more], sort_keys=True, default=str).encode()).hexdigest()


def predict_many(folder: Path, wanted: SceneOptions, run: RunOptions, settings: dict[str, Any]) -> None:
    """Predict all scenes into a folder; exits with 3 where some failed.

    Raises:
        LandcastError: nothing could be begun, or all scenes failed.
        KeyboardInterrupt: it was stopped.
    """
    if wanted.areas is not None and (settings["area"] is not None or settings["extent"] is not None):
        raise RequestError("--areas names the part of each result; --area and --extent exclude it")
    scenes = _named(folder, wanted, settings)
    if not run.is_dry_run:
        _make(folder)
    order = Order(folder, wanted, settings, scenes)
    if run.is_dry_run:
        from .scenes_dry_run import tell_what_it_takes

        tell_what_it_takes(order, run)
        return
    ended = _carry_out_all(order, run)
    _tell_end(ended, order, run)


def _named(folder: Path, wanted: SceneOptions, settings: dict[str, Any]) -> list[Scene]:
    from ...core.scenes.inputs.names import name_scenes

    crs = settings["area_crs"] if wanted.areas is not None else None
    layer = settings["area_layer"] if wanted.areas is not None else None
    if wanted.areas is not None:
        settings |= {"area_layer": None, "area_crs": None}
    found = find_all(wanted, settings["source_options"], layer, crs, note)
    scenes = name_scenes(found, Manifest(folder).names)
    if len(scenes) < len(found):
        note(f"{len(found) - len(scenes)} scene(s) were named twice, and are predicted once")
    return scenes


def _carry_out_all(order: Order, run: RunOptions) -> Ended:
    from ...core.scenes.batch import Batch
    from ...core.scenes.folder_lock import FolderLock
    from ...core.scenes.inputs.work import work_of

    with (
        FolderLock(order.folder / RUN_FOLDER, str(order.folder)),
        RunLog(order.folder / LOG_NAME) as log,
        stopping_gently() as stop,
        outliving_the_terminal(lambda: _lose_terminal(log)),
        BatchDisplay(run.progress) as display,
        open_runner(run) as runner,
    ):
        batch = Batch(
            order.folder, order.scenes, order.digest, _carry_out(order, runner, stop.is_asked), display, log,
            work_of(order.scenes), stop.asked, is_redoing=order.settings["is_overwriting"],
        )  # fmt: skip
        return batch.run()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: the folder for the results cannot be made: {error.strerror}") from error


def _lose_terminal(log: RunLog) -> None:
    log.write("terminal closed", text="the run goes on")
    go_silent()


def _carry_out(order: Order, runner: BlockRunner, is_stopping: Callable[[], bool]) -> CarryOut:
    """What does one scene."""
    from ...core.scenes.batch import SceneOutcome
    from ...core.scenes.inputs.areas import write_area
    from ...core.scenes.scene_run import SceneListener, SceneSettings, run_scene

    wanted = order.wanted

    def carry_out(scene: Scene, listener: SceneListener) -> SceneOutcome:
        settings = SceneSettings(
            form=wanted.form,
            folder=order.folder / RUN_FOLDER / SCENES_FOLDER / scene.name,
            blocks_url=None if wanted.blocks_url is None else f"{wanted.blocks_url.rstrip('/')}/{scene.name}",
            has_members=order.further.has_statistics,
            accepts_finished=True,
        )
        if scene.area is not None:
            write_area(scene.area, order.area_path(scene), order.settings["is_overwriting"])
        request = order.request(scene)
        order.further.check_names(request.output_path, request.is_overwriting)
        finishers = order.further.finishers(scene.name, listener.warn)
        result = run_scene(request, settings, listener, runner, is_stopping, finishers)
        files = dict(result.paths)
        if not result.is_new:
            files |= order.further.of_finished(scene.name, result, scene.source, listener.warn)
        rows, columns = result.shape_yx
        return SceneOutcome(
            files, result.key, rows * columns, result.seconds, result.blocks, result.is_new,
            tuple(result.warnings),
        )  # fmt: skip

    return carry_out


def _tell_end(ended: Ended, order: Order, run: RunOptions) -> None:
    """Print what came of it, and end as that asks for.

    Raises:
        LandcastError: all scenes failed, or the table of change cannot be written.
    """
    tables, fault = [], None
    try:
        tables = [] if ended.is_stopped else order.further.write_tables(ended.entries, warn)
    except LandcastError as error:
        fault = error  # told last: the results stand
    if run.has_json:
        scenes = [asdict(entry) for entry in ended.entries]
        files = {"manifest": str(order.folder / MANIFEST_NAME), "statistics": [str(table) for table in tables]}
        echo_json({**ended.described, **files, "results": scenes})
    else:
        for entry in ended.entries:
            paths = [file.path for file in entry.files.values()] if entry.state == "done" else []
            for path in paths:
                if not path.startswith(RUN_FOLDER):
                    click.echo(order.folder / path)
        for table in tables:
            click.echo(table)
        click.echo(ended.text, err=True, nl=False)
    if ended.is_stopped:
        sys.exit(STOPPED)
    if ended.totals.failed:
        if fault is not None:
            warn(str(fault))
        if ended.totals.failed == ended.totals.scenes:
            raise LandcastError(f"{_count(ended.totals.failed)} failed; {order.folder / 'summary.txt'} says why")
        sys.exit(SOME_FAILED)
    if fault is not None:
        raise fault


def _count(scenes: int) -> str:
    return "the scene" if scenes == 1 else f"all {scenes} scenes"
