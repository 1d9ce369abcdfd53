"""What is streamed to a client under its credit: tiles of the result, and pieces of its files."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...core.protocol.frames import Frame
from ...core.protocol.message import Message
from ...core.protocol.messages import Done, Result, Tile
from .jobs import Job

PIECE_BYTES = 4 * 2**20
NOT_SENT = ("valid", "look_before", "look_after")
"""Arrays of a kept tile that are no layers of the result."""

Tell = Callable[[bytes, Message, Sequence[Frame]], bool]
"""Sends to a client; False where it is gone."""


def stream(job: Job, tell: Tell) -> bool:
    """Send what a client has room for; False where it is gone."""
    for number in sorted(job.kept - job.sent):
        if job.credit_messages <= 0 or job.credit_bytes <= 0:
            return True
        if not _send_tile(job, number, tell):
            return False
    while job.fetch is not None and job.credit_messages > 0 and job.credit_bytes > 0:
        if not _send_piece(job, tell):
            return False
    return True


def _send_tile(job: Job, number: int, tell: Tell) -> bool:
    """All layers of a tile; the last may overdraw the credit."""
    tile = job.folder.load(number)
    if tile is None:
        job.kept.discard(number)  # it is made again
        return True
    names = [name for name in tile.layers if name not in NOT_SENT]
    for name in names:
        frames = [tile.layers[name], tile.layers["valid"]]
        if not tell(job.owner, Tile(job.id, number, tile.rect, name, len(names)), frames):
            return False
        job.credit_messages -= 1
        job.credit_bytes -= sum(frame.bytes for frame in frames)
    job.sent.add(number)
    return True


def _send_piece(job: Job, tell: Tell) -> bool:
    assert job.fetch is not None
    assert isinstance(job.end, Done)
    layer, offset = job.fetch
    file = next(one for one in job.end.files if one.layer == layer)
    with (job.folder.result / file.name).open("rb") as stream:
        stream.seek(offset)
        data = stream.read(PIECE_BYTES)
    if not data:
        job.fetch = None
        return True
    if not tell(job.owner, Result(job.id, layer, offset, file.bytes), [Frame("uint8", (len(data),), data)]):
        return False
    job.credit_messages -= 1
    job.credit_bytes -= len(data)
    job.fetch = (layer, offset + len(data)) if offset + len(data) < file.bytes else None
    return True
