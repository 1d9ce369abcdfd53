"""From a request to a training or an evaluation: what the command line and a worker have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from ..core.device import choose_device, choose_precision, choose_training_precision
from ..core.errors import RequestError
from ..core.model.folder import CARD_NAME, add_to_card, find_model, load_model
from ..core.protocol.requests import EvaluateRequest, TrainRequest
from ..core.protocol.requests import PairSource as AskedPair
from .dataset.part import DatasetPart
from .evaluate import evaluate
from .pairs import expand_path
from .presets import DEFAULT_PRESET, find_preset
from .processes import join_processes
from .run import Hardware, TrainingPlan
from .settings import PairSource, Stage
from .settings_file import load_settings
from .starting import starting_settings
from .tables import card_section
from .years import years_between

STAGES: dict[str, tuple[Stage, ...]] = {
    "all": ("forecaster", "upscaler"),
    "forecaster": ("forecaster",),
    "upscaler": ("upscaler",),
}


def plan_training(request: TrainRequest, is_elsewhere: bool = False) -> tuple[TrainingPlan, Hardware]:
    """Return what is to be trained, and where; sets the number of threads where one is asked for.

    Args:
        request: what is asked for.
        is_elsewhere: whether this process stands in another folder than who wrote the settings.

    Raises:
        RequestError: settings that cannot be read or do not fit together.
        ModelError: there is no such model to start from.
    """
    folder, base = Path(request.folder), request.base
    if request.config is not None:
        settings = load_settings(Path(request.config), request.preset, base)
    elif base is not None:
        if request.preset:
            raise RequestError(f"--preset {request.preset} cannot stand beside --from {base}, which takes its place")
        settings = replace(starting_settings(base), name=folder.name)
    else:
        settings = replace(find_preset(request.preset or DEFAULT_PRESET), name=folder.name)
    if request.pairs:
        settings = replace(settings, pairs=tuple(map(read_pair, request.pairs)))
    if request.datasets:
        settings = replace(settings, datasets=request.datasets)
    if is_elsewhere:
        _check_absolute(request.config, settings.pairs, (*settings.single_dates, *settings.datasets))
    if request.max_steps:
        settings = settings.with_steps(request.max_steps)
    if request.threads:
        torch.set_num_threads(request.threads)
    processes = join_processes(is_on_cpu=request.device == "cpu")
    device = processes.device or choose_device(request.device)
    precision = choose_training_precision(request.precision, device)
    hardware = Hardware(device, precision, processes, request.memory_limit_bytes)
    plan = TrainingPlan(settings, folder, STAGES[request.stage], request.is_resuming)
    weights = None if request.perceptual_weights is None else Path(request.perceptual_weights)
    return plan.with_extras(weights, request.has_tensorboard), hardware


def carry_out_evaluation(
    request: EvaluateRequest,
    on_progress: Callable[[int, int], None],
    before_call: Callable[[], None] = lambda: None,
    is_elsewhere: bool = False,
    parts: Sequence[DatasetPart] = (),
) -> dict[str, Any]:
    """Measure a model and write the results; the metrics come back.

    Args:
        request: what is asked for.
        on_progress: called with the tiles done and all tiles.
        before_call: called before each network call; may raise to stop the work.
        is_elsewhere: whether this process stands in another folder than who wrote the settings.
        parts: of datasets, to be measured on as well.

    Raises:
        RequestError: settings that cannot be read or do not fit together.
        ModelError: the model cannot be loaded.
        TrainingError: pairs cannot be read or hold no whole tile.
        OutputError: the results cannot be written.
    """
    sources, dressing = list(map(read_pair, request.pairs)), list(map(read_pair, request.dress_with))
    if request.config is not None:
        further = load_settings(Path(request.config)).pairs
        if is_elsewhere:
            _check_absolute(request.config, further)
        dressing += further
    device = choose_device(request.device)
    model_folder = find_model(request.model)
    precision = choose_precision(request.precision, device)
    model = load_model(model_folder, device, precision)
    others = [load_model(find_model(name), device, precision) for name in request.rivals]
    metrics = evaluate(
        sources, model, device, Path(request.folder), request.members, request.seed, request.sampling_steps, dressing,
        on_progress, before_call, others, request.iterations, parts,
    )  # fmt: skip
    if request.into_card:
        section = card_section(metrics, request.into_card)
        # an evaluation that was killed after this is made again
        if section.strip() not in (model_folder / CARD_NAME).read_text(encoding="utf-8"):
            add_to_card(model_folder, section)
    return metrics


def read_pair(asked: AskedPair) -> PairSource:
    """Return a source of pairs; its years are those between the years in its paths, where none are given.

    Raises:
        RequestError: the paths name no years, or the years are not above 0.
    """
    years = years_between(asked.before, asked.after) if asked.years is None else asked.years
    return PairSource(asked.before, asked.after, years)


def _check_absolute(config: str | None, pairs: Iterable[PairSource], folders: Iterable[str] = ()) -> None:
    for path in [*(path for pair in pairs for path in (pair.before, pair.after)), *folders]:
        if not expand_path(path).is_absolute():
            raise RequestError(f"{config}: {path}: the worker stands in another folder; give a full path")
