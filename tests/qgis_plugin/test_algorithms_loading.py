"""Which file QGIS loads where the asked name was not to be had."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import QgsProcessingContext, QgsProject

from landcast.qgis_plugin.algorithms import loading


def names_after(key: str, written: str, asked: str) -> list[str]:
    """What QGIS loads that was asked to load `key`."""
    context = QgsProcessingContext()
    context.addLayerToLoadOnCompletion(key, QgsProcessingContext.LayerDetails("Future", QgsProject.instance(), "OUT"))
    loading.load_from(written, asked, context)
    layers = context.layersToLoadOnCompletion()
    assert [details.name for details in layers.values()] == ["Future"]
    return list(layers)


@pytest.mark.parametrize("key", ["/data/future.tif", "/data/./future.tif", "/data//future.tif"])
def test_the_file_that_was_written_is_loaded_however_the_asked_one_is_written(qgis_app: object, key: str) -> None:
    assert names_after(key, "/data/future_2.tif", str(Path("/data/future.tif"))) == ["/data/future_2.tif"]


def test_on_windows_slashes_do_not_matter(qgis_app: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "Path", PureWindowsPath)
    assert names_after("C:/data/future.tif", "C:\\data\\future_2.tif", "C:\\data\\future.tif") == [
        "C:\\data\\future_2.tif"
    ]


@pytest.mark.parametrize("written", ["/data/future.tif", "/data/./future.tif"])
def test_what_got_its_name_and_other_layers_stay(qgis_app: object, written: str) -> None:
    assert names_after("/data/./future.tif", written, "/data/future.tif") == ["/data/./future.tif"]
    assert names_after("/data/other.tif", "/data/future_2.tif", "/data/future.tif") == ["/data/other.tif"]
