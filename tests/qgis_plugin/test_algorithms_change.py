"""`landcast:change` in a real QGIS, by a real child process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import QgsProcessingException

from .algorithm_runs import RecordingFeedback
from .processing_runs import geotransform, make_pixels, read_pixels, run_algorithm, write_raster
from .tiles import tile_at, write_tiles

UTM, ORIGIN, PIXEL_M = 32611, (434400.0, 3774000.0), 0.6
WIDTH, HEIGHT = 320, 280
HOUSE = slice(100, 160), slice(120, 200)
"""Rows and columns where something was built."""
pytestmark = pytest.mark.usefixtures("no_interpreter")


@pytest.fixture
def images(tmp_path: Path) -> tuple[Path, Path]:
    """A place before and after, the second time in other light and with a house on it."""
    random = np.random.default_rng(1)
    ground = np.clip(make_pixels(WIDTH, HEIGHT) * 0.6 + 20 + random.normal(0, 3, (3, HEIGHT, WIDTH)), 0, 255)
    later = ground * 0.8 + 25 + random.normal(0, 1, ground.shape)
    house = np.array([220.0, 90.0, 60.0])[:, None, None] + random.normal(0, 10, (3, 60, 80))
    later[:, HOUSE[0], HOUSE[1]] = house
    before = write_raster(tmp_path / "before.tif", ground.astype(np.uint8), UTM, ORIGIN, PIXEL_M)
    after = write_raster(tmp_path / "after.tif", np.clip(later, 0, 255).astype(np.uint8), UTM, ORIGIN, PIXEL_M)
    return before, after


def test_what_was_built_is_found_and_other_light_is_not(
    images: tuple[Path, Path], tmp_path: Path, interpreter: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    feedback = RecordingFeedback()
    made = run_algorithm(
        "change", feedback, BEFORE=images[0], AFTER=images[1], THRESHOLD=95, OUTPUT=tmp_path / "change.tif"
    )
    assert geotransform(made["OUTPUT"]) == pytest.approx(geotransform(images[0]))
    probability = read_pixels(made["OUTPUT"])[0]
    assert probability.shape == (HEIGHT, WIDTH)
    is_changed = probability >= 95
    house = np.zeros((HEIGHT, WIDTH), bool)
    house[HOUSE] = True
    assert is_changed[house].mean() > 0.9
    assert is_changed[~house].mean() < 0.1
    # the numbers that come out are those of the map
    assert made["CHANGED_SHARE"] == pytest.approx(is_changed.mean(), rel=0.01)
    hectares = HEIGHT * WIDTH * PIXEL_M**2 / 10_000
    assert made["COMPARED_HA"] == pytest.approx(hectares, rel=0.002)
    assert made["CHANGED_HA"] == pytest.approx(hectares * is_changed.mean(), rel=0.01)
    assert feedback.progress() == 100
    assert any("of the ground changed" in info for info in feedback.infos)


def test_images_of_different_places_are_refused_by_name(
    images: tuple[Path, Path], tmp_path: Path, interpreter: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    far = write_raster(tmp_path / "far.tif", make_pixels(200, 200), UTM, (ORIGIN[0] + 9000, ORIGIN[1]), PIXEL_M)
    (tmp_path / "out").mkdir()
    with pytest.raises(QgsProcessingException, match=r"far\.tif") as raised:
        run_algorithm("change", BEFORE=images[0], AFTER=far, OUTPUT=tmp_path / "out" / "change.tif")
    assert "\n" not in str(raised.value)
    assert not list((tmp_path / "out").iterdir())


def test_a_layer_that_only_qgis_reads_is_refused_with_a_way_out(
    images: tuple[Path, Path],
    tmp_path: Path,
    interpreter: Path,
    use_interpreter: Callable[[Path], None],
    open_layer: Callable[..., Any],
) -> None:
    use_interpreter(interpreter)
    tiles = open_layer(write_tiles(tmp_path / "tiles", tile_at(18.0, 60.0), 1, 1), "web tiles", "wms")
    with pytest.raises(QgsProcessingException, match="“web tiles” is no file that Landcast can open by itself"):
        run_algorithm("change", BEFORE=images[0], AFTER=tiles, OUTPUT=tmp_path / "change.tif")


def test_a_cancelled_map_leaves_nothing(
    tmp_path: Path, interpreter: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    large = [write_raster(tmp_path / f"{n}.tif", make_pixels(3000, 3000), UTM, ORIGIN, PIXEL_M) for n in "ab"]
    (tmp_path / "out").mkdir()
    feedback = RecordingFeedback()
    feedback.progressChanged.connect(lambda _: feedback.cancel())
    assert run_algorithm("change", feedback, BEFORE=large[0], AFTER=large[1], OUTPUT=tmp_path / "out" / "c.tif") == {}
    assert 0 < feedback.progress() < 100
    assert not list((tmp_path / "out").iterdir())
