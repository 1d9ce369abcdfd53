"""A scene about which all is decided, and what a process needs to predict its blocks."""

from __future__ import annotations

import http.server
import json
import os
import pickle
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import rasterio
import rasterio.shutil
import shapely
import shapely.geometry

from landcast.core.errors import OutputError, RequestError, SourceError, UnreadableSourceError
from landcast.core.lattice import Rect
from landcast.core.plan import BLOCK_BYTES, PROGRAM_BYTES, READ_BYTES_A_PX
from landcast.core.predict import dry_run, predict
from landcast.core.raster import disk
from landcast.core.raster.access import CACHE_BYTES, ENVIRONMENT, plain_address
from landcast.core.request import PredictionRequest
from landcast.core.scenes.estimate import estimate
from landcast.core.scenes.plan_file import decided_of
from landcast.core.scenes.prepared import Compute, choose_compute, open_scene, prepare_scene
from landcast.core.scenes.source_stamp import SourceStamp, SourceWatch
from landcast.tests.core.scenes.quick_scene import load_quickly
from landcast.worker.demo.scene import write_scene

Ask = Callable[..., PredictionRequest]


def test_a_scene_travels_and_predicts_the_same_there(ask: Ask) -> None:
    scene = prepare_scene(ask(members=2), pytest.fail, block_px=128)
    assert len(scene.blocks) == len(scene.calls) == 9
    assert set(scene.layers) == {"prediction", "spread", "change"}
    there = pickle.loads(pickle.dumps(scene))
    assert (there.key, there.blocks, there.calls) == (scene.key, scene.blocks, scene.calls)
    assert there.layers == scene.layers
    results = []
    for one in (scene, there):
        with rasterio.Env(**ENVIRONMENT), open_scene(one, load_quickly) as opened:
            results.append(opened.predict(4))
    for layer, array in results[0].items():
        assert (array == results[1][layer]).all()


def test_an_estimate_counts_the_calls_that_a_model_without_upscaler_makes(
    ask: Ask, make_tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    write_scene(tmp_path / "wide.tif", (720, 720), seed=3)
    with rasterio.open(tmp_path / "wide.tif") as source:
        x, y = source.transform @ (360, 360)
    # in the middle, where every window sees the source; those that see nothing are not called
    middle = (x - 5, y - 5, x + 5, y + 5)
    model = str(make_tiny_model(change_grid="pixels"))
    request = ask(source=tmp_path / "wide.tif", model=model, members=2, extent=middle)
    (estimated,) = estimate([("a", request)]).scenes
    scene = prepare_scene(request, pytest.fail)
    with rasterio.Env(**ENVIRONMENT), open_scene(scene) as opened:
        begun: list[int] = []
        opened.compute(0, opened.read(0), begun.append)
    assert scene.calls == (len(begun),)
    assert estimated.calls == (len(begun), 0)
    assert estimated.seconds > 0


def test_what_travels_is_small(ask: Ask) -> None:
    scene = prepare_scene(ask(), pytest.fail, block_px=128)
    before = len(pickle.dumps(scene))
    assert scene.layers
    assert scene.calls
    assert scene.blocks
    assert len(pickle.dumps(scene)) == before < 20_000


def test_paths_mean_the_same_in_another_folder(
    ask: Ask, scene_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(scene_file.parent)
    model = Path(ask().model)
    request = ask(source=scene_file.name, output=Path("there.tif"), model=os.path.relpath(model))
    scene = prepare_scene(request, pytest.fail, block_px=128)
    monkeypatch.chdir(tmp_path)
    assert scene.request.output_path == scene_file.parent / "there.tif"
    with rasterio.Env(**ENVIRONMENT), open_scene(scene, load_quickly) as opened:
        assert opened.predict(0)["valid"].all()
    assert scene.key == prepare_scene(ask(), pytest.fail, block_px=128).key


def test_no_network_is_loaded_to_prepare_and_the_device_is_that_of_who_predicts(ask: Ask) -> None:
    scene = prepare_scene(ask(device="auto"), pytest.fail, compute=Compute("cuda", "fp16"), block_px=128)
    assert (scene.facts["device"], scene.facts["precision"]) == ("cuda", "fp16")
    assert scene.batch_sizes.windows == 64
    assert scene.key != prepare_scene(ask(), pytest.fail, block_px=128).key
    assert choose_compute(ask()) == Compute("cpu", "fp32")
    with pytest.raises(RequestError, match="--precision fp16 needs a GPU"):
        choose_compute(ask(precision="fp16"))


def test_a_source_that_failed_is_read_again_from_a_new_start(ask: Ask, tmp_path: Path, scene_file: Path) -> None:
    source = tmp_path / "mine.tif"
    source.write_bytes(scene_file.read_bytes())
    scene = prepare_scene(ask(source=source), pytest.fail, block_px=128)
    with rasterio.Env(**ENVIRONMENT), open_scene(scene, load_quickly) as opened:
        before = opened.read(4)
        opened._predictor.reader.source._failure = "mine.tif: rows 3 to 9 cannot be read"
        with pytest.raises(UnreadableSourceError, match="rows 3 to 9"):
            opened.read(4)
        opened.reopen()
        again = opened.read(4)
        assert before.present is not None
        assert again.present is not None
        assert (before.present.image == again.present.image).all()
        stat = source.stat()
        os.utime(source, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
        with pytest.raises(SourceError, match=r"mine\.tif: was written to since"):
            opened.read(5)


def test_blocks_that_nobody_wants_are_not_read(ask: Ask, tmp_path: Path, scene_file: Path) -> None:
    with rasterio.open(scene_file) as dataset:
        left, bottom, right, top = dataset.bounds
        crs = dataset.crs
    area = tmp_path / "area.geojson"
    # a frame around the middle, so that the block there is within no polygon
    outer = shapely.box(left, bottom, right, top)
    frame = outer.difference(outer.buffer(-2, join_style="mitre"))
    feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(frame)}
    named = {"type": "name", "properties": {"name": crs.to_string()}}
    area.write_text(json.dumps({"type": "FeatureCollection", "crs": named, "features": [feature]}))
    scene = prepare_scene(ask(area=area), lambda text: None, block_px=128)
    with rasterio.Env(**ENVIRONMENT), open_scene(scene, load_quickly) as opened:
        readings = {number: opened.read(number) for number in range(len(scene.blocks))}
        unread = [number for number, reading in readings.items() if reading.present is None]
        assert unread
        assert len(unread) < len(readings)
        layers = opened.compute(unread[0], readings[unread[0]])
        assert not layers["valid"].any()
        assert not np.any(layers["prediction"])


def test_an_address_is_recorded_without_what_is_secret_in_it() -> None:
    signed = "https://me:word@store.example/a/b.tif?sig=abc%2F&se=2026#part"
    assert plain_address(signed) == "https://store.example/a/b.tif"
    assert plain_address("/vsicurl/https://store.example/b@c.tif") == "/vsicurl/https://store.example/b@c.tif"


def test_importing_what_travels_needs_no_dask() -> None:
    code = (
        "import sys; import landcast.core.scenes.scene_run; print('dask' in sys.modules, 'fsspec.core' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split()[0] == "False"


def test_memory_does_not_grow_with_the_width_and_has_the_blocks_read_ahead_and_written(ask: Ask) -> None:
    plan = prepare_scene(ask(), pytest.fail, block_px=1024).plan
    square, wide = (replace(plan, rect=Rect(0, 0, 2048, width), source_rect=None) for width in (4096, 102_400))
    assert wide.memory_bytes(0) == square.memory_bytes(0)
    blocks = (PROGRAM_BYTES, BLOCK_BYTES, CACHE_BYTES, 1024**2 * READ_BYTES_A_PX, 2 * 1024**2 * 3)
    assert square.memory_bytes(0) > sum(blocks)


def test_blocks_that_stand_aside_need_room_too(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    free = 2**40
    monkeypatch.setattr(disk, "free_bytes", lambda folder: free)
    plan = dry_run(ask(), lambda text: None).plan
    free = round(1.5 * plan.disk_bytes[0])
    for attempt in (dry_run, predict):
        with pytest.raises(OutputError, match=r"a\.tif: needs .* free some space"):
            attempt(ask(), lambda text: None)


def test_a_tile_of_a_mosaic_or_a_mask_that_is_replaced_is_noticed(ask: Ask, tmp_path: Path, scene_file: Path) -> None:
    tile, mosaic = tmp_path / "tile.tif", tmp_path / "mosaic.vrt"
    tile.write_bytes(scene_file.read_bytes())
    with rasterio.open(tile) as dataset:
        rasterio.shutil.copy(dataset, mosaic, driver="VRT")
    scene = prepare_scene(ask(source=mosaic), lambda text: None, block_px=128)
    assert "source_sha256" not in {name for name, value in scene.facts.items() if value}
    with rasterio.Env(**ENVIRONMENT), open_scene(scene, load_quickly) as opened:
        opened.read(0)
        found = tile.stat()
        os.utime(tile, ns=(found.st_atime_ns, found.st_mtime_ns + 1))
        with pytest.raises(SourceError, match=r"mosaic\.vrt: was written to since"):
            opened.read(1)
    again = prepare_scene(ask(source=mosaic), lambda text: None, block_px=128)
    assert decided_of(again)["source_mark"] != decided_of(scene)["source_mark"]
    (tmp_path / "tile.tif.msk").write_bytes(scene_file.read_bytes())
    assert SourceStamp.of(str(tile)) != again.stamp
    assert SourceWatch(str(mosaic)).stamp() != again.stamp


def test_an_address_is_known_by_what_its_server_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"ETag": '"a"', "Last-Modified": "Mon, 02 Mar 2026 10:00:00 GMT"}

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(206)
            for name, value in {**said, "Content-Range": "bytes 0-0/77", "Content-Length": "1"}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"I")

        def log_message(self, *args: object) -> None:
            pass

    monkeypatch.setenv("no_proxy", "*")
    with http.server.HTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/a.tif"
        first = SourceStamp.of(address)
        assert first == SourceStamp(77, 1_772_445_600 * 10**9, '"a"')
        said["ETag"] = '"b"'
        assert SourceStamp.of(address) != first
        server.shutdown()
    assert SourceStamp.of(address) is None
    there = tmp_path / "a.tif"
    there.write_bytes(b"II")
    assert SourceStamp.of(there.as_uri()) is None, "nothing but servers is asked"


def test_polygons_of_a_folder_are_part_of_what_is_decided(ask: Ask, scene_file: Path, tmp_path: Path) -> None:
    with rasterio.open(scene_file) as dataset:
        whole, crs = shapely.box(*dataset.bounds), dataset.crs.to_wkt()
    decided = []
    for inner in (3.0, 5.0):  # within the same bounds
        area = tmp_path / "areas.gdb"
        shutil.rmtree(area, ignore_errors=True)
        frame = whole.difference(whole.buffer(-inner, join_style="mitre"))
        pyogrio.raw.write(
            area, np.array([shapely.to_wkb(frame)]), [], [], geometry_type="Polygon", crs=crs, driver="OpenFileGDB",
            layer="areas",
        )  # fmt: skip
        scene = prepare_scene(ask(area=area), lambda text: None, block_px=128)
        decided.append((scene.key, decided_of(scene)))
    assert decided[0][0] == decided[1][0]
    assert decided[0][1] != decided[1][1]
