"""Whole QGIS processes as started from a shell: side by side, killed, and with a worker of another kind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

import zmq

from landcast.core.protocol.connection import read_connection
from landcast.core.protocol.processes import process_start

from .algorithm_runs import write_image
from .conftest import ROOT

PROGRAMS = ("qgis_process.bin", "qgis_process")
END_S = 120.0
GONE_S = 10.0

Begin = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory, interpreter: Path) -> Path:
    """A profile in which the plugin is enabled."""
    folder = tmp_path_factory.mktemp("profile")
    plugins = folder / "profiles" / "default" / "python" / "plugins"
    plugins.mkdir(parents=True)
    (plugins / "landcast").symlink_to(ROOT, target_is_directory=True)
    enabled = subprocess.run(
        [_program(), "plugins", "enable", "landcast"],
        env=_environment(folder, interpreter), capture_output=True, text=True, timeout=END_S, check=False,
    )  # fmt: skip
    assert enabled.returncode == 0, enabled.stderr
    return folder


@pytest.fixture
def begin(profile: Path, interpreter: Path) -> Iterator[Begin]:
    """Begin `landcast:predict` in a QGIS of its own."""
    begun: list[subprocess.Popen[str]] = []

    def begin(source: Path, output: Path, model: Path, *, python: Path = interpreter) -> subprocess.Popen[str]:
        command = [_program(), "run", "landcast:predict", "--", f"INPUT={source}", f"OUTPUT={output}", f"MODEL={model}"]
        one = subprocess.Popen(
            command,
            env=_environment(profile, python),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        begun.append(one)
        return one

    yield begin
    for one in begun:
        if one.poll() is None:
            one.kill()
        one.communicate()


def test_two_qgis_at_once_have_a_worker_each_and_equal_results(
    tmp_path: Path, begin: Begin, model_folder: Path, cache: Path
) -> None:
    source = write_image(tmp_path / "source.tif", 700, 600)
    outputs = [tmp_path / f"result_{number}.tif" for number in (1, 2)]
    running = [begin(source, output, model_folder) for output in outputs]
    texts = [one.communicate(timeout=END_S)[0] for one in running]
    assert [one.returncode for one in running] == [0, 0], texts
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    _wait_until(lambda: not _connections(cache))


def test_a_qgis_killed_in_the_middle_leaves_no_process_and_no_result(
    tmp_path: Path, begin: Begin, model_folder: Path, cache: Path
) -> None:
    (tmp_path / "out").mkdir()
    source, output = write_image(tmp_path / "source.tif", 4000, 3000), tmp_path / "out" / "result.tif"
    qgis = begin(source, output, model_folder)
    _wait_until(lambda: qgis.poll() is not None or any(output.parent.glob(".*.partial")), END_S)
    assert qgis.poll() is None
    (path,) = _connections(cache)
    worker = read_connection(path).process
    started = process_start(worker)
    qgis.send_signal(signal.SIGKILL)
    qgis.wait()
    _wait_until(lambda: process_start(worker) != started)
    _wait_until(lambda: not any(output.parent.iterdir()))
    assert not path.exists()


def test_a_worker_of_another_version_is_named(
    tmp_path: Path, begin: Begin, model_folder: Path, interpreter: Path
) -> None:
    program = tmp_path / "python"
    # a Landcast whose protocol is one of the future
    program.write_text(
        f"#!{interpreter}\n"
        "import runpy, sys\n"
        "from landcast.core.protocol import versions\n"
        "future = tuple(versions.Version(one.major + 1, 0) for one in versions.SPOKEN)\n"
        "versions.negotiate.__defaults__ = versions.check_version.__defaults__ = (future,)\n"
        "words = sys.argv[1:]\n"
        "if words[0] == '-c':\n"
        "    exec(words[1])\n"
        "else:\n"
        "    sys.argv = words[1:]\n"
        "    runpy.run_module(words[1], run_name='__main__', alter_sys=True)\n"
    )
    program.chmod(0o755)
    source = write_image(tmp_path / "source.tif", 200, 150)
    qgis = begin(source, tmp_path / "result.tif", model_folder, python=program)
    text, _ = qgis.communicate(timeout=END_S)
    assert qgis.returncode != 0
    assert "speaks 2.0" in text
    assert "update the older" in text
    assert not (tmp_path / "result.tif").exists()


def _program() -> str:
    for name in PROGRAMS:
        if shutil.which(name):
            return name
    pytest.skip("needs qgis_process")


def _environment(profile: Path, interpreter: Path) -> dict[str, str]:
    # where the tests find pyzmq
    libraries = str(Path(zmq.__file__).parents[1])
    added = {"PYTHONPATH": libraries, "QGIS_CUSTOM_CONFIG_PATH": str(profile), "LANDCAST_PYTHON": str(interpreter)}
    return {**os.environ, **added, "QT_QPA_PLATFORM": "offscreen"}


def _connections(cache: Path) -> list[Path]:
    return list(cache.glob("qgis-*.json"))


def _wait_until(is_so: Callable[[], object], timeout_s: float = GONE_S) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
