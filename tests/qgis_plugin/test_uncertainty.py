"""How far to trust a prediction, told before it and shown after it: in the panel, the toolbox and the layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

import numpy as np
from qgis.core import QgsProcessingException, QgsProject, QgsRasterLayer, QgsSettings

from landcast.core.protocol.requests import TrainRequest
from landcast.core.protocol.values import DomainFigure
from landcast.core.protocol.versions import CURRENT, Version
from landcast.qgis_plugin.algorithms.prediction_parameters import PredictionSettings
from landcast.qgis_plugin.algorithms.scene_kept import why_not_kept
from landcast.qgis_plugin.dock.choices import Choices
from landcast.qgis_plugin.dock.form import PredictionForm
from landcast.qgis_plugin.dock.model_card import ModelCard, describe_card, read_card
from landcast.qgis_plugin.dock.more_fields import MoreFields
from landcast.qgis_plugin.dock.plan_text import describe_plan, warnings_of
from landcast.qgis_plugin.prediction import PredictionFailedError
from landcast.qgis_plugin.results.details import read_details
from landcast.qgis_plugin.results.group import show_results
from landcast.qgis_plugin.worker.predicting import check_known, to_wire

from .algorithm_runs import RecordingFeedback, run, told_request, write_image
from .made_results import pattern, write_prediction

OWN_WORDS = "tiles spread over the area are unlike what the model was trained on (median distance "
pytestmark = pytest.mark.usefixtures("no_interpreter")


@pytest.fixture
def project() -> Iterator[QgsProject]:
    yield QgsProject.instance()
    QgsProject.instance().clear()


@pytest.fixture
def planned() -> Any:
    """A plan of a night, as far as its text is concerned."""
    text = "night.tif: 75% of 32 tile(s) spread over the area are unlike what tiny was trained on"
    return SimpleNamespace(
        shape_yx=(100, 200), gsd_m=0.6, tiles=4, iterations=1, memory_bytes=2**30, disk_bytes=2**20, seconds=None,
        result_date=None, domain=DomainFigure(32, 0.75, 1.44, is_notable=True, text=text),
        is_change_calibrated=True, change_calibrated_on="Claremont", warnings=(text, "--years 1: a guess"),
    )  # fmt: skip


def test_a_plan_says_how_far_the_ground_is_and_what_a_probability_is_worth(planned: Any) -> None:
    told = dict(describe_plan(planned))
    assert told["Ground"] == f"75 % of 32 {OWN_WORDS}1.44; like its training is up to 1)"
    assert told["Change"] == "probability, calibrated on Claremont"
    first, second = warnings_of(planned)
    assert first == f"{told['Ground']}: take with care what is predicted there."
    assert second == "Years ahead 1: a guess"
    planned.is_change_calibrated, planned.change_calibrated_on, planned.domain = False, "", None
    told = dict(describe_plan(planned))
    assert told["Change"] == "share of the futures that are drawn, not calibrated"
    assert "Ground" not in told
    planned.is_change_calibrated = None
    assert "Change" not in dict(describe_plan(planned))


@pytest.mark.parametrize(("locale", "words"), [("de", "mit Vorsicht zu nehmen"), ("ru", "осторожностью")])
def test_the_figure_is_told_in_the_language_of_qgis(planned: Any, locale: str, words: str) -> None:
    try:
        QgsSettings().setValue("locale/userLocale", locale)
        QgsSettings().setValue("locale/overrideFlag", True)
        told = warnings_of(planned)[0]
    finally:
        QgsSettings().remove("locale/userLocale")
        QgsSettings().remove("locale/overrideFlag")
    assert words in told
    assert "75 %" in told
    assert "1.44" in told


def test_what_a_model_cannot_tell_is_not_offered_and_it_says_why(knowing_model: Path, model_folder: Path) -> None:
    more = MoreFields()
    assert not more.maps_domain.isEnabled()
    for card, is_offered, words in (
        (read_card(knowing_model), True, ""),
        (read_card(model_folder), False, "does not say what it was trained on"),
        (replace(read_card(model_folder), has_domain=None), False, "too old"),
    ):
        more.show_card(card)
        more.maps_domain.setChecked(True)
        assert more.maps_domain.isEnabled() is more.is_mapping_domain is is_offered
        assert words in more._domain_note.text()
        assert bool(more._domain_note.text()) is not is_offered
    more.show_choices(Choices(members=2, draws_typical=True))
    assert not more.is_drawing_typical
    assert "3" in more.draws_typical.toolTip()
    more.members.setValue(3)
    assert more.is_drawing_typical


def test_the_form_asks_for_what_the_chosen_model_can_tell(knowing_model: Path, model_folder: Path) -> None:
    form = PredictionForm()
    try:
        for model, can_tell in ((knowing_model, True), (model_folder, False)):
            form.model.choose(str(model))
            form.more.maps_domain.setChecked(True)
            assert form.choices().maps_domain is can_tell
        form.show_choices(Choices(model=str(knowing_model), members=3, draws_typical=True, maps_domain=True))
        chosen = form.choices()
        assert (chosen.draws_typical, chosen.maps_domain, chosen.members) == (True, True, 3)
    finally:
        form.stop_following()


def test_an_earlier_result_is_kept_only_with_the_layers_that_are_asked_for(tmp_path: Path) -> None:
    output = write_prediction(tmp_path / "f.tif", "prediction", pattern(), model="naip-california").path
    plain = PredictionSettings(None, None, None, 3, 7, None, False, False, False, False)
    assert why_not_kept(output, None, plain) is None
    for name, changes in (("typical", {"draws_typical": True}), ("domain", {"maps_domain": True})):
        asked = replace(plain, **changes)
        assert "was predicted without this" in str(why_not_kept(output, None, asked))
        (tmp_path / f"f_{name}.tif").touch()
        assert why_not_kept(output, None, asked) is None


def test_a_card_says_where_its_probability_of_change_was_calibrated(knowing_model: Path, model_folder: Path) -> None:
    assert dict(describe_card(read_card(knowing_model)))["Change"] == "probability, calibrated on Testville"
    assert "not calibrated" in dict(describe_card(read_card(model_folder)))["Change"]
    older: ModelCard = replace(read_card(model_folder), calibrated_on=None)
    assert "Change" not in dict(describe_card(older))


@pytest.mark.parametrize(
    ("calibrated", "name", "words", "unit"),
    [
        ({"change_calibrated": "yes", "change_calibrated_on": "Testville"}, "Change probability 2024, calibrated",
         "in Testville, of the places that got 70 %, about 70 % did change", "100 %"),
        ({"change_calibrated": "no"}, "Futures with change 2024",
         "How many of the 3 futures that were drawn change this place", "100 % of futures"),
        ({}, "Change probability 2024", "How probable it is that this place changes", "100 %"),
    ],
)  # fmt: skip
def test_the_layer_of_change_says_what_it_is_worth(
    project: QgsProject, tmp_path: Path, calibrated: dict[str, str], name: str, words: str, unit: str
) -> None:
    change = write_prediction(tmp_path / "f_change.tif", "change", pattern(1), **calibrated)
    group = project.layerTreeRoot().findGroup(show_results(project, [change], None))
    layer = group.findLayers()[0].layer()
    assert layer.name() == name
    assert words in layer.metadata().abstract()
    assert "2024" in layer.metadata().abstract()
    assert layer.renderer().legendSymbologyItems()[-1][0] == unit


def test_the_most_typical_future_looks_as_the_prediction_and_lies_under_the_maps(
    project: QgsProject, tmp_path: Path
) -> None:
    results = [
        write_prediction(tmp_path / "f.tif", "prediction", pattern()),
        write_prediction(tmp_path / "f_typical.tif", "typical", pattern()),
        write_prediction(tmp_path / "f_change.tif", "change", pattern(1)),
        write_prediction(tmp_path / "f_domain.tif", "domain", pattern(1, 3, 4, "float32") * 2, synthetic=None),
    ]
    nodes = project.layerTreeRoot().findGroup(show_results(project, results, None)).findLayers()
    assert [node.name() for node in nodes] == [
        "Distance from the training", "Change probability 2024", "Most typical future 2024",
        "Predicted 2024 (4 years ahead)",
    ]  # fmt: skip
    assert [node.itemVisibilityChecked() for node in nodes] == [False, False, False, True]
    typical, prediction = nodes[2].layer(), nodes[3].layer()
    assert type(typical.renderer()) is type(prediction.renderer())
    assert "most like the others" in typical.metadata().abstract()


def test_distances_are_told_apart_at_the_edge_of_the_training(project: QgsProject, tmp_path: Path) -> None:
    values = np.array([[[0.2, 0.99, 1.01, 7.0]]], np.float32)
    result = write_prediction(tmp_path / "f_domain.tif", "domain", values, synthetic=None)
    layer = project.layerTreeRoot().findGroup(show_results(project, [result], None)).findLayers()[0].layer()
    texts = [text for text, _ in layer.renderer().legendSymbologyItems()]
    assert texts == [
        "0-0.5 much like the training", "0.5-1 like the training", "1-1.5 unlike the training", "> 1.5 far from it",
    ]  # fmt: skip
    block = layer.renderer().block(1, layer.extent(), 4, 1)
    shown = [block.color(0, column) for column in range(4)]
    assert len(set(shown)) == 4
    metadata = layer.metadata()
    assert "Synthetic" not in metadata.abstract()
    assert "what the model tiny was trained on" in metadata.abstract()
    assert metadata.rights() == []
    assert metadata.keywords()["landcast"] == ["landcast"]


def test_a_prediction_writes_what_was_asked_for_and_tells_it_in_its_own_words(
    tmp_path: Path, interpreter: Path, knowing_model: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    source, output = write_image(tmp_path / "town.tif", 300, 260), tmp_path / "future.tif"
    feedback = RecordingFeedback()
    run(source, output, feedback, MODEL=str(knowing_model), MEMBERS=3, TYPICAL=True, DOMAIN=True)
    said = [*feedback.warnings, *feedback.infos]
    assert sum(OWN_WORDS in text for text in said) == 1
    assert not any("tile(s)" in text for text in said)
    assert any("calibrated, by what came true in Testville" in text for text in said)
    kinds = {}
    for path in tmp_path.glob("future*.tif"):
        details = read_details(path)
        assert details is not None
        kinds[path.name] = details.kind
    assert kinds == {
        "future.tif": "prediction", "future_typical.tif": "typical", "future_spread.tif": "spread",
        "future_change.tif": "change", "future_domain.tif": "domain",
    }  # fmt: skip
    whole, tiles = QgsRasterLayer(str(output)), QgsRasterLayer(str(tmp_path / "future_domain.tif"))
    assert tiles.extent().contains(whole.extent())
    assert tiles.rasterUnitsPerPixelX() == pytest.approx(128 * whole.rasterUnitsPerPixelX())
    # what is there is replaced, as it is of an earlier prediction
    run(source, output, MODEL=str(knowing_model), DOMAIN=True)


def test_a_model_that_does_not_know_its_training_refuses_the_layer(
    tmp_path: Path, interpreter: Path, model_folder: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    source = write_image(tmp_path / "town.tif", 200, 200)
    with pytest.raises(QgsProcessingException, match="does not say what it was trained on"):
        run(source, tmp_path / "future.tif", MODEL=str(model_folder), DOMAIN=True)
    with pytest.raises(QgsProcessingException, match="needs at least 3"):
        run(source, tmp_path / "future.tif", MODEL=str(model_folder), TYPICAL=True)
    assert [path.name for path in tmp_path.iterdir()] == ["town.tif"]


def test_an_older_worker_is_not_asked_for_what_it_would_leave_out(
    tmp_path: Path, interpreter: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    source = write_image(tmp_path / "town.tif", 64, 64)
    request = told_request(source, tmp_path / "a.tif", MEMBERS=4, TYPICAL=True, DOMAIN=True, KEEP_ITERATIONS=True)
    wire = to_wire(request)
    assert (wire.is_drawing_typical, wire.is_mapping_domain) == (True, True)
    older: Any = SimpleNamespace(welcome=SimpleNamespace(version=Version(1, 2), server="landcast 0.1"))
    with pytest.raises(PredictionFailedError, match=r"0.1, is too old for this: most typical future, distance"):
        check_known(wire, older)
    with pytest.raises(PredictionFailedError, match="start from a model, dataset, memory that a step may take"):
        check_known(TrainRequest("/m", base="/b", datasets=("/d",), memory_limit_bytes=1), older)
    older.welcome.version = CURRENT
    check_known(wire, older)
