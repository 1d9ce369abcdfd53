"""The small picture of before and after."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from landcast.core.errors import OutputError
from landcast.core.raster.quicklook import SIDE_PX, decimation, write_quicklook


def test_both_images_stand_side_by_side_in_their_colours(tmp_path: Path) -> None:
    before, after = np.zeros((3, 50, 70), np.uint8), np.zeros((3, 50, 70), np.uint8)
    before[0], after[2] = 200, 150
    path = tmp_path / "look.png"
    write_quicklook(path, before, after, ("now", "later"))
    picture = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    lowest = picture[-1]
    assert (lowest[:70] == (200, 0, 0)).all()
    assert (lowest[-70:] == (0, 0, 150)).all()
    assert [p.name for p in tmp_path.iterdir()] == ["look.png"]


def test_each_image_has_its_label_over_it(tmp_path: Path) -> None:
    blank = np.full((3, 50, 120), 255, np.uint8)
    path = tmp_path / "look.png"
    write_quicklook(path, blank, blank, ("now", ""))
    picture = cv2.imread(str(path))
    assert (picture[:, :120] < 100).any()
    assert not (picture[:, 130:] < 100).any()


@pytest.mark.parametrize(("shape_yx", "step"), [((1, 1), 1), ((SIDE_PX, 5), 1), ((5, SIDE_PX + 1), 2), ((8000, 9), 11)])
def test_a_large_image_is_reduced_until_it_fits(shape_yx: tuple[int, int], step: int) -> None:
    assert decimation(shape_yx) == step
    assert max(shape_yx) / step <= SIDE_PX


def test_a_folder_that_does_not_exist_is_an_error_of_the_output(tmp_path: Path) -> None:
    blank = np.zeros((3, 5, 5), np.uint8)
    with pytest.raises(OutputError, match="cannot be written"):
        write_quicklook(tmp_path / "missing" / "look.png", blank, blank, ("", ""))
    assert not list(tmp_path.iterdir())
