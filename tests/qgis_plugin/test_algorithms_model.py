"""`landcast:train` and `landcast:evaluate` in a real QGIS with a real worker, and a model that chains algorithms."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from osgeo import gdal
from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelParameter,
    QgsProcessingParameterRasterLayer,
    QgsProject,
)

from landcast.core.protocol.requests import TrainRequest
from landcast.qgis_plugin.algorithms import train
from landcast.qgis_plugin.child_process import clean_environment

from .algorithm_runs import RecordingFeedback, run
from .processing_runs import run_algorithm

STEPS = 4
TINY = """
name = "tiny in QGIS"
checkpoint_every = 2
[forecaster]
max_steps = {steps}
batch_size = 2
[forecaster.unet]
block_channels = [16, 16, 32]
attention_head_channels = 16
norm_groups = 8
[upscaler]
blocks = 1
channels = 8
max_steps = {steps}
adversarial_from_step = 2
batch_size = 2
coarse_px = 8
"""
WRITE_SCENES = """
import sys
from pathlib import Path
from landcast.worker.demo.scene import write_scene
for name, years in (("before_2016", 0), ("after_2020", 4)):
    path = Path(sys.argv[1]) / name / "town.tif"
    path.parent.mkdir(parents=True)
    write_scene(path, (256, 256), seed=4, years_later=years)
"""
MEASURE = """
import sys
from landcast.worker.cli import main
sys.argv = ["landcast", "evaluate", *sys.argv[1:]]
main()
"""
pytestmark = pytest.mark.usefixtures("no_interpreter")
Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def dates(interpreter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two folders of one rendered place at two dates."""
    folder = tmp_path_factory.mktemp("dates")
    command = [str(interpreter), "-c", WRITE_SCENES, str(folder)]
    subprocess.run(command, check=True, env=clean_environment(os.environ))
    return folder


@pytest.fixture
def run_long(dates: Path, interpreter: Path, use_interpreter: Callable[[Path], None], tmp_path: Path) -> Run:
    use_interpreter(interpreter)
    config = tmp_path / "tiny.toml"
    config.write_text(TINY.format(steps=STEPS))

    def run_long(name: str, feedback: RecordingFeedback | None = None, **more: Any) -> dict[str, Any]:
        given = {"BEFORE": dates / "before_2016", "AFTER": dates / "after_2020", "DEVICE": "cpu"}
        if name == "train":
            given |= {"CONFIG": config, "THREADS": 1}
        return run_algorithm(name, feedback, **{**given, **more})

    return run_long


def test_a_trained_model_is_evaluated_and_predicts(
    run_long: Run, dates: Path, interpreter: Path, tmp_path: Path
) -> None:
    feedback = RecordingFeedback()
    (tmp_path / "model").mkdir()  # as QGIS's dialog leaves it
    trained = run_long("train", feedback, OUTPUT=tmp_path / "model")
    assert trained["OUTPUT"] == str(tmp_path / "model")
    contract = json.loads((tmp_path / "model" / "landcast.json").read_text(encoding="utf-8"))
    assert contract["interval_years"] == [4]
    assert "Training" in feedback.stages
    assert Path(trained["CHECKPOINTS"]).is_dir()

    told = RecordingFeedback()
    measured = run_long("evaluate", told, MODEL=trained["OUTPUT"], MEMBERS=2, OUTPUT=tmp_path / "figures")
    metrics = json.loads((tmp_path / "figures" / "metrics.json").read_text(encoding="utf-8"))
    assert measured["TILES"] == metrics["pairs"] == 4
    assert measured["CRPS"] == metrics["crps_over_persistence"]
    assert Path(measured["SHEET"]).read_bytes().startswith(b"\x89PNG")
    assert any("CRPS over" in info for info in told.infos)
    # the command line measures the same
    command = [str(interpreter), "-c", MEASURE, str(dates / "before_2016"), str(dates / "after_2020"), "--model",
               trained["OUTPUT"], "--members", "2", "--device", "cpu", "--out", str(tmp_path / "again")]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, env=clean_environment(os.environ))
    again = json.loads((tmp_path / "again" / "metrics.json").read_text(encoding="utf-8"))
    assert measured["CRPS"] == pytest.approx(again["crps_over_persistence"], rel=1e-3)

    made = run(dates / "before_2016" / "town.tif", tmp_path / "future.tif", MODEL=trained["OUTPUT"])
    assert gdal.Open(str(made)).GetMetadataItem("LANDCAST_MODEL") == contract["name"]


def test_a_stopped_training_goes_on(run_long: Run, tmp_path: Path) -> None:
    config = tmp_path / "long.toml"
    config.write_text(TINY.format(steps=400))
    feedback = RecordingFeedback()
    feedback.progressChanged.connect(lambda progress: feedback.cancel() if progress > 1 else None)
    assert run_long("train", feedback, CONFIG=config, OUTPUT=tmp_path / "model") == {}
    assert not (tmp_path / "model").exists()
    assert not list(tmp_path.glob(".*"))
    work = tmp_path / "model.training"
    assert any(f"kept in {work}" in info for info in feedback.infos)
    with pytest.raises(QgsProcessingException, match=r"model\.training holds an earlier training: tick “Go on”"):
        run_long("train", CONFIG=config, OUTPUT=tmp_path / "model")
    config.write_text(TINY.format(steps=400))
    resumed = RecordingFeedback()
    progress: list[float] = []
    resumed.progressChanged.connect(progress.append)
    resumed.progressChanged.connect(lambda _: resumed.cancel())
    assert run_long("train", resumed, CONFIG=config, OUTPUT=tmp_path / "model", RESUME=True) == {}
    # it begins where the first one stood, beyond its first steps
    assert progress[0] > 0.25


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"BEFORE": "", "AFTER": "", "CONFIG": ""}, "There is nothing to train on"),
        ({"AFTER": ""}, "Both dates are needed"),
        ({"BEFORE": "/no/such"}, "/no/such does not exist"),
        ({"CONFIG": "/no/such.toml"}, "/no/such.toml: no such settings file"),
        ({"OUTPUT": "full"}, "full holds files already: choose another folder"),
        ({"BEFORE": "after", "AFTER": "before"}, "is not later than .*: exchange them"),
        ({"BEFORE": "undated"}, "There is no year in .*undated: give the years"),
        ({"AFTER": "empty_2020"}, "hold no GeoTIFF files of equal names"),
        ({"DATASET": "before"}, "is no dataset, as it holds no dataset.json"),
        ({"BASE": "before"}, "is no folder of a model of Landcast: its landcast.json cannot be read"),
        ({"BASE": "naip-california", "PRESET": "fast", "CONFIG": ""}, "The preset fast and the model to start from"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_it_begins(
    changes: dict[str, str], words: str, run_long: Run, dates: Path
) -> None:
    folder = dates / "elsewhere"
    for name in ("full", "undated", "empty_2020"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "full" / "something").touch()
    (folder / "undated" / "town.tif").touch()
    places = {"before": dates / "before_2016", "after": dates / "after_2020", "undated": folder / "undated",
              "full": folder / "full", "empty_2020": folder / "empty_2020"}  # fmt: skip
    given = {name: places.get(value, value) for name, value in changes.items()}
    with pytest.raises(QgsProcessingException, match=words):
        run_long("train", **{"OUTPUT": dates / "never", **given})
    assert not (dates / "never").exists()


def test_what_the_worker_refuses_arrives_in_the_error(run_long: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("[forecaster]\nbatch_size = 0\n")
    with pytest.raises(QgsProcessingException, match="batch_size must be at least 1"):
        run_long("train", CONFIG=bad, OUTPUT=tmp_path / "model")
    with pytest.raises(QgsProcessingException, match="no-such-model: neither a model folder"):
        run_long("evaluate", MODEL=str(tmp_path / "no-such-model"), MEMBERS=2, OUTPUT=tmp_path / "figures")
    assert not (tmp_path / "model").exists()
    assert not (tmp_path / "figures").exists()


def test_a_training_starts_from_a_model_and_keeps_within_the_memory_that_it_may_take(
    run_long: Run, model_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(QgsProcessingException, match=r"memory that a step may take is 0\.00 GiB"):
        run_long("train", CONFIG="", BASE=model_folder, MEMORY=0.001, MAX_STEPS=2, OUTPUT=tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_what_is_trained_with_is_asked_of_the_worker(
    run_long: Run, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[TrainRequest] = []

    def refuse(choice: object, worker: object, request: TrainRequest, feedback: object) -> None:
        asked.append(request)
        raise QgsProcessingException("it was only asked")

    monkeypatch.setattr(train, "carry_out_long", refuse)
    (tmp_path / "pairs").mkdir()
    (tmp_path / "pairs" / "dataset.json").write_text("{}")
    given = {"BEFORE": "", "AFTER": "", "CONFIG": "", "DATASET": tmp_path / "pairs", "OUTPUT": tmp_path / "model"}
    for base in (model_folder, "naip-california", ""):
        with pytest.raises(QgsProcessingException, match="it was only asked"):
            run_long("train", BASE=base, MEMORY=1.5, **given)
    assert [request.base for request in asked] == [str(model_folder), "naip-california", None]
    assert {request.datasets for request in asked} == {(str(tmp_path / "pairs"),)}
    assert {request.memory_limit_bytes for request in asked} == {3 * 2**29}
    with pytest.raises(QgsProcessingException, match="it was only asked"):
        run_long("train", **given)
    assert asked[-1].memory_limit_bytes is None


def test_a_model_of_the_model_builder_exports_pairs_and_trains_with_them(
    dates: Path, run_long: Run, tmp_path: Path
) -> None:
    source = QgsProcessingModelChildParameterSource
    chain = QgsProcessingModelAlgorithm("chain", "tests")
    for name in ("first", "second"):
        chain.addModelParameter(QgsProcessingParameterRasterLayer(name), QgsProcessingModelParameter(name))
    pair = QgsProcessingModelChildAlgorithm("landcast:exportpair")
    pair.setChildId("pair")
    for name, given in (("BEFORE", "first"), ("AFTER", "second")):
        pair.addParameterSources(name, [source.fromModelParameter(given)])
    for name, value in (("BEFORE_DATE", "2016"), ("AFTER_DATE", "2020"), ("OUTPUT", str(tmp_path / "set"))):
        pair.addParameterSources(name, [source.fromStaticValue(value)])
    chain.addChildAlgorithm(pair)
    train = QgsProcessingModelChildAlgorithm("landcast:train")
    train.setChildId("train")
    for name, output in (("BEFORE", "BEFORE_FOLDER"), ("AFTER", "AFTER_FOLDER"), ("YEARS", "YEARS")):
        train.addParameterSources(name, [source.fromChildOutput("pair", output)])
    fixed = {"CONFIG": str(tmp_path / "tiny.toml"), "DEVICE": "cpu", "THREADS": 1, "OUTPUT": str(tmp_path / "model")}
    for name, value in fixed.items():
        train.addParameterSources(name, [source.fromStaticValue(value)])
    chain.addChildAlgorithm(train)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    scenes = {"first": str(dates / "before_2016" / "town.tif"), "second": str(dates / "after_2020" / "town.tif")}
    results, is_done = chain.create().run(scenes, context, RecordingFeedback(), catchExceptions=False)
    assert is_done
    assert results["CHILD_RESULTS"]["train"]["OUTPUT"] == str(tmp_path / "model")
    assert results["CHILD_RESULTS"]["pair"]["YEARS"] == 4
    assert (tmp_path / "model" / "landcast.json").is_file()
