"""The messages between a client and the host; those about a job pass between the host and its engine as well.

The words are drawn in the package's docstring. `client:` and `host:` say who sends a message.
"""

from dataclasses import dataclass, field
from typing import Annotated, Literal, Optional

from .errors import ErrorCode
from .fields import (
    AtMost,
    Between,
    Count,
    CrsText,
    Id,
    LayerName,
    Name,
    Notes,
    PathText,
    PixelType,
    Ranges,
    Seconds,
    Sha256,
    Shape,
    Transform,
    Words,
)
from .message import Message
from .requests import Band, JobRequest, Positive, PredictRequest, SourceGrid, Years
from .values import Device, DomainFigure, EngineStatus, JobStatus, Limits, ModelInfo, Rect, ResultFile
from .versions import Version

FailureCode = Literal[
    "source", "unreadable_source", "not_georeferenced", "unsupported_source", "request", "model", "output", "training",
    "disk_full", "out_of_memory", "engine_crashed", "engine_hung", "engine_missing", "queue_full", "job_conflict",
    "job_unknown", "pixels_missing", "not_permitted", "shutting_down", "internal",
]  # fmt: skip
"""Why a job has no result.

The first line mirrors the errors of the library, which the user can mend; `disk_full` and `out_of_memory` are its
machine's. `engine_*`: the process that computes died, hung, or could not be started. `job_conflict`: the id is known
with another request; `job_unknown`: it is not known. `pixels_missing`: the client ended before it had sent all of its
source. `not_permitted`: files of the worker's machine, asked for by a client elsewhere. `internal` is a bug.
"""

Stage = Literal[
    "starting", "loading", "planning", "receiving", "reading", "predicting", "evaluating", "training", "writing"
]
Delivery = Literal["path", "file", "tiles"]


@dataclass(frozen=True)
class Hello(Message, type="HELLO"):
    """client: the first message of a connection.

    Attributes:
        versions: of the protocol that are spoken, of each major one the newest minor one.
        client: program and version.
        locality: what the client read in the worker's connection file on this machine; empty from elsewhere.
    """

    versions: Annotated[tuple[Version, ...], AtMost(16)]
    client: Name
    locality: Name = ""


@dataclass(frozen=True)
class Welcome(Message, type="WELCOME"):
    """host: answers HELLO.

    Attributes:
        version: chosen.
        server: program and version.
        limits: of this host.
        models: by name.
        devices: that it computes on.
        is_local: whether paths in requests are the same files on both sides.
    """

    version: Version
    server: Name
    limits: Limits
    models: Annotated[tuple[Name, ...], AtMost(256)]
    devices: Annotated[tuple[Device, ...], AtMost(64)]
    is_local: bool


@dataclass(frozen=True)
class Plan(Message, type="PLAN", frames=(0, 2)):
    """client: what would a prediction be? Answered by PLANNED or FAILED under the same id.

    Frames, where the worker cannot open the source and it has statistics: a decimated image of all of it, its values
    (band, y, x) and what counts of them, uint8 (y, x).

    Attributes:
        job: made by the client; the job may be submitted under it afterwards.
        request: what to predict.
        source: the image, where the client will send its pixels; None where the worker opens `request.source`.
    """

    job: Id
    request: PredictRequest
    source: Optional[SourceGrid] = None


@dataclass(frozen=True)
class Planned(Message, type="PLANNED"):
    """host: what a prediction would be.

    Attributes:
        crs: of the lattice and the result, as WKT.
        transform: of the result, its upper left corner first.
        rect: of the lattice that the result covers.
        source_rect: the pixels to render and send: `rect` with its halo, as far as the source reaches.
        halo_px: what the network sees beyond `rect` on all sides.
        tile_px: side of the largest tile that TILE and SOURCE carry.
        tiles: that the result has.
        bands: one (grey) or three.
        dtype: of the result's values.
        gsd_m: true metres a pixel.
        years_ahead: that the result claims.
        iterations: that it takes.
        model: name.
        model_sha256: of its files.
        seconds: that it will take once it is its turn, by what calls of the model took here; None where none was timed.
        disk_bytes: of all files of the result.
        memory_bytes: at most.
        source_date: None where nothing says.
        result_date: that the result claims.
        warnings: what the user should know.
        notes: what the user may like to know.
        domain: how far the area is from the model's training; None where the model does not say what that was, or the
            pixels are not there yet.
        is_change_calibrated: whether the probability of change was held to what came true in forecasts like this; None
            for one member, of which there is none.
        change_calibrated_on: where; empty where it was not.
    """

    job: Id
    crs: CrsText
    transform: Transform
    rect: Rect
    source_rect: Rect
    halo_px: Count
    tile_px: Count
    tiles: Count
    bands: Band
    dtype: PixelType
    gsd_m: Positive
    years_ahead: Years
    iterations: Annotated[int, Between(1, 1000)]
    model: Name
    model_sha256: Sha256
    seconds: Optional[Seconds]
    disk_bytes: Count
    memory_bytes: Count
    source_date: Optional[Name] = None
    result_date: Optional[Name] = None
    warnings: Notes = ()
    notes: Notes = ()
    domain: Optional[DomainFigure] = None
    is_change_calibrated: Optional[bool] = None
    change_calibrated_on: Name = ""

    @property
    def shape_yx(self) -> tuple[int, int]:
        """Rows and columns of the result."""
        return self.rect.height, self.rect.width


@dataclass(frozen=True)
class Submit(Message, type="SUBMIT", frames=(0, 2)):
    """client, host: carry this out. Answered by ACCEPTED or FAILED; sent again it is only answered again.

    Frames: as of PLAN.

    Attributes:
        job: made by the client.
        request: its class is the kind of the job.
        source: the image, where the client sends its pixels by SOURCE.
        delivery: `path`: written where the request says, on the worker's machine. `file`: written aside and sent by
            RESULT. `tiles`: not written, the TILEs are the result. In all three TILEs follow CREDIT, and only `tiles`
            waits for it.
        received: numbers of TILEs that the sender holds from an earlier attempt; they are not made or sent again.
        attempt: counts from 1; the host sets it for its engine.
    """

    job: Id
    request: JobRequest
    source: Optional[SourceGrid] = None
    delivery: Delivery = "path"
    received: Ranges = ()
    attempt: Annotated[int, Between(1, 1000)] = 1

    @property
    def kind(self) -> str:
        """What kind of job it is: `predict`, `evaluate` or `train`."""
        return self.request.kind


@dataclass(frozen=True)
class Accepted(Message, type="ACCEPTED"):
    """host: the job is known.

    Attributes:
        position: jobs before it in the queue.
        received: numbers of SOURCE parts that the host holds; they need not be sent again.
    """

    job: Id
    position: Count
    received: Ranges = ()


@dataclass(frozen=True)
class Source(Message, type="SOURCE", frames=(1, 2)):
    """client, host: a part of the planned `source_rect`, under CREDIT.

    Frames: values (band, y, x); what counts of them, uint8 (y, x), all where left out.

    Attributes:
        part: number, from 0; the same part again replaces nothing.
        parts: that there are.
        rect: of the lattice.
    """

    job: Id
    part: Count
    parts: Count
    rect: Rect


@dataclass(frozen=True)
class Credit(Message, type="CREDIT"):
    """client, host, engine: so much more may be sent of what the job streams to the sender of this.

    From the host it is for SOURCE, from the client for TILE and RESULT. One message with frames costs one of `messages`
    and the bytes of its frames; it may be sent while both are above 0, so that the last may overdraw the bytes.
    """

    job: Id
    messages: Annotated[int, Between(0, 4096)]
    bytes: Annotated[int, Between(0, 2**32)]


@dataclass(frozen=True)
class Started(Message, type="STARTED"):
    """host, engine: the job is being carried out; again with the next attempt after an engine died."""

    job: Id
    attempt: Annotated[int, Between(1, 1000)] = 1


@dataclass(frozen=True)
class Progress(Message, type="PROGRESS"):
    """host, engine: how far the job is; `total` is 0 where that is not known."""

    job: Id
    stage: Stage
    done: Count
    total: Count


@dataclass(frozen=True)
class Notice(Message, type="NOTICE"):
    """host, engine: what the user should (`warning`) or may like to know (`note`) about the result.

    Attributes:
        domain: of which the text tells, for who would say it in other words; None where it tells of something else.
    """

    job: Id
    level: Literal["note", "warning"]
    text: Words
    domain: Optional[DomainFigure] = None


@dataclass(frozen=True)
class Tile(Message, type="TILE", frames=(1, 2)):
    """host, engine: a finished part of a layer, under CREDIT; in any order, and after a restart perhaps again.

    Frames: values (band, y, x); what counts of them, uint8 (y, x), all where left out.

    Attributes:
        number: from 0, row by row; the same in every run.
        rect: of the lattice.
        layer: that it is part of; all layers of a number come together, and the number is received with the last.
        layers: that come under this number.
    """

    job: Id
    number: Count
    rect: Rect
    layer: LayerName
    layers: Annotated[int, Between(1, 64)] = 1


@dataclass(frozen=True)
class Done(Message, type="DONE"):
    """host, engine: the job has its result; the last message about it, but for RESULT.

    Attributes:
        files: that were written.
        tiles: that the result has, received or not.
        shape_yx: rows and columns of a prediction.
        transform: of a prediction, its upper left corner first.
        crs: of a prediction, as WKT.
        facts: as recorded in the result.
        warnings: what the user should know.
        seconds: that it took.
    """

    job: Id
    files: Annotated[tuple[ResultFile, ...], AtMost(64)] = ()
    tiles: Count = 0
    shape_yx: Optional[Shape] = None
    transform: Optional[Transform] = None
    crs: Optional[CrsText] = None
    facts: Annotated[dict[Name, Words], AtMost(128)] = field(default_factory=dict)
    warnings: Notes = ()
    seconds: Seconds = 0.0


@dataclass(frozen=True)
class Fetch(Message, type="FETCH"):
    """client: send a file of the result by RESULT, from `offset` on, under CREDIT; replaces its earlier FETCH."""

    job: Id
    layer: LayerName
    offset: Count = 0


@dataclass(frozen=True)
class Result(Message, type="RESULT", frames=(1, 1)):
    """host: a piece of a file; its frame is uint8 (byte,). The file's checksum stood in DONE."""

    job: Id
    layer: LayerName
    offset: Count
    total: Count


@dataclass(frozen=True)
class Failed(Message, type="FAILED"):
    """host, engine: the job or the plan has no result, and nothing stands under the result's name.

    Attributes:
        code: why, for a program.
        message: why, for a person: the thing, what was found, what to do.
        is_retryable: whether the same again may succeed.
    """

    job: Id
    code: FailureCode
    message: Words
    is_retryable: bool = False


@dataclass(frozen=True)
class Cancel(Message, type="CANCEL"):
    """client, host: stop; answered by CANCELLED, or by DONE or FAILED where it was over before."""

    job: Id


@dataclass(frozen=True)
class Cancelled(Message, type="CANCELLED"):
    """host, engine: the job stopped as was asked (`is_over`), or it will (the answer at once)."""

    job: Id
    is_over: bool = True


@dataclass(frozen=True)
class Forget(Message, type="FORGET"):
    """client: it has its result, and nothing needs to be kept of the job."""

    job: Id


@dataclass(frozen=True)
class StatusQuestion(Message, type="STATUS"):
    """client: what is the worker doing?"""

    query: Id


@dataclass(frozen=True)
class StatusReport(Message, type="STATUS_REPORT"):
    """host: what it is doing.

    Attributes:
        queue: jobs that wait.
        uptime_s: of the host.
        engines: one a device.
        jobs: the newest, as far as there is room.
    """

    query: Id
    queue: Count
    uptime_s: Seconds
    engines: Annotated[tuple[EngineStatus, ...], AtMost(64)] = ()
    jobs: Annotated[tuple[JobStatus, ...], AtMost(100)] = ()


@dataclass(frozen=True)
class ModelsQuestion(Message, type="MODELS"):
    """client: which models are there?"""

    query: Id


@dataclass(frozen=True)
class ModelList(Message, type="MODEL_LIST"):
    """host: the models that it knows."""

    query: Id
    models: Annotated[tuple[ModelInfo, ...], AtMost(64)]


@dataclass(frozen=True)
class VerifyModel(Message, type="VERIFY_MODEL"):
    """client: are the files of a model those of its manifest?"""

    query: Id
    model: PathText


@dataclass(frozen=True)
class ModelVerified(Message, type="MODEL_VERIFIED"):
    """host: what was found of a model.

    Attributes:
        sha256: of all of its files together; None where they cannot be read.
        problems: none where it is whole.
    """

    query: Id
    model: PathText
    sha256: Optional[Sha256]
    problems: Notes = ()


@dataclass(frozen=True)
class Ping(Message, type="PING"):
    """client, host: are you there? Answered by PONG at once, whatever is being computed."""

    query: Id


@dataclass(frozen=True)
class Pong(Message, type="PONG"):
    """host, engine: it is.

    Attributes:
        is_busy: whether a job is being carried out.
        progress_age_s: since that job last came further; None where there is none.
    """

    query: Id
    is_busy: bool
    progress_age_s: Optional[Seconds] = None


@dataclass(frozen=True)
class Shutdown(Message, type="SHUTDOWN"):
    """client, host: end; from a client only to a host that its own program started. Not answered."""

    reason: Words = ""


@dataclass(frozen=True)
class Error(Message, type="ERROR"):
    """host, client: a message was not understood or came out of place; it had no effect.

    Attributes:
        code: why, for a program.
        message: why, for a person.
        about: id of the job or the question, where it could be read.
    """

    code: ErrorCode
    message: Words
    about: Optional[Id] = None
