"""`landcast match` as people call it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import rasterio

from .conftest import Run


@pytest.fixture
def dates(rendered: Path) -> tuple[Path, Path]:
    return rendered / "scene_2016.tif", rendered / "scene_2020.tif"


def test_an_image_gets_the_colours_of_another(run: Run, dates: tuple[Path, Path], tmp_path: Path) -> None:
    answer = run("match", *dates, "-o", tmp_path / "out.tif")
    assert (answer.code, answer.out, answer.err) == (0, f"{tmp_path / 'out.tif'}\n", "")
    with rasterio.open(dates[0]) as source, rasterio.open(tmp_path / "out.tif") as result:
        assert (result.transform, result.crs, result.shape) == (source.transform, source.crs, source.shape)
        assert result.tags()["LANDCAST_MATCHED"] == "YES"


def test_what_was_made_is_told_as_json(run: Run, dates: tuple[Path, Path], tmp_path: Path) -> None:
    answer = run("match", *dates, "-o", tmp_path / "out.tif", "--json", "--progress", "lines")
    told = json.loads(answer.out)
    assert told["output"] == str(tmp_path / "out.tif")
    assert (told["width"], told["height"], told["dtype"], told["compared"]) == (256, 256, "uint8", "overlap")
    assert told["source_pixels"] == told["reference_pixels"] == 256 * 256
    assert max(told["distance_after"]) <= 0.05
    assert told["warnings"] == []
    assert answer.err.splitlines()[-1] == "progress: 3/3"


def test_an_existing_result_is_kept_without_overwrite(run: Run, dates: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "out.tif").write_text("mine")
    answer = run("match", *dates, "-o", tmp_path / "out.tif")
    assert answer.code == 1
    assert "--overwrite" in answer.error_line
    assert (tmp_path / "out.tif").read_text() == "mine"
    assert run("match", *dates, "-o", tmp_path / "out.tif", "--overwrite").code == 0


def test_a_result_needs_a_name(run: Run, dates: tuple[Path, Path]) -> None:
    answer = run("match", *dates)
    assert answer.code == 2
    assert "-o" in answer.error_line


@pytest.mark.parametrize("text", ["1,2", "red", "0"])
def test_wrong_bands_of_the_reference_are_named_by_their_option(
    text: str, run: Run, dates: tuple[Path, Path], tmp_path: Path
) -> None:
    answer = run("match", *dates, "-o", tmp_path / "out.tif", "--reference-bands", text)
    assert answer.code == 1
    assert answer.error_line.startswith("error: --reference-bands ")


def test_places_that_do_not_overlap_need_to_be_asked_for(
    run: Run, dates: tuple[Path, Path], tmp_path: Path, move: Callable[[Path, float], Path]
) -> None:
    away = move(dates[1], 10_000)
    answer = run("match", dates[0], away, "-o", tmp_path / "out.tif")
    assert answer.code == 1
    assert "--whole" in answer.error_line
    answer = run("match", dates[0], away, "-o", tmp_path / "out.tif", "--whole", "--strict")
    assert answer.code == 1
    assert "--strict: 1 warning is an error" in answer.error_line
    assert not (tmp_path / "out.tif").exists()
    answer = run("match", dates[0], away, "-o", tmp_path / "out.tif", "--whole")
    assert (answer.code, answer.err.count("warning: ")) == (0, 1)


@pytest.fixture
def move(tmp_path: Path) -> Callable[[Path, float], Path]:
    """Copy an image to a place some pixels to the east."""

    def copy(path: Path, pixels: float) -> Path:
        with rasterio.open(path) as source:
            profile, values = source.profile, source.read()
        profile["transform"] = profile["transform"] @ profile["transform"].translation(pixels, 0)
        with rasterio.open(tmp_path / "moved.tif", "w", **profile) as target:
            target.write(values)
        return tmp_path / "moved.tif"

    return copy


def test_matching_needs_no_network_library() -> None:
    code = "import sys, landcast.worker.cli.match; print(*{'torch', 'diffusers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
