"""`landcast predict SCENE... -o FOLDER`: what it writes and says, what it goes on with, and how it ends."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import rasterio
import shapely

from landcast.core.errors import OutputError
from landcast.tests.core.scenes.inputs.catalogues import item, serve_catalogue, serving
from landcast.worker.demo.scene import CORNER_XY_M

Run = Callable[..., object]
Start = Callable[..., "subprocess.Popen[str]"]
LEFT, TOP = CORNER_XY_M
BESIDE = {"manifest.json", "summary.json", "summary.txt", "log.jsonl"}


@pytest.fixture
def settings(tiny_model: Path) -> list[object]:
    return ["--model", tiny_model, "--device", "cpu", "--precision", "fp32"]


@pytest.fixture
def tiles(rendered: Path, tmp_path: Path) -> Path:
    """A folder with three scenes."""
    folder = tmp_path / "tiles"
    folder.mkdir()
    for name in ("a.tif", "b.tif", "c.tif"):
        shutil.copy(rendered / "scene_2016.tif", folder / name)
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def visible(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def manifest(folder: Path) -> dict[str, dict[str, object]]:
    return {entry["name"]: entry for entry in json.loads((folder / "manifest.json").read_text())["scenes"]}


def test_a_folder_of_scenes_becomes_a_folder_of_results(
    run: Run, settings: list[object], tiles: Path, out: Path
) -> None:
    answer = run("predict", tiles, "-o", out, *settings)
    assert answer.code == 0, answer.err
    results = {f"{name}_pred.tif" for name in "abc"}
    assert visible(out) == results | BESIDE
    assert answer.out.splitlines() == [str(out / name) for name in sorted(results)]
    assert "scenes:   3 of 3 done, 0 failed, 0 to do" in answer.err
    one = run("predict", tiles / "a.tif", "-o", out.parent / "alone.tif", *settings)
    assert one.code == 0, one.err
    assert (out.parent / "alone.tif").read_bytes() == (out / "a_pred.tif").read_bytes()
    assert not [path for path in (out / ".landcast").rglob("*") if path.is_file() and path.suffix in (".tif", ".json")]


def test_one_scene_that_fails_gives_3_and_the_same_command_does_only_what_is_missing(
    run: Run, settings: list[object], tiles: Path, out: Path
) -> None:
    (tiles / "b.tif").write_bytes((tiles / "b.tif").read_bytes()[:5000])
    answer = run("predict", tiles, tiles / "missing.tif", "-o", out, *settings)
    assert answer.code == 3
    assert "scenes:   2 of 4 done, 2 failed, 0 to do" in answer.err
    assert f"failed: missing: {tiles / 'missing.tif'}: no such file" in answer.err
    assert {name: entry["state"] for name, entry in manifest(out).items()} == {
        "a": "done", "b": "failed", "c": "done", "missing": "failed"
    }  # fmt: skip
    before = {name: (out / name).stat().st_mtime_ns for name in ("a_pred.tif", "c_pred.tif")}
    for name in ("b.tif", "missing.tif"):
        shutil.copy(tiles / "a.tif", tiles / name)
    again = run("predict", tiles, tiles / "missing.tif", "-o", out, *settings, "--json")
    assert again.code == 0, again.err
    said = json.loads(again.out)
    assert (said["done"], said["done_before"], said["failed"]) == (4, 2, 0)
    assert {name: (out / name).stat().st_mtime_ns for name in before} == before
    assert {one["name"] for one in said["results"]} == {"a", "b", "c", "missing"}


def test_where_all_fail_it_is_an_error(run: Run, settings: list[object], tmp_path: Path, out: Path) -> None:
    answer = run("predict", tmp_path / "x.tif", tmp_path / "y.tif", "-o", out, *settings)
    assert answer.code == 1
    assert f"error: all 2 scenes failed; {out / 'summary.txt'} says why" in answer.err
    assert f"{tmp_path / 'y.tif'}: no such file" in (out / "summary.txt").read_text()


def test_a_lost_manifest_costs_a_look_at_the_results_and_no_prediction(
    run: Run, settings: list[object], tiles: Path, out: Path
) -> None:
    assert run("predict", tiles, "-o", out, *settings).code == 0
    before = (out / "a_pred.tif").stat().st_mtime_ns
    (out / "manifest.json").unlink()
    answer = run("predict", tiles, "-o", out, *settings)
    assert answer.code == 0, answer.err
    assert "3 of 3 done (3 of them before)" in answer.err
    assert (out / "a_pred.tif").stat().st_mtime_ns == before


def test_other_settings_replace_results_only_where_asked(
    run: Run, settings: list[object], tiles: Path, out: Path
) -> None:
    assert run("predict", tiles / "a.tif", "-o", out, *settings).code == 0
    answer = run("predict", tiles / "a.tif", "-o", out, *settings, "--seed", 1)
    assert answer.code == 1
    assert "--overwrite" in answer.err
    assert run("predict", tiles / "a.tif", "-o", out, *settings, "--seed", 1, "--overwrite").code == 0
    with rasterio.open(out / "a_pred.tif") as result:
        assert result.tags()["LANDCAST_SEED"] == "1"


def test_a_list_gives_names_and_dates(run: Run, settings: list[object], tiles: Path, out: Path) -> None:
    (tiles / "list.csv").write_text("source,name,date\na.tif,north,2016-06\nb.tif,,\n")
    assert run("predict", "--scenes-file", tiles / "list.csv", "-o", out, *settings).code == 0
    with rasterio.open(out / "north_pred.tif") as result:
        assert result.tags()["LANDCAST_SOURCE_DATE"] == "2016-06"
    assert visible(out) == {"north_pred.tif", "b_pred.tif"} | BESIDE


def write_areas(path: Path) -> Path:
    boxes = [(20, 20, 60, 60), (70, 70, 120, 120)]
    geometry = [shapely.box(LEFT + x, TOP - bottom, LEFT + right, TOP - y) for x, y, right, bottom in boxes]
    pyogrio.raw.write(
        path, np.array([shapely.to_wkb(one) for one in geometry], object), [np.array(["Mill/1", "Hill"], object)],
        ["parish"], geometry_type="Polygon", crs="EPSG:26911", driver="GPKG",
    )  # fmt: skip
    return path


def test_each_area_of_a_file_becomes_a_result_of_its_own(
    run: Run, settings: list[object], tiles: Path, out: Path, tmp_path: Path
) -> None:
    areas = write_areas(tmp_path / "parishes.gpkg")
    answer = run("predict", tiles / "a.tif", "--areas", areas, "--area-name", "parish", "-o", out, *settings)
    assert answer.code == 0, answer.err
    names = {f"{name}_{what}" for name in ("Mill_1", "Hill") for what in ("pred.tif", "area.fgb")}
    assert visible(out) == names | BESIDE
    alone = out.parent / "alone.tif"
    assert run("predict", tiles / "a.tif", "--area", out / "Hill_area.fgb", "-o", alone, *settings).code == 0
    assert alone.read_bytes() == (out / "Hill_pred.tif").read_bytes()
    with rasterio.open(out / "Hill_pred.tif") as result:
        assert result.bounds.left == pytest.approx(LEFT + 70, abs=1)


def test_an_area_that_was_drawn_anew_is_not_done(
    run: Run, settings: list[object], tiles: Path, out: Path, tmp_path: Path
) -> None:
    area = write_areas(tmp_path / "parish.gpkg")
    command = ("predict", tiles / "a.tif", "--area", area, "-o", out, *settings)
    assert run(*command).code == 0
    assert run(*command).code == 0
    area.unlink()
    ring = shapely.box(LEFT + 20, TOP - 90, LEFT + 90, TOP - 20)
    pyogrio.raw.write(
        area, np.array([shapely.to_wkb(ring)], object), [], [], geometry_type="Polygon", crs="EPSG:26911", driver="GPKG"
    )
    answer = run(*command)
    assert answer.code == 1
    assert "--overwrite" in answer.err
    assert run(*command, "--overwrite").code == 0


def test_a_source_whose_areas_are_not_known_is_refused_and_not_counted_whole(
    run: Run, settings: list[object], tiles: Path, out: Path, tmp_path: Path
) -> None:
    areas = write_areas(tmp_path / "parishes.gpkg")
    command = ("predict", tiles / "a.tif", tiles / "gone.tif", "--areas", areas, "-o", out, *settings)
    answer = run(*command, "--dry-run")
    assert answer.code == 3
    assert "gone: which areas lie on it is not known" in answer.out


def test_items_of_a_catalogue_are_scenes(
    run: Run, settings: list[object], tiles: Path, out: Path, tmp_path: Path
) -> None:
    with serving() as served:
        serve_catalogue(served, [item("july", href="../../tiles/a.tif"), item("august", href="../../tiles/b.tif")])
        documents = dict(served.files)
    for path, document in documents.items():
        file = tmp_path / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document))
    answer = run("predict", "--stac", tmp_path / "stac" / "catalog.json", "-o", out, *settings)
    assert answer.code == 0, answer.err
    assert visible(out) == {"july_pred.tif", "august_pred.tif"} | BESIDE
    with rasterio.open(out / "july_pred.tif") as result:
        assert result.tags()["LANDCAST_SOURCE_DATE"] == "2016-06-14"


def test_a_dry_run_adds_up_all_scenes_and_writes_nothing(
    run: Run, settings: list[object], tiles: Path, out: Path
) -> None:
    answer = run("predict", tiles, "-o", out, *settings, "--dry-run", "--json")
    assert answer.code == 0, answer.err
    told = json.loads(answer.out)
    assert (told["scenes"], told["pixels"]) == (3, 3 * 256 * 256)
    assert told["seconds_one_process"] > 0
    assert told["disk_bytes_expected"] == sum(one["disk_bytes_expected"] for one in told["results"])
    assert told["memory_bytes_a_process"] == max(one["memory_bytes"] for one in told["results"])
    assert not out.exists()
    lines = run("predict", tiles, tiles / "missing.tif", "-o", out, *settings, "--dry-run")
    assert lines.code == 3
    assert "missing: " in lines.out
    assert "Mpx in 3 block(s)" in lines.out


def test_what_would_take_more_memory_than_allowed_is_refused(
    run: Run, settings: list[object], tiles: Path, out: Path
) -> None:
    answer = run("predict", tiles / "a.tif", "-o", out, *settings, "--max-memory", "300 MB")
    assert answer.code == 1
    assert "--max-memory allows 300.0 MB" in answer.err
    assert run("predict", tiles / "a.tif", "-o", out, *settings, "--max-memory", "64GiB").code == 0


def test_statistics_and_items_of_all_scenes_stand_beside_them(
    run: Run, settings: list[object], tiles: Path, out: Path
) -> None:
    table = out / "change.csv"
    more = ["--statistics", table, "--stac-items", "--source-date", "2016", "--members", 2]
    (tiles / "c.tif").rename(tiles.parent / "later.tif")
    answer = run("predict", tiles, "-o", out, *settings, *more)
    assert answer.code == 0, answer.err
    results = {f"{name}_pred{what}" for name in "ab" for what in (".tif", "_spread.tif", "_change.tif", ".json")}
    assert visible(out) == results | {"change.csv"} | BESIDE
    assert set(answer.out.splitlines()) == {str(out / name) for name in results | {"change.csv"}}
    described = json.loads((out / "a_pred.json").read_text())
    assert {"prediction", "spread", "change"} <= set(described["assets"])
    assert [row.split(",")[0] for row in table.read_text().splitlines()[1:]] == ["a", "b"]
    (tiles.parent / "later.tif").rename(tiles / "c.tif")
    again = run("predict", tiles, "-o", out, *settings, *more)
    assert again.code == 0, again.err
    assert [row.split(",")[0] for row in table.read_text().splitlines()[1:]] == ["a", "b", "c"]


def test_a_scene_that_was_predicted_without_statistics_says_so(
    run: Run, settings: list[object], tiles: Path, out: Path
) -> None:
    assert run("predict", tiles / "a.tif", "-o", out, *settings).code == 0
    answer = run("predict", tiles / "a.tif", "-o", out, *settings, "--statistics", out / "change.gpkg")
    assert answer.code == 1
    assert "a: was predicted without statistics" in answer.err
    assert not (out / "change.gpkg").exists()


def test_one_scene_alone_has_statistics_and_an_item_too(
    run: Run, settings: list[object], tiles: Path, tmp_path: Path
) -> None:
    more = ["--statistics", tmp_path / "change.gpkg", "--stac-items", "--source-date", "2016"]
    answer = run("predict", tiles / "a.tif", "-o", tmp_path / "x.tif", *settings, *more)
    assert answer.code == 0, answer.err
    made = [tmp_path / name for name in ("x.tif", "change.gpkg", "x.json")]
    assert answer.out.splitlines() == [str(path) for path in made]
    assert pyogrio.read_info(made[1])["features"] == 1
    assert visible(tmp_path) == {"x.tif", "change.gpkg", "x.json", "tiles"}


def test_items_that_are_asked_for_afterwards_are_made_without_predicting_again(
    run: Run, settings: list[object], tiles: Path, out: Path
) -> None:
    asked = ["predict", tiles / "a.tif", "-o", out, *settings, "--source-date", "2016"]
    assert run(*asked).code == 0
    before = (out / "a_pred.tif").stat().st_mtime_ns
    answer = run(*asked, "--stac-items")
    assert answer.code == 0, answer.err
    assert "(1 of them before)" in answer.err
    assert (out / "a_pred.tif").stat().st_mtime_ns == before
    assert set(manifest(out)["a"]["files"]) == {"prediction", "stac_item"}  # type: ignore[call-overload]
    afterwards = (out / "a_pred.json").read_bytes()
    (out / "a_pred.json").write_text("someone's notes")
    for more in ([], ["--seed", 1]):
        answer = run(*asked, "--stac-items", *more)
        assert answer.code == 1
        assert "is no STAC item of this result" in answer.err
    assert run(*asked, "--stac-items", "--overwrite").code == 0
    assert (out / "a_pred.json").read_bytes() == afterwards


def test_a_table_elsewhere_is_made_anew_by_the_same_command_and_no_other(
    run: Run, settings: list[object], tiles: Path, out: Path, tmp_path: Path
) -> None:
    table = tmp_path / "change.csv"
    asked = [tiles, "-o", out, *settings, "--statistics", table]
    (tiles / "b.tif").write_bytes((tiles / "b.tif").read_bytes()[:5000])
    assert run("predict", *asked).code == 3
    shutil.copy(tiles / "a.tif", tiles / "b.tif")
    assert run("predict", *asked).code == 0
    assert len(table.read_text().splitlines()) == 4
    answer = run("predict", tiles, "-o", tmp_path / "other", *settings, "--statistics", table)
    assert answer.code == 1
    assert f"{table}: exists; --overwrite" in answer.err
    table.write_text("someone's\n")
    assert run("predict", *asked).code == 1
    assert table.read_text() == "someone's\n"


def test_a_table_that_cannot_be_written_hides_no_result(
    run: Run, settings: list[object], tiles: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OutputError("change.csv: the disk is full")

    monkeypatch.setattr("landcast.core.scenes.statistics.table.write_change_table", fail)
    answer = run("predict", tiles / "a.tif", "-o", out, *settings, "--statistics", out / "change.csv")
    assert answer.code == 1
    assert answer.out.splitlines()[0] == str(out / "a_pred.tif")
    assert "1 of 1 done" in answer.err
    assert answer.err.splitlines()[-1] == "error: change.csv: the disk is full"


def test_a_scene_may_be_called_like_what_a_run_keeps(run: Run, settings: list[object], tiles: Path, out: Path) -> None:
    for old, new in (("a", "lock"), ("b", "changes"), ("c", "scenes")):
        (tiles / f"{old}.tif").rename(tiles / f"{new}.tif")
    answer = run("predict", tiles, "-o", out, *settings)
    assert answer.code == 0, answer.err
    assert {name for name in visible(out) if name.endswith(".tif")} == {
        "lock_pred.tif", "changes_pred.tif", "scenes_pred.tif"
    }  # fmt: skip


def test_blocks_with_a_vrt_are_a_form_of_results(run: Run, settings: list[object], tiles: Path, out: Path) -> None:
    answer = run("predict", tiles / "a.tif", "-o", out, *settings, "--form", "blocks")
    assert answer.code == 0, answer.err
    assert run("predict", tiles / "a.tif", "-o", out / "one.tif", *settings).code == 0
    with rasterio.open(out / "a_pred.vrt") as mosaic, rasterio.open(out / "one.tif") as cog:
        assert (mosaic.read() == cog.read()).all()
    again = run("predict", tiles / "a.tif", "-o", out, *settings, "--form", "blocks")
    assert again.code == 0, again.err
    assert "(1 of them before)" in again.err


def test_a_result_of_many_is_made_again_from_what_it_records(
    run: Run, settings: list[object], tiles: Path, out: Path, tmp_path: Path
) -> None:
    areas = write_areas(tmp_path / "parishes.gpkg")
    asked = ["--areas", areas, "--area-name", "parish", "-o", out]
    assert run("predict", tiles / "a.tif", *asked, *settings).code == 0
    answer = run("predict", "--replay", out / "Hill_pred.tif", tiles / "a.tif", *settings[:4], "--json")
    assert answer.code == 0, answer.err
    assert json.loads(answer.out)["identical"] is True


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name a SCENE"),
        (["a.tif", "b.tif"], "need -o FOLDER"),
        (["a.tif", "b.tif", "-o", "out.tif"], "OUT.tif is one file"),
        (["tiles"], "need -o FOLDER"),
        (["a.tif", "-o", "out", "--quicklook", "x.png"], "--quicklook is for one SCENE"),
        (["a.tif", "-o", "out", "--worker", "auto"], "--worker is for one SCENE"),
        (["a.tif", "--workers", "2", "--scheduler", "tls://x:1"], "exclude each other"),
        (["a.tif", "--insecure-cluster"], "belong to --scheduler"),
        (["a.tif", "--scheduler", "tls://x:1", "--threads", "2"], "are for this machine"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_does_not_go_together_is_wrong_usage(
    arguments: list[str], said: str, run: Run, tiles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiles.parent)
    answer = run("predict", *arguments)
    assert answer.code == 2
    assert said in answer.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.tif", "-o", "out", "--collection", "x"], "belong to --stac URL"),
        (["a.tif", "-o", "out", "--area-name", "x"], "belongs to --areas"),
        (["a.tif", "-o", "out", "--max-memory", "lots"], "--max-memory needs a size"),
        (["a.tif", "-o", "out", "--areas", "x.gpkg", "--extent", "0,0,1,1"], "--areas names the part"),
        (["a.tif", "-o", "out.png"], "name OUT.tif, or a folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_asked_for_wrongly_is_one_line(
    arguments: list[str], said: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run("predict", *arguments)
    assert answer.code == 1
    assert said in answer.error_line
    assert not (tmp_path / "out").exists()


def wait_for(path: Path, text: str, process: subprocess.Popen[str]) -> None:
    """Wait until a file holds a text."""
    for _ in range(1200):
        if path.exists() and text in path.read_text():
            return
        assert process.poll() is None, "it ended early"
        time.sleep(0.05)
    pytest.fail(f"{path} never said {text}")


@pytest.fixture
def hearing_hangups() -> Iterator[None]:
    """A process started within hears a closed terminal, even where the tests themselves run under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there is no SIGHUP here")
def test_a_terminal_that_is_closed_ends_nothing(
    start: Start, settings: list[object], tiles: Path, out: Path, hearing_hangups: None
) -> None:
    # long enough that the terminal is closed before its end
    process = start("predict", tiles, "-o", out, *settings, "--members", 32, "--progress", "bar")
    wait_for(out / "log.jsonl", "scene started", process)
    assert process.stderr is not None
    assert process.stdout is not None
    process.stderr.close()
    process.stdout.close()
    process.send_signal(signal.SIGHUP)
    assert process.wait(120) == 0
    assert {entry["state"] for entry in manifest(out).values()} == {"done"}
    assert "terminal closed" in (out / "log.jsonl").read_text()
    process.stdout = process.stderr = None


def test_a_second_run_on_a_folder_is_told_who_works_there(
    start: Start, run: Run, settings: list[object], tiles: Path, out: Path
) -> None:
    process = start("predict", tiles, "-o", out, *settings, "--members", 100)
    wait_for(out / "log.jsonl", "scene started", process)
    answer = run("predict", tiles, "-o", out, *settings)
    assert answer.code == 1
    assert f"process {process.pid}" in answer.err
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)


def test_stopped_once_it_finishes_what_is_begun_and_goes_on_with_the_same_command(
    start: Start, run: Run, settings: list[object], tiles: Path, out: Path
) -> None:
    process = start("predict", tiles, "-o", out, *settings, "--members", 2)
    wait_for(out / "log.jsonl", "scene started", process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    states = [entry["state"] for entry in manifest(out).values()]
    assert "waiting" in states or "stopped" in states
    assert "failed" not in states
    assert json.loads((out / "summary.json").read_text())["state"] == "stopped"
    again = run("predict", tiles, "-o", out, *settings, "--members", 2)
    assert again.code == 0, again.err
    assert {entry["state"] for entry in manifest(out).values()} == {"done"}
