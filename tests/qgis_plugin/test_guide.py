"""What the Help buttons open."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from landcast.qgis_plugin import guide
from landcast.qgis_plugin.guide import guide_url


def test_in_a_clone_the_guide_is_the_text() -> None:
    url = guide_url("dock")
    assert Path(url.toLocalFile()).samefile(Path(__file__).parents[2] / "docs" / "qgis.md")
    assert url.fragment() == "dock"
    assert not guide_url().hasFragment()


def test_a_packed_plugin_has_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "qgis.html").write_text("<html></html>")
    monkeypatch.setattr(guide, "DOCS", tmp_path)
    assert guide_url("predict").toLocalFile() == str(tmp_path / "qgis.html")


def test_every_algorithm_has_a_place_in_the_guide(processing_plugin: object) -> None:
    from qgis.core import QgsApplication

    text = (Path(__file__).parents[2] / "docs" / "qgis.md").read_text(encoding="utf-8")
    for algorithm in QgsApplication.processingRegistry().providerById("landcast").algorithms():
        assert f'<a id="{algorithm.helpUrl().partition("#")[2]}"></a>' in text, algorithm.id()
        assert f"`{algorithm.id()}`" in text
