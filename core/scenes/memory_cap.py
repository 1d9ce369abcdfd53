"""A limit of memory, held before a scene is begun: what would pass it is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..errors import RequestError
from ..model.folder import find_model, weight_bytes
from ..raster.disk import format_bytes
from ..request import PredictionRequest
from .prepared import Compute, PreparedScene
from .runner import BlockOutcome, BlockRunner, IsStopping, OnCalls


class CappedRunner:
    """Predicts by another runner what fits into so much memory.

    Args:
        runner: predicts in this process.
        memory_bytes: that the process may take.
    """

    def __init__(self, runner: BlockRunner, memory_bytes: int) -> None:
        self._runner, self._memory_bytes = runner, memory_bytes

    def compute_of(self, request: PredictionRequest) -> Compute:
        """Say where and how exactly what is asked for will be computed."""
        return self._runner.compute_of(request)

    def run(
        self,
        scene: PreparedScene,
        blocks_url: str,
        numbers: Sequence[int],
        stop: IsStopping,
        on_calls: OnCalls = lambda number, calls: None,
    ) -> Iterator[BlockOutcome]:
        """Predict blocks and keep them.

        Raises:
            RequestError: that would take more memory than is allowed.
        """
        if numbers:
            needed = memory_bytes(scene)
            if needed > self._memory_bytes:
                raise RequestError(
                    f"{scene.request.source}: needs up to {format_bytes(needed)} of memory, and --max-memory allows "
                    f"{format_bytes(self._memory_bytes)}; allow more, or ask for fewer iterations or a smaller model"
                )
        yield from self._runner.run(scene, blocks_url, numbers, stop, on_calls)


def memory_bytes(scene: PreparedScene) -> int:
    """Memory that a process takes at most while it predicts a scene."""
    folder = find_model(scene.request.model)
    return scene.plan.memory_bytes(weight_bytes(folder))
