"""Which layers `landcast:predict` takes, and which of their bands, in a real QGIS."""

from __future__ import annotations

import functools
import http.server
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Optional

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from osgeo import gdal
from qgis.core import (
    QgsMultiBandColorRenderer,
    QgsRasterLayer,
    QgsSingleBandGrayRenderer,
    QgsSingleBandPseudoColorRenderer,
)

from landcast.qgis_plugin.child_process import clean_environment
from landcast.qgis_plugin.source_file import FORMATS, SIGNATURES, find_source

from .algorithm_runs import RecordingFeedback, run, told_request, write_image

Bands = Optional[tuple[int, ...]]
OpenLayer = Callable[..., QgsRasterLayer]
UseInterpreter = Callable[[Path], None]
COLOURS = (gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand)
pytestmark = pytest.mark.usefixtures("no_interpreter")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """An address under which the files of the test's folder are found."""
    handler = functools.partial(QuietHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def told_bands(
    interpreter: Path, use_interpreter: UseInterpreter, tmp_path: Path
) -> Callable[[QgsRasterLayer], tuple[Bands, list[str]]]:
    """What the worker is told of bands, and what the log says of them."""

    def told_bands(layer: QgsRasterLayer) -> tuple[Bands, list[str]]:
        use_interpreter(interpreter)
        feedback = RecordingFeedback()
        bands = told_request(layer, tmp_path / "result.tif", feedback).bands
        return bands, [info for info in feedback.infos if "bands" in info]

    return told_bands


def write_bands(path: Path, meanings: tuple[int, ...]) -> Path:
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 40, 30, len(meanings), options=["PHOTOMETRIC=MINISBLACK"])
    dataset.SetGeoTransform([434400, 0.6, 0, 3774000, 0, -0.6])
    for number, meaning in enumerate(meanings, 1):
        dataset.GetRasterBand(number).SetColorInterpretation(meaning)
    return path


@pytest.mark.parametrize(
    ("driver", "suffix"),
    [
        ("GTiff", "tif"),
        ("JPEG", "jpg"),
        ("PNG", "png"),
        ("JP2OpenJPEG", "jp2"),
        ("HFA", "img"),
        ("WEBP", "webp"),
        ("BMP", "bmp"),
        ("VRT", "vrt"),
    ],
)
def test_local_files_of_the_formats_that_landcast_reads_are_taken(
    tmp_path: Path, interpreter: Path, use_interpreter: UseInterpreter, driver: str, suffix: str
) -> None:
    if gdal.GetDriverByName(driver) is None:
        pytest.skip(f"this GDAL has no {driver}")
    picture = tmp_path / f"picture.{suffix}"
    gdal.Translate(str(picture), str(write_image(tmp_path / "source.tif", 64, 64)), format=driver)
    use_interpreter(interpreter)
    assert told_request(picture, tmp_path / "result.tif").source == picture


def test_the_formats_are_those_that_landcast_reads(interpreter: Path) -> None:
    code = (
        "from landcast.core.raster.formats import SIGNATURES, FORMATS; print((sum(SIGNATURES.values(), ()), FORMATS))"
    )
    command = [str(interpreter), "-c", code]
    told = subprocess.run(command, check=True, env=clean_environment(os.environ), stdout=subprocess.PIPE, text=True)
    assert told.stdout.strip() == repr((SIGNATURES, FORMATS))


@pytest.mark.parametrize(("driver", "suffix"), [("JP2OpenJPEG", "jp2"), ("VRT", "vrt")])
def test_a_file_of_another_format_is_predicted_from(
    tmp_path: Path, interpreter: Path, model_folder: Path, use_interpreter: UseInterpreter, driver: str, suffix: str
) -> None:
    use_interpreter(interpreter)
    picture = tmp_path / f"picture.{suffix}"
    gdal.Translate(str(picture), str(write_image(tmp_path / "source.tif", 150, 140)), format=driver)
    output = tmp_path / "result.tif"
    run(picture, output, MODEL=str(model_folder))
    assert QgsRasterLayer(str(output)).extent() == QgsRasterLayer(str(picture)).extent()


def test_a_geotiff_in_the_network_is_predicted_from_by_its_address(
    tmp_path: Path,
    interpreter: Path,
    model_folder: Path,
    use_interpreter: UseInterpreter,
    open_layer: OpenLayer,
    address: str,
) -> None:
    use_interpreter(interpreter)
    write_image(tmp_path / "source.tif", 150, 140)
    layer = open_layer(f"/vsicurl/{address}/source.tif")
    assert find_source(layer) == f"{address}/source.tif"
    output = tmp_path / "result.tif"
    run(layer, output, MODEL=str(model_folder))
    assert QgsRasterLayer(str(output)).extent() == layer.extent()


def test_layers_that_landcast_cannot_read_by_itself_are_read_by_qgis(tmp_path: Path, open_layer: OpenLayer) -> None:
    grid = tmp_path / "grid.asc"
    grid.write_text("ncols 2\nnrows 2\nxllcorner 5\nyllcorner 5\ncellsize 1\n1 2\n3 4\n")
    disguised = tmp_path / "disguised.tif"
    gdal.Translate(str(tmp_path / "a.vrt"), str(write_image(tmp_path / "source.tif", 64, 64)), format="VRT")
    (tmp_path / "a.vrt").rename(disguised)
    web = open_layer(f"type=xyz&url=file://{tmp_path}/{{z}}/{{x}}/{{y}}.png&zmin=0&zmax=3", "web", "wms")
    for layer in (open_layer(grid), open_layer(disguised), web):
        assert find_source(layer) is None


@pytest.mark.parametrize(
    ("meanings", "shown", "told"),
    [
        (COLOURS, (1, 2, 3), None),
        (COLOURS, (3, 2, 1), (3, 2, 1)),
        (COLOURS[::-1], (3, 2, 1), None),
        ((*COLOURS, gdal.GCI_Undefined), (4, 1, 2), (4, 1, 2)),
        ((*COLOURS, gdal.GCI_AlphaBand), (1, 2, 3), None),
        ((gdal.GCI_GrayIndex, *[gdal.GCI_Undefined] * 4), (1, 2, 3), None),
        ((gdal.GCI_GrayIndex, *[gdal.GCI_Undefined] * 4), (5, 3, 2), (5, 3, 2)),
        (COLOURS, (1, 2, -1), None),
    ],
)
def test_bands_in_colour_are_told_where_they_are_not_the_files_own_choice(
    tmp_path: Path,
    open_layer: OpenLayer,
    told_bands: Callable[[QgsRasterLayer], tuple[Bands, list[str]]],
    meanings: tuple[int, ...],
    shown: tuple[int, int, int],
    told: Bands,
) -> None:
    layer = open_layer(write_bands(tmp_path / "source.tif", meanings))
    layer.setRenderer(QgsMultiBandColorRenderer(layer.dataProvider(), *shown))
    bands, said = told_bands(layer)
    assert bands == told
    shown_text = ", ".join(map(str, told or ()))
    assert said == ([] if told is None else [f"Predicted from the bands that the layer shows: {shown_text}"])


@pytest.mark.parametrize(
    ("meanings", "shown", "told"),
    [
        ((gdal.GCI_GrayIndex,), 1, None),
        ((gdal.GCI_GrayIndex, gdal.GCI_AlphaBand), 1, None),
        ((gdal.GCI_GrayIndex, gdal.GCI_Undefined), 1, (1,)),
        (COLOURS, 2, (2,)),
    ],
)
def test_a_grey_band_is_told_where_the_file_has_others(
    tmp_path: Path,
    open_layer: OpenLayer,
    told_bands: Callable[[QgsRasterLayer], tuple[Bands, list[str]]],
    meanings: tuple[int, ...],
    shown: int,
    told: Bands,
) -> None:
    layer = open_layer(write_bands(tmp_path / "source.tif", meanings))
    layer.setRenderer(QgsSingleBandGrayRenderer(layer.dataProvider(), shown))
    assert told_bands(layer)[0] == told


def test_the_bands_of_a_layer_in_false_colours_are_left_to_landcast(
    tmp_path: Path, open_layer: OpenLayer, told_bands: Callable[[QgsRasterLayer], tuple[Bands, list[str]]]
) -> None:
    layer = open_layer(write_bands(tmp_path / "source.tif", COLOURS))
    layer.setRenderer(QgsSingleBandPseudoColorRenderer(layer.dataProvider(), 2))
    assert told_bands(layer)[0] is None


@pytest.mark.parametrize("meanings", [COLOURS, (*COLOURS, gdal.GCI_AlphaBand), (gdal.GCI_GrayIndex,)])
def test_a_layer_as_qgis_first_shows_it_leaves_the_bands_to_landcast(
    tmp_path: Path,
    open_layer: OpenLayer,
    told_bands: Callable[[QgsRasterLayer], tuple[Bands, list[str]]],
    meanings: tuple[int, ...],
) -> None:
    layer = open_layer(write_bands(tmp_path / "source.tif", meanings))
    assert told_bands(layer)[0] is None


def test_a_file_that_no_layer_of_the_project_shows_leaves_the_bands_to_landcast(
    tmp_path: Path, open_layer: OpenLayer, told_bands: Callable[[object], tuple[Bands, list[str]]]
) -> None:
    """QGIS itself shows the first three bands, whatever the file says of them."""
    path = write_bands(tmp_path / "source.tif", COLOURS[::-1])
    assert told_bands(path)[0] is None
    layer = open_layer(path)
    assert told_bands(layer)[0] == (1, 2, 3)


def test_what_the_layer_shows_is_what_is_predicted(
    tmp_path: Path, interpreter: Path, model_folder: Path, use_interpreter: UseInterpreter, open_layer: OpenLayer
) -> None:
    use_interpreter(interpreter)
    source, swapped = write_image(tmp_path / "source.tif", 150, 140), tmp_path / "swapped.tif"
    gdal.Translate(str(swapped), str(source), bandList=[3, 2, 1], creationOptions=["PHOTOMETRIC=RGB"])
    layer = open_layer(source)
    layer.setRenderer(QgsMultiBandColorRenderer(layer.dataProvider(), 3, 2, 1))
    results = [tmp_path / "shown.tif", tmp_path / "swapped_result.tif"]
    run(layer, results[0], MODEL=str(model_folder))
    run(swapped, results[1], MODEL=str(model_folder))
    shown, expected = (gdal.Open(str(result)) for result in results)
    assert shown.ReadRaster() == expected.ReadRaster()
