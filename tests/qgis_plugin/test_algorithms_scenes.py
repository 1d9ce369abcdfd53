"""`landcast:predictscenes` in a real QGIS with a real worker: all scenes, whatever becomes of one of them."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from osgeo import gdal
from qgis.core import QgsProcessingException

from landcast.qgis_plugin.algorithms.prediction_parameters import PredictionSettings
from landcast.qgis_plugin.algorithms.scene_kept import why_not_kept
from landcast.qgis_plugin.algorithms.scene_summary import Row, Summary

from .algorithm_runs import RecordingFeedback, run, write_image
from .processing_runs import read_pixels, run_algorithm, write_raster

pytestmark = pytest.mark.usefixtures("no_interpreter")


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    """A folder with two images and one that is none."""
    folder = tmp_path / "scenes"
    write_image(folder / "town.tif", 150, 140)
    write_image(folder / "village.tif", 130, 160)
    (folder / "broken.tif").write_bytes(b"II*\0 and nothing more")
    return folder


@pytest.fixture
def predict(
    interpreter: Path, model_folder: Path, use_interpreter: Callable[[Path], None]
) -> Callable[..., dict[str, Any]]:
    use_interpreter(interpreter)

    def predict(output: Path, feedback: RecordingFeedback | None = None, **more: Any) -> dict[str, Any]:
        return run_algorithm("predictscenes", feedback, **{"OUTPUT": output, "MODEL": str(model_folder), **more})

    return predict


def rows_of(table: str | Path) -> dict[str, dict[str, str]]:
    with Path(table).open(encoding="utf-8", newline="") as stream:
        return {row["scene"]: row for row in csv.DictReader(stream)}


def test_one_broken_scene_does_not_stop_the_others(
    scenes: Path, tmp_path: Path, predict: Callable[..., dict[str, Any]], model_folder: Path
) -> None:
    feedback = RecordingFeedback()
    made = predict(tmp_path / "out", feedback, FOLDER=scenes)
    assert (made["PREDICTED"], made["SKIPPED"], made["FAILED"]) == (2, 0, 1)
    assert [Path(path).name for path in made["RESULTS"]] == ["town_pred.tif", "village_pred.tif"]
    rows = rows_of(made["SUMMARY"])
    assert {name: row["status"] for name, row in rows.items()} == {
        "broken.tif": "failed", "town.tif": "predicted", "village.tif": "predicted"
    }  # fmt: skip
    assert rows["broken.tif"]["output"] == ""
    assert "broken.tif" in rows["broken.tif"]["message"]
    assert any("broken.tif failed" in error for error in feedback.errors)
    assert any("1 of 3 images failed" in warning for warning in feedback.warnings)
    assert any(stage.startswith("2 of 3, town.tif: ") for stage in feedback.stages)
    # each is what the algorithm for one image gives
    single = tmp_path / "single.tif"
    run(scenes / "town.tif", single, MODEL=str(model_folder))
    assert np.array_equal(read_pixels(made["RESULTS"][0]), read_pixels(single))


def test_a_run_that_was_stopped_goes_on(scenes: Path, tmp_path: Path, predict: Callable[..., dict[str, Any]]) -> None:
    output, feedback = tmp_path / "out", RecordingFeedback()
    (scenes / "broken.tif").unlink()

    def stop_after_one(progress: float) -> None:
        if progress >= 50:
            feedback.cancel()

    feedback.progressChanged.connect(stop_after_one)
    assert predict(output, feedback, FOLDER=scenes) == {}
    assert sorted(path.name for path in output.iterdir()) == ["landcast_scenes.csv", "town_pred.tif"]
    assert [row["status"] for row in rows_of(output / "landcast_scenes.csv").values()] == ["predicted", "cancelled"]
    before = (output / "town_pred.tif").stat().st_mtime_ns
    made = predict(output, FOLDER=scenes)
    assert (made["PREDICTED"], made["SKIPPED"], made["FAILED"]) == (1, 1, 0)
    assert (output / "town_pred.tif").stat().st_mtime_ns == before
    assert len(made["RESULTS"]) == 2


def test_an_earlier_result_with_other_settings_is_not_taken_for_this_one(
    scenes: Path, tmp_path: Path, predict: Callable[..., dict[str, Any]]
) -> None:
    output = tmp_path / "out"
    town = [str(scenes / "town.tif")]
    predict(output, INPUT=town, SEED=1)
    with pytest.raises(QgsProcessingException, match=r"(?s)No image could be predicted.*seed 1, not 2"):
        predict(output, INPUT=town, SEED=2)
    made = predict(output, INPUT=town, SEED=2, SKIP_EXISTING=False)
    assert made["PREDICTED"] == 1
    assert gdal.Open(made["RESULTS"][0]).GetMetadataItem("LANDCAST_SEED") == "2"


def test_layers_of_one_name_get_results_of_their_own(
    tmp_path: Path, predict: Callable[..., dict[str, Any]], open_layer: Callable[..., Any]
) -> None:
    layers = [open_layer(write_image(tmp_path / folder / "town.tif", 140, 140)) for folder in ("one", "two")]
    made = predict(tmp_path / "out", INPUT=[layer.id() for layer in layers])
    assert [Path(path).name for path in made["RESULTS"]] == ["town_pred.tif", "town_2_pred.tif"]


def test_no_image_is_ever_replaced(scenes: Path, predict: Callable[..., dict[str, Any]]) -> None:
    shutil.copy(scenes / "town.tif", scenes / "town_pred.tif")
    content = (scenes / "town_pred.tif").read_bytes()
    made = predict(scenes, FOLDER=scenes, SKIP_EXISTING=False)
    assert (scenes / "town_pred.tif").read_bytes() == content
    message = rows_of(made["SUMMARY"])["town.tif"]["message"]
    assert message.startswith("The result would replace an image that is to be predicted")
    assert (scenes / "village_pred.tif").exists()
    # predictions in the folder are not predicted again
    again = predict(scenes, FOLDER=scenes)
    assert "village_pred.tif" not in rows_of(again["SUMMARY"])


def test_where_all_fail_the_error_says_why(
    scenes: Path, tmp_path: Path, predict: Callable[..., dict[str, Any]]
) -> None:
    given = [str(scenes / "broken.tif"), str(tmp_path / "gone.tif")]
    with pytest.raises(QgsProcessingException, match=r"(?s)No image could be predicted.*gone\.tif: QGIS cannot open"):
        predict(tmp_path / "out", INPUT=given)
    assert {row["status"] for row in rows_of(tmp_path / "out" / "landcast_scenes.csv").values()} == {"failed"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "There is nothing to predict"),
        ({"FOLDER": "/no/such/folder"}, "/no/such/folder: cannot be read as a folder"),
    ],
)
def test_without_images_nothing_is_begun(
    given: dict[str, Any], words: str, tmp_path: Path, predict: Callable[..., dict[str, Any]]
) -> None:
    with pytest.raises(QgsProcessingException, match=words):
        predict(tmp_path / "out", **given)
    assert not (tmp_path / "out").exists()


def test_where_no_worker_stays_alive_the_rest_is_not_tried(
    tmp_path: Path, make_worker: Callable[[str], Path], use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(make_worker("if sys.argv[1] == '-m': sys.exit('no room')"))
    for name in "abcd":
        write_image(tmp_path / "scenes" / f"{name}.tif", 130, 130)
    with pytest.raises(QgsProcessingException, match="no room"):
        run_algorithm("predictscenes", FOLDER=tmp_path / "scenes", OUTPUT=tmp_path / "out")
    rows = rows_of(tmp_path / "out" / "landcast_scenes.csv")
    assert ["no room" in row["message"] for row in rows.values()] == [True, True, False, False]
    assert rows["d.tif"]["message"] == "not tried, as no worker stays alive"


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], None]:
    """Refuse to replace files of a name so many times, as Windows does while a program holds one open."""

    def hold(name: str, times: int) -> None:
        replace, left = Path.replace, [times]

        def refuse(path: Path, target: Path) -> Any:
            if Path(target).name == name and left[0]:
                left[0] -= 1
                raise PermissionError(13, "held open", str(target))
            return replace(path, target)

        monkeypatch.setattr(Path, "replace", refuse)

    return hold


def test_a_table_that_is_held_open_for_a_while_gets_all_rows_later(
    tmp_path: Path, hold: Callable[[str, int], None]
) -> None:
    table = tmp_path / "landcast_scenes.csv"
    summary = Summary(table)
    hold(table.name, 2)
    for name in ("a", "b"):
        summary.add(Row(name, "", "", "predicted"))
    assert not list(tmp_path.iterdir())
    summary.add(Row("c", "", "", "failed"))
    assert list(rows_of(table)) == ["a", "b", "c"]
    assert summary.finish()
    assert [path.name for path in tmp_path.iterdir()] == [table.name]


def test_a_folder_that_nothing_can_be_written_to_is_no_held_table(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="gone"):
        Summary(tmp_path / "gone" / "landcast_scenes.csv").add(Row("a", "", "", "predicted"))


def test_a_table_that_stays_open_does_not_stop_the_images_and_gets_another_name(
    scenes: Path, tmp_path: Path, predict: Callable[..., dict[str, Any]], hold: Callable[[str, int], None]
) -> None:
    hold("landcast_scenes.csv", 99)
    feedback = RecordingFeedback()
    made = predict(tmp_path / "out", feedback, FOLDER=scenes)
    assert (made["PREDICTED"], made["FAILED"]) == (2, 1)
    assert Path(made["SUMMARY"]).name == "landcast_scenes_2.csv"
    assert sorted(rows_of(made["SUMMARY"])) == ["broken.tif", "town.tif", "village.tif"]
    assert any("landcast_scenes.csv is open in another program" in warning for warning in feedback.warnings)
    assert any("landcast_scenes_2.csv says why" in warning for warning in feedback.warnings)


EARLIER = {
    "SYNTHETIC": "YES", "MODEL": "tiny", "SOURCE": "town.tif", "SEED": "1", "MEMBERS": "2", "YEARS_AHEAD": "4",
    "GROUND_SCALE_M": "76.8", "SOURCE_DATE": "2016-06",
}  # fmt: skip
ASKED = PredictionSettings(76.8, 4.0, "2016-06", 2, 1, "tiny", False, False, False, False)


def why(folder: Path, changes: dict[str, str | None], settings: PredictionSettings, source: str = "town.tif") -> Any:
    """Why an earlier result that says so is not kept."""
    items = {f"LANDCAST_{name}": text for name, text in {**EARLIER, **changes}.items() if text is not None}
    path = write_raster(
        folder / "town_pred.tif", np.full((1, 8, 8), 7, np.uint8), 32611, (434400.0, 3774000.0), 0.6, items=items
    )
    return why_not_kept(path, folder / source, settings)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SEED": "2"}, "seed 2, not 1"),
        ({"SEED": "one"}, "seed one, not 1"),
        ({"MEMBERS": None}, r"members \?, not 2"),
        ({"YEARS_AHEAD": "8"}, "years ahead 8, not 4"),
        ({"GROUND_SCALE_M": "128"}, "ground scale m 128, not 76.8"),
        ({"MODEL": "naip-california"}, "model naip-california, not tiny"),
        ({"SOURCE": "village.tif"}, "source village.tif, not town.tif"),
        ({"SOURCE_DATE": None}, r"source date \?, not 2016-06"),
        ({"SOURCE_DATE": "2016"}, "source date 2016, not 2016-06"),
        ({"PARTIAL": "YES"}, "is what was done of a prediction that was stopped"),
    ],
)
def test_an_earlier_result_that_says_otherwise_is_not_kept(
    changes: dict[str, str | None], words: str, tmp_path: Path
) -> None:
    assert why(tmp_path, {}, ASKED) is None
    # the image's own pixels, which are nearly those that are asked for
    assert why(tmp_path, {"GROUND_SCALE_M": "76.5"}, ASKED) is None
    found = why(tmp_path, changes, ASKED)
    assert found is not None
    assert re.search(words, found)


def test_what_is_left_to_the_model_and_the_image_is_not_compared(tmp_path: Path) -> None:
    left = replace(ASKED, ground_scale_m=None, years_ahead=None, source_date=None)
    assert why(tmp_path, {"YEARS_AHEAD": "8", "GROUND_SCALE_M": "128", "SOURCE_DATE": None}, left) is None
    # but the model is: none that is named means the one that Landcast ships
    shipped = replace(left, model=None)
    assert "model tiny, not naip-california" in why(tmp_path, {}, shipped)
    assert why(tmp_path, {"MODEL": "naip-california"}, shipped) is None


def test_a_folder_of_a_model_is_known_by_its_hash(
    scenes: Path, tmp_path: Path, predict: Callable[..., dict[str, Any]], model_folder: Path
) -> None:
    output, town = tmp_path / "out", [str(scenes / "town.tif")]
    predict(output, INPUT=town)
    # the real hash of the real result: kept
    assert predict(output, INPUT=town)["SKIPPED"] == 1
    other = tmp_path / "other"
    shutil.copytree(model_folder, other)
    manifest = other / "manifest.json"
    said = json.loads(manifest.read_text())
    said["files"]["landcast.json"]["sha256"] = "0" * 64
    manifest.write_text(json.dumps(said))
    with pytest.raises(QgsProcessingException, match="model sha256"):
        predict(output, INPUT=town, MODEL=str(other))
