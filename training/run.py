"""A whole training: read pairs, train both networks, write the model folder."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from ..core.device import precision_name
from ..core.device_errors import is_out_of_memory
from ..core.errors import DeviceMemoryError, TrainingError
from ..core.model.rrdb import UPSCALE
from .checkpoint import PREFIX, checkpoint_folders
from .data import TrainingData, load_data
from .domain_fit import fit_domain, store_fitted_domain, with_places
from .export import TrainingFacts, export_model, make_card, make_contract, training_tones
from .forecaster import train_forecaster
from .memory import StepMemory, check_memory, memory_limit
from .perceptual import hash_weights
from .processes import ALONE, Processes
from .record import RECORD_NAME, RunRecord, network_facts, recorded, write_record
from .rehearsal import rehearse
from .samples import ChipSampler, PairSampler, fitting_images
from .settings import Stage, TrainingSettings
from .starting import StartingModel, check_settings, load_starting_model
from .upscaler import train_upscaler
from .validation import SUMMARY_NAME, HeldOutTiles, cut_held_out, validation_words

TOGETHER = ("networks", "views", "is_leaving_places_out")
"""Settings of what networks do together, which the training of one does not depend on."""
DEFAULT_PERCEPTUAL_WEIGHT = 0.1
"""Where a file is given and the settings name no weight."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Hardware:
    """Where to train, in which precision of matrix work, with which other processes and how much memory.

    Attributes:
        device: where networks and batches lie.
        precision: of the matrix work.
        processes: those that train together.
        memory_limit_bytes: that a step may take; what the device has free where None.
    """

    device: torch.device
    precision: torch.dtype
    processes: Processes = ALONE
    memory_limit_bytes: int | None = None


@dataclass(frozen=True)
class TrainingPlan:
    """What is to be trained, and where to.

    Attributes:
        settings: of the training.
        folder: of the model; checkpoints stand beside it in a folder that ends in `.training`.
        stages: networks to train now.
        is_resuming: whether an earlier run is continued.
        command: as it was given, for the record; empty where there was none.
    """

    settings: TrainingSettings
    folder: Path
    stages: tuple[Stage, ...]
    is_resuming: bool
    command: tuple[str, ...] = ()

    def with_extras(self, perceptual_weights: Path | None, has_tensorboard: bool) -> TrainingPlan:
        """Take up what one computer alone can say: a file with weights of VGG19, and whether TensorBoard is there."""
        settings = self.settings
        if perceptual_weights is not None:
            own = settings.upscaler
            weight = own.perceptual_weight or DEFAULT_PERCEPTUAL_WEIGHT
            own = replace(own, perceptual_weights=str(perceptual_weights), perceptual_weight=weight)
            settings = replace(settings, upscaler=own)
        if has_tensorboard:
            settings = replace(settings, is_logging_tensorboard=True)
        return replace(self, settings=settings)

    @property
    def work_folder(self) -> Path:
        """Where checkpoints and curves stand."""
        return self.folder.with_name(f"{self.folder.name}.training")


def run_training(plan: TrainingPlan, hardware: Hardware, on_step: Callable[[int, int], None]) -> Path | None:
    """Train what the plan names; the model folder comes back once all its networks are trained.

    Raises:
        TrainingError: unusable pairs, a run that would overwrite another, settings that the device has no memory for,
            or a loss that stays non-finite.
        RequestError: settings that contradict the model to start from.
        ModelError: that model cannot be loaded.
    """
    check_folders(plan)
    hardware.processes.wait()
    settings = plan.settings
    parts = [part for part in _parts(settings) if part.stage in plan.stages]
    if not parts:
        kept = f"the upscaler of {settings.base} is kept as it is; is_upscaler_kept = false trains it"
        grid = f"a model of {settings.forecaster.change_grid} has no upscaler to train"
        raise TrainingError(kept if settings.is_upscaler_kept else grid)
    if settings.base:
        check_settings(settings)
    _check_batches(parts, hardware.processes.count)
    memory = _check_memory(settings, parts, hardware)
    start = load_starting_model(settings.base) if settings.base else None
    context = _Context(_load(settings, start), start, hardware, plan.work_folder)
    record = None
    if hardware.processes.is_first:
        # what could not even begin leaves nothing behind
        record = RunRecord(plan.work_folder, settings, plan.command, describe_hardware(hardware), plan.is_resuming)
        record.add(memory=[step.as_dict() for step in memory])
    with recorded(record, lambda: _network_facts(plan)):
        made = _train(plan, parts, context, on_step, record)
    if record is not None:
        left = "" if made else "further networks of the model are to be trained"
        record.end("finished" if made else "incomplete", left or "all networks are trained", _network_facts(plan))
        if made:
            write_record(made.with_name(f"{made.name}.{RECORD_NAME}"), record.facts)
    return made


def _train(
    plan: TrainingPlan,
    parts: Sequence[_Part],
    context: _Context,
    on_step: Callable[[int, int], None],
    record: RunRecord | None,
) -> Path | None:
    """Train each network, and export them once all are trained."""
    settings, data = plan.settings, context.data
    held_out = cut_held_out(data.held_out, settings.validation, settings.forecaster) if data.held_out else None
    context = replace(context, held_out=held_out)
    sampler = make_sampler(settings, data)
    if record is not None:
        record.add(**_data_facts(data, sampler, held_out, context.start))
    if any(part.stage == "upscaler" for part in parts):
        make_chip_sampler(settings, data)  # what cannot be trained on is told before the UNet is
    total, before = sum(part.steps for part in parts), 0
    for part in parts:
        context.train(part, _counted(on_step, before, total))
        before += part.steps
    if any(not _is_trained(context.work / part.name, part.steps) for part in _parts(settings)):
        return None
    if context.hardware.processes.is_first:
        _export(plan, context, sampler)
    return plan.folder


def _export(plan: TrainingPlan, context: _Context, sampler: PairSampler) -> None:
    """Write the model folder from networks that are all trained."""
    settings, data, start = plan.settings, context.data, context.start
    # all are whole: training them again from their last checkpoint takes no step and loads what it ended with
    trained = [context.train(part, _ignore).cpu() for part in _parts(settings)]
    if settings.is_upscaler_kept and start is not None:
        upscaler = start.upscaler
    else:
        upscaler = trained.pop() if "upscaler" in settings.stages else None
    facts = TrainingFacts(
        len(data.chips), len(sampler.tiles), sampler.cut, data.sha256, describe_hardware(context.hardware),
        len(data.unreadable), _card_notes(plan, start),
    )  # fmt: skip
    gsd_m = Counter(data.chips[tile.chip].gsd_m for tile in sampler.tiles)
    years = {chip.years for chip in data.chips}
    tones = start.contract.tones if start else training_tones(data.chips)
    contract = make_contract(
        settings, target_deviation(settings, sampler, start), gsd_m, tones, years, start.origin if start else None
    )
    export_model(plan.folder, contract, trained, upscaler, make_card(settings, contract, facts))
    _add_domain(plan.folder, sampler, context.hardware.device)


@dataclass(frozen=True)
class _Context:
    """What the training of each network has in common."""

    data: TrainingData
    start: StartingModel | None
    hardware: Hardware
    work: Path
    held_out: HeldOutTiles | None = None

    def train(self, part: _Part, on_step: Callable[[int, float], None]) -> Any:
        try:
            return train_stage(
                part.stage, part.settings, self.data, self.work / part.name, self.hardware, on_step, part.left_out,
                part.start(self.start), self.held_out,
            )  # fmt: skip
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            raise DeviceMemoryError(
                f"{self.hardware.device}: has no memory for a step of the {part.name}; end other programs that use it "
                f"and give --resume, or begin again with {part.stage}.batch_size below "
                f"{getattr(part.settings, part.stage).batch_size}"
            ) from error


@dataclass(frozen=True)
class _Part:
    """One network of a model.

    Attributes:
        stage: of which kind.
        name: of the folder that its checkpoints stand in.
        settings: of the training, with the network's own seed.
        left_out: place whose pairs it does not see; empty where it sees all.
        number: among those of its kind, from 0.
    """

    stage: Stage
    name: str
    settings: TrainingSettings
    left_out: str = ""
    number: int = 0

    @property
    def steps(self) -> int:
        return int(getattr(self.settings, self.stage).max_steps)

    def start(self, model: StartingModel | None) -> Beginning | None:
        """What it begins with; None where it begins untrained."""
        if model is None:
            return None
        network = model.unet(self.number) if self.stage == "forecaster" else model.trainable_upscaler()
        return Beginning(network, model.sha256, model.contract.difference_std)


def _check_batches(parts: Sequence[_Part], processes: int) -> None:
    """Make sure that each process gets as many samples of every batch, for the mean over all of them counts them alike.

    Raises:
        TrainingError: a batch cannot be divided so.
    """
    for part in parts:
        size = getattr(part.settings, part.stage).batch_size
        if size % processes:
            fitting = -(-size // processes) * processes
            raise TrainingError(
                f"{part.stage}.batch_size = {size} cannot be divided among {processes} processes; {fitting} can"
            )


def _parts(settings: TrainingSettings) -> list[_Part]:
    """All networks of a model, in the order in which they are trained."""
    parts: list[_Part] = []
    own = settings.forecaster
    for stage in settings.trained_stages:
        count = own.networks if stage == "forecaster" else 1
        names = [stage, *(f"{stage}_{number}" for number in range(2, count + 1))]
        left_out = settings.places if own.is_leaving_places_out and stage == "forecaster" else ("",)
        parts += [
            _Part(stage, name, replace(settings, seed=settings.seed + i), left_out[i % len(left_out)], i)
            for i, name in enumerate(names)
        ]
    return parts


def _load(settings: TrainingSettings, start: StartingModel | None) -> TrainingData:
    """Read all pairs, told apart by place even where the settings name none."""
    return load_data(with_places(settings), start.contract.tones if start else None)


def _add_domain(folder: Path, sampler: PairSampler, device: torch.device) -> None:
    """Let a model say what it was trained on, where there is enough of it; without that it is whole as well."""
    try:
        store_fitted_domain(folder, fit_domain(folder, sampler, device))
    except TrainingError as error:
        log.warning("%s: does not say what it was trained on, so areas unlike it are not told of: %s", folder, error)


def check_folders(plan: TrainingPlan) -> None:
    """Make sure that nothing stands where a training would write.

    Raises:
        TrainingError: there is a model, or an earlier run that is not to be continued.
    """
    if plan.folder.exists():
        instead = "move or remove it, and --resume goes on with its networks" if plan.is_resuming else "remove it"
        raise TrainingError(f"{plan.folder}: exists; choose another --out, or {instead}")
    work = plan.work_folder
    if not plan.is_resuming and any((work / stage).exists() for stage in plan.stages):
        raise TrainingError(f"{work}: holds an earlier run; --resume continues it, or choose another --out")


@dataclass(frozen=True)
class Beginning:
    """What a network begins with where it does not begin untrained.

    Attributes:
        network: to train.
        sha256: of the model that it comes from.
        difference_std: what that model's target is divided by.
    """

    network: Any
    sha256: str
    difference_std: float


def train_stage(
    stage: Stage,
    settings: TrainingSettings,
    data: TrainingData,
    folder: Path,
    hardware: Hardware,
    on_step: Callable[[int, float], None],
    left_out: str = "",
    start: Beginning | None = None,
    held_out: HeldOutTiles | None = None,
) -> Any:
    """Train a network, or go on where its checkpoints in `folder` stand.

    Args:
        stage: which of the two kinds.
        settings: of the whole training.
        data: all pairs.
        folder: for checkpoints and curves.
        hardware: where to train.
        on_step: called with the steps done and the loss.
        left_out: place whose pairs the UNet does not see.
        start: what it begins with.
        held_out: tiles that the UNet is measured on.

    Raises:
        TrainingError: too few usable pairs, or a loss that stays non-finite.
    """
    facts: dict[str, Any] = {
        "tiles": asdict(settings.tiles),
        "seed": settings.seed,
        "data": data.sha256,
        stage: {name: value for name, value in asdict(getattr(settings, stage)).items() if name not in TOGETHER},
        "processes": hardware.processes.count,
        "left_out": left_out,
    }
    if start is not None:
        facts["start"] = start.sha256
    if stage == "upscaler" and settings.upscaler.perceptual_weights:
        facts["perceptual_sha256"] = hash_weights(Path(settings.upscaler.perceptual_weights))
    if stage == "upscaler":
        chip_sampler = make_chip_sampler(settings, data)
        return train_upscaler(
            settings, chip_sampler, folder, facts, hardware.device, hardware.precision, on_step,
            hardware.processes, start.network if start else None,
        )  # fmt: skip
    if held_out is not None:
        facts["validation"] = {**asdict(settings.validation), "data": data.held_out_sha256}
    # what all networks of a model share is measured on all pairs
    sampler = make_sampler(settings, data)
    std = start.difference_std if start else target_deviation(settings, sampler)
    if left_out:
        sampler = make_sampler(settings, data.without(left_out))
        log.info("without %s:", left_out)
    _check_count(settings, sampler)
    log.info("%d of %d tiles pass the filters; deviation of the difference %.4f", len(sampler.tiles), sampler.cut, std)
    return train_forecaster(
        settings, sampler, std, folder, facts, hardware.device, hardware.precision, on_step, hardware.processes,
        start.network if start else None, held_out,
    )  # fmt: skip


def make_chip_sampler(settings: TrainingSettings, data: TrainingData) -> ChipSampler:
    """The samples of an upscaler.

    Raises:
        TrainingError: no image is large enough for them.
    """
    images = fitting_images(data.images, settings.tiles, settings.upscaler.coarse_px * UPSCALE)
    return ChipSampler(images, settings.tiles, settings.seed)


def make_sampler(settings: TrainingSettings, data: TrainingData) -> PairSampler:
    """What the UNet draws its batches from."""
    return PairSampler(data.chips, settings.tiles, settings.seed, settings.forecaster.change_grid)


def target_deviation(settings: TrainingSettings, sampler: PairSampler, start: StartingModel | None = None) -> float:
    """What the network's target is divided by: what the model that it starts from was trained with, if any."""
    if start is not None:
        return start.contract.difference_std
    return sampler.difference_std() if settings.forecaster.is_difference_scaled else 1.0


def describe_hardware(hardware: Hardware) -> str:
    """Say in words where a training runs."""
    name = precision_name(hardware.precision)
    if hardware.device.type == "cuda":
        return f"{torch.cuda.get_device_name()}, {name} matrix work"
    return f"{torch.get_num_threads()} CPU thread(s), {name} matrix work"


def _counted(on_step: Callable[[int, int], None], before: int, total: int) -> Callable[[int, float], None]:
    return lambda step, loss: on_step(before + step, total)


def _ignore(step: int, loss: float) -> None:
    """Take no notice of a step."""


def _is_trained(folder: Path, steps: int) -> bool:
    return (folder / SUMMARY_NAME).exists() or _steps_done(folder) == steps


def _steps_done(folder: Path) -> int:
    return max((int(path.name.removeprefix(PREFIX)) for path in checkpoint_folders(folder)), default=0)


def _check_count(settings: TrainingSettings, sampler: PairSampler) -> None:
    """Make sure that there is a batch of different tiles.

    Raises:
        TrainingError: there is none.
    """
    wanted, found = settings.forecaster.batch_size, len(sampler.tiles)
    if found < wanted:
        raise TrainingError(
            f"too few pairs: {found} of {sampler.cut} tiles pass the filters ({sampler.dropped_words}), and a batch "
            f"takes {wanted}; give more pairs, loosen filter_kind, max_changed_share or crop_px, or lower "
            "forecaster.batch_size"
        )


def _check_memory(settings: TrainingSettings, parts: Sequence[_Part], hardware: Hardware) -> list[StepMemory]:
    """Count what a step of each kind of network takes, and make sure that it fits."""
    stages = dict.fromkeys(part.stage for part in parts)
    found = [rehearse(stage, settings, hardware.precision, hardware.processes) for stage in stages]
    for step in found:
        log.info("%s: about %.2f GiB at batch_size %d", step.name, step.total / 2**30, step.batch_size)
    check_memory(found, *memory_limit(hardware.device, hardware.memory_limit_bytes))
    return found


def _data_facts(
    data: TrainingData, sampler: PairSampler, held_out: HeldOutTiles | None, start: StartingModel | None
) -> dict[str, Any]:
    """What the record says of the pairs, of their split, and of the model that was started from."""
    validation = None
    if held_out is not None:
        validation = {"pairs": len(data.held_out), "tiles": held_out.count, "sha256": data.held_out_sha256}
    return {
        "fine_tuned_from": asdict(start.origin) if start else None,
        "data": {
            "sha256": data.sha256, "pairs": len(data.chips), "tiles": len(sampler.tiles), "tiles_cut": sampler.cut,
            "tiles_thrown_out": dict(sampler.dropped), "unreadable": len(data.unreadable),
            "sources": list(data.sources), "validation": validation,
        },
    }  # fmt: skip


def _network_facts(plan: TrainingPlan) -> list[dict[str, Any]]:
    work = plan.work_folder
    return [
        network_facts(work / part.name, part.settings.seed, part.left_out, _steps_done(work / part.name), part.steps)
        for part in _parts(plan.settings)
    ]


def _card_notes(plan: TrainingPlan, start: StartingModel | None) -> tuple[tuple[str, str], ...]:
    """Rows of the card on what it began with, and on what was measured meanwhile."""
    notes = []
    if start is not None:
        notes.append(("fine-tuned from", f"{start.contract.name}, SHA-256 {start.sha256[:16]}"))
    for network in _network_facts(plan):
        if "validation" in network:
            notes.append((f"validation of {network['name']}", validation_words(network["validation"])))
    return tuple(notes)
