"""`landcast predict --worker`: the prediction is carried out by a worker that runs already, here or elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from shutil import copyfile
from typing import Any

import rasterio
from pyproj import CRS

from ...core.client.client import WorkerClient
from ...core.client.errors import ClientError
from ...core.client.events import StateChanged
from ...core.client.follow import Listener
from ...core.errors import LandcastError, OutputError, RequestError, UnsupportedSourceError, strict_error
from ...core.model.contract_name import CONTRACT_NAME
from ...core.outputs import check_outputs
from ...core.protocol.errors import ProtocolError
from ...core.protocol.fields import new_id
from ...core.protocol.messages import Done, Stage, Welcome
from ...core.protocol.requests import PredictRequest, SourceOptions
from ...core.protocol.since import unknown_to
from ...core.raster.access import ENVIRONMENT, is_address
from ...core.raster.source import SourceImage, open_source
from ...core.raster.survey import pixel_caveats, pixel_notes
from ...core.request import PredictionRequest
from ...core.source_date import date_of
from .sent_source import PlannedPixels, describe_source, look_at

AUTO = "auto"
OPTIONS = {"is_keeping_iterations": "--keep-iterations", "is_drawing_typical": "--typical", "is_mapping_domain": "-o"}
"""Options for which a worker may be too old."""
NO_SCALE = 1.0, 0.0
NUMBERS = ("iterations", "members", "seed", "sampling_steps")
"""Facts that are whole numbers; on the wire all are text."""


@dataclass(frozen=True)
class RemotePrediction:
    """What came of a request.

    Attributes:
        paths: files by what they hold, as the user would call them.
        done: what the worker said.
        warnings: what the user should know, said here and by the worker.
    """

    paths: dict[str, Path]
    done: Done
    warnings: tuple[str, ...]


def predict_by_worker(
    request: PredictionRequest,
    worker: str,
    warn: Callable[[str], None],
    on_progress: Callable[[int, int], None],
    note: Callable[[str], None],
) -> RemotePrediction:
    """Have a worker predict, and wait for it; Ctrl-C cancels the job.

    A worker on this machine opens the source and writes the result itself. One elsewhere is sent the pixels that it
    needs, and the result is fetched.

    Args:
        request: what is asked for.
        worker: `auto`, the path of a connection file, or an endpoint.
        warn: called with each caveat.
        on_progress: called with network calls done and those that there are.
        note: called with what the user may like to know.

    Raises:
        LandcastError: there is no worker, or it has no result; the message says why.
    """
    try:
        with WorkerClient(None if worker == AUTO else worker, program="landcast predict") as client:
            welcome = client.connect()
            telling = _Telling(warn, on_progress, note)
            for name in unknown_to(welcome.version, to_wire(request)):
                raise RequestError(f"{OPTIONS[name]}: the worker ({welcome.server}) is too old for it; update it")
            if not welcome.is_local:
                return _predict_elsewhere(client, welcome, request, telling)
            result = client.predict(to_wire(request), telling)
    except (ClientError, ProtocolError) as error:
        raise LandcastError(str(error)) from error
    paths = {layer: _as_asked(path, request) for layer, path in result.paths.items()}
    return RemotePrediction(paths, result.done, result.done.warnings)


def to_wire(request: PredictionRequest) -> PredictRequest:
    """Return the request as it travels: the worker stands in another folder, so paths are absolute."""
    settings = {field.name: getattr(request, field.name) for field in fields(request)}
    settings["output"] = request.output_path
    for name in ("output", "area", "quicklook"):
        settings[name] = None if settings[name] is None else str(Path(settings[name]).absolute())
    source = str(request.source)
    settings["source"] = source if is_address(source) else str(Path(source).absolute())
    settings["model"] = _model(request.model)
    options = request.source_options
    settings["source_options"] = SourceOptions(**{one.name: getattr(options, one.name) for one in fields(options)})
    return PredictRequest(**settings)


def describe_remote(prediction: RemotePrediction) -> dict[str, Any]:
    """Turn a prediction into what `--json` prints, which is what it prints without a worker."""
    done = prediction.done
    height, width = done.shape_yx or (None, None)
    return {
        "output": str(prediction.paths["prediction"]),
        "files": {name: str(path) for name, path in prediction.paths.items()},
        "crs": None if done.crs is None else CRS.from_wkt(done.crs).to_string(),
        "transform": done.transform,
        "width": width,
        "height": height,
        **{name: int(value) if name in NUMBERS else value for name, value in done.facts.items()},
        "warnings": list(prediction.warnings),
        "seconds": round(done.seconds, 2),
    }


class _Telling(Listener):
    """Shows what a job tells, each caveat and note once.

    Attributes:
        warned: all caveats that were shown.
        names: the name that the worker has for the source, and that of the user.
    """

    def __init__(
        self, warn: Callable[[str], None], on_progress: Callable[[int, int], None], note: Callable[[str], None]
    ) -> None:
        self._warn, self._on_progress, self._note = warn, on_progress, note
        self._total = 0
        self._noted: list[str] = []
        self.warned: list[str] = []
        self.names = "", ""

    def progress(self, stage: Stage, done: int, total: int) -> None:
        if stage == "predicting" and total:
            self._total = total
            self._on_progress(done, total)
        elif stage == "writing" and self._total:
            self._on_progress(self._total, self._total)

    def note(self, text: str) -> None:
        self._tell(text, self._noted, self._note)

    def warn(self, text: str) -> None:
        self._tell(text, self.warned, self._warn)

    def state(self, event: StateChanged) -> None:
        if event.state == "queued" and event.position:
            self._note(f"jobs that come first: {event.position}")
        elif event.state == "running" and event.attempt > 1:
            self._note(f"attempt {event.attempt}: the last one broke off, and what it finished is not computed again")

    def interrupted(self, reason: str) -> None:
        self._note(f"{reason}; looking for the worker again, the job goes on")

    def _tell(self, text: str, told: list[str], show: Callable[[str], None]) -> None:
        theirs, ours = self.names
        if theirs and text.startswith(f"{theirs}: "):
            text = ours + text[len(theirs) :]
        if text not in told:
            told.append(text)
            show(text)


def _predict_elsewhere(
    client: WorkerClient, welcome: Welcome, request: PredictionRequest, telling: _Telling
) -> RemotePrediction:
    """Send what the worker needs of the source, and fetch the result.

    Raises:
        LandcastError: something was asked for that a worker elsewhere cannot do, or has no result.
        ClientError: the worker has no result.
    """
    _check_possible(request, welcome)
    check_outputs(request)
    with rasterio.Env(**ENVIRONMENT), open_source(request.source, request.source_options) as source:
        if not source.has_place:
            raise UnsupportedSourceError(
                f"{source.name}: has no place on Earth, which a worker on another machine needs; predict it without "
                "--worker"
            )
        wire, telling.names = _to_sent(request, source), (_name_of(source), source.name)
        seen, overview = look_at(source)
        date, caveats, notes = date_of(source, request.source_date)
        for text in [*source.notes, *pixel_notes(source, seen), *notes]:
            telling.note(text)
        if any(scale != NO_SCALE for scale in source.scaling):
            caveats.append(f"{source.name}: the scale and offset of its bands are not written into the result")
        for text in [*source.caveats, *pixel_caveats(source, seen), *caveats]:
            telling.warn(text)
        if request.is_strict and telling.warned:
            raise strict_error(telling.warned, "predicted")
        wire, grid = replace(wire, source_date=None if date is None else str(date)), describe_source(source)
        planned = client.plan(wire, grid, overview)
        check_outputs(request, planned.iterations)
        result = client.predict(
            wire, telling, delivery="file", folder=request.output_path.parent, source=grid, frames=overview,
            pixels=PlannedPixels(source, planned), job=planned.job,
        )  # fmt: skip
    paths = dict(result.paths)
    if request.quicklook is not None and "quicklook" in paths:
        paths["quicklook"] = _move(paths["quicklook"], request.quicklook)
    return RemotePrediction(paths, result.done, tuple(telling.warned))


def _check_possible(request: PredictionRequest, welcome: Welcome) -> None:
    if request.area is not None:
        raise RequestError(
            f"--area {request.area}: a worker on another machine cannot read it; ask for its --extent, or predict "
            "without --worker"
        )
    if request.model not in welcome.models:
        known = ", ".join(welcome.models) or "none"
        raise RequestError(f"--model {request.model}: the worker on another machine has no such model, only: {known}")


def _to_sent(request: PredictionRequest, source: SourceImage) -> PredictRequest:
    """Return the request as it travels to a machine where no path of this one means anything."""
    quicklook = None if request.quicklook is None else f".landcast-{new_id()}.png"
    wire = to_wire(request)
    return replace(wire, source=_name_of(source), output=request.output_path.name, quicklook=quicklook)


def _name_of(source: SourceImage) -> str:
    """What is recorded in the result for a source."""
    return source.name if is_address(source.name) else Path(source.name).name


def _move(path: Path, target: Path) -> Path:
    try:
        try:
            path.replace(target)
        except OSError:
            # on another disk
            copyfile(path, target)
            path.unlink()
    except OSError as error:
        path.unlink(missing_ok=True)
        raise OutputError(f"{target}: cannot be written: {error.strerror}") from error
    return target


def _model(name: str) -> str:
    """A model by its folder, where it is one that the worker would look for elsewhere."""
    return str(Path(name).absolute()) if (Path(name) / CONTRACT_NAME).is_file() else name


def _as_asked(path: Path, request: PredictionRequest) -> Path:
    """A file by the name under which the user knows its folder; they may have asked by a relative path."""
    for asked in (request.output_path, request.quicklook):
        if asked is not None and asked.parent.absolute() == path.parent:
            return asked.parent / path.name
    return path
