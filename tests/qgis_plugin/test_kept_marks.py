"""The marks that QGIS's own writer drops and the plugin puts back, in a real QGIS, read back by GDAL's program.

The signal is what QGIS's window gives to plugins, sent as it sends it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from osgeo import gdal
from qgis import utils
from qgis.core import (
    QgsApplication,
    QgsMapLayer,
    QgsMultiBandColorRenderer,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal

import landcast
from landcast.qgis_plugin.child_process import clean_environment
from landcast.qgis_plugin.saved_layers import SavedLayers

NAMES = ["Predicted red", "Predicted green", "Predicted blue"]
MARKED = {"LANDCAST_SYNTHETIC": "YES", "LANDCAST_MODEL": "tiny", "TIFFTAG_IMAGEDESCRIPTION": "SYNTHETIC: not a photo"}


class Window(QObject):  # type: ignore[misc]
    """Stands for QGIS's window, which has this signal."""

    layerSavedAs = pyqtSignal(QgsMapLayer, str)  # noqa: N815 - QGIS's name


@pytest.fixture
def window(qgis_app: Any) -> Iterator[Window]:
    """A window whose saved layers are followed."""
    window = Window()
    part = SavedLayers(window)
    part.load()
    yield window
    part.unload()


@pytest.fixture
def messages(qgis_app: Any) -> Iterator[list[str]]:
    """What the plugin writes to the message log."""
    kept: list[str] = []

    def keep(text: str, tag: str, level: int) -> None:
        if tag == "Landcast":
            kept.append(text)

    QgsApplication.messageLog().messageReceived.connect(keep)
    yield kept
    QgsApplication.messageLog().messageReceived.disconnect(keep)


def write_marked(path: Path, bands: int = 1, names: tuple[str, ...] = ("Predicted grey",)) -> Path:
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 40, 30, bands)
    dataset.SetGeoTransform([434400, 0.6, 0, 3774000, 0, -0.6])
    dataset.SetMetadata(MARKED)
    for number, name in enumerate(names, 1):
        dataset.GetRasterBand(number).Fill(40 * number)
        dataset.GetRasterBand(number).SetDescription(name)
    return path


def read(path: Path | str) -> tuple[dict[str, str], list[str]]:
    """Marks and descriptions of all bands but alpha, as `gdalinfo` tells them."""
    program = shutil.which("gdalinfo")
    if program is None:
        pytest.skip("needs gdalinfo")
    told = subprocess.run([program, "-json", str(path)], check=True, env=clean_environment(os.environ), stdout=-1)
    info = json.loads(told.stdout)
    items = {
        name: text
        for name, text in info["metadata"].get("", {}).items()
        if name.startswith("LANDCAST_") or name in ("TIFFTAG_IMAGEDESCRIPTION", "TIFFTAG_SOFTWARE")
    }
    bands = [band for band in info["bands"] if band["colorInterpretation"] != "Alpha"]
    return items, [band.get("description", "") for band in bands]


@pytest.mark.parametrize("is_rendered", [False, True], ids=["raw data", "rendered image"])
def test_a_saved_result_says_all_that_it_said(
    window: Window,
    messages: list[str],
    write_result: Callable[..., Path],
    open_layer: Callable[..., QgsRasterLayer],
    save: Callable[..., str],
    tmp_path: Path,
    is_rendered: bool,
) -> None:
    path = write_result()
    layer = open_layer(path)
    saved = save(layer, tmp_path / "saved.tif", is_rendered)
    before = pixels_of(saved)
    window.layerSavedAs.emit(layer, saved)
    items, names = read(saved)
    assert (items, names) == read(path)
    assert items["LANDCAST_SYNTHETIC"] == "YES"
    assert "This is not a photograph" in items["TIFFTAG_IMAGEDESCRIPTION"]
    assert names == NAMES
    assert pixels_of(saved) == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.tif", "saved.tif"]
    assert len(messages) == 1
    assert "marked as synthetic again" in messages[0]


def test_a_layer_of_the_saved_file_that_is_open_shows_the_marks(
    window: Window,
    write_result: Callable[..., Path],
    open_layer: Callable[..., QgsRasterLayer],
    save: Callable[..., str],
    tmp_path: Path,
) -> None:
    layer = open_layer(write_result())
    saved = save(layer, tmp_path / "saved.tif")
    copy = open_layer(Path(saved))
    assert "LANDCAST_SYNTHETIC" not in copy.htmlMetadata()
    window.layerSavedAs.emit(layer, saved)
    assert "LANDCAST_SYNTHETIC" in copy.htmlMetadata()


@pytest.mark.parametrize("is_folder_told", [False, True], ids=["VRT", "folder"])
def test_a_result_saved_as_tiles_is_marked_in_each_of_them(
    window: Window,
    messages: list[str],
    write_result: Callable[..., Path],
    open_layer: Callable[..., QgsRasterLayer],
    save: Callable[..., str],
    tmp_path: Path,
    is_folder_told: bool,
) -> None:
    layer = open_layer(write_result())
    saved = save(layer, tmp_path / "tiles", tile_px=128)
    before = pixels_of(saved)
    window.layerSavedAs.emit(layer, str(tmp_path / "tiles") if is_folder_told else saved)
    files = sorted((tmp_path / "tiles").iterdir())
    assert len(files) == 7
    for file in files:
        items, names = read(file)
        assert items == read(tmp_path / "a.tif")[0], file
        assert names[:3] == NAMES, file
    assert pixels_of(saved) == before
    assert len(messages) == 7


@pytest.mark.parametrize(("form", "suffix"), [("HFA", "img"), ("GPKG", "gpkg"), ("ENVI", "bil"), ("AAIGrid", "asc")])
def test_other_formats_hold_the_marks_inside_or_beside_them(
    window: Window,
    open_layer: Callable[..., QgsRasterLayer],
    save: Callable[..., str],
    tmp_path: Path,
    form: str,
    suffix: str,
) -> None:
    layer = open_layer(write_marked(tmp_path / "a.tif"))
    saved = tmp_path / f"saved.{suffix}"
    if gdal.GetDriverByName(form).GetMetadataItem("DCAP_CREATE"):
        save(layer, saved, form=form)
    else:
        bare = gdal.Translate("", str(tmp_path / "a.tif"), format="MEM", metadataOptions=["A=B"])
        bare.SetMetadata({})
        gdal.GetDriverByName(form).CreateCopy(str(saved), bare)
    assert not read(saved)[0]
    window.layerSavedAs.emit(layer, str(saved))
    assert read(saved)[0] == MARKED


def test_bands_that_a_rendered_image_does_not_hold_lend_it_no_names(
    window: Window, open_layer: Callable[..., QgsRasterLayer], save: Callable[..., str], tmp_path: Path
) -> None:
    layer = open_layer(write_marked(tmp_path / "a.tif"))
    saved = save(layer, tmp_path / "saved.tif", is_rendered=True)
    window.layerSavedAs.emit(layer, saved)
    assert read(saved) == (MARKED, ["", "", ""])


def test_bands_in_another_order_lend_no_names(
    window: Window, open_layer: Callable[..., QgsRasterLayer], save: Callable[..., str], tmp_path: Path
) -> None:
    layer = open_layer(write_marked(tmp_path / "a.tif", 3, tuple(NAMES)))
    renderer = QgsMultiBandColorRenderer(layer.dataProvider(), 3, 2, 1)
    layer.setRenderer(renderer)
    saved = save(layer, tmp_path / "saved.tif", is_rendered=True)
    window.layerSavedAs.emit(layer, saved)
    assert read(saved) == (MARKED, ["", "", ""])


def test_what_is_no_result_is_left_alone(
    window: Window,
    messages: list[str],
    open_layer: Callable[..., QgsRasterLayer],
    save: Callable[..., str],
    tmp_path: Path,
) -> None:
    gdal.GetDriverByName("GTiff").Create(str(tmp_path / "a.tif"), 40, 30, 3).SetGeoTransform([5, 1, 0, 5, 0, -1])
    layer = open_layer(tmp_path / "a.tif")
    saved = Path(save(layer, tmp_path / "saved.tif"))
    before = saved.read_bytes()
    window.layerSavedAs.emit(layer, str(saved))
    window.layerSavedAs.emit(QgsVectorLayer("Point", "points", "memory"), str(saved))
    window.layerSavedAs.emit(None, str(saved))
    web = QgsRasterLayer(f"type=xyz&url=file://{tmp_path}/{{z}}/{{x}}/{{y}}.png&zmin=0&zmax=3", "web", "wms")
    window.layerSavedAs.emit(web, str(saved))
    assert saved.read_bytes() == before
    assert not messages


@pytest.mark.parametrize("raises", [False, True], ids=["GDAL tells", "GDAL raises"])
def test_a_file_that_cannot_be_marked_is_told_of_and_nothing_is_raised(
    window: Window,
    messages: list[str],
    open_layer: Callable[..., QgsRasterLayer],
    tmp_path: Path,
    raises: bool,
    capfd: pytest.CaptureFixture[str],
) -> None:
    layer = open_layer(write_marked(tmp_path / "a.tif"))
    (tmp_path / "text.tif").write_text("no raster")
    (tmp_path / "folder").mkdir()
    if raises:
        gdal.UseExceptions()
    try:
        for name in ("gone.tif", "text.tif", "folder", "\0"):
            window.layerSavedAs.emit(layer, str(tmp_path / name))
    finally:
        gdal.DontUseExceptions()
    assert len(messages) == 4
    assert all("could not be marked as synthetic" in message for message in messages)
    assert capfd.readouterr().err == ""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("is_folder_closed", [False, True], ids=["file", "file and folder"])
def test_a_file_that_must_not_be_changed_is_marked_beside_it_or_told_of(
    window: Window,
    messages: list[str],
    open_layer: Callable[..., QgsRasterLayer],
    tmp_path: Path,
    is_folder_closed: bool,
) -> None:
    layer = open_layer(write_marked(tmp_path / "a.tif"))
    folder, saved = tmp_path / "closed", tmp_path / "closed" / "saved.tif"
    folder.mkdir()
    gdal.GetDriverByName("GTiff").Create(str(saved), 40, 30, 1)
    saved.chmod(0o444)
    folder.chmod(0o555 if is_folder_closed else 0o755)
    before = saved.read_bytes()
    window.layerSavedAs.emit(layer, str(saved))
    folder.chmod(0o755)
    assert saved.read_bytes() == before
    assert len(messages) == 1
    assert ("could not be marked as synthetic" in messages[0]) == is_folder_closed
    assert read(saved)[0].get("LANDCAST_SYNTHETIC") == (None if is_folder_closed else "YES")


def test_a_plugin_that_was_unloaded_marks_nothing(
    qgis_app: Any, open_layer: Callable[..., QgsRasterLayer], save: Callable[..., str], tmp_path: Path
) -> None:
    window = Window()
    part = SavedLayers(window)
    part.load()
    part.unload()
    layer = open_layer(write_marked(tmp_path / "a.tif"))
    saved = save(layer, tmp_path / "saved.tif")
    window.layerSavedAs.emit(layer, saved)
    assert not read(saved)[0]


def test_without_windows_there_is_nothing_to_follow(qgis_app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(utils, "iface", None)
    plugin: Any = landcast.classFactory(None)
    plugin.initProcessing()
    plugin.unload()


def pixels_of(path: Path | str) -> bytes:
    dataset = gdal.Open(str(path))
    return bytes(dataset.ReadRaster())
