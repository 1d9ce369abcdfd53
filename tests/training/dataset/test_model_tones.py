"""What a network is shown of a dataset in fine-tuning is what a prediction with the new model shows it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from rasterio.windows import Window

from landcast.core.errors import TrainingError
from landcast.core.model.contract import load_contract
from landcast.core.radiometry.choice import choose_tones
from landcast.core.radiometry.histogram import count_levels
from landcast.core.radiometry.tones import ToneReference, tones_of
from landcast.core.raster.source import open_source
from landcast.core.raster.survey import survey
from landcast.tests.models import write_tiny_model
from landcast.tests.training.dataset.conftest import Build, Image, dated, write_image
from landcast.tests.training.test_starting import CPU
from landcast.training.data import load_data
from landcast.training.dataset.folder import Dataset, open_dataset
from landcast.training.export import training_tones
from landcast.training.run import TrainingPlan, run_training
from landcast.training.settings import TrainingSettings
from landcast.training.starting import starting_settings

WHOLE = 512


@pytest.fixture(scope="module")
def reference(before: Image) -> ToneReference:
    """Tones of a model that knows ground brighter and with less contrast than the drawn place."""
    return tones_of(count_levels((before // 2 + 90).astype(np.uint8)))


def wide(image: Image) -> NDArray[np.uint16]:
    """Sixteen bit values, each another rise of the levels."""
    return (image.astype(np.uint16) * 37 + 1500).astype(np.uint16)


def faint(image: Image) -> Image:
    return (image // 7 + 100).astype(np.uint8)


def shown_by_prediction(path: Path, reference: ToneReference) -> NDArray[np.float32]:
    """The whole raster as a prediction with a model of these tones shows it, in levels; float32 (3, y, x)."""
    with open_source(str(path)) as source:
        tones = choose_tones(source, survey(source), reference)
        levels: NDArray[np.float32] = tones.to_model(source.read_native(Window(0, 0, WHOLE, WHOLE)).values) * 255
    return levels


def shown_by_training(dataset: Dataset, reference: ToneReference | None) -> NDArray[np.uint8]:
    """First dates of all tiles, put together again; uint8 (3, y, x)."""
    whole = np.zeros((3, WHOLE, WHOLE), np.uint8)
    for row, chip in zip(dataset.rows, dataset.chips("train", reference), strict=True):
        whole[:, row.row : row.row + 128, row.column : row.column + 128] = chip.before
    return whole


@pytest.mark.parametrize("kind", ["wide", "wide grey", "faint", "faint grey", "as taken"])
def test_training_shows_the_network_what_a_prediction_will(
    kind: str, reference: ToneReference, tmp_path: Path, build: Build, before: Image, after: Image
) -> None:
    values: dict[str, Any] = {"wide": wide, "faint": faint, "as taken": lambda image: image}
    change = values[kind.removesuffix(" grey")]
    bands = slice(0, 1) if kind.endswith("grey") else slice(0, 3)
    paths = [
        write_image(tmp_path / f"{year}.tif", change(image)[bands]) for year, image in ((2016, before), (2020, after))
    ]
    dataset = open_dataset(build([dated(2016, paths[0]), dated(2020, paths[1])], filter_name="none").folder)
    predicted, trained = shown_by_prediction(paths[0], reference), shown_by_training(dataset, reference)
    inside = np.ones(predicted.shape, np.bool_)
    if kind.startswith("wide"):
        # beyond the darkest and brightest two percent a dataset holds black and white
        untouched = shown_by_training(dataset, None)
        inside = (untouched > 0) & (untouched < 255)
        assert inside.mean() > 0.9
        assert np.abs(untouched - predicted)[inside].mean() > 10, "which the levels of the dataset are not"
    assert np.abs(trained - predicted)[inside].max() < 1.6
    assert np.abs(trained - predicted).max() < 60


def test_the_second_date_stays_matched_to_the_first(
    reference: ToneReference, tmp_path: Path, build: Build, before: Image, after: Image
) -> None:
    paths = [write_image(tmp_path / f"{year}.tif", wide(image)) for year, image in ((2016, before), (2020, after))]
    dataset = open_dataset(build([dated(2016, paths[0]), dated(2020, paths[1])], filter_name="none").folder)
    chips = dataset.chips("train", reference)
    means = [np.mean([getattr(chip, name).mean((1, 2)) for chip in chips], axis=0) for name in ("before", "after")]
    assert np.abs(means[1] - means[0]).max() < 1


def test_levels_as_they_were_taken_stay_on_the_disk(
    reference: ToneReference, tmp_path: Path, build: Build, before: Image, after: Image
) -> None:
    paths = [write_image(tmp_path / f"{year}.tif", image) for year, image in ((2016, before), (2020, after))]
    dataset = open_dataset(build([dated(2016, paths[0]), dated(2020, paths[1])], filter_name="none").folder)
    own = training_tones(dataset.chips("train"))
    for chip in dataset.chips("train", own):
        assert np.shares_memory(chip.before, dataset.shards[0][0].base), "nothing is held in memory"


def test_fine_tuning_on_a_dataset_says_which_dates_were_brought_to_other_tones(
    reference: ToneReference, tmp_path: Path, build: Build, before: Image, after: Image
) -> None:
    paths = [write_image(tmp_path / f"{year}.tif", wide(image)) for year, image in ((2016, before), (2020, after))]
    folder = build([dated(2016, paths[0]), dated(2020, paths[1])], filter_name="none").folder
    base = write_tiny_model(tmp_path / "base", tones=reference)
    start = starting_settings(str(base))
    forecaster = replace(start.forecaster, max_steps=1, batch_size=2)
    settings = replace(start, name="tuned", datasets=(str(folder),), forecaster=forecaster, sheet_rows=0)
    run_training(TrainingPlan(settings, tmp_path / "tuned", settings.stages, False), CPU, lambda *_: None)
    record = json.loads((tmp_path / "tuned.run.json").read_text())
    assert record["data"]["sources"][0]["dates_in_other_tones"] == ["2016", "2020"]
    assert load_contract(tmp_path / "tuned").tones == reference
    alone = load_data(TrainingSettings(datasets=(str(folder),)))
    assert alone.sources[0]["dates_in_other_tones"] == [], "without a model to start from they stay"


def test_a_dataset_that_does_not_say_how_its_levels_came_about_is_told(
    reference: ToneReference, tmp_path: Path, build: Build, before: Image, after: Image
) -> None:
    paths = [write_image(tmp_path / f"{year}.tif", image) for year, image in ((2016, before), (2020, after))]
    folder = build([dated(2016, paths[0]), dated(2020, paths[1])], filter_name="none").folder
    facts = json.loads((folder / "dataset.json").read_text())
    del facts["dates"]
    (folder / "dataset.json").write_text(json.dumps(facts))
    assert len(open_dataset(folder).chips("train")) == 16
    with pytest.raises(TrainingError, match="does not say how its values became levels"):
        open_dataset(folder).chips("train", reference)
