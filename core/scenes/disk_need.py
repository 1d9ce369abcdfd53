"""Room on the disk that a scene takes, and whether there is so much, before any work.

Until a scene is finished there stand its blocks, the files that are made of them, and the overviews of the one that is
being made; then its files alone. What an earlier run left, and this one continues with, is there already.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import OutputError
from ..raster.disk import estimate_result_bytes, format_bytes, free_bytes
from ..raster.layer import LayerSpec

Form = Literal["cog", "blocks"]
OVERVIEWS_SHARE = 0.25
"""Of a file with overviews: a quarter, a sixteenth and so on of its pixels, by their sum and that of the pixels."""
BLOCK_DIRECTORY_BYTES = 16 * 2**10
"""What each block takes beside its pixels: what it says of itself, and its record."""


@dataclass(frozen=True)
class DiskNeed:
    """Room that a scene takes.

    Attributes:
        blocks_bytes: of the blocks, until the scene is finished; less what is there already.
        result_bytes: of the final files.
        scratch_bytes: beside them, while one of them is made.
        linked_bytes: of blocks that become final files themselves, and are copied where they stand on another disk.
    """

    blocks_bytes: int
    result_bytes: int
    scratch_bytes: int
    linked_bytes: int = 0

    @property
    def peak_bytes(self) -> int:
        """The most that stands on one disk at any time."""
        return self.blocks_bytes + self.result_bytes + self.scratch_bytes


def scene_disk_need(
    layers: Iterable[LayerSpec], form: Form, blocks: int = 1, kept_bytes: int = 0, extra_bytes: int = 0
) -> DiskNeed:
    """Estimate what a scene takes; what is expected, which is measured for 8-bit imagery.

    Args:
        layers: that are written.
        form: of the result.
        blocks: how many a layer has.
        kept_bytes: of blocks that an earlier run left and this one continues with.
        extra_bytes: that are kept with the blocks and are no layer.
    """
    files = [estimate_result_bytes(spec.shape_yx, len(spec.bands), spec.dtype)[0] for spec in layers]
    overviews = [round(size * OVERVIEWS_SHARE) for size in files]
    pixels = sum(files) - sum(overviews) + len(files) * blocks * BLOCK_DIRECTORY_BYTES
    new_blocks = max(0, pixels + extra_bytes - kept_bytes)
    if form == "blocks":
        return DiskNeed(new_blocks, sum(overviews), 0, linked_bytes=pixels)
    return DiskNeed(new_blocks, sum(files), max(overviews, default=0))


def check_scene_disk(need: DiskNeed, name: str, out_folder: Path, blocks_folder: Path | None) -> None:
    """Make sure, before any work, that there is room for a scene.

    Args:
        need: what it takes.
        name: of the result, for the message.
        out_folder: where the result is going to stand.
        blocks_folder: where its blocks are going to stand; None where that is no disk of this machine.

    Raises:
        OutputError: there is less room than needed.
    """
    free = free_bytes(out_folder)
    is_shared = blocks_folder is not None and _device(blocks_folder) == _device(out_folder)
    wanted = need.result_bytes + need.scratch_bytes
    if is_shared:
        wanted += need.blocks_bytes
    else:
        wanted += need.linked_bytes
    parts = f"{format_bytes(need.result_bytes)} for the result"
    parts += f", {format_bytes(need.blocks_bytes)} for its blocks until then" if is_shared else ""
    parts += f", {format_bytes(need.scratch_bytes)} while it is put together" if need.scratch_bytes else ""
    if free < wanted:
        raise OutputError(
            f"{name}: needs {format_bytes(wanted)} ({parts}), and {out_folder} has {format_bytes(free)} free; "
            "free some space, or choose another place with -o"
        )
    if (
        blocks_folder is not None
        and not is_shared
        and (left := free_bytes(_existing(blocks_folder))) < need.blocks_bytes
    ):
        raise OutputError(
            f"{name}: its blocks need {format_bytes(need.blocks_bytes)}, and {blocks_folder} has "
            f"{format_bytes(left)} free; free some space, or choose another place for them"
        )


def _device(folder: Path) -> int:
    return _existing(folder).stat().st_dev


def _existing(folder: Path) -> Path:
    """The nearest folder that is there: others are made when they are needed."""
    folder = folder.absolute()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder
