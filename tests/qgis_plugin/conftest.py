"""What the plugin's tests need, in QGIS's Python or in any other.

Tests that need QGIS skip themselves where it is not importable. Those that run Landcast take its interpreter
from LANDCAST_PYTHON.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _import_landcast_from_this_tree() -> None:
    """The repository root is the package: QGIS's Python, where nothing is installed, cannot find it by name."""
    if importlib.util.find_spec("landcast") is not None:
        return
    spec = importlib.util.spec_from_file_location(
        "landcast", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["landcast"] = module
    spec.loader.exec_module(module)


_import_landcast_from_this_tree()

from landcast.qgis_plugin.child_process import clean_environment  # noqa: E402 - importable from here on

EPSG_OF_RESULTS = "EPSG:32611"
WRITE_RESULT = """
    import sys
    from pathlib import Path

    import numpy as np
    from affine import Affine
    from pyproj import CRS
    from landcast.core.raster.provenance import BAND_NAMES, make_tags
    from landcast.core.raster.result import ResultFile

    pixels = np.random.default_rng(0).integers(1, 255, (3, 300, 200), np.uint8)
    valid = np.ones((300, 200), bool)
    valid[:50, :60] = False
    tags = make_tags({"model": "tiny", "years_ahead": "2", "seed": 5})
    x, y = map(float, sys.argv[3:5])
    crs = CRS.from_user_input(sys.argv[2])
    with ResultFile(Path(sys.argv[1]), BAND_NAMES, valid.shape, Affine(0.6, 0, x, 0, -0.6, y), crs, tags) as file:
        file.write_rows(pixels, valid)
        file.close()
        file.publish(overwrite=False)
"""


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache folder that workers of other programs do not share."""
    folder = tmp_path_factory.mktemp("cache")
    before = os.environ.get("LANDCAST_CACHE")
    os.environ["LANDCAST_CACHE"] = str(folder)
    yield folder
    if before is None:
        del os.environ["LANDCAST_CACHE"]
    else:
        os.environ["LANDCAST_CACHE"] = before


@pytest.fixture(scope="session")
def interpreter() -> Path:
    """The Python that Landcast is installed in."""
    named = os.environ.get("LANDCAST_PYTHON")
    if not named:
        pytest.skip("needs LANDCAST_PYTHON: the interpreter that Landcast is installed in")
    return Path(named).absolute()


@pytest.fixture(scope="session")
def model_folder(interpreter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with random weights, small enough to answer at once."""
    folder = tmp_path_factory.mktemp("model")
    code = "import pathlib, runpy, sys; runpy.run_path(sys.argv[1])['write_tiny_model'](pathlib.Path(sys.argv[2]))"
    command = [str(interpreter), "-c", code, str(ROOT / "tests" / "models.py"), str(folder)]
    subprocess.run(command, check=True, env=clean_environment(os.environ))
    return folder


@pytest.fixture
def make_worker(tmp_path: Path) -> Callable[[str], Path]:
    """Make a program that stands where the interpreter should and does as the given Python code says."""
    if sys.platform == "win32":
        pytest.skip("a script cannot stand in for an interpreter on Windows")

    def make(code: str) -> Path:
        program = tmp_path / "worker"
        program.write_text(f"#!{sys.executable}\nimport json, os, signal, sys, time\n{textwrap.dedent(code)}")
        program.chmod(0o755)
        return program

    return make


@pytest.fixture
def write_result(interpreter: Path, tmp_path: Path) -> Callable[..., Path]:
    """Write a result as Landcast does, with what it says of itself."""

    def write_result(crs: str = EPSG_OF_RESULTS, x: float = 434400.0, y: float = 3774000.0) -> Path:
        path = tmp_path / "a.tif"
        command = [str(interpreter), "-c", textwrap.dedent(WRITE_RESULT), str(path), crs, str(x), str(y)]
        subprocess.run(command, check=True, env=clean_environment(os.environ))
        return path

    return write_result


@pytest.fixture
def open_layer(qgis_app: Any) -> Iterator[Callable[..., Any]]:
    """Open a layer that the project owns: one that outlives QGIS, by a traceback say, crashes it at its end."""
    from qgis.core import QgsProject, QgsRasterLayer

    layers = []

    def open_layer(source: Path | str, name: str = "layer", provider: str = "gdal") -> Any:
        layers.append(QgsProject.instance().addMapLayer(QgsRasterLayer(str(source), name, provider)))
        assert layers[-1].isValid()
        return layers[-1]

    yield open_layer
    QgsProject.instance().removeMapLayers([layer.id() for layer in layers])


@pytest.fixture
def save() -> Callable[..., str]:
    """Save as `QgisApp::saveAsRasterFile` does, as raw data or a rendered image; give the path that it tells."""
    from qgis.core import QgsProject, QgsRasterFileWriter, QgsRasterNuller, QgsRasterPipe

    def save(layer: Any, path: Path, is_rendered: bool = False, tile_px: int | None = None, form: str = "GTiff") -> str:
        if is_rendered:
            pipe = layer.pipe()
        else:
            pipe = QgsRasterPipe()
            assert pipe.set(layer.dataProvider().clone())
            assert pipe.insert(1, QgsRasterNuller())
        writer = QgsRasterFileWriter(str(path))
        writer.setOutputFormat(form)
        if tile_px is not None:
            writer.setTiledMode(True)
            writer.setMaxTileWidth(tile_px)
            writer.setMaxTileHeight(tile_px)
        context = QgsProject.instance().transformContext()
        written = writer.writeRaster(pipe, layer.width(), layer.height(), layer.extent(), layer.crs(), context)
        assert written == QgsRasterFileWriter.WriterError.NoError
        return str(path) if tile_px is None else str(path / f"{path.name}.vrt")

    return save


@pytest.fixture(scope="module")
def processing_plugin(qgis_app: Any, qgis_iface: Any) -> Iterator[Any]:
    """The plugin as QGIS without windows starts it; the tests of a module share its worker."""
    import landcast

    plugin: Any = landcast.classFactory(qgis_iface)
    plugin.initProcessing()
    worker = plugin.worker
    yield plugin
    plugin.unload()
    deadline = time.monotonic() + 30
    while worker.process_id is not None:
        assert time.monotonic() < deadline, "the worker outlives the plugin"
        time.sleep(0.05)


@pytest.fixture
def no_interpreter(processing_plugin: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Neither the variable nor the setting nor an environment of this user, until a test names an interpreter."""
    from qgis.core import QgsSettings

    monkeypatch.delenv("LANDCAST_PYTHON", raising=False)
    settings = ("landcast/python", "landcast/worker", "landcast/worker_auth", "landcast/environment_folder")
    for name in settings:
        QgsSettings().remove(name)
    QgsSettings().setValue("landcast/environment_folder", str(tmp_path / "no environments"))
    yield
    for name in settings:
        QgsSettings().remove(name)


@pytest.fixture
def use_interpreter(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    return lambda path: monkeypatch.setenv("LANDCAST_PYTHON", str(path))


KNOW = """
import sys
from pathlib import Path

import numpy as np
import torch
from landcast.core.domain.features import FeatureNetwork
from landcast.core.model.calibration import ChangeCalibration
from landcast.core.model.contract import load_contract
from landcast.core.model.folder import load_first_unet, store_calibration, store_domain
from landcast.training.domain_fit import learn_domain
from landcast.worker.demo.scene import render_scene

folder = Path(sys.argv[1])
network = FeatureNetwork(load_first_unet(folder, torch.device("cpu")), load_contract(folder), 2.0, 0.6)
towns = [render_scene((512, 512), seed) for seed in range(4)]
corners = [(y, x) for y in range(0, 512, 128) for x in range(0, 512, 128)]
tiles = np.stack([town[:, y : y + 128, x : x + 128] for town in towns for y, x in corners])
places = [f"town {number}" for number in range(4) for _ in range(16)]
features = network.features(tiles.astype(np.float32) / 255)
store_domain(folder, learn_domain(features, places, 0, (2.0, 0.6), "0" * 64))
fitted = ChangeCalibration(3, (9, 3, 2, 1), (0.1, 0.3, 0.5, 0.8), (2.0, 4.0), (0.5, 1.0), "Testville", "0" * 64)
store_calibration(folder, fitted)
"""


@pytest.fixture(scope="session")
def knowing_model(interpreter: Path, model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows rendered towns, and whose probability of change was held to what came true."""
    folder = Path(shutil.copytree(model_folder, tmp_path_factory.mktemp("knowing") / "model"))
    subprocess.run([str(interpreter), "-c", KNOW, str(folder)], check=True, env=clean_environment(os.environ))
    return folder
