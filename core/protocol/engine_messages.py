"""The messages that only pass between the host and an engine, beside those about a job."""

from dataclasses import dataclass
from typing import Annotated, Optional

from .fields import AtMost, Count, Id, Name, Seconds
from .message import Message
from .messages import Stage
from .values import MOST_WARM, Device, WarmModel
from .versions import Version


@dataclass(frozen=True)
class EngineReady(Message, type="ENGINE_READY"):
    """engine: it has started and owns its device.

    Attributes:
        token: that the host gave this very process at its start.
        version: of the protocol.
        program: name and version.
        process: its id.
        device: that it computes on.
    """

    token: Id
    version: Version
    program: Name
    process: Count
    device: Device


@dataclass(frozen=True)
class Loaded(Message, type="LOADED"):
    """engine: which models are loaded and stay so for the next job, whenever that changes; the newest at the end."""

    models: Annotated[tuple[WarmModel, ...], AtMost(MOST_WARM)]


@dataclass(frozen=True)
class Kept(Message, type="KEPT"):
    """engine: a part of the result stands in the ledger, from where the host may send it as TILE.

    Attributes:
        number: of the TILE.
        tiles: that the result has.
    """

    job: Id
    number: Count
    tiles: Count


@dataclass(frozen=True)
class Pulse(Message, type="PULSE"):
    """engine: it came further; sent after every network call, and while it starts, loads or writes.

    Attributes:
        job: that it carries out; None between jobs.
        stage: what it came further in.
        calls: of a network, since the process started.
        call_s: that the last one took; None where there was none.
    """

    job: Optional[Id]
    stage: Stage
    calls: Count
    call_s: Optional[Seconds] = None
