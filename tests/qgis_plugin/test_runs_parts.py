"""The parts of a run without a worker: colours of values, places of parts, and what is put aside."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

import numpy as np
from osgeo import gdal, osr
from qgis.core import QgsContrastEnhancement, QgsRasterLayer
from qgis.PyQt.QtGui import QImage

from landcast.core.protocol.frames import Frame as Pixels
from landcast.core.protocol.messages import Planned, Tile
from landcast.core.protocol.values import Rect
from landcast.qgis_plugin.prediction import PredictionRequest
from landcast.qgis_plugin.runs.kept_tiles import KeptTiles, KeptTilesError, free_path
from landcast.qgis_plugin.runs.look import Look, take_look
from landcast.qgis_plugin.runs.mosaic import SCREEN_PX, Frame, Mosaic, picture_of
from landcast.qgis_plugin.runs.partial_tags import partial_band_names, partial_tags
from landcast.qgis_plugin.runs.tile_feed import TileFeed

from .made_results import pattern, write_raster

JOB = "0" * 32
TRANSFORM = (430000.0, 0.6, 0.0, 3770000.0, 0.0, -0.6)


def wkt() -> str:
    system = osr.SpatialReference()
    system.ImportFromEPSG(26911)
    return str(system.ExportToWkt())


def plan(height: int, width: int, dtype: str = "uint8", bands: int = 3) -> Planned:
    rect = Rect(1000, 2000, height, width)
    return Planned(
        job=JOB, crs=wkt(), transform=TRANSFORM, rect=rect, source_rect=rect, halo_px=0, tile_px=512, tiles=4,
        bands=bands, dtype=dtype, gsd_m=0.6, years_ahead=4.0, iterations=2, model="tiny", model_sha256="a" * 64,  # type: ignore[arg-type]
        seconds=None, disk_bytes=1, memory_bytes=1, source_date="2020", result_date="2024",
    )  # fmt: skip


def colours_of(image: QImage) -> np.ndarray:
    data = image.constBits()
    data.setsize(image.sizeInBytes())
    return np.frombuffer(bytes(data), np.uint8).reshape(image.height(), image.width(), 4)


@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_values_are_shown_as_the_layer_shows_them(dtype: str, qgis_app: Any, tmp_path: Path) -> None:
    values = pattern(3, dtype=dtype)
    layer = QgsRasterLayer(str(write_raster(tmp_path / "town.tif", values)), "town")
    renderer = layer.renderer()
    most = float(values.max())
    for set_enhancement in (
        renderer.setRedContrastEnhancement, renderer.setGreenContrastEnhancement, renderer.setBlueContrastEnhancement
    ):  # fmt: skip
        enhancement = QgsContrastEnhancement(layer.dataProvider().dataType(1))
        enhancement.setContrastEnhancementAlgorithm(
            QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum
        )
        enhancement.setMinimumValue(most / 10)
        enhancement.setMaximumValue(most * 0.8)
        set_enhancement(enhancement)
    valid = np.ones(values.shape[1:], bool)
    look = take_look(layer).fitted(values, valid)
    ours = look.colours(values, valid)
    block = layer.pipe().last().block(1, layer.extent(), layer.width(), layer.height())
    theirs = colours_of(block.image().convertToFormat(QImage.Format.Format_ARGB32_Premultiplied))
    assert np.abs(ours.astype(int) - theirs).max() <= 1


def test_values_that_nothing_is_said_of_are_stretched_by_the_first_part() -> None:
    values = np.linspace(1000, 3000, 3 * 100 * 100).reshape(3, 100, 100).astype(np.uint16)
    valid = np.ones((100, 100), bool)
    valid[:10] = False
    colours = Look().fitted(values, valid).colours(values, valid)
    assert (colours[:10] == 0).all()
    assert colours[10:, :, 2].min() == 0
    assert colours[10:, :, 2].max() == 255
    bytes_ = np.arange(3 * 256, dtype=np.uint32).reshape(3, 16, 16).astype(np.uint8)
    assert Look().fitted(bytes_, np.ones((16, 16), bool)) == Look(None)


@pytest.mark.parametrize(("height", "width"), [(1000, 1500), (5000, 7001), (100, 1)])
def test_the_parts_cover_the_picture_however_small_it_is(height: int, width: int, qgis_app: Any) -> None:
    frame = Frame(wkt(), TRANSFORM, Rect(1000, 2000, height, width))
    assert max(frame.size) <= SCREEN_PX
    mosaic = Mosaic(frame)
    for top in range(0, height, 512):
        for left in range(0, width, 512):
            rect = Rect(1000 + top, 2000 + left, min(512, height - top), min(512, width - left))
            colours = np.full((rect.height, rect.width, 4), 255, np.uint8)
            colours[..., 0] = 17
            mosaic.add(picture_of(frame, rect, colours))
    drawn = colours_of(mosaic.image)
    assert (drawn[..., 3] == 255).all()
    assert (drawn[..., 0] == 17).all()
    assert sum(cell.width() * cell.height() for cell in frame.cells()) == frame.size[0] * frame.size[1]


def test_frames_may_go_once_they_were_shown(qgis_app: Any) -> None:
    came: list[int] = []
    planned = plan(100, 100)
    kept = KeptTiles()
    feed = TileFeed(Look(), kept, lambda planned: None, lambda: came.append(1))
    feed.show_planned(planned)
    buffer = bytearray(np.full((3, 100, 100), 99, np.uint8).tobytes())
    feed.show_tile(Tile(JOB, 0, planned.rect, "prediction"), (Pixels("uint8", (3, 100, 100), buffer),))
    feed.show_tile(Tile(JOB, 0, planned.rect, "spread"), (Pixels("uint8", (1, 100, 100), bytearray(10000)),))
    buffer[:] = bytes(len(buffer))
    tiles, has_more = feed.take(4)
    assert came == [1]
    assert len(tiles) == 1
    assert not has_more
    assert (colours_of(tiles[0].image)[..., :3] == 99).all()
    assert len(kept) == 1
    kept.close()


@pytest.mark.parametrize(("dtype", "bands"), [("uint8", 3), ("uint16", 1), ("float32", 3)])
def test_what_was_kept_is_a_marked_file_with_holes(dtype: str, bands: int, tmp_path: Path) -> None:
    values = pattern(bands, 700, 900, dtype)
    planned = plan(700, 900, dtype, bands)
    kept = KeptTiles()
    kept.begin(planned)
    valid = np.ones((300, 500), bool)
    valid[:20, :30] = False
    kept.add(3, Rect(1400, 2400, 300, 500), values[:, 400:700, 400:900], valid)
    # a part may come again after a restart
    kept.add(0, Rect(1000, 2000, 256, 256), values[:, 1:257, :256], np.ones((256, 256), bool))
    kept.add(0, Rect(1000, 2000, 256, 256), values[:, :256, :256], np.ones((256, 256), bool))
    request = PredictionRequest(source=tmp_path / "town.tif", output=tmp_path / "future.tif", seed=5, members=2)
    path = kept.write(request.output, partial_tags(request, planned), partial_band_names(planned))
    kept.close()
    assert path.name == "future_partial.tif"
    assert [one.name for one in tmp_path.iterdir()] == ["future_partial.tif"]
    found = gdal.Open(str(path))
    mask = np.frombuffer(found.GetRasterBand(1).GetMaskBand().ReadRaster(), np.uint8).reshape(700, 900) == 255
    expected = np.zeros((700, 900), bool)
    expected[:256, :256] = True
    expected[400:700, 400:900] = valid
    assert np.array_equal(mask, expected)
    read = np.frombuffer(found.ReadRaster(), dtype).reshape(bands, 700, 900)
    assert np.array_equal(read[:, expected], values[:, expected])
    assert found.GetGeoTransform() == TRANSFORM
    assert found.GetRasterBand(1).GetBlockSize() == [256, 256]
    assert found.GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE") == "DEFLATE"
    tags = found.GetMetadata()
    marks = {name: tags[f"LANDCAST_{name}"] for name in ("SYNTHETIC", "PARTIAL", "SOURCE", "SEED", "MEMBERS")}
    assert marks == {"SYNTHETIC": "YES", "PARTIAL": "YES", "SOURCE": "town.tif", "SEED": "5", "MEMBERS": "2"}
    assert tags["TIFFTAG_IMAGEDESCRIPTION"].startswith("SYNTHETIC")
    assert found.GetRasterBand(1).GetDescription().startswith("Predicted")


def test_nothing_kept_is_no_file(tmp_path: Path) -> None:
    kept = KeptTiles()
    kept.begin(plan(10, 10))
    with pytest.raises(KeptTilesError, match="No part of the prediction"):
        kept.write(tmp_path / "future.tif", {}, ())
    kept.close()
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    kept = KeptTiles()
    kept.begin(plan(10, 10))
    kept.add(0, Rect(1000, 2000, 10, 10), np.ones((3, 10, 10), np.uint8), np.ones((10, 10), bool))
    with pytest.raises(KeptTilesError, match="cannot be written"):
        kept.write(tmp_path / "nowhere" / "future.tif", {}, ("Predicted red", "Predicted green", "Predicted blue"))
    kept.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc")
@pytest.mark.parametrize("step", ["_parts", "_window"])
def test_an_error_holds_no_file_open(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptTiles()
    kept.begin(plan(10, 10))
    kept.add(0, Rect(1000, 2000, 10, 10), np.ones((3, 10, 10), np.uint8), np.ones((10, 10), bool))

    def fail(*_: Any) -> Any:
        raise OSError("no space left")

    if step == "_parts":
        monkeypatch.setattr(kept, "_parts", fail)
    else:
        monkeypatch.setattr(kept, "_fill", lambda path, *_: write_raster(path, pattern(3, 10, 10)))
        monkeypatch.setattr(kept, "_window", fail)
    with pytest.raises(KeptTilesError, match="no space left") as raised:
        kept.write(tmp_path / "future.tif", {}, ())
    links = [str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    assert raised.value.__cause__ is not None
    assert not [link for link in links if link.startswith(str(tmp_path))], "Windows could not remove it"
    kept.close()


def test_a_partial_result_replaces_nothing(tmp_path: Path) -> None:
    output = tmp_path / "future.tif"
    assert free_path(output).name == "future_partial.tif"
    free_path(output).touch()
    assert free_path(output).name == "future_partial_2.tif"
