"""What is chosen in the panel, what a model promises and what a plan says, as plain values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import QgsProject, QgsSettings

from landcast.core.protocol.messages import Planned
from landcast.core.protocol.values import ModelInfo, Rect
from landcast.qgis_plugin.dock.choices import (
    ChoiceError,
    Choices,
    Rectangle,
    default_name,
    gsd_of,
    is_date,
    is_useful,
    later_year,
    make_request,
)
from landcast.qgis_plugin.dock.model_card import NoModelError, card_of, describe_card, read_card
from landcast.qgis_plugin.dock.plain_words import in_plain_words
from landcast.qgis_plugin.dock.plan_text import describe_plan, size_text, time_text
from landcast.qgis_plugin.dock.remembered import keep_habits, keep_project, recall_habits, recall_project
from landcast.qgis_plugin.layers.prepared import PreparedSource

INFO = ModelInfo("tiny", "0" * 64, "nowhere", "none", (0.5, 1.0), 77.0, (4.0, 2.0), 1, 1000)


def plan(**changes: object) -> Planned:
    facts: dict[str, object] = {
        "job": "a" * 32, "crs": "EPSG:32611", "transform": (0.6, 0.0, 0.0, 0.0, -0.6, 0.0),
        "rect": Rect(0, 0, 1536, 2048), "source_rect": Rect(0, 0, 1536, 2048), "halo_px": 0, "tile_px": 512,
        "tiles": 12, "bands": 3, "dtype": "uint8", "gsd_m": 0.6, "years_ahead": 6.0, "iterations": 2, "model": "tiny",
        "model_sha256": "0" * 64, "seconds": 130.0, "disk_bytes": 12_000_000, "memory_bytes": 1_500_000_000,
    }  # fmt: skip
    return Planned(**{**facts, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["2016", "2016-06", "2016-06-14", "2016-02-29"])
def test_a_year_a_month_and_a_day_are_dates(text: str) -> None:
    assert is_date(text)


@pytest.mark.parametrize("text", ["", "16", "2016-13", "2017-02-29", "2016-6-1", "June 2016", "2016-06-14T10", "0000"])
def test_anything_else_is_no_date(text: str) -> None:
    assert not is_date(text)


def test_a_date_some_years_later_keeps_its_precision() -> None:
    assert later_year("2016", 6) == "2022"
    assert later_year("2016-06", 6) == "2022-06"
    assert later_year("2016-06-14", 2) == "2018-06-14"
    assert later_year("2016-02-29", 2) == "2018-02-28"
    assert later_year("2016-02-29", 4) == "2020-02-29"
    assert later_year("soon", 2) == ""
    assert later_year("2016", 2.5) == ""


def test_a_ground_scale_is_128_pixels() -> None:
    assert gsd_of(76.8) == pytest.approx(0.6)
    assert [is_useful(scale) for scale in (39.9, 40, 130, 130.1)] == [False, True, True, False]


def test_all_that_is_chosen_is_asked_for(tmp_path: Path) -> None:
    choices = Choices(
        layer="a", source_date="2016-06", ground_scale_m=90.0, model="tiny", years_ahead=4.0, members=3, seed=7
    )
    area = Rectangle((1.0, 2.0, 3.0, 4.0), "EPSG:4326")
    prepared = PreparedSource(tmp_path / "a.tif", "a.tif", (3, 2, 1), None)
    request = make_request(choices, prepared, area, tmp_path / "b.tif")
    assert request.extent is not None
    assert (request.extent.bounds_xy, request.extent.crs) == ((1.0, 2.0, 3.0, 4.0), "EPSG:4326")
    assert (request.source, request.name, request.bands) == (tmp_path / "a.tif", "a.tif", (3, 2, 1))
    assert (request.ground_scale_m, request.years_ahead, request.source_date) == (90.0, 4.0, "2016-06")
    assert (request.members, request.seed, request.model, request.is_strict) == (3, 7, "tiny", False)


def test_nothing_chosen_leaves_the_choice_to_the_model_and_the_image(tmp_path: Path) -> None:
    request = make_request(Choices(layer="a"), PreparedSource(None, "a", None, None), None, tmp_path / "b.tif")
    left = (
        request.extent,
        request.ground_scale_m,
        request.years_ahead,
        request.source_date,
        request.model,
        request.bands,
    )
    assert left == (None,) * 6


def test_an_image_is_never_replaced_by_its_prediction(tmp_path: Path) -> None:
    image = tmp_path / "a.tif"
    image.write_bytes(b"II*\0")
    with pytest.raises(ChoiceError, match="would replace the image"):
        make_request(Choices(layer="a"), PreparedSource(image, "a", None, None), None, tmp_path / "." / "a.tif")


def test_a_wrong_date_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ChoiceError, match="2016-06-14"):
        make_request(Choices(source_date="June"), PreparedSource(None, "a", None, None), None, tmp_path / "b.tif")


def test_a_file_name_says_from_what_and_how_far() -> None:
    assert default_name("town.tif", "2016-06", 4) == "town_2016-06_4y_pred.tif"
    assert default_name("Web: tiles / of *all*", "", None) == "Web_tiles_of_all_pred.tif"
    assert default_name("???", "", None) == "layer_pred.tif"
    assert len(default_name("x" * 500, "2016", 2)) < 100


def test_the_card_of_a_known_model_names_its_steps() -> None:
    card = card_of(INFO)
    assert (card.step_years, card.scale_range_m) == (2.0, (64.0, 128.0))
    assert [card.iterations(years) for years in (2, 4, 6, 8, 9)] == [1, 1, 2, 2, 3]
    assert dict(describe_card(card))["Scale"] == "64 to 128 m a tile (0.5 to 1 m a pixel)"


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoModelError, match=r"landcast\.json"):
        read_card(tmp_path)
    (tmp_path / "landcast.json").write_text(json.dumps({"name": "a", "gsd_range_m": 3}))
    with pytest.raises(NoModelError, match=r"landcast\.json"):
        read_card(tmp_path)


def test_the_shipped_model_has_a_card_with_a_page() -> None:
    folder = Path(__file__).parents[2] / "core" / "model" / "shipped" / "naip-california"
    card = read_card(folder)
    assert (card.title, card.interval_years, card.page) == ("naip-california", (2.0, 4.0), folder / "README.md")


def test_a_plan_is_told_in_words() -> None:
    told = dict(describe_plan(plan(source_date="2016-06", result_date="2022-06")))
    assert told["Result"] == "2,048 x 1,536 px at 0.6 m"
    assert told["Date"] == "2016-06 to 2022-06"
    assert told["Work"] == "tiles: 12, each predicted 2 times in a row"
    assert told["Takes"] == "about 2 min, up to 1.4 GB of memory, 11 MB on disk"


def test_a_plan_without_a_date_or_a_time_is_silent_about_them() -> None:
    told = dict(describe_plan(plan(seconds=None, iterations=1)))
    assert "Date" not in told
    assert told["Work"] == "tiles: 12"
    assert told["Takes"].startswith("up to")


def test_the_worker_is_understood_by_who_never_saw_its_command_line() -> None:
    said = "--ground-scale 20: 0.156 m a pixel; ask for a smaller --extent, or raise --max-output-px"
    assert in_plain_words(said) == (
        "Ground scale 20: 0.156 m a pixel; ask for a smaller area, or raise --max-output-px"
    )
    assert in_plain_words("it lies in a--b") == "it lies in a--b"


def test_times_and_sizes_are_no_more_precise_than_known() -> None:
    assert [time_text(s) for s in (3, 44, 600, 9000)] == ["a few seconds", "40 s", "10 min", "2.5 h"]
    assert [size_text(n) for n in (12, 2048, 15 * 1024**2)] == ["12 bytes", "2.0 KB", "15 MB"]


@pytest.mark.usefixtures("qgis_app")
def test_a_model_that_was_moved_is_not_asked_for_again(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    keep_habits(Choices(model=str(folder), members=4))
    assert recall_habits(Choices()) == Choices(model=str(folder), members=4)
    folder.rmdir()
    assert recall_habits(Choices()) == Choices(members=4)
    QgsSettings().remove("landcast/dock")


@pytest.mark.usefixtures("qgis_app")
def test_a_project_is_read_as_one_that_anybody_may_have_written() -> None:
    project = QgsProject()
    written = Choices(
        layer="a", area="rectangle", rectangle=Rectangle((1.0, 2.0, 3.0, 4.0), "EPSG:4326"), years_ahead=4.0
    )
    keep_project(project, written)
    assert recall_project(project, Choices()) == written
    for name, value in {
        "area": "galaxy", "rectangle": "[3, 2, 1, 4, 5]", "ground_scale_m": "-1", "years": "nan", "source_date": "June",
    }.items():  # fmt: skip
        project.writeEntry("landcast", f"dock/{name}", value)
    assert recall_project(project, Choices()) == Choices(layer="a")
