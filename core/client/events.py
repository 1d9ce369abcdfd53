"""What is told of a job while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Literal, Union

from ..protocol.frames import Frame
from ..protocol.messages import Stage, Tile
from ..protocol.values import DomainFigure
from .errors import JobState


@dataclass(frozen=True)
class StateChanged:
    """The job stands elsewhere.

    Attributes:
        state: of the job; an end is the last event of all.
        position: jobs before it, while it is queued.
        attempt: of carrying it out; above 1 where a process died.
    """

    state: JobState
    position: int = 0
    attempt: int = 0


@dataclass(frozen=True)
class Progressed:
    """How far the job is; `total` is 0 where that is not known."""

    stage: Stage
    done: int
    total: int


@dataclass(frozen=True)
class Noticed:
    """What the user should (`warning`) or may like to know (`note`); each text once a job.

    Attributes:
        level: which of both.
        text: as the worker says it.
        domain: of which the text tells; None where it tells of something else.
    """

    level: Literal["note", "warning"]
    text: str
    domain: DomainFigure | None = None


@dataclass(frozen=True)
class TileArrived:
    """A part of the result.

    Attributes:
        tile: where it lies.
        frames: values (band, y, x); what counts of them, uint8 (y, x), all where left out.
        release: to be called once the frames were taken, from any thread: until then they count against what the
            worker may send.
    """

    tile: Tile
    frames: tuple[Frame, ...]
    release: Callable[[], None]


@dataclass(frozen=True)
class Interrupted:
    """The connection was lost, and is made anew; the job goes on."""

    reason: str


JobEvent = Union[StateChanged, Progressed, Noticed, TileArrived, Interrupted]
OnEvent = Callable[[JobEvent], None]
"""Called from the socket's thread: to return at once, and not to wait for anything of the client."""
