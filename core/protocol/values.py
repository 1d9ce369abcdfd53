"""What several messages hold: rectangles, files, models, devices, states."""

from dataclasses import dataclass
from typing import Annotated, Literal, Optional

from .fields import AtMost, Between, Count, Id, LayerName, Name, PathText, Pixels, Place, Seconds, Sha256, Words
from .limits import MAX_FRAME_BYTES, MAX_FRAMES, MAX_HEADER_BYTES, MAX_MESSAGE_BYTES

JobKind = Literal["predict", "evaluate", "train"]
JobState = Literal["receiving", "queued", "running", "done", "failed", "cancelled"]
MOST_WARM = 16
"""Models that are told of as loaded; of more, the newest."""
EngineState = Literal["starting", "idle", "busy", "restarting", "gone"]


@dataclass(frozen=True)
class Rect:
    """A rectangle of lattice pixels: absolute row and column of its first pixel, and its size."""

    top: Place
    left: Place
    height: Pixels
    width: Pixels


@dataclass(frozen=True)
class Limits:
    """What a host takes.

    Attributes:
        header_bytes: of a header.
        frame_bytes: of a frame.
        frames: of a message.
        message_bytes: of all frames of a message.
        jobs: that wait in its queue, of all clients.
        jobs_a_client: of those, of one client.
        source_bytes: of all SOURCE frames of a job.
    """

    header_bytes: Count = MAX_HEADER_BYTES
    frame_bytes: Count = MAX_FRAME_BYTES
    frames: Count = MAX_FRAMES
    message_bytes: Count = MAX_MESSAGE_BYTES
    jobs: Count = 256
    jobs_a_client: Count = 64
    source_bytes: Count = 2**36


@dataclass(frozen=True)
class Device:
    """What is computed on: `cpu` or `cuda:0`, what it is called, and its memory."""

    device: Name
    name: Name
    memory_bytes: Count


@dataclass(frozen=True)
class ResultFile:
    """A file of a result.

    Attributes:
        layer: what it holds; the files of a training or an evaluation are numbered (`file_0`).
        name: without its folder.
        bytes: its size.
        sha256: of it.
        path: where it stands on the worker's machine; None where it is to be fetched.
    """

    layer: LayerName
    name: Name
    bytes: Count
    sha256: Sha256
    path: Optional[PathText] = None


@dataclass(frozen=True)
class DomainFigure:
    """How far an area is from what a model was trained on, by tiles spread over it.

    Attributes:
        tiles: that were looked at.
        unlike_share: of them: those further than 95 % of the training lie from each other.
        median: of the distances, in units of that distance.
        is_notable: whether the user should know before anything is predicted.
        text: the same as a sentence, as it stands among warnings or notes.
    """

    tiles: Count
    unlike_share: Annotated[float, Between(0, 1)]
    median: Annotated[float, Between(0, 1e9)]
    is_notable: bool
    text: Words


@dataclass(frozen=True)
class ModelInfo:
    """What a model promises.

    Attributes:
        name: by which it is asked for.
        sha256: of its files together.
        region: where its training images lie.
        sensor: what took them.
        gsd_range_m: smallest and largest GSD that it was trained on.
        ground_scale_m: metres that one tile covers at the GSD that was trained on most.
        interval_years: that it was trained on.
        sampling_steps: network calls a member.
        bytes: of its files.
        is_shipped: whether it came with the program.
        has_domain: whether it says what it was trained on; None where the worker is too old to tell.
        change_calibrated_on: places on which its probability of change was held to what came true; empty where it was
            not, None where the worker is too old to tell.
    """

    name: Name
    sha256: Sha256
    region: Name
    sensor: Name
    gsd_range_m: tuple[
        Annotated[float, Between(0, 1e9)],
        Annotated[float, Between(0, 1e9)],
    ]
    ground_scale_m: Annotated[float, Between(0, 1e9)]
    interval_years: Annotated[tuple[Annotated[float, Between(0, 1000)], ...], AtMost(64)]
    sampling_steps: Count
    bytes: Count
    is_shipped: bool = False
    has_domain: Optional[bool] = None
    change_calibrated_on: Optional[Name] = None


@dataclass(frozen=True)
class WarmModel:
    """A model that is loaded.

    Attributes:
        name: of the model.
        sha256: of its files together.
        device: where it lies.
        precision: that it computes in.
        memory_bytes: of its weights.
    """

    name: Name
    sha256: Sha256
    device: Name
    precision: Name
    memory_bytes: Count


@dataclass(frozen=True)
class EngineStatus:
    """The process that computes on one device.

    Attributes:
        device: `cpu` or `cuda:0`.
        state: of the process.
        process: its id.
        restarts: since the host started.
        models: that are loaded, the newest at the end.
        job: that it carries out.
        progress_age_s: since it last came further.
        last_words: why it ended the last time.
    """

    device: Name
    state: EngineState
    process: Optional[Count] = None
    restarts: Count = 0
    models: Annotated[tuple[WarmModel, ...], AtMost(MOST_WARM)] = ()
    job: Optional[Id] = None
    progress_age_s: Optional[Seconds] = None
    last_words: Optional[Words] = None


@dataclass(frozen=True)
class JobStatus:
    """Where a job stands.

    Attributes:
        state: of the job.
        done: of `total`.
        position: jobs before it.
        attempt: counts from 1; 0 before the first.
        is_own: whether the asking client submitted it.
    """

    job: Id
    kind: JobKind
    state: JobState
    done: Count = 0
    total: Count = 0
    position: Count = 0
    attempt: Count = 0
    is_own: bool = False
