"""A prediction by a worker: by path where it opens the source itself, else from pixels that are read here.

Loaded once pyzmq is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ...core.client.errors import (
    ClientError,
    JobCancelledError,
    JobCrashedError,
)
from ...core.client.job import JobResult
from ...core.protocol.errors import ProtocolError
from ...core.protocol.fields import clean_text, new_id
from ...core.protocol.frames import Frame
from ...core.protocol.messages import Plan, Planned
from ...core.protocol.requests import JobRequest, PredictRequest, SourceGrid, SourceOptions
from ...core.protocol.since import unknown_to
from ..child_process import ChildCancelledError
from ..layers.overview import take_overview
from ..layers.reader import LayerReadError, Reader, ReadStoppedError
from ..layers.sending import describe, draw_planned
from ..partial_files import no_partial_files
from ..prediction import (
    Listener,
    PredictedFiles,
    PredictionCancelledError,
    PredictionCrashedError,
    PredictionFailedError,
    PredictionRequest,
)
from ..translation import tr
from .beside import check_beside
from .choice import WorkerChoice
from .connecting import Connection, connect
from .shared_worker import SharedWorker, WorkerError
from .telling import Telling, TileSink, stage_name
from .waiting import wait_for

PLAN_S = 600.0
"""A plan may read all of a source, and waits for what the engine is doing."""
MOST_NAME = 200


def predict(
    worker: WorkerChoice,
    shared: SharedWorker,
    request: PredictionRequest,
    reader: Reader | None,
    listener: Listener,
    tiles: TileSink | None = None,
) -> PredictedFiles:
    """Carry out a request and wait for it; not for the main thread.

    Args:
        worker: that the settings name.
        shared: the one of this QGIS.
        request: what is asked for; without a source that the worker could open, `reader` has it.
        reader: of the layer; None where it cannot be read here either.
        listener: called in this thread.
        tiles: gets the parts of the result as they are done, in this thread.

    Raises:
        PredictionFailedError: the worker, or QGIS, said why it cannot, or a file that is no prediction is in the way.
        PredictionCrashedError: the worker ended without a reason.
        PredictionCancelledError: the listener said so.
        InterpreterError: the interpreter has no Landcast.
    """
    check_beside(request)
    with told_errors(), conversation(worker, shared, listener) as connection, no_partial_files(request.output):
        telling = Telling(listener, _is_drawn(connection, request), lambda: connection.problem, tiles)
        with own_words(connection, listener):
            return _files(_predict(connection, request, reader, telling, tiles))


def plan(
    worker: WorkerChoice, shared: SharedWorker, request: PredictionRequest, reader: Reader | None, listener: Listener
) -> Planned:
    """Ask what a prediction would be, and wait for the answer; arguments and errors are those of `predict`."""
    with told_errors(), conversation(worker, shared, listener) as connection:
        telling = Telling(listener, _is_drawn(connection, request), lambda: connection.problem)
        with own_words(connection, listener):
            return _prepare(connection, request, reader, telling).planned


@dataclass(frozen=True)
class _Prepared:
    """A planned prediction; grid and overview only of a layer whose pixels are sent."""

    wire: PredictRequest
    planned: Planned
    grid: SourceGrid | None
    overview: list[Frame]


@contextmanager
def told_errors() -> Iterator[None]:
    """Errors of all who take part, as those of a prediction."""
    try:
        yield
    except (ChildCancelledError, ReadStoppedError, JobCancelledError) as error:
        raise PredictionCancelledError from error
    except (WorkerError, JobCrashedError) as error:
        raise PredictionCrashedError(str(error)) from error
    except LayerReadError as error:
        raise PredictionFailedError(tr("The layer cannot be read: {}").format(error)) from error
    except (ClientError, ProtocolError) as error:
        raise PredictionFailedError(str(error)) from error


@contextmanager
def conversation(worker: WorkerChoice, shared: SharedWorker, listener: Listener) -> Iterator[Connection]:
    """A worker that answers, which may have to start first."""
    listener.show_stage(stage_name("starting"))
    with connect(worker, shared, listener.is_cancelled) as connection:
        yield connection


@contextmanager
def own_words(connection: Connection, listener: Listener) -> Iterator[None]:
    """Why QGIS's own worker is gone, where that is the reason of an error."""
    try:
        yield
    except (JobCancelledError, ClientError) as error:
        problem = connection.problem
        if problem is not None and not listener.is_cancelled():
            raise WorkerError(tr("its worker is gone: {}").format(problem)) from error
        if isinstance(error, JobCrashedError) and connection.own is not None and connection.own.last_words:
            raise WorkerError(f"{error}\n{connection.own.last_words}") from error
        raise


def _is_drawn(connection: Connection, request: PredictionRequest) -> bool:
    return request.source is None or not connection.welcome.is_local


def _predict(
    connection: Connection,
    request: PredictionRequest,
    reader: Reader | None,
    telling: Telling,
    tiles: TileSink | None,
) -> JobResult:
    has_tiles = tiles is not None
    if not _is_drawn(connection, request) and tiles is None:
        _check_version(request, connection)
        return connection.client.predict(to_wire(request), telling)
    prepared = _prepare(connection, request, reader, telling)
    if tiles is not None:
        tiles.show_planned(prepared.planned)
    if prepared.grid is None or reader is None:
        return connection.client.predict(prepared.wire, telling, has_tiles=has_tiles, job=prepared.planned.job)
    pixels = draw_planned(reader, prepared.planned, telling.drawing)
    try:
        return connection.client.predict(
            prepared.wire, telling, delivery="path" if connection.welcome.is_local else "file",
            folder=request.output.parent, has_tiles=has_tiles, source=prepared.grid, frames=prepared.overview,
            pixels=pixels, job=prepared.planned.job,
        )  # fmt: skip
    finally:
        pixels.close()


def _prepare(connection: Connection, request: PredictionRequest, reader: Reader | None, telling: Telling) -> _Prepared:
    """Have a prediction planned."""
    _check_version(request, connection)
    if not _is_drawn(connection, request):
        wire = to_wire(request)
        return _Prepared(wire, _ask_plan(connection, wire, None, [], telling), None, [])
    if reader is None:
        raise PredictionFailedError(tr("The layer can only be read by a worker on this machine."))
    if not connection.welcome.is_local:
        _check_possible(request, connection)
    for text in reader.notes:
        telling.note(text)
    wire = to_wire(request, connection.welcome.is_local)
    overview, grid = take_overview(reader), describe(reader)
    return _Prepared(wire, _ask_plan(connection, wire, grid, overview, telling), grid, overview)


def _ask_plan(
    connection: Connection,
    wire: PredictRequest,
    grid: SourceGrid | None,
    overview: list[Frame],
    telling: Telling,
) -> Planned:
    question = Plan(new_id(), wire, grid)
    answer: Planned = wait_for(connection.client.ask(question.job, question, overview), telling.is_cancelled, PLAN_S)
    return answer


def _check_version(request: PredictionRequest, connection: Connection) -> None:
    check_known(to_wire(request), connection)


def check_known(wire: JobRequest, connection: Connection) -> None:
    """Make sure that the worker does all that is asked for: an older one leaves out what it does not know.

    Raises:
        PredictionFailedError: it does not know something.
    """
    names = {
        "is_keeping_iterations": tr("keep every iteration"),
        "is_drawing_typical": tr("most typical future"),
        "is_mapping_domain": tr("distance from the training"),
        "base": tr("start from a model"),
        "datasets": tr("dataset"),
        "memory_limit_bytes": tr("memory that a step may take"),
    }
    unknown = [names.get(name, name) for name in unknown_to(connection.welcome.version, wire)]
    if unknown:
        raise PredictionFailedError(
            tr("The worker, {worker}, is too old for this: {what}. Update it, or do not ask for that.").format(
                worker=connection.welcome.server, what=", ".join(unknown)
            )
        )


def _check_possible(request: PredictionRequest, connection: Connection) -> None:
    if request.area is not None:
        raise PredictionFailedError(
            tr("A worker on another machine cannot read an area: give an extent, or use a worker on this machine.")
        )
    known = connection.welcome.models
    if request.model is not None and request.model not in known:
        raise PredictionFailedError(
            tr("The worker on the other machine has no model {model}, only: {known}.").format(
                model=request.model, known=", ".join(known) or tr("none")
            )
        )


def to_wire(request: PredictionRequest, is_local: bool = True) -> PredictRequest:
    """The request as it travels."""
    source = request.source
    wire = PredictRequest(
        source=clean_text(request.name, MOST_NAME) if source is None or not is_local else str(source),
        output=str(request.output) if is_local else request.output.name,
        source_options=SourceOptions(bands=None if source is None or not is_local else request.bands),
        ground_scale_m=request.ground_scale_m,
        years=request.years_ahead,
        extent=None if request.extent is None else request.extent.bounds_xy,
        extent_crs=None if request.extent is None else request.extent.crs,
        area=None if request.area is None else str(request.area),
        source_date=request.source_date,
        members=request.members,
        seed=request.seed,
        is_strict=request.is_strict,
        is_overwriting=True,
        is_keeping_iterations=request.keeps_iterations,
        is_drawing_typical=request.draws_typical,
        is_mapping_domain=request.maps_domain,
    )
    if request.model is None:
        return wire
    folder = Path(request.model).expanduser()
    return replace(wire, model=str(folder.absolute()) if folder.is_dir() else request.model)


def _files(result: JobResult) -> PredictedFiles:
    output = result.paths["prediction"]
    return PredictedFiles(output, [path for path in result.paths.values() if path != output], dict(result.paths))
