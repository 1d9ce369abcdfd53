"""What a study is asked for, and what all of its points have in common."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...core.errors import OutputError, RequestError, TrainingError
from ..memory import check_memory, memory_limit
from ..rehearsal import rehearse
from ..run import Hardware
from ..settings import PairSource, Stage, TrainingSettings
from ..stopping import TrainingStoppedError
from .points import write_text
from .region_features import STEPS

POINTS, TRAINING, TILES = "points", "training", "tiles"
FEATURES_NAME, KIND_NAME = "features.safetensors", "kind.txt"


@dataclass(frozen=True)
class StudyPlan:
    """What is to be studied, and how thoroughly.

    Attributes:
        settings: of the training that is repeated; with the pairs, and all that is not studied.
        folder: for the results.
        held_out: pairs to measure on; where there are none, the validation part of the datasets and a share of the
            ground of the rasters.
        seeds: trainings of each point, from seeds of their own: what they differ by is no finding.
        members: futures of each tile.
        tiles: held-out tiles that are measured at a point, at most.
        measurements: of the held-out tiles while a point is trained.
        perceptual_weights: safetensors file of a VGG16 or VGG19; a network of the region itself where None.
        feature_steps: that such a network is trained.
        is_resuming: whether an earlier study is continued.
        command: as it was given, for the record.
    """

    settings: TrainingSettings
    folder: Path
    held_out: tuple[PairSource, ...] = ()
    seeds: int = 1
    members: int = 8
    tiles: int = 96
    measurements: int = 8
    perceptual_weights: Path | None = None
    feature_steps: int = STEPS
    is_resuming: bool = False
    command: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, least in (("seeds", 1), ("members", 2), ("tiles", 1), ("measurements", 1), ("feature_steps", 1)):
            if getattr(self, name) < least:
                raise RequestError(f"{name} must be at least {least}, not {getattr(self, name)}")
        if self.settings.base:
            raise RequestError(
                f"a study trains from the start, to see what is learnt, and the settings begin with "
                f"{self.settings.base}; leave base out"
            )

    @property
    def feature_file(self) -> Path:
        """Where the region's own network is kept."""
        return self.folder / FEATURES_NAME

    @contextmanager
    def working(self, kind: str) -> Iterator[None]:
        """Make the folder, and leave nothing of the work in it, nor an empty one; what is measured stays.

        Args:
            kind: of the study.

        Raises:
            TrainingError: other results stand there, or such as are not to be continued.
            OutputError: the folder cannot be made.
            TrainingStoppedError: it was asked to stop; says how to go on.
        """
        self._check_folder(kind)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_text(self.folder / KIND_NAME, f"{kind}\n")
        except OSError as error:
            raise OutputError(f"{self.folder}: cannot be made a folder for the results: {error.strerror}") from error
        try:
            yield
        except TrainingStoppedError:
            raise
        except KeyboardInterrupt as stop:
            raise TrainingStoppedError("stopped as asked; --resume goes on with what is measured") from stop
        finally:
            shutil.rmtree(self.folder / TILES, ignore_errors=True)
            self._remove_empty()

    def _check_folder(self, kind: str) -> None:
        if not self.folder.exists():
            return
        if not self.folder.is_dir():
            raise TrainingError(f"{self.folder}: is no folder; choose another --out")
        if any(self.folder.iterdir()) and not self.is_resuming:
            raise TrainingError(
                f"{self.folder}: is not empty; --resume continues a study that stands there, or choose another --out"
            )
        if not any(self.folder.iterdir()):
            return
        try:
            found = (self.folder / KIND_NAME).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise TrainingError(f"{self.folder}: holds no study to continue; choose another --out") from error
        if found != kind:
            raise TrainingError(f"{self.folder}: holds a study of {found}, not of {kind}; choose another --out")

    def _remove_empty(self) -> None:
        for folder in (self.folder / POINTS, self.folder / TRAINING):
            with suppress(OSError):
                folder.rmdir()
        if {path.name for path in self.folder.iterdir()} == {KIND_NAME}:
            shutil.rmtree(self.folder, ignore_errors=True)


def with_channels(settings: TrainingSettings, channels: Sequence[int]) -> TrainingSettings:
    """Give the UNet other widths, finest level first.

    Raises:
        RequestError: they cannot be parted into its groups or heads.
    """
    shape = settings.forecaster.unet
    for level, width in enumerate(channels):
        part = shape.norm_groups
        if level >= shape.attention_from_level:
            part = int(np.lcm(part, shape.attention_head_channels))
        if width < 1 or width % part:
            raise RequestError(f"--channels: level {level + 1} needs a multiple of {part}, not {width}")
    shape = replace(shape, block_channels=tuple(channels))
    return replace(settings, forecaster=replace(settings.forecaster, unet=shape))


def check_step_memory(stage: Stage, settings: TrainingSettings, hardware: Hardware) -> None:
    """Make sure that a step fits the device.

    Raises:
        TrainingError: it does not.
    """
    step = rehearse(stage, settings, hardware.precision, hardware.processes)
    check_memory([step], *memory_limit(hardware.device, hardware.memory_limit_bytes))


def compact(settings: TrainingSettings, stage: Stage) -> dict[str, Any]:
    """The settings that a point depends on."""
    return {"tiles": asdict(settings.tiles), stage: asdict(getattr(settings, stage)), "seed": settings.seed}
