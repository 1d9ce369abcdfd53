"""`landcast predict --worker`: the prediction is carried out by a worker that runs already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pyproj import CRS

from ...core.client.client import WorkerClient
from ...core.client.errors import ClientError
from ...core.client.follow import Listener
from ...core.errors import LandcastError
from ...core.model.contract import CONTRACT_NAME
from ...core.protocol.errors import ProtocolError
from ...core.protocol.messages import Done, Stage, Welcome
from ...core.protocol.requests import PredictRequest, SourceOptions
from ...core.raster.access import is_address
from ...core.request import PredictionRequest

AUTO = "auto"
NUMBERS = ("iterations", "members", "seed", "sampling_steps")
"""Facts that are whole numbers; on the wire all are text."""


@dataclass(frozen=True)
class RemotePrediction:
    """What came of a request.

    Attributes:
        paths: files by what they hold, as the user would call them.
        done: what the worker said.
    """

    paths: dict[str, Path]
    done: Done


def predict_by_worker(
    request: PredictionRequest,
    worker: str,
    warn: Callable[[str], None],
    on_progress: Callable[[int, int], None],
    note: Callable[[str], None],
) -> RemotePrediction:
    """Have a worker on this machine predict, and wait for it; Ctrl-C cancels the job.

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
            _check_place(client.connect(), worker)
            result = client.predict(to_wire(request), _Telling(warn, on_progress, note))
    except (ClientError, ProtocolError) as error:
        raise LandcastError(str(error)) from error
    return RemotePrediction({layer: _as_asked(path, request) for layer, path in result.paths.items()}, result.done)


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
        "warnings": list(done.warnings),
        "seconds": round(done.seconds, 2),
    }


class _Telling(Listener):
    """Shows what a job tells."""

    def __init__(
        self, warn: Callable[[str], None], on_progress: Callable[[int, int], None], note: Callable[[str], None]
    ) -> None:
        self._warn, self._on_progress, self._note = warn, on_progress, note
        self._total = 0

    def progress(self, stage: Stage, done: int, total: int) -> None:
        if stage == "predicting" and total:
            self._total = total
            self._on_progress(done, total)
        elif stage == "writing" and self._total:
            self._on_progress(self._total, self._total)

    def note(self, text: str) -> None:
        self._note(text)

    def warn(self, text: str) -> None:
        self._warn(text)

    def interrupted(self, reason: str) -> None:
        self._note(f"{reason}; looking for the worker again, the job goes on")


def _model(name: str) -> str:
    """A model by its folder, where it is one that the worker would look for elsewhere."""
    return str(Path(name).absolute()) if (Path(name) / CONTRACT_NAME).is_file() else name


def _check_place(welcome: Welcome, worker: str) -> None:
    if not welcome.is_local:
        raise LandcastError(
            f"{worker}: this worker does not see the files of this machine, and to fetch a result from another one is "
            "not possible yet; run the command where the worker runs, with --worker auto or its connection file"
        )


def _as_asked(path: Path, request: PredictionRequest) -> Path:
    """A file by the name under which the user knows its folder; they may have asked by a relative path."""
    for asked in (request.output_path, request.quicklook):
        if asked is not None and asked.parent.absolute() == path.parent:
            return asked.parent / path.name
    return path
