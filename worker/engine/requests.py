"""What travels, to what the library takes, and what it answers, back."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch

from ...core.errors import (
    DeviceMemoryError,
    LandcastError,
    ModelError,
    NotGeoreferencedError,
    OutputError,
    RequestError,
    SourceError,
    TrainingError,
    UnreadableSourceError,
    UnsupportedSourceError,
)
from ...core.files import hash_file
from ...core.lattice import Rect as LatticeRect
from ...core.lattice import split
from ...core.model.contract import ModelContract
from ...core.plan import Plan
from ...core.predict import Prediction
from ...core.protocol.fields import clean_text
from ...core.protocol.messages import Done, Failed, FailureCode, Planned
from ...core.protocol.requests import PredictRequest
from ...core.protocol.values import DomainFigure, Rect, ResultFile
from ...core.raster.access import is_address
from ...core.raster.options import SourceOptions
from ...core.request import PredictionRequest

TILE_PX = 512
"""Side of the largest part that is kept and sent; blocks are whole multiples of it."""
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
CODES: tuple[tuple[type[BaseException], FailureCode, bool], ...] = (
    (DeviceMemoryError, "out_of_memory", True),
    (torch.OutOfMemoryError, "out_of_memory", True),
    (MemoryError, "out_of_memory", True),
    (UnreadableSourceError, "unreadable_source", False),
    (NotGeoreferencedError, "not_georeferenced", False),
    (UnsupportedSourceError, "unsupported_source", False),
    (SourceError, "source", False),
    (RequestError, "request", False),
    (ModelError, "model", False),
    (OutputError, "output", False),
    (TrainingError, "training", False),
)


def read_request(asked: PredictRequest, **changes: Any) -> PredictionRequest:
    """Return the library's request.

    Raises:
        RequestError: its settings do not fit together.
    """
    settings = {field.name: getattr(asked, field.name) for field in fields(asked)} | changes
    for name in ("output", "area", "quicklook"):
        settings[name] = None if settings[name] is None else Path(settings[name])
    if not is_address(asked.source):
        settings["source"] = Path(asked.source)
    options = asked.source_options
    settings["source_options"] = SourceOptions(**{one.name: getattr(options, one.name) for one in fields(options)})
    return PredictionRequest(**settings)


def tell_plan(
    job: str, plan: Plan, contract: ModelContract, model_sha256: str, weight_bytes: int, seconds: float | None
) -> Planned:
    """Return what a plan says to a client."""
    settings = plan.settings
    need = settings.rects(plan.rect, plan.source_rect)[0]
    seen = need if plan.source_rect is None else need.intersection(plan.source_rect)
    return Planned(
        job=job,
        crs=plan.grid.crs.to_wkt(),
        transform=plan.grid.transform(plan.rect).to_gdal(),
        rect=to_rect(plan.rect),
        source_rect=to_rect(plan.rect if seen.is_empty else seen),
        halo_px=plan.rect.top - need.top,
        tile_px=TILE_PX,
        tiles=len(list(split(plan.rect, TILE_PX))),
        bands=plan.bands,
        dtype=plan.dtype,  # type: ignore[arg-type] # one of those that a result can be written in
        gsd_m=plan.grid.gsd_m,
        years_ahead=plan.interval.years_ahead,
        iterations=plan.interval.iterations,
        model=clean_text(contract.name, 256),
        model_sha256=model_sha256,
        seconds=seconds,
        disk_bytes=plan.disk_bytes[1],
        memory_bytes=plan.memory_bytes(weight_bytes),
        source_date=None if plan.source_date is None else str(plan.source_date),
        result_date=None if plan.result_date is None else str(plan.result_date),
        warnings=_words(plan.caveats),
        notes=_words(plan.notes),
        domain=tell_domain(plan),
        is_change_calibrated=None if settings.members == 1 else plan.is_change_calibrated,
        change_calibrated_on=clean_text(plan.change_calibrated_on, 256),
    )


def tell_domain(plan: Plan) -> DomainFigure | None:
    """Return how far a plan's area is from the training of its model, where that is known."""
    figure = plan.domain
    if figure is None:
        return None
    text = clean_text(plan.domain_text)
    return DomainFigure(figure.tiles, figure.unlike_share, figure.median, figure.is_notable, text)


def tell_result(job: str, prediction: Prediction, tiles: int, is_fetched: bool) -> Done:
    """Return what came of a job; with paths unless its files are to be fetched."""
    files = [
        ResultFile(
            layer, clean_text(path.name, 256), path.stat().st_size, hash_file(path),
            None if is_fetched else str(path.absolute()),
        )
        for layer, path in prediction.paths.items()
    ]  # fmt: skip
    return Done(
        job=job,
        files=tuple(files),
        tiles=tiles,
        shape_yx=prediction.shape_yx,
        transform=prediction.transform,  # type: ignore[arg-type] # six numbers
        crs=prediction.grid.crs.to_wkt(),
        facts={name: clean_text(str(value)) for name, value in prediction.facts.items() if value is not None},
        warnings=_words(prediction.warnings),
        seconds=prediction.seconds,
    )


def tell_failure(job: str, error: BaseException) -> Failed:
    """Return why a job failed; what no user could have caused is `internal`."""
    if _is_disk_full(error):
        return Failed(job, "disk_full", clean_text(str(error)), is_retryable=True)
    for kind, code, is_retryable in CODES:
        if isinstance(error, kind):
            return Failed(job, code, clean_text(str(error) or kind.__name__), is_retryable)
    if isinstance(error, LandcastError):
        return Failed(job, "request", clean_text(str(error)))
    return Failed(job, "internal", clean_text(f"{type(error).__name__}: {error}; the worker's log says more"))


def to_rect(rect: LatticeRect) -> Rect:
    """Return a rectangle of the lattice as it travels."""
    return Rect(rect.top, rect.left, rect.height, rect.width)


def _is_disk_full(error: BaseException | None) -> bool:
    while error is not None:
        if (isinstance(error, OSError) and error.errno in DISK_FULL) or "disk is full" in str(error):
            return True
        error = error.__cause__
    return False


def _words(notes: Iterable[str]) -> tuple[str, ...]:
    return tuple(clean_text(note) for note in notes)[:64]
