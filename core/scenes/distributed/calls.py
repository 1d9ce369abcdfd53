"""What is called on a worker, by names that cost nothing to read: the scheduler reads them too, and has other work."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .block_task import BlockAnswer
    from .orders import ComputeAnswer, ComputeQuestion, SceneOrder, Unfit


def tell_compute(question: ComputeQuestion) -> ComputeAnswer | Unfit:
    """Say where this worker would compute."""
    from . import block_task

    return block_task.tell_compute(question)


def check_worker(order: SceneOrder, probe: str) -> Unfit | None:
    """Open the scene, and see that its blocks can be kept."""
    from . import block_task

    return block_task.check_worker(order, probe)


def predict_block(order: SceneOrder, probe: str, number: int) -> BlockAnswer:
    """Predict a block and keep it."""
    from . import block_task

    return block_task.predict_block(order, probe, number)
