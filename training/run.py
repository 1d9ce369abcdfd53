"""A whole training: read pairs, train both networks, write the model folder."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..core.device import precision_name
from ..core.errors import TrainingError
from .checkpoint import PREFIX, checkpoint_folders
from .dataset.folder import open_dataset
from .domain_fit import fit_domain, store_fitted_domain, with_places
from .export import TrainingFacts, export_model, make_card, make_contract, training_tones
from .forecaster import train_forecaster
from .pairs import ChipPair, fingerprint, load_pairs, load_single_dates
from .perceptual import hash_weights
from .processes import ALONE, Processes
from .samples import ChipSampler, PairSampler
from .settings import Stage, TrainingSettings
from .upscaler import train_upscaler

TOGETHER = ("networks", "views", "is_leaving_places_out")
"""Settings of what networks do together, which the training of one does not depend on."""
DEFAULT_PERCEPTUAL_WEIGHT = 0.1
"""Where a file is given and the settings name no weight."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainingData:
    """What a training draws from.

    Attributes:
        chips: pairs of all sources, matched.
        images: uint8 (band, y, x) chips of every date, as they are, for the upscaler.
        sha256: over all of it, and the years of the pairs.
        unreadable: rasters that could not be read.
    """

    chips: list[ChipPair]
    images: list[NDArray[np.uint8]]
    sha256: str
    unreadable: tuple[Path, ...] = ()

    def without(self, place: str) -> TrainingData:
        """All but the pairs of one place; all of them where it is empty."""
        return replace(self, chips=[chip for chip in self.chips if not place or chip.place != place])


@dataclass(frozen=True)
class Hardware:
    """Where to train, in which precision of matrix work, and with which other processes."""

    device: torch.device
    precision: torch.dtype
    processes: Processes = ALONE


@dataclass(frozen=True)
class TrainingPlan:
    """What is to be trained, and where to.

    Attributes:
        settings: of the training.
        folder: of the model; checkpoints stand beside it in a folder that ends in `.training`.
        stages: networks to train now.
        is_resuming: whether an earlier run is continued.
    """

    settings: TrainingSettings
    folder: Path
    stages: tuple[Stage, ...]
    is_resuming: bool

    def with_datasets(self, folders: Sequence[Path]) -> TrainingPlan:
        """Train on folders of pairs as well; they take the place of those in the settings where any are given."""
        if not folders:
            return self
        return replace(self, settings=replace(self.settings, datasets=tuple(map(str, folders))))

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
    """Train what the plan names; the model folder comes back once both networks are trained.

    Raises:
        TrainingError: unusable pairs, a run that would overwrite another, or a loss that stays non-finite.
    """
    check_folders(plan)
    hardware.processes.wait()
    settings, work = plan.settings, plan.work_folder
    data = load_data(with_places(settings))
    parts = [part for part in _parts(settings) if part.stage in plan.stages]
    if not parts:
        raise TrainingError(f"a model of {settings.forecaster.change_grid} has no upscaler to train")
    total, before = sum(part.steps for part in parts), 0
    for part in parts:
        part.train(data, work, hardware, _counted(on_step, before, total))
        before += part.steps
    if any(not _is_trained(work / part.name, part.steps) for part in _parts(settings)):
        return None
    if not hardware.processes.is_first:
        return plan.folder
    # all are whole: training them again from their last checkpoint takes no step and loads the average
    trained = [part.train(data, work, hardware, _ignore).cpu() for part in _parts(settings)]
    upscaler = trained.pop() if "upscaler" in settings.stages else None
    sampler = make_sampler(settings, data)
    facts = TrainingFacts(
        len(data.chips), len(sampler.tiles), sampler.cut, data.sha256, describe_hardware(hardware), len(data.unreadable)
    )
    gsd_m = Counter(data.chips[tile.chip].gsd_m for tile in sampler.tiles)
    years = {chip.years for chip in data.chips}
    contract = make_contract(settings, target_deviation(settings, sampler), gsd_m, training_tones(data.chips), years)
    card = make_card(settings, contract, facts)
    export_model(plan.folder, contract, trained, upscaler, card)
    _add_domain(plan.folder, sampler, hardware.device)
    return plan.folder


@dataclass(frozen=True)
class _Part:
    """One network of a model.

    Attributes:
        stage: of which kind.
        name: of the folder that its checkpoints stand in.
        settings: of the training, with the network's own seed.
        left_out: place whose pairs it does not see; empty where it sees all.
    """

    stage: Stage
    name: str
    settings: TrainingSettings
    left_out: str = ""

    @property
    def steps(self) -> int:
        return int(getattr(self.settings, self.stage).max_steps)

    def train(self, data: TrainingData, work: Path, hardware: Hardware, on_step: Callable[[int, float], None]) -> Any:
        return train_stage(self.stage, self.settings, data, work / self.name, hardware, on_step, self.left_out)


def _parts(settings: TrainingSettings) -> list[_Part]:
    """All networks of a model, in the order in which they are trained."""
    parts: list[_Part] = []
    own = settings.forecaster
    for stage in settings.stages:
        count = own.networks if stage == "forecaster" else 1
        names = [stage, *(f"{stage}_{number}" for number in range(2, count + 1))]
        left_out = settings.places if own.is_leaving_places_out and stage == "forecaster" else ("",)
        parts += [
            _Part(stage, name, replace(settings, seed=settings.seed + i), left_out[i % len(left_out)])
            for i, name in enumerate(names)
        ]
    return parts


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
        raise TrainingError(f"{plan.folder}: exists; choose another --out, or remove it")
    work = plan.work_folder
    if not plan.is_resuming and any((work / stage).exists() for stage in plan.stages):
        raise TrainingError(f"{work}: holds an earlier run; --resume continues it, or choose another --out")


def load_data(settings: TrainingSettings) -> TrainingData:
    """Read all pairs and single dates of the settings.

    Raises:
        TrainingError: no pairs are named, or one of them cannot be read.
    """
    if not (settings.pairs or settings.datasets):
        raise TrainingError(
            "no pairs: give --before and --after or --pairs, or [[pairs]] or datasets in the settings file"
        )
    chips: list[ChipPair] = []
    unreadable: list[Path] = []
    for source in settings.pairs:
        found = load_pairs(source, unreadable.append)
        log.info("%s and %s: %d chips, %g years", source.before, source.after, len(found), source.years)
        chips += found
    for name in settings.datasets:
        dataset = open_dataset(name)
        chips += dataset.chips("train")
        log.info("%s: %d pairs to train on of %d", name, len(dataset.chips("train")), len(dataset.rows))
    if unreadable:
        log.warning("%d rasters could not be read and were left out", len(unreadable))
    images = _every_date(chips) + load_single_dates(settings.single_dates)
    return TrainingData(chips, images, fingerprint(chips, images), tuple(unreadable))


def train_stage(
    stage: Stage,
    settings: TrainingSettings,
    data: TrainingData,
    folder: Path,
    hardware: Hardware,
    on_step: Callable[[int, float], None],
    left_out: str = "",
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

    Raises:
        TrainingError: no usable pair, or a loss that stays non-finite.
    """
    facts: dict[str, Any] = {
        "tiles": asdict(settings.tiles),
        "seed": settings.seed,
        "data": data.sha256,
        stage: {name: value for name, value in asdict(getattr(settings, stage)).items() if name not in TOGETHER},
        "processes": hardware.processes.count,
        "left_out": left_out,
    }
    if stage == "upscaler" and settings.upscaler.perceptual_weights:
        facts["perceptual_sha256"] = hash_weights(Path(settings.upscaler.perceptual_weights))
    if stage == "upscaler":
        chip_sampler = ChipSampler(data.images, settings.tiles, settings.seed)
        return train_upscaler(
            settings, chip_sampler, folder, facts, hardware.device, hardware.precision, on_step,
            hardware.processes,
        )  # fmt: skip
    # what all networks of a model share is measured on all pairs
    sampler = make_sampler(settings, data)
    std = target_deviation(settings, sampler)
    if left_out:
        sampler = make_sampler(settings, data.without(left_out))
        log.info("without %s:", left_out)
    log.info("%d of %d tiles pass the filters; deviation of the difference %.4f", len(sampler.tiles), sampler.cut, std)
    return train_forecaster(
        settings, sampler, std, folder, facts, hardware.device, hardware.precision, on_step, hardware.processes
    )


def make_sampler(settings: TrainingSettings, data: TrainingData) -> PairSampler:
    """What the UNet draws its batches from."""
    return PairSampler(data.chips, settings.tiles, settings.seed, settings.forecaster.change_grid)


def target_deviation(settings: TrainingSettings, sampler: PairSampler) -> float:
    """What the network's target is divided by."""
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
    return any(path.name == f"{PREFIX}{steps:07d}" for path in checkpoint_folders(folder))


def _every_date(chips: Sequence[ChipPair]) -> list[NDArray[np.uint8]]:
    """First dates of all pairs, each image once; second dates were recoloured and are left out."""
    seen: dict[int, NDArray[np.uint8]] = {}
    for chip in chips:
        if chip.valid.all():
            seen.setdefault(hash(chip.before.tobytes()), chip.before)
    return list(seen.values())
