"""Raw arrays beside a header: what they are, that they are whole, and that they are what was sent.

The checksum is CRC-32: it is to find bytes that went wrong by accident (a mistaken buffer, a truncated spool file), at
several gigabytes a second in the standard library; any single burst of up to 32 bits is found. It is no protection
against a forger, who would compute it anew: that is what CURVE and the loopback are for.
"""

import math
import sys
import zlib
from dataclasses import dataclass
from typing import Annotated, Any, Union

from .errors import ChecksumError, FrameError, LimitError
from .fields import AtMost, Between, PixelType
from .limits import MAX_DIMENSIONS, MAX_FRAME_BYTES

ITEM_BYTES: dict[str, int] = {
    "uint8": 1, "int8": 1, "uint16": 2, "int16": 2, "uint32": 4, "int32": 4, "uint64": 8, "int64": 8,
    "float16": 2, "float32": 4, "float64": 8,
}  # fmt: skip
Buffer = Union[bytes, bytearray, memoryview]


@dataclass(frozen=True)
class Frame:
    """An array in C order, little-endian.

    Attributes:
        dtype: numpy's name of its type, one of `PixelType`.
        shape: outermost dimension first.
        data: its bytes, of any contiguous buffer: nothing is copied on the way out, and what comes in is a view of
            what was received. `Frame(str(array.dtype), array.shape, array.data)` takes an array of numpy,
            `numpy.frombuffer(frame.data, frame.dtype).reshape(frame.shape)` makes one.
    """

    dtype: PixelType
    shape: tuple[int, ...]
    data: Buffer

    @property
    def bytes(self) -> int:
        """Its size."""
        return memoryview(self.data).nbytes


@dataclass(frozen=True)
class FrameHeader:
    """What a message's header says of a frame."""

    dtype: PixelType
    shape: Annotated[tuple[Annotated[int, Between(1, MAX_FRAME_BYTES)], ...], AtMost(MAX_DIMENSIONS)]
    bytes: Annotated[int, Between(1, MAX_FRAME_BYTES)]
    crc32: Annotated[int, Between(0, 2**32 - 1)]


def describe_frame(frame: Frame, where: str) -> tuple[FrameHeader, memoryview]:
    """Return what the header says of a frame, and its bytes.

    Raises:
        LimitError: it is too large.
        FrameError: it is not contiguous, its shape and bytes do not fit, or this machine is big-endian.
    """
    if sys.byteorder != "little":
        raise FrameError(f"{where}: frames are little-endian, and this machine is not")
    view = memoryview(frame.data)
    if not view.c_contiguous:
        raise FrameError(f"{where}: the array is not contiguous in C order; copy it first")
    if view.nbytes > MAX_FRAME_BYTES:
        raise LimitError(f"{where}: {view.nbytes} bytes, at most {MAX_FRAME_BYTES} are allowed")
    flat = view.cast("B")
    header = FrameHeader(frame.dtype, tuple(frame.shape), flat.nbytes, zlib.crc32(flat))
    _check_size(header, where)
    return header, flat


def take_frame(header: FrameHeader, view: memoryview, where: str) -> Frame:
    """Return a received frame as a view of its bytes.

    Raises:
        FrameError: the bytes are not as many as the header says, or do not fill the shape.
        ChecksumError: the bytes are not those that were sent.
    """
    if view.nbytes != header.bytes:
        raise FrameError(f"{where}: {view.nbytes} bytes came, the header says {header.bytes}")
    _check_size(header, where)
    found = zlib.crc32(view)
    if found != header.crc32:
        raise ChecksumError(f"{where}: CRC-32 is {found:08x}, the header says {header.crc32:08x}")
    return Frame(header.dtype, header.shape, view)


def flat_view(part: Any) -> memoryview:
    """Return the bytes of a received part: a buffer, or a message of pyzmq that holds one."""
    view = memoryview(getattr(part, "buffer", part))
    return view if view.format == "B" and view.ndim == 1 else view.cast("B")


def _check_size(header: FrameHeader, where: str) -> None:
    item = ITEM_BYTES.get(header.dtype)
    if item is None:
        raise FrameError(f"{where}: dtype {header.dtype!r} is not one of {', '.join(ITEM_BYTES)}")
    if math.prod(header.shape) * item != header.bytes:
        shape = " x ".join(map(str, header.shape))
        raise FrameError(f"{where}: {shape} {header.dtype} are not {header.bytes} bytes")
