"""What is encoded is decoded as it was; whatever else the bytes are, there is a message or a typed error."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landcast.core.protocol import errors, limits
from landcast.core.protocol.codec import answer_error, decode, encode
from landcast.core.protocol.errors import ProtocolError
from landcast.core.protocol.frames import Frame
from landcast.core.protocol.message import MESSAGES, Message
from landcast.core.protocol.messages import Done, Failed, Hello, Ping, Progress, Result, Submit, Tile
from landcast.core.protocol.requests import PredictRequest, TrainRequest
from landcast.core.protocol.values import Rect, ResultFile
from landcast.core.protocol.versions import CURRENT, Version
from landcast.tests.core.protocol.strategies import any_frames, any_message, any_of

JOB = "0123456789abcdef" * 2
TILE = Tile(JOB, 3, Rect(-128, 64, 2, 4), "prediction")
PIXELS = Frame("uint16", (1, 2, 4), bytes(range(16)))
MOST_MEMORY = 4 * 2**20
"""Several times what the longest header takes when it is parsed; far below what a frame may be."""


def with_header(parts: list[Any], /, **changes: Any) -> list[Any]:
    """The parts of a message with another header: fields of the body, or `type`, `frames`."""
    header = json.loads(parts[1])
    for name, value in changes.items():
        (header if name in header else header["body"])[name] = value
    return [parts[0], json.dumps(header).encode(), *parts[2:]]


def refused(parts: list[Any], kind: type[ProtocolError], match: str) -> None:
    with pytest.raises(kind, match=match) as caught:
        decode(parts)
    assert type(caught.value) is kind


@pytest.mark.parametrize("name", sorted(MESSAGES))
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_what_is_encoded_is_decoded_as_it_was(name: str, data: st.DataObject) -> None:
    message = data.draw(any_of(MESSAGES[name]))
    frames = data.draw(any_frames(message))
    found, found_frames = decode(encode(message, frames))
    assert found == message
    assert [(frame.dtype, frame.shape, bytes(frame.data)) for frame in found_frames] == [
        (frame.dtype, frame.shape, bytes(frame.data)) for frame in frames
    ]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=6), st.booleans(), st.booleans())
def test_random_bytes_raise_a_protocol_error(parts: list[bytes], has_preamble: bool, has_header: bool) -> None:
    if has_preamble:
        parts = [CURRENT.preamble, *parts]
    if has_header:
        parts = [*parts[:1], b'{"type": "PING", "body": {}, "frames": []}', *parts[1:]]
    with pytest.raises(ProtocolError):
        decode(parts)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(MESSAGES)), st.data())
def test_any_json_in_any_field_is_a_message_or_a_protocol_error(name: str, data: st.DataObject) -> None:
    message = data.draw(any_of(MESSAGES[name]))
    parts = encode(message, data.draw(any_frames(message)))
    field = data.draw(st.sampled_from([*json.loads(parts[1])["body"], "type", "frames", "new"]))
    try:
        found, _ = decode(with_header(parts, **{field: data.draw(JSON_VALUES)}))
    except ProtocolError as error:
        said = str(error)
    else:
        said = ""
        encode(found, [PIXELS] * found.frame_counts[0])
    assert len(said) < 1000


@settings(max_examples=400, deadline=None)
@given(any_message(), st.data())
def test_a_damaged_message_is_another_one_or_a_protocol_error(message: Message, data: st.DataObject) -> None:
    frames = data.draw(any_frames(message))
    parts = [bytearray(part) for part in encode(message, frames)]
    damage = data.draw(st.sampled_from(["flip", "truncate", "extend", "duplicate", "drop", "swap"]))
    number = data.draw(st.integers(0, len(parts) - 1))
    if damage == "flip":
        at = data.draw(st.integers(0, len(parts[number]) - 1))
        parts[number][at] ^= data.draw(st.integers(1, 255))
    elif damage == "truncate":
        del parts[number][data.draw(st.integers(0, len(parts[number]) - 1)) :]
    elif damage == "extend":
        parts[number] += data.draw(st.binary(min_size=1, max_size=9))
    elif damage == "duplicate":
        parts.insert(number, parts[number])
    elif damage == "drop":
        del parts[number]
    else:
        other = data.draw(st.integers(0, len(parts) - 1))
        parts[number], parts[other] = parts[other], parts[number]
    try:
        found, held = decode(parts)
    except ProtocolError:
        return
    if damage in ("truncate", "duplicate", "drop"):
        pytest.fail(f"{damage} of part {number} went unseen")
    assert isinstance(found, Message)
    assert [bytes(frame.data) for frame in held] == [bytes(part) for part in parts[2:]]
    # only the header and the minor version can be other valid ones
    assert damage != "flip" or number < 2


def test_frames_are_neither_copied_out_nor_in() -> None:
    pixels = np.arange(24, dtype=np.float32).reshape(1, 4, 6)
    parts = encode(TILE, [Frame("float32", pixels.shape, pixels.data)])
    assert np.shares_memory(np.frombuffer(parts[2], np.float32), pixels)
    _, (frame,) = decode(parts)
    found = np.frombuffer(frame.data, frame.dtype).reshape(frame.shape)
    assert np.shares_memory(found, pixels)
    assert (found == pixels).all()


def test_a_message_passes_a_real_socket_without_a_copy() -> None:
    zmq = pytest.importorskip("zmq", reason="pyzmq is not installed")
    pixels = np.arange(60_000, dtype=np.uint16).reshape(3, 100, 200)
    with zmq.Context() as context, context.socket(zmq.DEALER) as left, context.socket(zmq.DEALER) as right:
        right.bind("inproc://place")
        left.connect("inproc://place")
        left.send_multipart(encode(TILE, [Frame("uint16", pixels.shape, pixels.data)]), copy=False)
        message, (frame,) = decode(right.recv_multipart(copy=False))
        assert message == TILE
        assert (np.frombuffer(frame.data, frame.dtype).reshape(frame.shape) == pixels).all()
        del frame


@pytest.mark.parametrize(
    ("header", "kind", "match"),
    [
        (b"", errors.HeaderError, "not JSON"),
        (b"\xff\xfe", errors.HeaderError, "UTF-8"),
        (b"\xef\xbb\xbf{}", errors.HeaderError, "not JSON"),
        (b"[]", errors.HeaderError, "not a JSON object but list"),
        (b"{}", errors.HeaderError, "has the fields"),
        (b"{} {}", errors.HeaderError, "not JSON"),
        (b'{"type": 1, "type": 2}', errors.HeaderError, "twice"),
        (b'{"type": NaN}', errors.HeaderError, "NaN"),
        (b'{"type": -Infinity}', errors.HeaderError, "-Infinity"),
        (b'{"type": 1e999}', errors.HeaderError, "too large"),
        (b'{"type": ' + b"9" * 60_000 + b"}", errors.LimitError, "60000 characters"),
        (b'{"type": 0.' + b"1" * 60_000 + b"}", errors.LimitError, "60002 characters"),
        (b"[" * 65_536, errors.LimitError, "in one another"),
        (b'{"a":' * 10_000, errors.LimitError, "in one another"),
        (b'"' + b'\\"' * 30_000, errors.HeaderError, "not JSON"),
        (b"{" + b" " * 65_536 + b"}", errors.LimitError, "65538 bytes"),
        (b'{"type": "NONE", "body": {}, "frames": []}', errors.UnknownMessageError, "'NONE'"),
        (b'{"type": ["PING"], "body": {}, "frames": []}', errors.UnknownMessageError, "PING"),
        (b'{"type": "PING", "body": [], "frames": []}', errors.FieldValueError, "an object, not list"),
        (b'{"type": "PING", "body": {}, "frames": []}', errors.MissingFieldError, "PING: the field query is missing"),
        (b'{"type": "PING", "body": {}, "frames": [], "also": 1}', errors.HeaderError, "also"),
    ],
)  # fmt: skip
def test_a_header_that_is_none_is_refused_and_takes_little_memory(
    header: bytes, kind: type[ProtocolError], match: str
) -> None:
    encode(TILE, [PIXELS])
    tracemalloc.start()
    try:
        refused([CURRENT.preamble, header], kind, match)
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("filler", [b"1,", b'"",', b"[],", b"{},", b'{"a":1},', b"1e-9,", b"[[[[[]]]]],"])
def test_no_header_makes_more_of_itself_than_it_may(filler: bytes) -> None:
    header = b'{"type": [' + filler * (65_000 // len(filler)) + b"1]}"
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError):
            decode([CURRENT.preamble, header])
        assert tracemalloc.get_traced_memory()[1] < 2 * MOST_MEMORY
    finally:
        tracemalloc.stop()


def test_brackets_in_a_string_are_no_depth() -> None:
    message = Failed(JOB, "source", '\\" [' * 100 + "{" * 100)
    assert decode(encode(message)) == (message, [])


@pytest.mark.parametrize(
    ("changes", "kind", "match"),
    [
        ({"number": -1}, errors.FieldValueError, "TILE.number: must be an integer from 0 to"),
        ({"number": 2**70}, errors.FieldValueError, "TILE.number"),
        ({"number": 1.0}, errors.FieldValueError, "not 1.0"),
        ({"number": True}, errors.FieldValueError, "not True"),
        ({"number": "1"}, errors.FieldValueError, "not '1'"),
        ({"number": None}, errors.FieldValueError, "not None"),
        ({"rect": [0, 0, 1, 1]}, errors.FieldValueError, "TILE.rect: must be an object, not list"),
        ({"rect": {"top": 0, "left": 0, "height": 0, "width": 1}}, errors.FieldValueError, "TILE.rect.height"),
        ({"rect": {"top": 0, "left": 0, "height": 1}}, errors.MissingFieldError, "TILE.rect: the field width"),
        ({"job": JOB.upper()}, errors.FieldValueError, "TILE.job: must be a string like"),
        ({"job": JOB + "\n"}, errors.FieldValueError, "TILE.job"),
        ({"layer": "../etc"}, errors.FieldValueError, "TILE.layer"),
        ({"colour": 1}, errors.UnknownFieldError, "TILE: there is no field 'colour'"),
        ({"frames": []}, errors.FrameError, "1 frames came, the header describes 0"),
        ({"frames": {}}, errors.FrameError, "describes no list of"),
        ({"frames": [3]}, errors.FieldValueError, "TILE frame 0: must be an object"),
    ],
)  # fmt: skip
def test_a_field_that_does_not_fit_is_named(changes: dict[str, Any], kind: type[ProtocolError], match: str) -> None:
    refused(with_header(encode(TILE, [PIXELS]), **changes), kind, match)


@pytest.mark.parametrize(
    ("changes", "kind", "match"),
    [
        ({"dtype": "bool"}, errors.FieldValueError, "frame 0.dtype: must be one of"),
        ({"dtype": "object"}, errors.FieldValueError, "frame 0.dtype"),
        ({"dtype": ">u2"}, errors.FieldValueError, "frame 0.dtype"),
        ({"dtype": "uint32"}, errors.FrameError, "1 x 2 x 4 uint32 are not 16 bytes"),
        ({"shape": [1, 2, 5]}, errors.FrameError, "1 x 2 x 5 uint16 are not 16 bytes"),
        ({"shape": [1, 0, 4]}, errors.FieldValueError, r"frame 0.shape\[1\]"),
        ({"shape": [2**40, 2**40]}, errors.FieldValueError, r"frame 0.shape\[0\]"),
        ({"shape": [2**24] * 4}, errors.FrameError, "are not 16 bytes"),
        ({"shape": [1, 1, 1, 2, 4]}, errors.LimitError, "5 entries, at most 4"),
        ({"bytes": 17}, errors.FrameError, "16 bytes came, the header says 17"),
        ({"bytes": 2**40}, errors.FieldValueError, "frame 0.bytes"),
        ({"crc32": 1}, errors.ChecksumError, "CRC-32 is [0-9a-f]{8}, the header says 00000001"),
    ],
)  # fmt: skip
def test_a_frame_that_is_not_as_described_is_refused(
    changes: dict[str, Any], kind: type[ProtocolError], match: str
) -> None:
    parts = encode(TILE, [PIXELS])
    described = [{**json.loads(parts[1])["frames"][0], **changes}]
    refused(with_header(parts, frames=described), kind, match)


def test_too_many_or_too_large_frames_are_refused_on_both_sides() -> None:
    large = bytes(limits.MAX_FRAME_BYTES)
    with pytest.raises(errors.LimitError, match="at most 16777216"):
        encode(TILE, [Frame("uint8", (1, 1, len(large) + 1), large + b"1")])
    refused([CURRENT.preamble, b"{}", *[b""] * 65], errors.LimitError, "67 parts")
    refused([CURRENT.preamble, b"{}", *[large] * 5], errors.LimitError, "frames of 83886080 bytes together")
    refused([CURRENT.preamble], errors.MalformedError, "1 parts")
    refused([], errors.MalformedError, "0 parts")
    with pytest.raises(errors.FrameError, match="carries 0 frames, not 1"):
        encode(Ping(JOB), [PIXELS])
    with pytest.raises(errors.FrameError, match="carries 1 frames, not 0"):
        encode(Result(JOB, "prediction", 0, 10))
    refused([*encode(Ping(JOB)), b"more"], errors.FrameError, "1 frames came, the header describes 0")


def test_the_largest_frame_passes() -> None:
    whole = Frame("uint8", (limits.MAX_FRAME_BYTES,), bytes(limits.MAX_FRAME_BYTES))
    assert decode(encode(Result(JOB, "prediction", 0, 2**30), [whole]))[1][0].bytes == limits.MAX_FRAME_BYTES


@pytest.mark.parametrize(
    ("message", "kind", "match"),
    [
        (replace(TILE, number=np.int64(3)), errors.FieldValueError, "TILE.number: .* not int64"),
        (replace(TILE, number=-3), errors.FieldValueError, "TILE.number"),
        (Failed(JOB, "bad", "what"), errors.FieldValueError, "FAILED.code: must be one of"),
        (Failed(JOB, "source", "\x1b[2J"), errors.FieldValueError, r"FAILED.message: the character '\\x1b' at 0"),
        (Failed(JOB, "source", "a" * 5000), errors.LimitError, "FAILED.message: 5000 characters"),
        (Submit(JOB, PredictRequest("a\0.tif")), errors.FieldValueError, "SUBMIT.request.source"),
        (Submit(JOB, PredictRequest("a.tif", years=float("nan"))), errors.FieldValueError, "SUBMIT.request.years"),
        (Done(JOB, warnings=("w" * 4000,) * 20), errors.LimitError, "header would have"),
        (Done(JOB, files=(ResultFile("a", "b", 1, "c"),)), errors.FieldValueError, r"DONE.files\[0\].sha256"),
    ],
)  # fmt: skip
def test_a_sender_learns_what_is_wrong_before_it_sends(message: Message, kind: type[ProtocolError], match: str) -> None:
    with pytest.raises(kind, match=match):
        encode(message, [PIXELS] if message.frame_counts[0] else [])


def test_an_array_that_is_not_contiguous_is_refused() -> None:
    pixels = np.zeros((1, 4, 6), np.uint8)[:, :, ::2]
    with pytest.raises(errors.FrameError, match="not contiguous"):
        encode(TILE, [Frame("uint8", pixels.shape, pixels.data)])


def test_the_kind_of_a_request_is_its_class() -> None:
    message = Submit(JOB, TrainRequest("model"))
    parts = encode(message)
    assert message.kind == json.loads(parts[1])["body"]["request"]["kind"] == "train"
    refused(with_header(parts, request={"folder": "model"}), errors.MissingFieldError, "the field kind is missing")
    refused(with_header(parts, request={"kind": "predict", "source": "a", "folder": "b"}), errors.UnknownFieldError,
            "SUBMIT.request: there is no field 'folder'")  # fmt: skip
    refused(with_header(parts, request={"kind": "rm"}), errors.FieldValueError, "must be one of 'predict'")


def test_a_newer_minor_version_may_say_more() -> None:
    newer = Version(CURRENT.major, CURRENT.minor + 1).preamble
    parts = with_header(
        encode(TILE, [PIXELS]), rect={"top": 1, "left": 2, "height": 2, "width": 4, "skew": 1}, more=[1]
    )
    refused(parts, errors.UnknownFieldError, "there is no field")
    found, _ = decode([newer, *parts[1:]])
    assert found == replace(TILE, rect=Rect(1, 2, 2, 4))
    header = json.loads(parts[1]) | {"trace": "abc"}
    assert decode([newer, json.dumps(header).encode(), *parts[2:]])[0] == found


def test_a_newer_minor_version_may_not_leave_out_a_field() -> None:
    newer = Version(CURRENT.major, CURRENT.minor + 1).preamble
    header = {"type": "PROGRESS", "body": {"job": JOB, "stage": "reading", "done": 1}, "frames": []}
    refused([newer, json.dumps(header).encode()], errors.MissingFieldError, "total")


def test_an_optional_field_may_be_left_out() -> None:
    header = {
        "type": "HELLO",
        "body": {"versions": [{"major": CURRENT.major, "minor": CURRENT.minor}], "client": "test"},
        "frames": [],
    }
    assert decode([CURRENT.preamble, json.dumps(header).encode()])[0] == Hello((CURRENT,), "test", locality="")


@pytest.mark.parametrize("preamble", [b"", b"LC", b"LC\1", b"LC\1\0\0", b"XX\1\0", b"\0" * 100])
def test_another_first_part_is_refused(preamble: bytes) -> None:
    refused([preamble, b"{}"], errors.PreambleError, "the first part is")


def test_another_major_version_is_refused_with_the_versions_that_are_spoken() -> None:
    refused([b"LC\7\2", b"whatever"], errors.VersionError, r"in version 7\.2, this side speaks 1\.3")


@pytest.mark.parametrize(
    "kind", [errors.VersionError, errors.LimitError, errors.ChecksumError, errors.UnknownFieldError]
)
def test_every_protocol_error_can_be_answered(kind: type[ProtocolError]) -> None:
    answer = answer_error(kind("found \x00 and " + "x" * 10_000), JOB)
    assert answer.code == kind.code
    assert decode(encode(answer)) == (answer, [])


def test_progress_without_a_total_is_zero() -> None:
    assert decode(encode(Progress(JOB, "training", 5, 0)))[0] == Progress(JOB, "training", 5, 0)
