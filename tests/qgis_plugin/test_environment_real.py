"""The whole way of a newcomer: from no Python to a prediction, in an environment made from a wheel of this tree.

Takes about two minutes, most of them pip's, and fetches PyTorch and the other libraries from where pip is set to.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import QgsProject, QgsRasterLayer, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication

import landcast
from landcast.qgis_plugin.child_process import clean_environment
from landcast.qgis_plugin.environment.installing import size_of
from landcast.qgis_plugin.environment.places import DOWNLOADS, LOG, environments
from landcast.qgis_plugin.environment.settings import BASE_PYTHON_SETTING, INSTALL_FROM_SETTING
from landcast.qgis_plugin.environment.where import FOLDER_SETTING
from landcast.qgis_plugin.first_run.page import FirstRunPage
from landcast.qgis_plugin.interpreter import find_interpreter

from .algorithm_runs import run

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 540.0
LONGEST_GAP_S = 1.0
"""Far above what a person may feel, for a machine under load; what is looked for are seconds."""


def ask(interpreter: Path, code: str) -> str:
    return subprocess.run(
        [str(interpreter), "-c", code], check=True, capture_output=True, text=True, env=clean_environment(os.environ)
    ).stdout.strip()


@pytest.fixture(scope="module")
def wheel(interpreter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree, with its hash beside it."""
    folder, tree = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("tree")
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in names:
        if name and not name.startswith("tests/") and (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tree / name)
    command = [str(interpreter), "-m", "build", "--wheel", "--outdir", str(folder), str(tree)]
    subprocess.run(command, check=True, capture_output=True, env=clean_environment(os.environ))
    [path] = folder.glob("*.whl")
    path.with_name(path.name + ".sha256").write_text(hashlib.sha256(path.read_bytes()).hexdigest())
    return path


@pytest.fixture
def newcomer(
    interpreter: Path, wheel: Path, tmp_path: Path, no_interpreter: None, qgis_new_project: None
) -> Iterator[Path]:
    """Settings of who has nothing yet, but for where the wheel is; gives the folder of environments."""
    base = tmp_path / "environments"
    values = {
        FOLDER_SETTING: str(base),
        INSTALL_FROM_SETTING: str(wheel),
        BASE_PYTHON_SETTING: ask(interpreter, "import sys; print(sys._base_executable)"),
    }
    for name, value in values.items():
        QgsSettings().setValue(name, value)
    yield base
    for name in values:
        QgsSettings().remove(name)


@pytest.fixture
def follow() -> Callable[[Callable[[], bool]], float]:
    """Let Qt work until something is so; gives the longest time in which it could not."""

    def follow(condition: Callable[[], bool]) -> float:
        deadline, longest = time.monotonic() + PATIENCE_S, 0.0
        while not condition():
            before = time.monotonic()
            assert before < deadline, "it did not end"
            QCoreApplication.processEvents()
            longest = max(longest, time.monotonic() - before)
            time.sleep(0.02)
        return longest

    return follow


def test_one_click_leads_from_nothing_to_a_prediction(
    processing_plugin: Any,
    newcomer: Path,
    wheel: Path,
    model_folder: Path,
    tmp_path: Path,
    follow: Callable[[Callable[[], bool]], float],
) -> None:
    page = FirstRunPage(processing_plugin.worker)
    heard: list[str] = []
    page.sample_ready.connect(heard.append)
    page.ready.connect(lambda: heard.append("ready"))
    page.show()
    follow(page.ways.make.isEnabled)
    page.ways.make.click()
    assert page.working.isVisible()
    gap_s = follow(lambda: not page.working.isVisible())
    assert page.done.isVisible(), page.problem.text() + (newcomer / LOG).read_text()[-3000:]
    assert gap_s < LONGEST_GAP_S

    [made] = environments(newcomer)
    facts = made.facts
    assert facts["landcast"] == landcast.__version__
    assert facts["device"] in ("cpu", "cuda")
    assert facts["words"] in page.introduction.text()
    assert facts["bytes"] == pytest.approx(size_of(made.folder), rel=0.1)
    assert facts["packages"]["landcast"]["sha256"] == hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert facts["torch"].split("+")[0] == facts["packages"]["torch"]["version"].split("+")[0]
    assert not (newcomer / DOWNLOADS).exists()
    # what is in it is the wheel, not this tree
    assert find_interpreter() == made.interpreter
    assert Path(ask(made.interpreter, "import landcast; print(landcast.__file__)")).is_relative_to(made.folder)

    page.sample.click()
    follow(lambda: "ready" in heard)
    [layer] = QgsProject.instance().mapLayers().values()
    assert isinstance(layer, QgsRasterLayer)
    assert layer.isValid()
    assert heard == [layer.source(), "ready"]
    page.deleteLater()

    result = tmp_path / "future.tif"
    assert run(layer, result, MODEL=str(model_folder)) == str(result)
    future = QgsRasterLayer(str(result), "future")
    assert future.isValid()
    assert future.crs() == layer.crs()
    assert future.extent().toRectF() == layer.extent().toRectF()
