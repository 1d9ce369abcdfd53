"""Which pixels each member of an ensemble changes, packed into what is kept of a block: one bit a member.

A member changes a coarse cell where the mean over bands of its absolute difference exceeds 20 of 255 levels, and all
pixels of the cell with it. What is kept lies on the block's own pixels: member k is bit k % 8, the most significant
first, of band k // 8, and one more band says what is valid. Equal pixels of a cell cost little once compressed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...lattice import CELL_PX, Rect

MEMBERS_LAYER = "members"
"""Name among the arrays of a block."""
VALID = 255


def pack_members(changed: NDArray[np.bool_], valid: NDArray[np.bool_], block: Rect) -> NDArray[np.uint8]:
    """Pack what each member changes, and what is valid, into uint8 (band, y, x) over the block.

    Args:
        changed: bool, (member, y, x) in cells, over all cells that the block touches.
        valid: bool, (y, x) over the block.
        block: in pixels of the lattice.
    """
    whole = block.snapped(CELL_PX)
    if changed.shape[1:] != whole.in_cells().shape_yx or valid.shape != block.shape_yx:
        raise ValueError(
            f"{block} needs {whole.in_cells().shape_yx} cells and {block.shape_yx} pixels, "
            f"not {changed.shape[1:]} and {valid.shape}"
        )
    fine = np.packbits(changed, axis=0).repeat(CELL_PX, axis=1).repeat(CELL_PX, axis=2)
    return np.concatenate([fine[:, *block.slices_in(whole)] * valid, valid[None] * np.uint8(VALID)])


def valid_of(packed: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Say which pixels are valid, bool (y, x) of uint8 (band, y, x)."""
    valid: NDArray[np.bool_] = packed[-1] == VALID
    return valid


def changes_of(packed: NDArray[np.uint8], members: int) -> NDArray[np.bool_]:
    """Say of each member whether it changes a pixel: bool (member, pixel) of uint8 (band, pixel)."""
    return np.unpackbits(packed[:-1], axis=0, count=members).astype(np.bool_)
