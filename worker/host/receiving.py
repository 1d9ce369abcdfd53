"""The pixels that a client sends for its job, under credit, into the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...core.protocol.errors import FrameError, LimitError
from ...core.protocol.frames import Frame
from ...core.protocol.messages import Credit, Source, Submit
from ...core.protocol.values import Rect
from .jobs import Job
from .ledger import JobFolder, KeptTile

CREDIT_MESSAGES, CREDIT_BYTES = 4, 32 * 2**20
"""What may be on its way at once."""
MAX_PARTS = 2**20


def first_credit(job: str) -> Credit:
    """What a client may send before it hears more."""
    return Credit(job, CREDIT_MESSAGES, CREDIT_BYTES)


def keep_overview(folder: JobFolder, submit: Submit, frames: Sequence[Frame]) -> None:
    """Keep the decimated image that came with SUBMIT, where one did.

    Raises:
        FrameError: it does not fit the source that was described.
        OSError: it cannot be written.
    """
    if frames and submit.source is not None:
        height, width = frames[0].shape[-2:] if len(frames[0].shape) == 3 else (0, 0)
        layers = check_pixels(frames, submit, (height, width), "overview")
        folder.save_overview(KeptTile(Rect(0, 0, height, width), layers))


def keep_part(job: Job, source: Source, frames: Sequence[Frame], most_bytes: int) -> Credit:
    """Keep a part; the same again replaces nothing. What more may be sent comes back.

    Raises:
        FrameError: its pixels are not as the source was described.
        LimitError: it belongs to no part of the job, or there is too much of it.
        OSError: it cannot be written.
    """
    size = sum(frame.bytes for frame in frames)
    if source.part >= source.parts or source.parts > MAX_PARTS or job.part_count not in (0, source.parts):
        raise LimitError(f"SOURCE.part: {source.part} of {source.parts}, and there are {job.part_count or MAX_PARTS}")
    if source.part not in job.parts:
        if job.source_bytes + size > most_bytes:
            raise LimitError(f"SOURCE: more than {most_bytes} bytes of one job")
        layers = check_pixels(frames, job.submit, (source.rect.height, source.rect.width), "SOURCE")
        job.folder.save_source(source.part, source.parts, KeptTile(source.rect, layers))
        job.parts.add(source.part)
        job.part_count = source.parts
        job.source_bytes += size
    return Credit(job.id, 1, size)


def check_pixels(frames: Sequence[Frame], submit: Submit, shape_yx: tuple[int, int], where: str) -> dict[str, Frame]:
    """Return frames by what they hold.

    Raises:
        FrameError: dtype or shape are not those of the source that was described.
    """
    grid = submit.source
    assert grid is not None
    values = frames[0]
    if values.dtype != grid.dtype or values.shape != (grid.bands, *shape_yx):
        raise FrameError(
            f"{where}: values must be {grid.dtype} {(grid.bands, *shape_yx)}, not {values.dtype} {values.shape}"
        )
    layers = {"values": values}
    if len(frames) > 1:
        if frames[1].dtype != "uint8" or frames[1].shape != shape_yx:
            raise FrameError(f"{where}: validity must be uint8 {shape_yx}, not {frames[1].dtype} {frames[1].shape}")
        layers["valid"] = frames[1]
    return layers


def as_ranges(numbers: Iterable[int], most: int = 512) -> tuple[tuple[int, int], ...]:
    """Numbers as ranges, from the first to before the second; as many ranges as may be told."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number:
            found[-1] = found[-1][0], number + 1
        else:
            found.append((number, number + 1))
    return tuple(found[:most])
