"""Windows that stand for a whole source."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landcast.core.raster.sampling import STRIP_PX, WHOLE_PX, WINDOW_PX, sample_windows

SIDES = st.one_of(st.integers(1, 4000), st.integers(1, 2_000_000))


@settings(max_examples=200, deadline=None)
@given(height=SIDES, width=SIDES)
def test_windows_lie_within_and_touch_all_four_sides(height: int, width: int) -> None:
    windows = list(sample_windows((height, width)))
    assert windows == list(sample_windows((height, width)))
    for window in windows:
        assert window.col_off >= 0
        assert window.row_off >= 0
        assert window.width >= 1
        assert window.height >= 1
        assert window.col_off + window.width <= width
        assert window.row_off + window.height <= height
        assert window.width * window.height <= STRIP_PX
    corners = {(0, 0), (0, width - 1), (height - 1, 0), (height - 1, width - 1)}
    for row, column in corners:
        assert any(
            w.row_off <= row < w.row_off + w.height and w.col_off <= column < w.col_off + w.width for w in windows
        )


@pytest.mark.parametrize("shape", [(1, 1), (3000, 3000), (1, WHOLE_PX), (WHOLE_PX, 1), (7, 1_000_003), (2999, 3001)])
def test_a_small_source_is_covered_exactly_once(shape: tuple[int, int]) -> None:
    covered = np.zeros(shape, np.uint8)
    for window in sample_windows(shape):
        covered[window.row_off : window.row_off + window.height, window.col_off : window.col_off + window.width] += 1
    assert (covered == 1).all()


@pytest.mark.parametrize("shape", [(3000, 3001), (60_000, 60_000), (1_000_000, 10), (10, 1_000_000), (300, 300_000)])
def test_a_large_source_is_sampled_by_few_windows_evenly_spread(shape: tuple[int, int]) -> None:
    windows = list(sample_windows(shape))
    assert len(windows) <= 144
    assert sum(window.width * window.height for window in windows) <= 144 * WINDOW_PX**2
    rows = np.array(sorted({window.row_off for window in windows}))
    steps = np.diff(rows)
    assert not len(steps) or steps.max() - steps.min() <= 1
