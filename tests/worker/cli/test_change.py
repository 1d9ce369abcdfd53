"""`landcast change` as people call it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio

from .conftest import Run, Start


@pytest.fixture
def dates(rendered: Path, tmp_path: Path) -> tuple[Path, Path]:
    """The rendered place, twice, each with its date."""
    (tmp_path / "dates").mkdir()
    paths = []
    for year in (2016, 2020):
        paths.append(Path(shutil.copy(rendered / f"scene_{year}.tif", tmp_path / "dates")))
        with rasterio.open(paths[-1], "r+") as dataset:
            dataset.update_tags(TIFFTAG_DATETIME=f"{year}:06:14 10:00:00")
    return paths[0], paths[1]


def test_it_prints_the_path_and_says_how_much_changed(run: Run, dates: tuple[Path, Path], tmp_path: Path) -> None:
    answer = run("change", *dates, "-o", tmp_path / "out.tif")
    assert (answer.code, answer.out) == (0, f"{tmp_path / 'out.tif'}\n")
    assert " % of the ground changed, " in answer.err
    assert " of 2.361 ha, with a probability of at least 99 %" in answer.err
    with rasterio.open(dates[0]) as before, rasterio.open(tmp_path / "out.tif") as result:
        assert (result.transform, result.crs, result.shape) == (before.transform, before.crs, before.shape)
        assert result.count == 2
        assert result.tags()["LANDCAST_CHANGE"] == "YES"


def test_what_was_found_is_told_as_json(run: Run, dates: tuple[Path, Path], tmp_path: Path) -> None:
    answer = run("change", *dates, "-o", tmp_path / "out.tif", "--json", "--progress", "lines", "--threshold", 90)
    told = json.loads(answer.out)
    assert (told["output"], told["width"], told["height"]) == (str(tmp_path / "out.tif"), 256, 256)
    assert (told["before"], told["after"], told["threshold"]) == ("scene_2016.tif", "scene_2020.tif", 90)
    assert (told["before_date"], told["after_date"]) == ("2016-06-14", "2020-06-14")
    assert told["compared_pixels"] == 256 * 256
    with rasterio.open(tmp_path / "out.tif") as result:
        assert told["changed_pixels"] == (result.read(1) >= 90).sum()
    assert told["compared_ha"] == pytest.approx(256 * 256 * 0.36e-4, rel=0.002)
    assert told["changed_ha"] == pytest.approx(told["compared_ha"] * told["changed_share"], rel=0.001)
    assert 0 < told["changed_share"] < 0.5
    assert told["warnings"] == []
    assert answer.err.splitlines()[-1] == "progress: 2/2"


def test_an_existing_result_is_kept_without_overwrite(run: Run, dates: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "out.tif").write_text("mine")
    answer = run("change", *dates, "-o", tmp_path / "out.tif")
    assert answer.code == 1
    assert "--overwrite" in answer.error_line
    assert (tmp_path / "out.tif").read_text() == "mine"
    assert run("change", *dates, "-o", tmp_path / "out.tif", "--overwrite").code == 0


def test_wrong_usage_is_one_line(run: Run, dates: tuple[Path, Path], tmp_path: Path) -> None:
    answer = run("change", *dates)
    assert (answer.code, "-o" in answer.error_line) == (2, True)
    for more, named in {
        ("--after-bands", "1,2"): "error: --after-bands needs one number or three",
        ("--bands", "9"): "9",
        ("--threshold", "0"): "error: --threshold must lie between 1 and 100",
    }.items():
        answer = run("change", *dates, "-o", tmp_path / "out.tif", *more)
        assert (answer.code, named in answer.error_line) == (1, True)
    assert not list(tmp_path.glob("out*"))


def test_dates_the_wrong_way_round_are_told_of_and_refused_where_strict(
    run: Run, dates: tuple[Path, Path], tmp_path: Path
) -> None:
    answer = run("change", *reversed(dates), "-o", tmp_path / "out.tif", "--strict")
    assert answer.code == 1
    assert "was taken 2016-06-14, before" in answer.err
    assert "--strict: 1 warning is an error" in answer.error_line
    assert not (tmp_path / "out.tif").exists()


def test_a_person_who_stops_it_finds_nothing_left(start: Start, tmp_path: Path) -> None:
    pattern = np.add.outer(np.arange(9000), np.arange(9000)).astype(np.uint8)
    for name in ("a", "b"):
        with rasterio.open(
            tmp_path / f"{name}.tif", "w", driver="GTiff", width=9000, height=9000, count=1, dtype="uint8",
            crs="EPSG:26911", transform=rasterio.Affine(0.6, 0, 434400, 0, -0.6, 3774000), tiled=True,
            compress="deflate",
        ) as target:  # fmt: skip
            target.write(pattern, 1)
    process = start("change", tmp_path / "a.tif", tmp_path / "b.tif", "-o", tmp_path / "out.tif", "--progress", "lines")
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("progress: 70/"):
            break
    process.send_signal(signal.SIGINT)
    last = process.stderr.read().splitlines()[-1]
    assert (process.wait(60), last) == (130, "error: stopped as asked; nothing half-done was left")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tif", "b.tif"]


def test_change_needs_no_network_library() -> None:
    code = "import sys, landcast.worker.cli.change; print(*{'torch', 'diffusers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
