"""Messages to the parts of a ZeroMQ multipart message, and back."""

from collections.abc import Iterable, Sequence
from typing import Any, Optional, Union

from . import engine_messages, messages
from .errors import (
    FrameError,
    HeaderError,
    LimitError,
    MalformedError,
    PreambleError,
    ProtocolError,
    UnknownMessageError,
)
from .fields import clean_text
from .frames import Frame, FrameHeader, describe_frame, flat_view, take_frame
from .header import parse_header, write_header
from .limits import MAX_FRAMES, MAX_HEADER_BYTES, MAX_MESSAGE_BYTES
from .message import MESSAGES, Message
from .schema import build, plain
from .versions import CURRENT, MAGIC, Version, check_version

HEADER_FIELDS = {"type", "body", "frames"}
Part = Union[bytes, memoryview]

# a message is known once its module is imported
assert {messages.Hello.type, engine_messages.EngineReady.type} <= set(MESSAGES)


def encode(message: Message, frames: Sequence[Frame] = ()) -> list[Part]:
    """Return the parts of a message; frames are views of the arrays, which must stay as they are until it is sent.

    Raises:
        ProtocolError: a field or a frame is not as the message demands, or too large. Nothing of it was sent.
    """
    where = message.type
    _check_count(type(message), len(frames))
    described = [describe_frame(frame, f"{where} frame {number}") for number, frame in enumerate(frames)]
    _check_total((view.nbytes for _, view in described), where)
    body = plain(message)
    build(type(message), body, where, is_newer=False)
    headers = [plain(header) for header, _ in described]
    for number, header in enumerate(headers):
        build(FrameHeader, header, f"{where} frame {number}", is_newer=False)
    return [
        CURRENT.preamble,
        write_header({"type": where, "body": body, "frames": headers}, where),
        *(view for _, view in described),
    ]


def decode(parts: Sequence[Any]) -> tuple[Message, list[Frame]]:
    """Return the message and its frames, which are views of the received parts.

    Args:
        parts: as received, without routing ids: bytes, buffers, or `zmq.Frame` of a receive with `copy=False`.

    Raises:
        ProtocolError: the parts are not a message of this protocol; its class says what is wrong.
    """
    if not 2 <= len(parts) <= 2 + MAX_FRAMES:
        kind = MalformedError if len(parts) < 2 else LimitError
        raise kind(f"{len(parts)} parts, a message has a preamble, a header and at most {MAX_FRAMES} frames")
    is_newer = check_version(read_version(parts[0]))
    views = [flat_view(part) for part in parts[1:]]
    if views[0].nbytes > MAX_HEADER_BYTES:
        raise LimitError(f"the header has {views[0].nbytes} bytes, at most {MAX_HEADER_BYTES} are allowed")
    _check_total((view.nbytes for view in views[1:]), "the message")
    header = parse_header(bytes(views[0]))
    kind_of_message = _find_type(header, is_newer)
    where = kind_of_message.type
    message = build(kind_of_message, header["body"], where, is_newer)
    described = header["frames"]
    if not isinstance(described, list) or len(described) != len(views) - 1:
        said = len(described) if isinstance(described, list) else "no list of"
        raise FrameError(f"{where}: {len(views) - 1} frames came, the header describes {said}")
    _check_count(kind_of_message, len(described))
    frames = []
    for number, (one, view) in enumerate(zip(described, views[1:])):
        place = f"{where} frame {number}"
        frames.append(take_frame(build(FrameHeader, one, place, is_newer), view, place))
    return message, frames


def read_version(preamble: Any) -> Version:
    """Return the version that a message is in, by its first part.

    Raises:
        PreambleError: that part is not the magic bytes and a version.
    """
    view = flat_view(preamble)
    if view.nbytes != len(MAGIC) + 2 or bytes(view[: len(MAGIC)]) != MAGIC:
        found = bytes(view[:8])
        raise PreambleError(f"the first part is {found!r} ({view.nbytes} bytes), not {MAGIC!r} and two version bytes")
    return Version(view[-2], view[-1])


def answer_error(error: ProtocolError, about: Optional[str] = None) -> messages.Error:
    """Return the ERROR that answers a message that could not be understood."""
    return messages.Error(error.code, clean_text(str(error)), about)


def _find_type(header: dict[str, Any], is_newer: bool) -> type[Message]:
    missing, unknown = HEADER_FIELDS - set(header), set(header) - HEADER_FIELDS
    if missing or (unknown and not is_newer):
        raise HeaderError(f"the header has the fields {sorted(header)!r:.200}, not {sorted(HEADER_FIELDS)}")
    name = header["type"]
    found = MESSAGES.get(name) if isinstance(name, str) else None
    if found is None:
        raise UnknownMessageError(f"no message has the type {name!r:.80}")
    return found


def _check_count(kind: type[Message], count: int) -> None:
    least, most = kind.frame_counts
    if not least <= count <= most:
        wanted = f"{least}" if least == most else f"{least} to {most}"
        raise FrameError(f"{kind.type}: carries {wanted} frames, not {count}")


def _check_total(sizes: Iterable[int], where: str) -> None:
    total = sum(sizes)
    if total > MAX_MESSAGE_BYTES:
        raise LimitError(f"{where}: frames of {total} bytes together, at most {MAX_MESSAGE_BYTES} are allowed")
