"""Groups of fields of the form, by themselves: what is chosen stays what a person chose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import QgsProject, QgsRasterLayer, QgsVectorLayer

from landcast.qgis_plugin.dock.area_fields import AreaFields
from landcast.qgis_plugin.dock.choices import Choices
from landcast.qgis_plugin.dock.model_card import ModelCard, read_card
from landcast.qgis_plugin.dock.years_fields import YearsFields
from landcast.qgis_plugin.layers.canvas import make_canvas_reader
from landcast.qgis_plugin.layers.sheets import VectorSheet
from landcast.qgis_plugin.source_file import find_source

from .algorithm_runs import write_image

pytestmark = pytest.mark.usefixtures("qgis_app")


@pytest.fixture
def area() -> Iterator[AreaFields]:
    fields = AreaFields()
    yield fields
    fields.close()
    QgsProject.instance().clear()


@pytest.fixture
def card(model_folder: Path) -> ModelCard:
    return read_card(model_folder)


def add_polygons(name: str) -> QgsVectorLayer:
    layer = QgsVectorLayer("Polygon?crs=EPSG:3857", name, "memory")
    QgsProject.instance().addMapLayer(layer)
    return layer


def test_no_other_polygons_are_taken_for_those_that_are_removed(area: AreaFields) -> None:
    parcels, lakes = add_polygons("parcels"), add_polygons("lakes")
    assert area.chosen_polygons is None
    area.show_choices(Choices(area="polygons"), parcels)
    assert area.chosen_polygons is parcels
    QgsProject.instance().removeMapLayer(parcels.id())
    assert area.chosen_polygons is None
    area.polygons.setLayer(lakes)
    assert area.chosen_polygons is lakes


def test_no_other_polygons_are_taken_for_those_that_a_project_lacks(area: AreaFields) -> None:
    area.show_choices(Choices(area="polygons"), add_polygons("lakes"))
    area.show_choices(Choices(area="polygons", polygons="gone"), None)
    assert area.chosen_polygons is None


def test_the_only_polygons_are_at_hand_for_who_wants_polygons(area: AreaFields) -> None:
    parcels = add_polygons("parcels")
    area.choose("polygons")
    area.kind.activated.emit(area.kind.currentIndex())
    assert area.chosen_polygons is parcels


def test_no_years_of_an_earlier_project_stay(card: ModelCard) -> None:
    years = YearsFields()
    years.show_card(card)
    years.choose(3 * card.step_years)
    years.choose(None)
    assert years.chosen == card.step_years


@pytest.mark.parametrize("method", ["is_file", "open"])
def test_a_file_that_cannot_be_reached_is_no_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    layer = QgsRasterLayer(str(write_image(tmp_path / "town.tif", 16, 16)), "town")
    assert find_source(layer) is not None

    def refuse(path: Path, *_: object) -> None:
        raise PermissionError(13, "no permission", str(path))

    # neither can a drive be cut off here, nor is a file forbidden to who runs tests as root
    monkeypatch.setattr(Path, method, refuse)
    assert find_source(layer) is None


def test_no_layer_is_copied_where_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    layer = QgsRasterLayer(str(write_image(tmp_path / "town.tif", 16, 16)), "town")
    lakes = QgsVectorLayer("Polygon?crs=EPSG:3857", "lakes", "memory")
    copied: list[str] = []
    monkeypatch.setattr(QgsVectorLayer, "clone", lambda one: copied.append(one.name()))
    planned = make_canvas_reader([lakes, layer], layer.crs(), None, "the map", lambda: False, is_drawn=False)
    assert copied == []
    monkeypatch.undo()
    drawn = make_canvas_reader([lakes, layer], layer.crs(), None, "the map", lambda: False)
    assert isinstance(drawn._sheets[1], VectorSheet)
    for name in ("bounds_xy", "crs", "bands", "dtype", "name", "notes", "shape_yx"):
        assert getattr(planned, name) == getattr(drawn, name)
