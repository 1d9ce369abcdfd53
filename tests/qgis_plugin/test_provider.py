"""The plugin in a real QGIS: what it adds, and that it takes all of it away again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis import utils
from qgis.core import QgsApplication

import landcast
from landcast.qgis_plugin.compat import ADVANCED


@pytest.fixture
def plugin(qgis_app: Any, qgis_iface: Any) -> Iterator[Any]:
    plugin: Any = landcast.classFactory(qgis_iface)
    yield plugin
    plugin.unload()


def provider() -> Any:
    return QgsApplication.processingRegistry().providerById("landcast")


@pytest.mark.parametrize("start", ["initGui", "initProcessing"])
def test_the_provider_comes_and_goes_with_the_plugin(plugin: Any, start: str) -> None:
    assert provider() is None
    getattr(plugin, start)()
    assert provider().name() == "Landcast"
    assert provider().versionInfo() == landcast.__version__
    assert not provider().icon().isNull()
    plugin.unload()
    assert provider() is None


def test_a_plugin_that_was_never_started_unloads(plugin: Any) -> None:
    plugin.unload()
    assert provider() is None


def test_a_plugin_that_cannot_be_loaded_leaves_nothing(plugin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(utils, "iface", object())
    with pytest.raises(AttributeError):
        plugin.initGui()
    assert provider() is None
    assert plugin.worker is None


def test_a_part_that_fails_keeps_no_other_from_unloading(plugin: Any) -> None:
    plugin.initGui()
    failing = Mock(unload=Mock(side_effect=RuntimeError("a part")))
    plugin._parts.append(failing)
    with pytest.raises(RuntimeError, match="a part"):
        plugin.unload()
    assert provider() is None
    assert plugin.worker is None
    plugin.unload()
    failing.unload.assert_called_once()


def test_what_few_people_need_is_advanced(plugin: Any) -> None:
    plugin.initGui()
    found = QgsApplication.processingRegistry().createAlgorithmById("landcast:predict")
    flags = {definition.name(): definition.flags() for definition in found.parameterDefinitions()}
    assert {name for name in flags if not flags[name] & ADVANCED} == {"INPUT", "EXTENT", "AREA", "OUTPUT"}
    assert {"SOURCE_DATE", "STRICT"} <= flags.keys()


def test_the_help_tells_what_can_be_read(plugin: Any) -> None:
    plugin.initGui()
    found = QgsApplication.processingRegistry().createAlgorithmById("landcast:predict")
    assert "local GeoTIFF, JPEG, PNG, JPEG 2000, HFA, WebP or BMP file" in found.shortHelpString()


def test_the_result_is_a_geotiff_whatever_the_settings_of_qgis(plugin: Any) -> None:
    plugin.initGui()
    assert provider().supportedOutputRasterLayerExtensions() == ["tif"]
    assert provider().defaultRasterFileExtension() == "tif"
