"""`landcast pairs` from the shell, and a model trained from what it made; errors in one line."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click
import pytest
import rasterio
from rasterio.warp import transform_bounds

from landcast.core.model.contract import load_contract
from landcast.tests.core.raster.conftest import Handler, QuietServer, Server
from landcast.tests.core.scenes.inputs.catalogues import Served, item, serve_catalogue, serving
from landcast.tests.training.dataset.conftest import draw_place, write_image
from landcast.tests.worker.cli.test_train import TINY
from landcast.training.dataset.folder import open_dataset
from landcast.worker.cli.pairs import spread_dates

Run = Callable[..., Any]
FEW = ["--filter", "none", "--min-pairs", "1", "--split", "0", "--progress", "none"]


@contextmanager
def serving_files(folder: Path) -> Iterator[tuple[Served, str]]:
    """Serve a catalogue that a test fills, and beside it the files of a folder, in parts."""
    with serving() as held:
        served = Server(folder)
        listening = QuietServer(("127.0.0.1", 0), partial(Handler, served))
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield held, f"http://127.0.0.1:{listening.server_port}"
        finally:
            listening.shutdown()
            thread.join()
            listening.server_close()


@pytest.fixture
def dates(rendered: Path, tmp_path: Path) -> Path:
    """A folder of dates."""
    for year in ("2016", "2020"):
        (tmp_path / "dates" / year).mkdir(parents=True)
        shutil.copy(rendered / f"scene_{year}.tif", tmp_path / "dates" / year / "scene.tif")
    return tmp_path / "dates"


def test_a_date_takes_as_many_rasters_as_follow_it() -> None:
    words = ["--date", "2016", "a.tif", "b.tif", "--out", "x", "--date", "2020", "c.tif"]
    assert spread_dates(words) == [
        "--date", "2016", "a.tif", "--date", "2016", "b.tif", "--out", "x", "--date", "2020", "c.tif",
    ]  # fmt: skip
    with pytest.raises(click.UsageError, match="needs a date and at least one raster"):
        spread_dates(["--date", "2016", "--out", "x"])


def test_a_dataset_is_made_and_trained_from(run: Run, dates: Path, tmp_path: Path) -> None:
    made = run("pairs", dates, "--out", tmp_path / "pairs", *FEW)
    assert (made.code, made.out) == (0, f"{tmp_path / 'pairs'}\n")
    dataset = open_dataset(tmp_path / "pairs")
    assert f"note: {len(dataset.rows)} of {len(dataset.rows)} tiles kept: {len(dataset.rows)} train" in made.err
    assert dataset.facts["command"].startswith("landcast pairs ")
    config = tmp_path / "tiny.toml"
    config.write_text(TINY.format(steps=2, judged_from=1))
    model = tmp_path / "model"
    trained = run("train", "--pairs", tmp_path / "pairs", "--config", config, "--out", model, "--precision", "fp32")
    assert (trained.code, trained.out) == (0, f"{model}\n"), trained.err
    contract = load_contract(model)
    assert contract.interval_years == (4.0,)
    assert contract.trained_gsd_m == (0.6,)
    config.write_text(f"datasets = ['{tmp_path / 'pairs'}']\n" + TINY.format(steps=2, judged_from=1))
    again = run("train", "--config", config, "--out", tmp_path / "again", "--precision", "fp32")
    assert again.code == 0, again.err
    assert (tmp_path / "again" / "unet").is_dir()


def test_the_rasters_of_a_catalogue_on_loopback_make_a_dataset(run: Run, dates: Path, tmp_path: Path) -> None:
    with rasterio.open(dates / "2016" / "scene.tif") as file:
        west, south, east, north = transform_bounds(file.crs, "EPSG:4326", *file.bounds)
    with serving_files(dates) as (held, files):
        items = []
        for year in (2016, 2020):
            one = item(f"scene{year}", when=f"{year}-06-01T00:00:00Z", href=f"{files}/{year}/scene.tif")
            one["bbox"] = [west, south, east, north]
            items.append(one)
        serve_catalogue(held, items)
        url = f"{held.url}/stac/catalog.json"
        box = f"{west},{south},{east},{north}"
        made = run("pairs", "--stac", url, "--collection", "aerial", "--bbox", box, "--dates", "2016,2020",
                   "--out", tmp_path / "pairs", *FEW)  # fmt: skip
        nothing = run("pairs", "--stac", url, "--dates", "2003,2020", "--out", tmp_path / "none", *FEW)
    assert made.code == 0, made.err
    sources = open_dataset(tmp_path / "pairs").facts["sources"]
    assert [source["name"] for source in sources] == [f"{files}/2016/scene.tif", f"{files}/2020/scene.tif"]
    assert all(len(source["pixels_sha256"]) == 64 for source in sources)
    assert (nothing.code, nothing.error_line) == (1, f"error: --stac {url}: no item matches --dates 2003")


def test_what_was_made_is_told_as_json_and_replaced_only_where_asked(run: Run, dates: Path, tmp_path: Path) -> None:
    command = ["pairs", dates, "--out", tmp_path / "pairs", *FEW]
    told = json.loads(run(*command, "--json").out)
    assert told["parts"]["train"] == told["cut"] > 0
    again = run(*command)
    assert (again.code, again.error_line) == (1, f"error: {tmp_path / 'pairs'}: exists; --overwrite replaces it")
    assert run(*command, "--overwrite").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no imagery: give FOLDERS of dates"),
        (["--dates", "2016"], "are for --stac"),
        (["--stac", "http://127.0.0.1:9/"], "--stac needs --dates"),
        (["--split", "1,2,3"], "--split needs one share or two"),
        (["--limit", "beauty=1:"], "measures are gradient_before"),
        (["--bbox", "1,2,3"], "--bbox needs four numbers"),
        (["--ground-scale", "-5"], "--ground-scale must be above 0 metres"),
    ],
)
def test_wishes_that_do_not_fit_are_errors_in_one_line(words: list[str], said: str, run: Run, tmp_path: Path) -> None:
    answer = run("pairs", "--out", tmp_path / "pairs", *words)
    assert answer.code == 1
    assert said in answer.error_line


def test_a_folder_that_is_no_dataset_cannot_be_trained_on(run: Run, tmp_path: Path) -> None:
    answer = run("train", "--pairs", tmp_path, "--out", tmp_path / "model")
    assert answer.code == 1
    assert f"{tmp_path}: no folder of pairs (dataset.json: No such file or directory)" in answer.error_line


def test_the_split_of_one_dataset_serves_another(run: Run, tmp_path: Path) -> None:
    dates = tmp_path / "dates"
    for year in (2016, 2020):
        write_image(dates / str(year) / "scene.tif", draw_place(1, (768, 768), later=year > 2016))
    blocks = ["--split", "0.3", "--block-m", "150", "--buffer-m", "10"]
    first = run("pairs", dates, "--out", tmp_path / "first", *FEW, *blocks)
    assert first.code == 0, first.err
    split = tmp_path / "first" / "split.geojson"
    second = run("pairs", dates, "--out", tmp_path / "second", *FEW, "--split", split, "--buffer-m", "10")
    assert second.code == 0, second.err
    parts = [[row.part for row in open_dataset(tmp_path / name).rows] for name in ("first", "second")]
    assert parts[0] == parts[1]
    assert len(set(parts[0])) > 1
    absent = run("pairs", dates, "--out", tmp_path / "third", *FEW, "--split", tmp_path / "absent.geojson")
    assert absent.code == 1
    assert absent.error_line.endswith(
        "absent.geojson: neither a share, as 0.2, nor a file or dataset folder that exists"
    )
