"""The command line in this process and in one of its own, and what it works on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from landcast.core.model.folder import shipped_models
from landcast.tests.models import write_tiny_model
from landcast.worker.cli import main
from landcast.worker.demo.scene import write_scene

PROGRAM = [sys.executable, "-m", "landcast.worker.cli"]


@dataclass(frozen=True)
class Answer:
    """What the command line said."""

    code: int
    out: str
    err: str

    @property
    def error_line(self) -> str:
        """The one line that it ended with, which must be all but warnings and notes."""
        lines = [line for line in self.err.splitlines() if not line.startswith(("warning: ", "note: "))]
        assert len(lines) == 1, self.err
        assert lines[0].startswith("error: "), self.err
        assert self.out == ""
        return lines[0]


Run = Callable[..., Answer]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Call the command line in this process, which has imported torch already."""
    # main sets them for good, and this process goes on
    monkeypatch.setenv("DIFFUSERS_VERBOSITY", "error")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    handler = signal.getsignal(signal.SIGTERM)

    def call(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["landcast", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        said = capsys.readouterr()
        assert isinstance(stop.value.code, int)
        return Answer(stop.value.code, said.out, said.err)

    yield call
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture
def start() -> Iterator[Start]:
    """Start the command line as a process of its own, its output in pipes; it is gone when the test ends."""
    started: list[subprocess.Popen[str]] = []

    def call(*arguments: object, cwd: Path | None = None) -> subprocess.Popen[str]:
        command = [*PROGRAM, *map(str, arguments)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        # a shell that was told to run the tests in the background has SIGINT ignored, and children inherit that
        handler = signal.signal(signal.SIGINT, signal.default_int_handler)
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", cwd=cwd,
            env=environment,
        )  # fmt: skip
        signal.signal(signal.SIGINT, handler)
        started.append(process)
        return process

    yield call
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def run_apart(start: Start) -> Run:
    """Run the command line as a process of its own, to its end."""

    def call(*arguments: object, cwd: Path | None = None) -> Answer:
        process = start(*arguments, cwd=cwd)
        out, err = process.communicate(timeout=600)
        return Answer(process.returncode, out, err)

    return call


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one rendered place in 2016 and 2020."""
    folder = tmp_path_factory.mktemp("rendered")
    for year in (2016, 2020):
        write_scene(folder / f"scene_{year}.tif", (256, 256), seed=4, years_later=year - 2016)
    return folder


@pytest.fixture
def scene(rendered: Path, tmp_path: Path) -> Path:
    """A rendered scene in a folder of its own."""
    return Path(shutil.copy(rendered / "scene_2016.tif", tmp_path / "scene.tif"))


@pytest.fixture
def damaged_model(tiny_model: Path, tmp_path: Path) -> Path:
    """A model with one flipped bit in its weights."""
    folder = tmp_path / "damaged model"
    shutil.copytree(tiny_model, folder)
    weights = next((folder / "unet").glob("*.safetensors"))
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    return folder


@pytest.fixture
def shipped_model() -> str:
    """The model that comes with the package."""
    if not shipped_models():
        pytest.skip("no model comes with the package yet")
    return shipped_models()[0]
