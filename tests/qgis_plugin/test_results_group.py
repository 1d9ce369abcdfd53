"""The group of a run: its layers, their order, names, looks, marks and times."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

import numpy as np
from qgis.core import (
    QgsContrastEnhancement,
    QgsMultiBandColorRenderer,
    QgsProject,
    QgsRasterBlock,
    QgsRasterLayer,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QTime
from qgis.PyQt.QtGui import QImage

from landcast.qgis_plugin.results.dates import later, parse_date
from landcast.qgis_plugin.results.details import ResultLayer
from landcast.qgis_plugin.results.group import ResultGroup, open_result, show_results
from landcast.qgis_plugin.results.metadata import kind_of
from landcast.qgis_plugin.results.runs_in_tree import find_run
from landcast.qgis_plugin.shown_bands import shown_bands

from .made_results import pattern, write_prediction, write_raster


@pytest.fixture
def project(qgis_app: Any) -> Iterator[QgsProject]:
    yield QgsProject.instance()
    QgsProject.instance().clear()


def add(project: QgsProject, path: Path, name: str) -> QgsRasterLayer:
    layer = QgsRasterLayer(str(path), name)
    assert layer.isValid()
    project.addMapLayer(layer)
    return layer


def rendered(layer: QgsRasterLayer) -> np.ndarray:
    """Colours of all pixels, (y, x, 4): blue, green, red, opacity; premultiplied."""
    block: QgsRasterBlock = layer.pipe().last().block(1, layer.extent(), layer.width(), layer.height())
    image = block.image().convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    data = image.constBits()
    data.setsize(image.sizeInBytes())
    return np.frombuffer(bytes(data), np.uint8).reshape(image.height(), image.width(), 4)


def moment(year: int) -> QDateTime:
    return QDateTime(QDate(year, 1, 1), QTime(0, 0), Qt.TimeSpec.UTC)


@pytest.fixture
def results(tmp_path: Path) -> list[ResultLayer]:
    grey = np.arange(200 * 300).reshape(1, 200, 300)
    return [
        write_prediction(tmp_path / "f.tif", "prediction", pattern()),
        write_prediction(tmp_path / "f_spread.tif", "spread", (grey % 60).astype(np.uint8)),
        write_prediction(tmp_path / "f_change.tif", "change", (grey % 101).astype(np.uint8)),
        write_prediction(
            tmp_path / "f_iteration_1.tif", "prediction", pattern(), result_date="2022", years_ahead="2", iterations="1"
        ),
    ]


def test_the_group_stands_on_top_and_holds_all_of_the_run(
    project: QgsProject, results: list[ResultLayer], tmp_path: Path
) -> None:
    source = add(project, write_raster(tmp_path / "town.tif", pattern()), "town")
    add(project, tmp_path / "town.tif", "something else")
    name = show_results(project, results, source)
    assert name == "town 2020 → 2024 (4 years ahead)"
    top = project.layerTreeRoot().children()[0]
    assert top.name() == name
    nodes = top.findLayers()
    assert [node.name() for node in nodes] == [
        "Change probability 2024",
        "Spread 2024",
        "Predicted 2024 (4 years ahead)",
        "Predicted 2022 (2 years ahead)",
        "town 2020 (source)",
    ]
    assert [node.itemVisibilityChecked() for node in nodes] == [False, False, True, True, True]
    assert [kind_of(node.layer()) for node in nodes] == ["change", "spread", "prediction", "prediction", "past"]
    assert source.name() == "town"
    assert not source.temporalProperties().isActive()
    assert show_results(project, results, source) == f"{name} [2]"


def test_times_follow_each_other_and_do_not_touch(
    project: QgsProject, results: list[ResultLayer], tmp_path: Path
) -> None:
    source = add(project, write_raster(tmp_path / "town.tif", pattern()), "town")
    group = project.layerTreeRoot().findGroup(show_results(project, results, source))
    times = {}
    for node in group.findLayers():
        properties = node.layer().temporalProperties()
        assert properties.isActive()
        span = properties.fixedTemporalRange()
        # a second from both midnights: QGIS takes ranges that touch for ranges that overlap
        times[node.name()] = span.begin().addSecs(-1), span.end().addSecs(1)
    assert times["town 2020 (source)"] == (moment(2020), moment(2022))
    assert times["Predicted 2022 (2 years ahead)"] == (moment(2022), moment(2024))
    assert times["Predicted 2024 (4 years ahead)"] == (moment(2024), moment(2026))
    assert times["Change probability 2024"] == (moment(2024), moment(2026))


def test_without_a_date_there_are_no_times_and_names_say_only_how_far(project: QgsProject, tmp_path: Path) -> None:
    source = add(project, write_raster(tmp_path / "town.tif", pattern()), "town")
    result = write_prediction(tmp_path / "f.tif", "prediction", pattern(), source_date=None, result_date=None)
    name = show_results(project, [result], source)
    assert name == "town → 4 years ahead"
    layers = [node.layer() for node in project.layerTreeRoot().findGroup(name).findLayers()]
    assert [layer.name() for layer in layers] == ["Predicted 4 years ahead", "town (source)"]
    assert not any(layer.temporalProperties().isActive() for layer in layers)


@pytest.mark.parametrize(
    ("text", "years", "expected"),
    [
        ("2020", 4, QDate(2024, 1, 1)),
        ("2020-06", 1, QDate(2021, 6, 1)),
        ("2020-02-29", 1, QDate(2021, 2, 28)),
        ("2020-06-14", 0.5, QDate(2020, 12, 14)),
    ],
)
def test_dates_are_moved_as_the_worker_moves_them(text: str, years: float, expected: QDate) -> None:
    day = parse_date(text)
    assert day is not None
    assert later(day, years) == expected


@pytest.mark.parametrize("text", ["", "soon", "2020-13", "20200101", "2020-06-14T12:00"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1)])
def test_what_did_not_change_looks_the_same(
    dtype: str, order: tuple[int, ...], project: QgsProject, tmp_path: Path
) -> None:
    values = pattern(3, dtype=dtype)
    source = add(project, write_raster(tmp_path / "town.tif", values), "town")
    renderer = QgsMultiBandColorRenderer(source.dataProvider(), *order)
    most = float(values.max())
    for number, set_enhancement in enumerate(
        (renderer.setRedContrastEnhancement, renderer.setGreenContrastEnhancement, renderer.setBlueContrastEnhancement)
    ):
        enhancement = QgsContrastEnhancement(source.dataProvider().dataType(1))
        enhancement.setContrastEnhancementAlgorithm(
            QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum
        )
        enhancement.setMinimumValue(most * 0.05 * (number + 1))
        enhancement.setMaximumValue(most * (0.9 - 0.1 * number))
        set_enhancement(enhancement)
    source.setRenderer(renderer)
    source.brightnessFilter().setBrightness(20)
    source.hueSaturationFilter().setSaturation(-30)
    # the worker is told the bands that the layer shows, and gives them back in that order
    changed = values[[number - 1 for number in order]].copy()
    changed[:, 50:80, 60:90] = changed[:, 50:80, 60:90] // 2 if dtype != "float32" else changed[:, 50:80, 60:90] / 2
    valid = np.ones((200, 300), bool)
    valid[:30, :40] = False
    layer = open_result(write_prediction(tmp_path / "f.tif", "prediction", changed, valid), source)
    past, future = rendered(source), rendered(layer)
    same = valid.copy()
    same[50:80, 60:90] = False
    assert np.array_equal(past[same], future[same])
    assert (future[~valid][..., 3] == 0).all()
    assert not np.array_equal(past[50:80, 60:90], future[50:80, 60:90])


def test_grey_looks_as_its_source(project: QgsProject, tmp_path: Path) -> None:
    values = pattern(1, dtype="uint16")
    source = add(project, write_raster(tmp_path / "town.tif", values), "town")
    layer = open_result(write_prediction(tmp_path / "f.tif", "grey", values), source)
    assert np.array_equal(rendered(source), rendered(layer))
    assert len(np.unique(rendered(layer))) > 50


def test_a_source_that_is_gone_leaves_a_plain_look(qgis_app: Any, tmp_path: Path) -> None:
    values = pattern()
    layer = open_result(write_prediction(tmp_path / "f.tif", "prediction", values), None)
    assert np.array_equal(rendered(layer)[..., 2::-1], np.moveaxis(values, 0, -1))
    values = pattern(dtype="uint16")
    layer = open_result(write_prediction(tmp_path / "g.tif", "prediction", values), None)
    shown = rendered(layer)[..., 2].astype(float)
    assert np.corrcoef(shown.ravel(), values[0].ravel())[0, 1] > 0.99


@pytest.mark.parametrize("kind", ["spread", "change"])
def test_maps_are_clear_at_zero_and_their_legend_has_units(kind: str, qgis_app: Any, tmp_path: Path) -> None:
    values = np.tile(np.arange(101, dtype=np.uint8), (1, 100, 1))
    layer = open_result(write_prediction(tmp_path / "f.tif", kind, values), None)
    colours = rendered(layer)
    assert (colours[:, 0, 3] == 0).all()
    assert (colours[:, 50:, 3] == 255).all()
    # lighter the more there is, so that it is told apart without seeing colours
    light = [float(colours[0, value, :3] @ np.array([0.07, 0.72, 0.21])) for value in (10, 20, 30, 40, 50)]
    assert light == sorted(light)
    assert min(np.diff(light)) > 15
    renderer = layer.renderer()
    assert isinstance(renderer, QgsSingleBandPseudoColorRenderer)
    labels = [label for label, _ in renderer.legendSymbologyItems()]
    unit = "%" if kind == "change" else "levels of 255"
    assert labels[0] == f"0 {unit}"
    assert all(label.endswith(unit) for label in labels)


def test_a_layer_says_that_it_is_predicted_and_how(project: QgsProject, results: list[ResultLayer]) -> None:
    group = project.layerTreeRoot().findGroup(show_results(project, results, None))
    assert group.name() == "town 2020 → 2024 (4 years ahead)"
    layer = group.findLayers()[2].layer()
    metadata = layer.metadata()
    assert metadata.title() == "Predicted 2024 (4 years ahead)"
    assert "Synthetic: this is not a photograph" in metadata.abstract()
    assert "town.tif" in metadata.abstract()
    assert metadata.keywords()["landcast"] == ["synthetic", "prediction", "landcast"]
    assert {"seed: 7", "model: tiny", "source_date: 2020", "members: 3"} <= set(metadata.history())
    assert layer.customProperty("landcast/landcast_synthetic") == "YES"
    run = find_run(group)
    assert run is not None
    assert [one.name() for one in run.predictions] == [
        "Predicted 2022 (2 years ahead)", "Predicted 2024 (4 years ahead)"
    ]  # fmt: skip
    assert run.chosen is layer
    assert run.past is None


def test_a_group_survives_saving_and_opening_the_project(
    project: QgsProject, results: list[ResultLayer], tmp_path: Path
) -> None:
    source = add(project, write_raster(tmp_path / "town.tif", pattern()), "town")
    name = show_results(project, results, source)
    assert project.write(str(tmp_path / "project.qgz"))
    project.clear()
    assert project.read(str(tmp_path / "project.qgz"))
    group = project.layerTreeRoot().findGroup(name)
    run = find_run(group)
    assert run is not None
    assert run.past is not None
    assert len(run.predictions) == 2
    assert run.past.temporalProperties().fixedTemporalRange().begin() == moment(2020).addSecs(1)
    assert "seed: 7" in run.chosen.metadata().history()


def test_a_file_that_does_not_open_is_named_and_leaves_no_empty_group(
    project: QgsProject, results: list[ResultLayer], tmp_path: Path
) -> None:
    source = add(project, write_raster(tmp_path / "town.tif", pattern()), "town")
    results[1].path.unlink()
    group = ResultGroup(project, results, source)
    while group.add_next():
        pass
    assert group.unopened == [results[1].path]
    assert len(project.layerTreeRoot().findGroup(group.name).findLayers()) == 4
    alone = ResultGroup(project, [results[1]], source)
    while alone.add_next():
        pass
    assert alone.unopened == [results[1].path]
    assert alone.name == ""
    assert len(project.layerTreeRoot().findGroups(True)) == 1


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("bands", [(4, 3, 2), (4,)])
def test_past_and_prediction_show_the_bands_that_were_predicted(
    bands: tuple[int, ...], dtype: str, project: QgsProject, tmp_path: Path
) -> None:
    values = pattern(4, dtype=dtype)
    source = add(project, write_raster(tmp_path / "town.tif", values), "town")
    assert shown_bands(source) == (1, 2, 3)
    predicted = values[[number - 1 for number in bands]]
    kind = "prediction" if len(bands) == 3 else "grey"
    early = {"result_date": "2022", "years_ahead": "2", "iterations": "1"}
    results = [
        write_prediction(tmp_path / "f.tif", kind, predicted),
        write_prediction(tmp_path / "f1.tif", kind, predicted // 2, **early),
    ]
    group = project.layerTreeRoot().findGroup(show_results(project, results, source, bands))
    future, near, past = (node.layer() for node in group.findLayers())
    assert shown_bands(past) == bands
    assert np.array_equal(rendered(past), rendered(future))
    assert len(np.unique(rendered(past)[..., :3])) > 50
    # one stretch for all of them
    assert rendered(near)[..., :3].mean() < 0.7 * rendered(future)[..., :3].mean()
    assert shown_bands(source) == (1, 2, 3)
