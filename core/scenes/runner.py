"""What predicts the blocks of a scene: this process, or many on other machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..request import PredictionRequest
from .block_folder import BlockRecord
from .prepared import Compute, PreparedScene

IsStopping = Callable[[], bool]
"""Says whether no further block is to be begun; those that are begun are finished."""
OnCalls = Callable[[int, int], None]
"""Called with a block's number and how many of its network calls have begun."""


@dataclass(frozen=True)
class BlockDone:
    """A block that is kept.

    Attributes:
        number: in the plan.
        record: of its files.
        seconds: that reading, computing and writing it took together.
    """

    number: int
    record: BlockRecord
    seconds: float


@dataclass(frozen=True)
class BlockFailed:
    """A block that could not be predicted; others could.

    Attributes:
        number: in the plan.
        reason: in words for the user.
        is_poisoned: whether it killed the process that predicted it.
    """

    number: int
    reason: str
    is_poisoned: bool = False


BlockOutcome = BlockDone | BlockFailed


class BlockRunner(Protocol):
    """Predicts blocks and keeps them; one runner may be used for many scenes, one after another."""

    def compute_of(self, request: PredictionRequest) -> Compute:
        """Say where and how exactly what is asked for will be computed.

        Raises:
            RequestError: what is asked for is not to be had.
        """

    def run(
        self,
        scene: PreparedScene,
        blocks_url: str,
        numbers: Sequence[int],
        stop: IsStopping,
        on_calls: OnCalls = lambda number, calls: None,
    ) -> Iterator[BlockOutcome]:
        """Predict blocks and keep them in a `BlockFolder`; what became of each, in any order.

        Args:
            scene: whose blocks.
            blocks_url: path or address of the folder.
            numbers: of the blocks in the plan.
            stop: says whether no further block is to be begun.
            on_calls: hears of calls within a block, from a runner that knows them.

        Raises:
            KeyboardInterrupt: to stop at once; blocks in flight are lost.
            LandcastError: what no other block would be spared, such as a full disk or a model that is missing.
        """
