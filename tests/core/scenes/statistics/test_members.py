"""What members change, packed and unpacked."""

from __future__ import annotations

import numpy as np
import pytest

from landcast.core.lattice import CELL_PX, Rect
from landcast.core.scenes.statistics.members import changes_of, pack_members, valid_of


@pytest.mark.parametrize("members", [1, 3, 8, 9, 17])
@pytest.mark.parametrize("block", [Rect(0, 0, 8, 12), Rect(-5, 3, 11, 9), Rect(2, -7, 1, 2)])
def test_each_pixel_gives_back_what_each_member_does_to_its_cell(members: int, block: Rect) -> None:
    draw = np.random.default_rng(members)
    cells = block.snapped(CELL_PX).in_cells()
    changed, valid = draw.random((members, *cells.shape_yx)) < 0.4, draw.random(block.shape_yx) < 0.7
    packed = pack_members(changed, valid, block)
    assert packed.shape == (-(-members // 8) + 1, *block.shape_yx)
    np.testing.assert_array_equal(valid_of(packed), valid)
    found = changes_of(packed.reshape(len(packed), -1), members).reshape(members, *block.shape_yx)
    for row, column in np.ndindex(block.shape_yx):
        cell = (block.top + row) // CELL_PX - cells.top, (block.left + column) // CELL_PX - cells.left
        np.testing.assert_array_equal(found[:, row, column], changed[:, *cell] & valid[row, column])


def test_cells_of_another_block_are_refused() -> None:
    with pytest.raises(ValueError, match=r"needs \(2, 3\) cells"):
        pack_members(np.zeros((1, 2, 2), bool), np.ones((8, 12), bool), Rect(0, 0, 8, 12))
