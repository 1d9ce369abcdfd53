"""What a user writes for sources: files, folders, patterns, addresses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from landcast.core.errors import RequestError
from landcast.core.scenes.inputs.paths import find_scenes
from landcast.core.scenes.inputs.scene import Scene
from landcast.core.scenes.inputs.work import work_of


def write_raster(path: Path, **tags: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    profile = {
        "width": 32, "height": 32, "count": 3, "dtype": "uint8", "crs": "EPSG:32611",
        "transform": Affine(1, 0, 500_000, 0, -1, 4_000_000),
    }  # fmt: skip
    with rasterio.open(path, "w", driver="GTiff", **profile) as file:
        file.write(np.ones((3, 32, 32), np.uint8))
        file.update_tags(**tags)
    return path


def found(argument: object) -> list[str]:
    return [str(scene.source) for scene in find_scenes(str(argument))]


def test_a_folder_stands_for_the_rasters_in_it_and_for_nothing_that_lies_beside_them(tmp_path: Path) -> None:
    wanted = [write_raster(tmp_path / name) for name in ("a.tif", "b.TIF", "c_pred.tif")]
    write_raster(tmp_path / "a_pred.tif", LANDCAST_SYNTHETIC="YES")
    write_raster(tmp_path / "a.tif.ovr")
    write_raster(tmp_path / ".hidden.tif")
    write_raster(tmp_path / "below" / "d.tif")
    (tmp_path / "notes.txt").write_text("no raster")
    assert found(tmp_path) == [str(path) for path in wanted]


def test_a_picture_in_a_folder_counts_where_something_says_where_it_lies(tmp_path: Path) -> None:
    for name in ("preview.png", "placed.png"):
        (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "placed.pgw").write_text("1\n0\n0\n-1\n0\n0\n")
    assert found(tmp_path) == [str(tmp_path / "placed.png")]


def test_a_pattern_stands_for_what_it_matches_in_any_folder(tmp_path: Path) -> None:
    first, second = write_raster(tmp_path / "1" / "a.tif"), write_raster(tmp_path / "2" / "3" / "a.tif")
    assert found(tmp_path / "**" / "*.tif") == [str(first), str(second)]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "scene [1] 100%.tif")
    assert found(path) == [str(path)]


def test_an_address_and_a_file_that_is_not_there_are_scenes_to_be_tried(tmp_path: Path) -> None:
    assert found("https://example.org/a.tif?sig=*") == ["https://example.org/a.tif?sig=*"]
    assert found(tmp_path / "missing.tif") == [str(tmp_path / "missing.tif")]


@pytest.mark.parametrize(("name", "said"), [("", "no raster of a place"), ("*.jp2", "no raster is called so")])
def test_a_folder_or_pattern_without_rasters_is_refused(name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no raster")
    with pytest.raises(RequestError, match=said):
        find_scenes(str(tmp_path / name))


def test_what_nobody_may_look_at_is_told_at_its_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, closed = write_raster(tmp_path / "a.tif"), write_raster(tmp_path / "closed.tif")
    plain = Path.is_file

    def is_file(path: Path) -> bool:
        if path == closed:
            raise PermissionError(13, "Permission denied")
        return plain(path)

    monkeypatch.setattr(Path, "is_file", is_file)
    assert found(tmp_path) == [str(first), str(closed)]
    assert work_of([Scene(closed, "", "closed")]) == {"closed": None}

    def is_folder(path: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_dir", is_folder)
    (scene,) = find_scenes(str(closed))
    assert scene.refused == f"{closed}: cannot be looked at: Permission denied"
