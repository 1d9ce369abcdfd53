"""What scenes would take, before any is begun: pixels, network calls, hours, memory and disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch

from ..device import choose_precision
from ..errors import LandcastError
from ..forecast.forecaster import Forecaster
from ..model.folder import LoadedModel, find_model, load_model
from ..request import PredictionRequest
from .disk_need import Form, scene_disk_need
from .memory_cap import memory_bytes
from .prepared import PreparedScene, prepare_scene

Say = Callable[[str], None]


@dataclass(frozen=True)
class SceneEstimate:
    """What one scene would take.

    Attributes:
        name: of the scene.
        shape_yx: rows and columns of the result.
        blocks: that it has.
        calls: of the UNet and of the upscaler, at most.
        seconds: in one process, by calls that were timed.
        memory_bytes: at most.
        disk_bytes: of its result files: what to expect, and the most.
        scratch_bytes: beside them until it is done, blocks above all.
        caveats: what the user should know.
    """

    name: str
    shape_yx: tuple[int, int]
    blocks: int
    calls: tuple[int, int]
    seconds: float
    memory_bytes: int
    disk_bytes: tuple[int, int]
    scratch_bytes: int
    caveats: tuple[str, ...]


@dataclass
class Estimate:
    """What all scenes would take.

    Attributes:
        scenes: of which it is known.
        failures: why others could not be begun, by name.
    """

    scenes: list[SceneEstimate] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def pixels(self) -> int:
        """Of all results."""
        return sum(rows * columns for rows, columns in (scene.shape_yx for scene in self.scenes))

    @property
    def seconds(self) -> float:
        """In one process."""
        return sum(scene.seconds for scene in self.scenes)

    @property
    def memory_bytes(self) -> int:
        """That one process takes at most, for one scene comes after another."""
        return max((scene.memory_bytes for scene in self.scenes), default=0)

    @property
    def disk_bytes(self) -> tuple[int, int]:
        """Of all result files: what to expect, and the most."""
        return sum(scene.disk_bytes[0] for scene in self.scenes), sum(scene.disk_bytes[1] for scene in self.scenes)

    @property
    def scratch_bytes(self) -> int:
        """Of the scene that takes most, for what one leaves there is gone before the next begins."""
        return max((scene.scratch_bytes for scene in self.scenes), default=0)


def estimate(
    requests: Sequence[tuple[str, PredictionRequest]],
    form: Form = "cog",
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Estimate:
    """Decide about every scene as a run would, and time the networks once.

    Args:
        requests: by the names of the scenes.
        form: of the results.
        on_progress: called with the scenes looked at and all of them.
    """
    found, timer = Estimate(), _Timer()
    for done, (name, request) in enumerate(requests):
        on_progress(done, len(requests))
        said: list[str] = []
        try:
            scene = prepare_scene(request, said.append)
            found.scenes.append(timer.estimate(name, scene, form, tuple(said)))
        except LandcastError as error:
            found.failures[name] = " ".join(str(error).split())
    on_progress(len(requests), len(requests))
    return found


class _Timer:
    """Times the networks once for each device, precision and number of steps."""

    def __init__(self) -> None:
        self._model: LoadedModel | None = None
        self._seconds: dict[object, tuple[float, float]] = {}

    def estimate(self, name: str, scene: PreparedScene, form: Form, caveats: tuple[str, ...]) -> SceneEstimate:
        """Tell what a scene takes."""
        unet_calls, upscaler_calls = scene.plan.calls(scene.batch_sizes)
        unet_s, upscaler_s = self._seconds_a_call(scene)
        need = scene_disk_need(scene.layers.values(), form, len(scene.blocks))
        return SceneEstimate(
            name,
            scene.plan.rect.shape_yx,
            len(scene.blocks),
            (unet_calls, upscaler_calls),
            unet_calls * unet_s + upscaler_calls * upscaler_s,
            memory_bytes(scene),
            scene.plan.disk_bytes,
            need.peak_bytes - need.result_bytes,
            caveats,
        )

    def _seconds_a_call(self, scene: PreparedScene) -> tuple[float, float]:
        key = scene.compute, scene.plan.settings.sampling_steps
        if key not in self._seconds:
            device = torch.device(scene.compute.device)
            precision = choose_precision(scene.compute.precision, device)  # type: ignore[arg-type] # a name of one
            self._model = self._model or load_model(find_model(scene.request.model), device, precision)
            forecaster = Forecaster(self._model, device, scene.plan.settings, source=scene.plan.source_rect)
            self._seconds[key] = forecaster.seconds_a_call()
        return self._seconds[key]
