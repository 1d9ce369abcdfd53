"""Which trainings and evaluations a host takes at all."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ...core.protocol.messages import Failed, Submit
from ...core.protocol.requests import EvaluateRequest, TrainRequest
from .models import is_model_name


def refuse_long_job(submit: Submit, request: TrainRequest | EvaluateRequest, is_local: bool) -> Failed | None:
    """Say why not; None where nothing is against it."""
    if not is_local:
        words = f"the files of a job of the kind {request.kind} may only be named by a client on the worker's machine"
        return Failed(submit.job, "not_permitted", words)
    if submit.source is not None or submit.delivery != "path":
        words = f"a job of the kind {request.kind} reads and writes files of the worker's machine; ask for them by path"
        return Failed(submit.job, "request", words)
    for path in _named_paths(request):
        if not os.path.isabs(path):  # noqa: PTH117 - text
            return Failed(submit.job, "request", f"{path}: the worker stands in another folder; give a full path")
    return None


def _named_paths(request: TrainRequest | EvaluateRequest) -> Iterator[str]:
    yield request.folder
    if request.config is not None:
        yield request.config
    if isinstance(request, TrainRequest):
        yield from request.datasets
        if request.base is not None and not is_model_name(request.base):
            yield request.base
        if request.perceptual_weights is not None:
            yield request.perceptual_weights
    further = request.dress_with if isinstance(request, EvaluateRequest) else ()
    for pair in (*request.pairs, *further):
        yield from (pair.before, pair.after)
