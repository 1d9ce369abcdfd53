"""A result never takes the name of a file that is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from landcast.qgis_plugin.free_file import free_name, free_output


def test_a_name_that_is_free_is_taken(tmp_path: Path) -> None:
    (tmp_path / "future_2.tif").touch()
    assert free_output(tmp_path / "future.tif") == tmp_path / "future.tif"
    assert free_name(tmp_path / "town.gif") == tmp_path / "town.gif"


@pytest.mark.parametrize("there", ["a[1].tif", "a[1]_spread.tif", "a[1]_change.tif", "a[1]_iteration_12.tif"])
def test_no_file_of_an_earlier_prediction_is_replaced(tmp_path: Path, there: str) -> None:
    (tmp_path / there).touch()
    assert free_output(tmp_path / "a[1].tif") == tmp_path / "a[1]_2.tif"
    (tmp_path / "a[1]_2_change.tif").touch()
    assert free_output(tmp_path / "a[1].tif") == tmp_path / "a[1]_3.tif"


def test_a_picture_gets_the_next_number(tmp_path: Path) -> None:
    for name in ("town.gif", "town_2.gif"):
        (tmp_path / name).touch()
    assert free_name(tmp_path / "town.gif") == tmp_path / "town_3.gif"
