"""The layer of distances: where it lies, what it holds, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio

from landcast.core.domain.look import load_domain_of
from landcast.core.domain.mapping import map_domain
from landcast.core.errors import LandcastError, ModelError, OutputError, SourceError
from landcast.core.lattice import TILE_PX
from landcast.core.request import PredictionRequest
from landcast.tests.unlike_scenes import SCENES
from landcast.worker.demo.scene import render_scene

TILE_M = TILE_PX * 0.6
WriteImage = Callable[..., Path]


@pytest.fixture
def half_snow(write_image: WriteImage) -> Path:
    """Town in the west and snow in the east, 240 m each."""
    return write_image(
        "half.tif", np.concatenate([render_scene((300, 400), 78), SCENES["snow"]((300, 400), 3)], axis=2)
    )


def quiet(text: str) -> None:
    """Listen to no warning."""


def test_each_tile_lies_where_it_was_looked_at(half_snow: Path, town_model: Path, tmp_path: Path) -> None:
    out = tmp_path / "layer.tif"
    request = PredictionRequest(half_snow, out, model=str(town_model))
    mapped = map_domain(request, out, quiet)
    assert mapped.path == out
    with rasterio.open(out) as layer, rasterio.open(half_snow) as source:
        assert (layer.dtypes, layer.crs, layer.shape) == (("float32",), source.crs, mapped.shape_yx)
        assert layer.res == pytest.approx((TILE_M, TILE_M))
        assert layer.bounds.left <= source.bounds.left < layer.bounds.left + TILE_M
        assert layer.bounds.top - TILE_M < source.bounds.top <= layer.bounds.top
        distances, valid = layer.read(1), layer.read_masks(1) > 0
        middle = source.bounds.left + 400 * 0.6
        x = layer.bounds.left + (np.arange(layer.width) + 0.5) * TILE_M
        one = 1, 1  # wholly inside
        corner = layer.transform @ (float(one[1]), float(one[0]))
        row, column = (round(value) for value in (~source.transform @ corner)[::-1])
        tile = source.read()[:, row : row + TILE_PX, column : column + TILE_PX]
        assert layer.tags()["LANDCAST_DOMAIN"] == "YES"
        assert layer.tags()["LANDCAST_MODEL"] == "tiny"
    assert (distances[:, x > middle + TILE_M][valid[:, x > middle + TILE_M]] > 1).all()
    assert np.median(distances[:, x < middle - TILE_M][valid[:, x < middle - TILE_M]]) < 1
    known = load_domain_of(town_model)
    assert known is not None
    np.testing.assert_allclose(known.measure([tile.astype(np.float32) / np.float32(255)])[0], distances[one], rtol=1e-4)
    assert mapped.figure.tiles == valid.sum()
    assert mapped.figure.unlike_share == pytest.approx((distances[valid] > 1).mean())


def test_the_figure_alone_writes_nothing_and_comes_near(half_snow: Path, town_model: Path, tmp_path: Path) -> None:
    request = PredictionRequest(half_snow, tmp_path / "none.tif", model=str(town_model))
    before = set(tmp_path.iterdir())
    told: list[str] = []
    mapped = map_domain(request, None, told.append)
    assert set(tmp_path.iterdir()) == before
    assert mapped.path is None
    assert mapped.figure.unlike_share == pytest.approx(0.5, abs=0.15)
    assert told == mapped.warnings
    assert len(mapped.left_out) == 4


def test_what_cannot_be_done_leaves_no_file(
    half_snow: Path, tiny_model: Path, town_model: Path, write_image: WriteImage, tmp_path: Path
) -> None:
    out = tmp_path / "layer.tif"
    cases: list[tuple[Path, Path, type[LandcastError], str]] = [
        (half_snow, tiny_model, ModelError, "landcast domain --fit"),
        (
            write_image("empty.tif", render_scene((200, 200), 1), np.zeros((200, 200), np.bool_)),
            town_model,
            SourceError,
            "mostly valid",
        ),
    ]
    for source, model, kind, words in cases:
        with pytest.raises(kind, match=words):
            map_domain(PredictionRequest(source, out, model=str(model)), out, quiet)
        assert not list(tmp_path.glob("*layer*"))
    out.write_text("mine")
    with pytest.raises(OutputError, match="--overwrite"):
        map_domain(PredictionRequest(half_snow, out, model=str(town_model)), out, quiet)
    assert out.read_text() == "mine"
