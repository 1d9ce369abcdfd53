"""A prediction by a worker: by path where it opens the source itself, else from pixels that are read here.

Loaded once pyzmq is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
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
from ...core.protocol.requests import PredictRequest, SourceGrid, SourceOptions
from ..child_process import ChildCancelledError
from ..layers.overview import take_overview
from ..layers.reader import LayerReadError, Reader, ReadStoppedError
from ..layers.sending import describe, draw_planned
from ..prediction import (
    Listener,
    PredictedFiles,
    PredictionCancelledError,
    PredictionCrashedError,
    PredictionFailedError,
    PredictionRequest,
)
from ..translation import tr
from .choice import WorkerChoice
from .connecting import Connection, connect
from .shared_worker import SharedWorker, WorkerError
from .telling import Telling, stage_name
from .waiting import wait_for

PLAN_S = 600.0
"""A plan may read all of a source, and waits for what the engine is doing."""
MOST_NAME = 200


def predict(
    worker: WorkerChoice, shared: SharedWorker, request: PredictionRequest, reader: Reader | None, listener: Listener
) -> PredictedFiles:
    """Carry out a request and wait for it; not for the main thread.

    Args:
        worker: that the settings name.
        shared: the one of this QGIS.
        request: what is asked for; without a source that the worker could open, `reader` has it.
        reader: of the layer; None where it cannot be read here either.
        listener: called in this thread.

    Raises:
        PredictionFailedError: the worker, or QGIS, said why it cannot.
        PredictionCrashedError: the worker ended without a reason.
        PredictionCancelledError: the listener said so.
        InterpreterError: the interpreter has no Landcast.
    """
    listener.show_stage(stage_name("starting"))
    try:
        with connect(worker, shared, listener.is_cancelled) as connection, _no_partial_files(request.output):
            return _predict(connection, request, reader, listener)
    except (ChildCancelledError, ReadStoppedError, JobCancelledError) as error:
        raise PredictionCancelledError from error
    except (WorkerError, JobCrashedError) as error:
        raise PredictionCrashedError(str(error)) from error
    except LayerReadError as error:
        raise PredictionFailedError(tr("The layer cannot be read: {}").format(error)) from error
    except (ClientError, ProtocolError) as error:
        raise PredictionFailedError(str(error)) from error


def _predict(
    connection: Connection, request: PredictionRequest, reader: Reader | None, listener: Listener
) -> PredictedFiles:
    is_local = connection.welcome.is_local
    is_drawn = request.source is None or not is_local
    telling = Telling(listener, is_drawn, lambda: connection.problem)
    try:
        if is_drawn:
            result = _predict_drawn(connection, request, reader, telling)
        else:
            result = connection.client.predict(to_wire(request), telling)
    except (JobCancelledError, ClientError) as error:
        problem = connection.problem
        if problem is not None and not listener.is_cancelled():
            raise WorkerError(tr("its worker is gone: {}").format(problem)) from error
        if isinstance(error, JobCrashedError) and connection.own is not None and connection.own.last_words:
            raise WorkerError(f"{error}\n{connection.own.last_words}") from error
        raise
    return _files(result)


def _predict_drawn(
    connection: Connection, request: PredictionRequest, reader: Reader | None, telling: Telling
) -> JobResult:
    if reader is None:
        raise PredictionFailedError(tr("The layer can only be read by a worker on this machine."))
    is_local = connection.welcome.is_local
    if not is_local:
        _check_possible(request, connection)
    for text in reader.notes:
        telling.note(text)
    wire = to_wire(request, is_local)
    overview = take_overview(reader)
    grid = describe(reader)
    planned = _plan(connection, wire, grid, overview, telling)
    pixels = draw_planned(reader, planned, telling.drawing)
    try:
        return connection.client.predict(
            wire, telling, delivery="path" if is_local else "file", folder=request.output.parent, source=grid,
            frames=overview, pixels=pixels, job=planned.job,
        )  # fmt: skip
    finally:
        pixels.close()


def _plan(
    connection: Connection, wire: PredictRequest, grid: SourceGrid, overview: list[Frame], telling: Telling
) -> Planned:
    plan = Plan(new_id(), wire, grid)
    answer: Planned = wait_for(connection.client.ask(plan.job, plan, overview), telling.is_cancelled, PLAN_S)
    return answer


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
    )
    if request.model is None:
        return wire
    folder = Path(request.model).expanduser()
    return replace(wire, model=str(folder.absolute()) if folder.is_dir() else request.model)


def _files(result: JobResult) -> PredictedFiles:
    output = result.paths["prediction"]
    return PredictedFiles(output, [path for path in result.paths.values() if path != output])


@contextmanager
def _no_partial_files(output: Path) -> Iterator[None]:
    """Remove what a worker wrote aside and, being killed together with its engine, could not remove itself."""
    before = _partial_files(output)
    try:
        yield
    except BaseException:
        for left in _partial_files(output) - before:
            with suppress(OSError):
                left.unlink()
        raise


def _partial_files(output: Path) -> set[Path]:
    """Files of `output` and of the layers beside it, as a worker names them while it writes."""
    name = re.compile(rf"\.{re.escape(output.stem)}(_[a-z]+)?{re.escape(output.suffix)}\.[0-9a-f]+\.partial")
    return {path for path in output.parent.glob(".*.partial") if name.fullmatch(path.name)}
