"""A scene about which all is decided, and what a process needs to predict its blocks."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
import shapely.geometry

from landcast.core.errors import RequestError, SourceError, UnreadableSourceError
from landcast.core.facts import plain_address
from landcast.core.raster.access import ENVIRONMENT
from landcast.core.request import PredictionRequest
from landcast.core.scenes.prepared import Compute, choose_compute, open_scene, prepare_scene
from landcast.tests.core.scenes.quick_scene import load_quickly

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
    assert scene.batch_size == 64
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
