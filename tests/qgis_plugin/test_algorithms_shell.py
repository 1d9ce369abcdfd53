"""The algorithms from the shell, in `qgis_process` with a profile of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

import numpy as np

from .algorithm_runs import write_image
from .processing_runs import geotransform, make_pixels, read_pixels, write_raster

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"predict", "predictscenes", "match", "change", "exportpair", "train", "evaluate", "workerstatus"}
UTM, ORIGIN = 32611, (434400.0, 3774000.0)


class Shell:
    """`qgis_process` with the plugin in a profile that nothing else uses."""

    def __init__(self, program: str, profile: Path, interpreter: Path, cache: Path, library: Path) -> None:
        self._program = program
        self._environment = {
            **os.environ,
            "QGIS_CUSTOM_CONFIG_PATH": str(profile),
            "QT_QPA_PLATFORM": "offscreen",
            "LANDCAST_PYTHON": str(interpreter),
            "LANDCAST_CACHE": str(cache),
            # the Python of qgis_process lacks pyzmq where that stands in the environment of the tests
            "PYTHONPATH": str(library),
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._program, *arguments], env=self._environment, capture_output=True, text=True, timeout=200
        )

    def results(self, algorithm: str, **parameters: Any) -> dict[str, Any]:
        given = [f"{name}={value}" for name, value in parameters.items()]
        ended = self.run("--json", "run", f"landcast:{algorithm}", "--", *given)
        assert ended.returncode == 0, ended.stderr[-2000:] + ended.stdout[-2000:]
        # what is printed before the document is not part of it
        found: dict[str, Any] = json.loads(ended.stdout[ended.stdout.index("{") :])["results"]
        return found


@pytest.fixture(scope="module")
def shell(interpreter: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    program = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
    if program is None:
        pytest.skip("needs qgis_process")
    profile = tmp_path_factory.mktemp("profile")
    plugins = profile / "profiles" / "default" / "python" / "plugins"
    plugins.mkdir(parents=True)
    (plugins / "landcast").symlink_to(ROOT)
    zmq = pytest.importorskip("zmq")
    made = Shell(program, profile, interpreter, cache, Path(zmq.__file__).parents[1])
    assert made.run("plugins", "enable", "landcast").returncode == 0
    return made


def test_all_algorithms_are_there_with_their_help(shell: Shell) -> None:
    listed = shell.run("--json", "list").stdout
    found = json.loads(listed[listed.index("{") :])["providers"]["landcast"]["algorithms"]
    assert {name.partition(":")[2] for name in found} >= NAMES
    for name in NAMES:
        said = shell.run("help", f"landcast:{name}").stdout
        assert "Description" in said
        assert "OUTPUT" in said


def test_a_pair_is_exported_from_the_shell(shell: Shell, tmp_path: Path) -> None:
    before = write_raster(tmp_path / "a.tif", make_pixels(200, 180), UTM, ORIGIN, 0.6)
    after = write_raster(tmp_path / "b.tif", make_pixels(200, 180, 4), UTM, ORIGIN, 0.6)
    made = shell.results(
        "exportpair", BEFORE=before, AFTER=after, BEFORE_DATE=2016, AFTER_DATE=2020, OUTPUT=tmp_path / "set"
    )
    assert np.array_equal(read_pixels(made["AFTER_FILE"]), read_pixels(after))
    assert geotransform(made["BEFORE_FILE"]) == geotransform(before)
    assert made["YEARS"] == 4


def test_scenes_are_predicted_from_the_shell(shell: Shell, tmp_path: Path, model_folder: Path) -> None:
    write_image(tmp_path / "scenes" / "town.tif", 140, 130)
    made = shell.results("predictscenes", FOLDER=tmp_path / "scenes", OUTPUT=tmp_path / "out", MODEL=model_folder)
    assert (made["PREDICTED"], made["FAILED"]) == (1, 0)
    assert geotransform(made["RESULTS"][0]) == pytest.approx(geotransform(tmp_path / "scenes" / "town.tif"))


def test_an_error_reaches_the_shell(shell: Shell, tmp_path: Path) -> None:
    image = write_raster(tmp_path / "a.tif", make_pixels(200, 180), UTM, ORIGIN, 0.6)
    ended = shell.run("run", "landcast:exportpair", "--", f"BEFORE={image}", f"AFTER={image}", f"OUTPUT={tmp_path}/set")
    assert ended.returncode != 0
    assert "does not say when it was taken" in ended.stdout + ended.stderr
