"""`landcast domain`: learning, telling, the layer, and errors in one line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio

from landcast.core.model.folder import hash_model
from landcast.tests.unlike_scenes import SCENES
from landcast.worker.demo.scene import render_scene

Run = Callable[..., object]


def write(path: Path, image: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = {"count": 3, "height": image.shape[1], "width": image.shape[2]}
    place = {"crs": "EPSG:26911", "transform": rasterio.Affine(0.6, 0, 434400, 0, -0.6, 3774000)}
    with rasterio.open(path, "w", driver="GTiff", dtype="uint8", photometric="RGB", **shape, **place) as file:
        file.write(image)
    return path


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two dates of four towns: one rendered, seen from four sides and in other light; and a field of snow."""
    root = tmp_path_factory.mktemp("places")
    town = render_scene((512, 512), 9)
    for number in range(4):
        turned = (np.rot90(town, number, axes=(1, 2)) * (0.85 + 0.05 * number)).astype(np.uint8)
        for year in (2016, 2020):
            write(root / f"{year}" / f"{number}.tif", turned)
    write(root / "snow.tif", SCENES["snow"]((300, 300), 1))
    return root


@pytest.fixture
def model(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def test_a_model_learns_what_it_was_trained_on_and_tells(run: Run, model: Path, places: Path, tmp_path: Path) -> None:
    plain = hash_model(model)
    dates = ["--before", places / "2016", "--after", places / "2020"]
    fitted = run("domain", "--fit", "--model", model, *dates, "--json")
    assert fitted.code == 0, fitted.err
    said = json.loads(fitted.out)
    assert said["tiles"] >= 48
    assert len(said["left_out"]) == 4
    assert hash_model(model) == plain
    assert run("models", "verify", model).code == 0

    known = json.loads(run("domain", places / "2016" / "0.tif", "--model", model, "--json").out)
    assert known["output"] is None
    layer = tmp_path / "layer.tif"
    snow = run("domain", places / "snow.tif", "-o", layer, "--model", model, "--json")
    assert "take what it predicts there with care" in snow.err
    told = json.loads(snow.out)
    assert (told["unlike_share"], told["is_notable"], told["output"]) == (1.0, True, str(layer))
    assert known["median_distance"] < 0.5 * told["median_distance"]
    with rasterio.open(layer) as file:
        assert list(file.shape) == told["tiles_yx"]
    strict = run("predict", places / "snow.tif", "-o", tmp_path / "out.tif", "--model", model, "--strict")
    assert strict.code == 1
    assert "unlike what tiny was trained on" in strict.err
    assert not (tmp_path / "out.tif").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        ([], 2, "name a SCENE"),
        (["snow.tif"], 1, "landcast domain --fit adds it"),
        (["snow.tif", "--before", "2016"], 2, "belong to --fit"),
        (["snow.tif", "--fit"], 2, "leave SCENE and -o out"),
        (["--fit"], 1, "no pairs"),
        (["--fit", "--before", "2016"], 1, "must be given equally often"),
        (["--fit", "--before", "2016/0.tif", "--after", "2020/0.tif"], 1, "48 are needed"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_error_is_one_line_that_names_the_thing(
    arguments: list[str], code: int, named: str, run: Run, model: Path, places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(places)
    files = {path.name for path in model.iterdir()}
    answer = run("domain", *arguments, "--model", model, *(["--years", 4] if "2016/0.tif" in arguments else []))
    assert answer.code == code
    assert named in answer.error_line
    assert {path.name for path in model.iterdir()} == files
