"""What is told and sent of a source to a worker that cannot open it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray

from landcast.core.lattice import Rect
from landcast.core.model.contract import load_contract
from landcast.core.plan import make_plan
from landcast.core.protocol.frames import Frame
from landcast.core.protocol.limits import MAX_FRAME_BYTES, MAX_MESSAGE_BYTES
from landcast.core.protocol.messages import Planned
from landcast.core.radiometry.tones import as_is
from landcast.core.raster.present import PresentReader
from landcast.core.raster.source import open_source
from landcast.core.raster.survey import survey
from landcast.core.request import PredictionRequest
from landcast.worker.cli.sent_source import PlannedPixels, describe_source, look_at, planned_grid
from landcast.worker.engine.pixels import sent_image
from landcast.worker.engine.requests import tell_plan

UTM = 32611


def to_array(frame: Frame) -> NDArray[np.generic]:
    return np.frombuffer(frame.data, frame.dtype).reshape(frame.shape)


def write(path: Path, values: NDArray[np.generic], valid: NDArray[np.bool_], crs: int = UTM, gsd: float = 0.6) -> Path:
    place = Affine(gsd, 0, 434400.3, 0, -gsd, 3774000.1)
    if crs == 4326:
        place = Affine(6.5e-6, 0, -117.71, 0, -5.4e-6, 34.1)
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[1], width=values.shape[2], count=values.shape[0],
        dtype=values.dtype, crs=crs, transform=place,
    ) as dataset:  # fmt: skip
        dataset.write(values)
        dataset.write_mask(valid)
    return path


@pytest.fixture(params=["uint8", "uint16", "int16", "float32"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An image of each kind, with a hole."""
    random = np.random.default_rng(4)
    values = (random.random((3, 300, 420)) * 200).astype(request.param)
    valid = np.ones((300, 420), np.bool_)
    valid[40:90, 60:200] = False
    return write(tmp_path / "image.tif", values, valid)


def plan_of(path: Path, model: Path, **asked: object) -> tuple[Planned, Planned]:
    """The plan of the file itself, and that of what is told and sent of it."""
    request, contract = PredictionRequest(path, **asked), load_contract(model)  # type: ignore[arg-type]
    with open_source(path) as source:
        here = make_plan(request, source, contract)
        _, frames = look_at(source)
        sent, request = sent_image(request, describe_source(source), contract, frames)
    there = make_plan(request, sent, contract)
    assert (here.tones, here.seen.pixels_sha256) == (there.tones, there.seen.pixels_sha256)
    np.testing.assert_array_equal(here.seen.quantiles, there.seen.quantiles)
    told = [tell_plan("0" * 32, one, contract, "0" * 64, 1, None) for one in (here, there)]
    return told[0], told[1]


def assemble(pixels: PlannedPixels, need: Rect) -> tuple[NDArray[np.generic], NDArray[np.bool_], int]:
    values = valid = None
    covered = 0
    for part in range(len(pixels)):
        place, frames = pixels.read(part)
        rect = Rect(place.top, place.left, place.height, place.width)
        found = to_array(frames[0])
        assert found.shape[1:] == rect.shape_yx
        if values is None:
            values = np.zeros((found.shape[0], *need.shape_yx), found.dtype)
            valid = np.zeros(need.shape_yx, np.bool_)
        rows, columns = rect.slices_in(need)
        values[:, rows, columns] = found
        valid[rows, columns] = to_array(frames[1]) != 0 if len(frames) > 1 else True
        covered += rect.height * rect.width
    assert values is not None
    assert valid is not None
    return values, valid, covered


def test_what_is_told_gives_the_plan_and_the_values_of_the_file(path: Path, tiny_model: Path) -> None:
    here, there = plan_of(path, tiny_model, members=2)
    assert (here.rect, here.source_rect, here.transform, here.crs) == (
        there.rect, there.source_rect, there.transform, there.crs
    )  # fmt: skip
    need = Rect(*vars(there.source_rect).values())
    with open_source(path) as source:
        grid = planned_grid(source, there)
        assert grid.is_native
        values, valid, covered = assemble(PlannedPixels(source, there), need)
    with rasterio.open(path) as dataset:
        np.testing.assert_array_equal(valid, dataset.dataset_mask() != 0)
        np.testing.assert_array_equal(values, np.where(valid, dataset.read(), 0))
    assert covered == need.height * need.width


def test_a_part_of_it_is_read_with_what_lies_around(path: Path, tiny_model: Path) -> None:
    with rasterio.open(path) as dataset:
        left, top = dataset.transform @ (150, 150)
        right, bottom = dataset.transform @ (170, 160)
    here, there = plan_of(path, tiny_model, extent=(left, bottom, right, top))
    assert here.source_rect == there.source_rect
    assert there.rect.width < there.source_rect.width
    need = Rect(*vars(there.source_rect).values())
    with open_source(path) as source:
        values, valid, _ = assemble(PlannedPixels(source, there), need)
        present = PresentReader(source, planned_grid(source, there), as_is(3)).read(need)
    np.testing.assert_array_equal(values, present.values)
    np.testing.assert_array_equal(valid, present.valid)


@pytest.mark.parametrize(("crs", "asked"), [(4326, {}), (UTM, {"ground_scale_m": 100.0})], ids=["degrees", "coarser"])
def test_other_grids_are_resampled_here_within_half_a_level(
    crs: int, asked: dict[str, float], tiny_model: Path, tmp_path: Path
) -> None:
    random = np.random.default_rng(4)
    values = (random.random((3, 200, 300)) * 255).astype(np.uint8)
    path = write(tmp_path / "image.tif", values, np.ones((200, 300), np.bool_), crs)
    here, there = plan_of(path, tiny_model, **asked)
    assert here.rect == there.rect
    np.testing.assert_allclose(here.transform, there.transform, rtol=1e-12)
    need = Rect(*vars(there.source_rect).values())
    request, contract = PredictionRequest(path, **asked), load_contract(tiny_model)  # type: ignore[arg-type]
    with open_source(path) as source:
        assert not planned_grid(source, there).is_native
        found, valid, _ = assemble(PlannedPixels(source, there), need)
        present = PresentReader(source, make_plan(request, source, contract).grid, as_is(3)).read(need)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(valid, present.valid)
    # what the kernel makes brighter than white, or darker than black, is neither in a byte nor to a model
    assert np.abs(found[:, valid] - present.values[:, valid].clip(0, 255)).max() <= 0.5 + 1e-3


@pytest.mark.parametrize(("dtype", "bands"), [("uint8", 3), ("float64", 3), ("uint8", 1)])
def test_what_is_sent_of_a_large_source_is_bounded_and_stands_for_it(
    tmp_path: Path, tiny_model: Path, dtype: str, bands: int
) -> None:
    path = tmp_path / "large.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=4000, width=4000, count=bands, dtype=dtype, crs=UTM, sparse_ok=True,
        transform=Affine(0.6, 0, 434400, 0, -0.6, 3774000), tiled=True, compress="deflate",
    ) as dataset:  # fmt: skip
        ramp = np.arange(4000, dtype=np.float64) / 4000 * 250
        for band in range(bands):
            dataset.write(np.broadcast_to(ramp[:, None], (4000, 4000)).astype(dtype), band + 1)
    with open_source(path) as source:
        seen, frames = look_at(source)
        alone = survey(source)
        sent, _ = sent_image(PredictionRequest(path), describe_source(source), load_contract(tiny_model), frames)
    assert seen.pixels_sha256 == alone.pixels_sha256
    assert all(frame.bytes <= MAX_FRAME_BYTES for frame in frames)
    assert sum(frame.bytes for frame in frames) <= MAX_MESSAGE_BYTES
    np.testing.assert_allclose(survey(sent).quantiles, seen.quantiles, atol=3)
