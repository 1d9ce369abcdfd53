"""The result file: whole and verified, or not there at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

from landcast.core.errors import OutputError
from landcast.core.raster.provenance import BAND_NAMES, make_tags
from landcast.core.raster.result import ResultFile, check_output, glob_escape

TRANSFORM = Affine(0.6, 0, 434400.0, 0, -0.6, 3774000.0)
TAGS = make_tags({"model": "tiny", "years_ahead": "2", "seed": 5})


@pytest.fixture
def pixels() -> NDArray[np.uint8]:
    """More than one block in both directions, smooth enough to have overviews of its own kind."""
    rows, columns = np.mgrid[:700, :600]
    return np.stack([rows // 3, columns // 3, (rows + columns) // 6]).astype(np.uint8)


@pytest.fixture
def valid() -> NDArray[np.bool_]:
    mask = np.ones((700, 600), bool)
    mask[100:400, 50:300] = False
    return mask


def start(path: Path, shape_yx: tuple[int, int] = (700, 600), bands: tuple[str, ...] = BAND_NAMES) -> ResultFile:
    return ResultFile(path, bands, shape_yx, TRANSFORM, CRS.from_epsg(32611), TAGS)


def write(path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_], overwrite: bool = False) -> Path:
    """Write a whole result in rows that fit no block."""
    with start(path) as file:
        for top in range(0, pixels.shape[1], 130):
            file.write_rows(pixels[:, top : top + 130], valid[top : top + 130])
        file.close()
        return file.publish(overwrite)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_reads_back(tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]) -> None:
    path = tmp_path / "a_pred.tif"
    assert write(path, pixels, valid) == path
    assert names(tmp_path) == ["a_pred.tif"]
    with rasterio.open(path) as result:
        np.testing.assert_array_equal(result.read(), pixels)
        np.testing.assert_array_equal(result.read_masks(2) > 0, valid)
        assert result.transform == TRANSFORM
        assert result.crs.to_epsg() == 32611
        assert result.descriptions == BAND_NAMES
        assert [band.name for band in result.colorinterp] == ["red", "green", "blue"]
        assert result.profile["tiled"]


def test_it_has_overviews_with_mask(tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]) -> None:
    path = write(tmp_path / "a.tif", pixels, valid)
    with rasterio.open(path) as result:
        assert result.overviews(1) == [2, 4]
    with rasterio.open(path, overview_level=1) as small:
        assert max(small.shape) <= 256
        mask = small.read_masks(1) > 0
        assert not mask[30:95, 15:70].any()
        assert mask[110:, :].all()
        inside = small.read(1)[110:, :].astype(int)
        assert np.abs(inside - pixels[0, 440::4, ::4][: inside.shape[0]]).max() <= 2


def test_marks_stand_in_the_default_domain(tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]) -> None:
    with rasterio.open(write(tmp_path / "a.tif", pixels, valid)) as result:
        assert TAGS.items() <= result.tags().items()


def test_equal_content_makes_equal_bytes(tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]) -> None:
    one, other = (write(tmp_path / name, pixels, valid).read_bytes() for name in ("a.tif", "b.tif"))
    assert one == other


def test_a_single_band_keeps_its_description_and_mask(tmp_path: Path) -> None:
    with start(tmp_path / "spread.tif", (20, 30), ("Predicted spread",)) as file:
        file.write_rows(np.full((1, 20, 30), 9, np.uint8), np.eye(20, 30, dtype=bool))
        file.close()
        file.publish(False)
    with rasterio.open(tmp_path / "spread.tif") as result:
        assert result.count == 1
        assert result.descriptions == ("Predicted spread",)
        np.testing.assert_array_equal(result.read_masks(1) > 0, np.eye(20, 30))


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_work_that_ends_in_an_error_leaves_nothing(
    tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_], kind: type[BaseException]
) -> None:
    def work() -> None:
        with start(tmp_path / "a.tif") as file:
            file.write_rows(pixels[:, :600], valid[:600])
            assert len(names(tmp_path)) == 1
            raise kind

    with pytest.raises(kind):
        work()
    assert names(tmp_path) == []


def test_a_result_with_rows_missing_is_never_published(tmp_path: Path, pixels: NDArray[np.uint8]) -> None:
    with start(tmp_path / "a.tif") as file:
        file.write_rows(pixels[:, :512], np.ones((512, 600), bool))
        with pytest.raises(OutputError, match="does not read back"):
            file.close()
    assert names(tmp_path) == []


def test_a_file_that_appeared_meanwhile_is_left_alone(
    tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]
) -> None:
    path = tmp_path / "a.tif"
    with start(path) as file:
        file.write_rows(pixels, valid)
        path.write_bytes(b"another program's")
        file.close()
        with pytest.raises(OutputError, match="appeared meanwhile"):
            file.publish(overwrite=False)
    assert path.read_bytes() == b"another program's"
    assert names(tmp_path) == ["a.tif"]


def test_an_older_result_stays_untouched_until_the_new_one_is_whole(
    tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]
) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(b"older")
    with start(path) as file:
        file.write_rows(pixels, valid)
        file.close()
        assert path.read_bytes() == b"older"
    assert path.read_bytes() == b"older"
    assert write(path, pixels, valid, overwrite=True) == path
    with rasterio.open(path) as result:
        np.testing.assert_array_equal(result.read(), pixels)
    assert names(tmp_path) == ["a.tif"]


def test_what_a_killed_process_left_aside_is_removed_and_a_living_ones_is_not(
    tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]
) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    abandoned = tmp_path / f".a[1].tif.{ended.pid}.partial"
    living = tmp_path / f".a[1].tif.{os.getppid()}.partial"
    others = tmp_path / f".a1.tif.{ended.pid}.partial"
    for path in (abandoned, living, others):
        path.write_bytes(b"rows")
    write(tmp_path / "a[1].tif", pixels, valid)
    assert not abandoned.exists()
    assert living.exists()
    assert others.exists()


def test_characters_with_a_meaning_in_patterns_stand_for_themselves(tmp_path: Path) -> None:
    name = "a[1]*?.tif"
    for each in (name, "a1xx.tif"):
        (tmp_path / each).touch()
    assert [path.name for path in tmp_path.glob(glob_escape(name))] == [name]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a file")
@pytest.mark.parametrize("limit_bytes", [2_000, 300_000, 900_000])
def test_a_full_disk_is_an_error_and_leaves_nothing(tmp_path: Path, limit_bytes: int) -> None:
    """A limit on the size of a file stands for the disk: early, in the rows, in the overviews."""
    code = f"""
        import resource, sys
        from pathlib import Path
        import numpy as np
        from affine import Affine
        from pyproj import CRS
        from landcast.core.errors import OutputError
        from landcast.core.raster.result import ResultFile

        resource.setrlimit(resource.RLIMIT_FSIZE, ({limit_bytes}, {limit_bytes}))
        pixels = np.random.default_rng(0).integers(0, 255, (3, 550, 520), np.uint8)
        try:
            with ResultFile(
                Path(sys.argv[1]), ("a", "b", "c"), (550, 520), Affine(1, 0, 0, 0, -1, 0), CRS.from_epsg(32611), {{}}
            ) as file:
                file.write_rows(pixels, np.ones((550, 520), bool))
                file.close()
                file.publish(False)
        except OutputError as error:
            sys.exit(f"OutputError: {{error}}")
    """
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / "a.tif")], capture_output=True, text=True
    )
    assert ended.returncode == 1, ended.stderr
    assert "OutputError: " in ended.stderr
    assert "Traceback" not in ended.stderr
    assert names(tmp_path) == []


def test_an_output_that_cannot_appear_is_refused_before_any_work(tmp_path: Path) -> None:
    taken = tmp_path / "taken.tif"
    taken.touch()
    check_output(tmp_path / "free.tif", overwrite=False)
    check_output(taken, overwrite=True)
    with pytest.raises(OutputError, match="--overwrite"):
        check_output(taken, overwrite=False)
    with pytest.raises(OutputError, match="is a folder"):
        check_output(tmp_path, overwrite=True)
    with pytest.raises(OutputError, match="does not exist"):
        check_output(tmp_path / "missing" / "a.tif", overwrite=False)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind the superuser, or Windows")
def test_a_folder_without_permission_is_refused_before_any_work(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="permission"):
        check_output(tmp_path / "a.tif", overwrite=False)


def test_a_file_in_a_missing_folder_is_an_error_of_the_output(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        start(tmp_path / "missing" / "a.tif")


@pytest.mark.parametrize(
    "command",
    [
        ["gdal_translate", "-q", "-of", "COG"],
        ["gdal_translate", "-q", "-srcwin", "50", "60", "200", "100"],
        ["gdalwarp", "-q", "-t_srs", "EPSG:4326"],
    ],
    ids=["cog", "crop", "warp"],
)
def test_marks_survive_what_people_do_with_rasters(
    tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_], command: list[str]
) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not on PATH")
    path = write(tmp_path / "a.tif", pixels, valid)
    other = tmp_path / "other.tif"
    ours = ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    subprocess.run([*command, str(path), str(other)], check=True, env=environment)
    with rasterio.open(other) as copied:
        assert TAGS.items() <= copied.tags().items()
        assert copied.descriptions[:3] == BAND_NAMES
