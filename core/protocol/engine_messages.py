"""The messages that only pass between the host and an engine, beside those about a job."""

from dataclasses import dataclass
from typing import Annotated, Optional

from .fields import Between, Count, Id, Name, PathText, Seconds, Sha256
from .message import Message
from .messages import Stage
from .requests import DeviceChoice, PrecisionChoice
from .values import Device
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
class Load(Message, type="LOAD"):
    """host: load a model, in place of the one that is loaded. Answered by LOADED, or by FAILED under the query's id."""

    query: Id
    model: PathText
    device: DeviceChoice = "auto"
    precision: PrecisionChoice = "auto"


@dataclass(frozen=True)
class Loaded(Message, type="LOADED"):
    """engine: the model is loaded.

    Attributes:
        model: its name.
        sha256: of its files together.
        precision: that it computes in.
        batch_size: windows a call.
        memory_bytes: that the model takes.
        seconds: that loading took.
    """

    query: Id
    model: Name
    sha256: Sha256
    precision: Name
    batch_size: Annotated[int, Between(1, 65536)]
    memory_bytes: Count
    seconds: Seconds


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
