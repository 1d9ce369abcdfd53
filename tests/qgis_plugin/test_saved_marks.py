"""What is left of a result's marks when it is saved from a real QGIS, with the plugin and without it.

The algorithms of Processing that run GDAL's programs keep all of them. QGIS's own writer, behind `Export > Save
As`, copies pixels, place, colours and validity, and drops every word that a file says of itself: no tag, band
description, unit, category or metadata beside the file outlives it. These tests say so, and will tell when it changes.
In QGIS's window the plugin then puts the marks back, which other tests see in every detail; without the plugin, as
where another person's QGIS saves the result, nothing does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsRasterLayer,
    QgsUnitTypes,
)

ROOT = Path(__file__).resolve().parents[2]
EPSG = "EPSG:32611"
EXTENT = "434420,434480,3773860,3773960"
LOCAL = (
    'ENGCRS["Landcast local grid without a place on Earth",EDATUM["Unknown engineering datum"],CS[Cartesian,2],'
    'AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'
)
MARKS = ("LANDCAST_SYNTHETIC", "LANDCAST_MODEL", "LANDCAST_SEED", "TIFFTAG_IMAGEDESCRIPTION", "TIFFTAG_SOFTWARE")
SAVE_AS = """
    # what a person does: choose the layer, Export > Save As, name the file, OK
    import os, sys
    from pathlib import Path

    from qgis.core import QgsProject
    from qgis.PyQt.QtCore import QTimer
    from qgis.PyQt.QtWidgets import QAction, QApplication, QDialog
    from qgis.utils import iface

    source, saved, said = (Path(os.environ["LANDCAST_TEST_FOLDER"]) / name for name in ("a.tif", "saved.tif", "said"))

    def fill():
        for window in QApplication.topLevelWidgets():
            if isinstance(window, QDialog) and window.isVisible() and "SaveAs" in window.metaObject().className():
                [name] = [child for child in window.findChildren(object) if child.objectName() == "mFilename"]
                name.setFilePath(str(saved))
                window.accept()

    def end(layer, path):
        shown = [other for other in QgsProject.instance().mapLayers().values() if other.source() == path]
        lines = [f"{other.name()} {'LANDCAST_SYNTHETIC' in other.htmlMetadata()}" for other in shown]
        said.write_text("\\n".join([layer.name(), path, *lines]))
        os._exit(0)

    iface.layerSavedAs.connect(end)
    iface.setActiveLayer(iface.addRasterLayer(str(source), "predicted"))
    timer = QTimer()
    timer.timeout.connect(fill)
    timer.start(200)
    QTimer.singleShot(100, iface.mainWindow().findChild(QAction, "mActionLayerSaveAs").trigger)
"""


def read_marks(path: Path) -> tuple[dict[str, str], list[str]]:
    """Marks among the items of the default domain, and descriptions of all bands but alpha."""
    dataset = gdal.Open(str(path))
    bands = [dataset.GetRasterBand(number) for number in range(1, dataset.RasterCount + 1)]
    tags = {name: value for name, value in dataset.GetMetadata().items() if name in MARKS or "LANDCAST" in name}
    return tags, [band.GetDescription() for band in bands if band.GetColorInterpretation() != gdal.GCI_AlphaBand]


def read_pixels(path: Path, band: int) -> bytes:
    dataset = gdal.Open(str(path))  # its bands do not keep it open
    return bytes(dataset.GetRasterBand(band).ReadRaster())


def read_validity(path: Path) -> bytes:
    dataset = gdal.Open(str(path))
    return bytes(dataset.GetRasterBand(1).GetMaskBand().ReadRaster())


def test_qgis_shows_that_a_result_is_synthetic(
    write_result: Callable[..., Path], open_layer: Callable[..., QgsRasterLayer]
) -> None:
    layer = open_layer(write_result())
    said = layer.htmlMetadata()
    assert "LANDCAST_SYNTHETIC" in said
    assert "This is not a photograph" in said
    assert layer.bandName(1) == "Band 1: Predicted red"


@pytest.mark.parametrize(
    ("algorithm", "settings"),
    [
        ("gdal:translate", {}),
        ("gdal:translate", {"TARGET_CRS": QgsCoordinateReferenceSystem(EPSG), "DATA_TYPE": 2}),
        ("gdal:warpreproject", {"TARGET_CRS": QgsCoordinateReferenceSystem("EPSG:3857")}),
        ("gdal:cliprasterbyextent", {"PROJWIN": f"{EXTENT} [{EPSG}]"}),
    ],
    ids=["translate", "translate to 16 bit", "warp", "clip"],
)
def test_marks_survive_processing_with_gdal(
    write_result: Callable[..., Path], tmp_path: Path, qgis_processing: None, algorithm: str, settings: dict[str, Any]
) -> None:
    other = process(algorithm, tmp_path, INPUT=str(write_result()), **settings)
    tags, bands = read_marks(other)
    assert tags.keys() >= set(MARKS)
    assert tags["LANDCAST_SYNTHETIC"] == "YES"
    assert tags["LANDCAST_SEED"] == "5"
    assert bands == ["Predicted red", "Predicted green", "Predicted blue"]


@pytest.mark.parametrize(
    ("algorithm", "settings"),
    [("native:rescaleraster", {"BAND": 1, "MINIMUM": 0, "MAXIMUM": 1}), ("gdal:merge", {})],
    ids=["rescale", "merge"],
)
def test_algorithms_that_compute_new_pixels_keep_no_mark(
    write_result: Callable[..., Path], tmp_path: Path, qgis_processing: None, algorithm: str, settings: dict[str, Any]
) -> None:
    path = str(write_result())
    other = process(algorithm, tmp_path, INPUT=[path] if algorithm == "gdal:merge" else path, **settings)
    tags, bands = read_marks(other)
    assert not tags
    assert not any(bands)


def process(algorithm: str, folder: Path, **parameters: Any) -> Path:
    """Run an algorithm of Processing; skip where it is not there."""
    import processing  # importable once Processing has been started
    from qgis.core import QgsApplication

    if QgsApplication.processingRegistry().algorithmById(algorithm) is None:
        pytest.skip(f"Processing has no {algorithm}")
    other = folder / "other.tif"
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback(False)
    processing.run(algorithm, {**parameters, "OUTPUT": str(other)}, context=context, feedback=feedback)
    assert other.is_file(), feedback.textLog()
    return other


@pytest.mark.parametrize("is_rendered", [False, True], ids=["raw data", "rendered image"])
def test_qgiss_own_writer_alone_keeps_pixels_and_place_and_no_mark(
    write_result: Callable[..., Path],
    open_layer: Callable[..., QgsRasterLayer],
    save: Callable[..., str],
    tmp_path: Path,
    is_rendered: bool,
) -> None:
    """Metadata and style that QGIS itself keeps beside the file do not go with it either."""
    path, saved = write_result(), tmp_path / "saved.tif"
    layer = open_layer(path)
    metadata = layer.metadata()
    metadata.setAbstract("SYNTHETIC")
    layer.setMetadata(metadata)
    layer.saveDefaultMetadata()
    layer.saveDefaultStyle()
    assert {file.name for file in tmp_path.iterdir()} == {"a.tif", "a.qmd", "a.qml"}
    save(layer, saved, is_rendered)
    assert {file.name for file in tmp_path.iterdir()} == {"a.tif", "a.qmd", "a.qml", "saved.tif"}
    tags, bands = read_marks(saved)
    assert not tags
    assert bands == ["", "", ""]
    copy = open_layer(saved)
    assert copy.metadata().abstract() == ""
    assert copy.crs() == layer.crs()
    assert copy.extent() == layer.extent()
    assert read_validity(saved) == read_validity(path)
    if not is_rendered:
        assert all(read_pixels(saved, band) == read_pixels(path, band) for band in (1, 2, 3))


def test_nothing_that_a_geotiff_can_say_in_words_outlives_qgiss_own_writer(
    open_layer: Callable[..., QgsRasterLayer], save: Callable[..., str], tmp_path: Path
) -> None:
    """Every place for words that GDAL knows is filled, not only those that Landcast uses."""
    path, saved = tmp_path / "a.tif", tmp_path / "saved.tif"
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 40, 30, 1)
    dataset.SetGeoTransform([434400, 0.6, 0, 3774000, 0, -0.6])
    dataset.SetProjection(QgsCoordinateReferenceSystem(EPSG).toWkt().replace("WGS 84 / UTM", "SYNTHETIC / UTM"))
    names = ("DOCUMENTNAME", "IMAGEDESCRIPTION", "SOFTWARE", "ARTIST", "HOSTCOMPUTER", "COPYRIGHT", "DATETIME")
    dataset.SetMetadata({f"TIFFTAG_{name}": "SYNTHETIC" for name in names})
    dataset.SetMetadata({"MARK": "SYNTHETIC"}, "LANDCAST")
    dataset.SetMetadata(["<x:xmpmeta xmlns:x='adobe:ns:meta/'>SYNTHETIC</x:xmpmeta>"], "xml:XMP")
    band = dataset.GetRasterBand(1)
    band.Fill(7)
    band.SetDescription("SYNTHETIC")
    band.SetUnitType("SYNTHETIC")
    band.SetMetadata({"MARK": "SYNTHETIC"})
    band.SetCategoryNames(["SYNTHETIC"] * 10)
    del band, dataset
    assert b"SYNTHETIC" in path.read_bytes()
    save(open_layer(path), saved, is_rendered=False)
    assert b"SYNTHETIC" not in saved.read_bytes()
    assert {file.suffix for file in tmp_path.glob("saved*")} == {".tif"}


@pytest.mark.parametrize("has_plugin", [False, True], ids=["without the plugin", "with the plugin"])
def test_export_in_the_application_keeps_marks_by_the_plugin_alone(
    write_result: Callable[..., Path], tmp_path: Path, has_plugin: bool
) -> None:
    """The whole application on a screen of its own; in both cases it adds the saved file to the project."""
    programs = [shutil.which(name) for name in ("xvfb-run", "qgis")]
    if None in programs:
        pytest.skip("needs xvfb-run and qgis, the application with its windows")
    path, saved, said = write_result(), tmp_path / "saved.tif", tmp_path / "said"
    script = tmp_path / "save_as.py"
    script.write_text(textwrap.dedent(SAVE_AS))
    profiles = make_profiles(tmp_path / "profiles", has_plugin)
    command = ["xvfb-run", "-a", "qgis", "--nologo", "--noversioncheck", "--profiles-path", str(profiles)]
    environment = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    environment["LANDCAST_TEST_FOLDER"] = str(tmp_path)
    subprocess.run([*command, "--code", str(script)], check=True, timeout=120, env=environment, capture_output=True)
    name, told, *shown = said.read_text().splitlines()
    assert (name, told) == ("predicted", str(saved))
    tags, bands = read_marks(saved)
    assert read_validity(saved) == read_validity(path)
    if has_plugin:
        assert (tags, bands) == read_marks(path)
        assert tags.keys() >= set(MARKS)
        assert shown == ["saved True"]
    else:
        assert not tags
        assert bands == ["", "", ""]
        assert shown == ["saved False"]


def make_profiles(folder: Path, has_plugin: bool) -> Path:
    """A folder of QGIS's profiles, of which the default one has no plugin or this one."""
    profile = folder / "profiles" / "default"
    settings = profile / "QGIS" / "QGIS3.ini"
    plugins = profile / "python" / "plugins"
    plugins.mkdir(parents=True)
    settings.parent.mkdir()
    if has_plugin:
        (plugins / "landcast").symlink_to(ROOT)
        settings.write_text("[PythonPlugins]\nlandcast=true\n")
    return folder


def test_qgis_reads_a_grid_without_a_place_on_earth_with_the_size_of_its_pixels(
    write_result: Callable[..., Path], open_layer: Callable[..., QgsRasterLayer]
) -> None:
    layer = open_layer(write_result(LOCAL, 0, 0))
    assert layer.crs().isValid()
    assert layer.crs().description() == "Landcast local grid without a place on Earth"
    assert layer.crs().mapUnits() == QgsUnitTypes.DistanceMeters
    assert layer.rasterUnitsPerPixelX() == pytest.approx(0.6)
    assert layer.extent().xMinimum() == layer.extent().yMaximum() == 0
    assert layer.bandName(1) == "Band 1: Predicted red"
