"""The first page: what it offers, what it checks before it takes something, and what it says where that fails."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import QgsApplication, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, Qt
from qgis.PyQt.QtTest import QTest

import landcast
from landcast.core.protocol.errors import ProtocolError
from landcast.qgis_plugin.environment.places import Environment, environment_at
from landcast.qgis_plugin.environment.settings import BASE_PYTHON_SETTING, INSTALL_FROM_SETTING
from landcast.qgis_plugin.environment.where import FOLDER_SETTING
from landcast.qgis_plugin.first_run import page as page_module
from landcast.qgis_plugin.first_run import sample
from landcast.qgis_plugin.first_run.checks import WorkerCheckTask, is_same_version
from landcast.qgis_plugin.first_run.page import FirstRunPage
from landcast.qgis_plugin.first_run.readiness import find_obstacle
from landcast.qgis_plugin.first_run.ways import BREAK
from landcast.qgis_plugin.interpreter import SETTING, InterpreterError, OutdatedEnvironmentError, find_interpreter
from landcast.qgis_plugin.kept_task import KeptTask, cancel_kept_tasks
from landcast.qgis_plugin.worker.pyzmq import MissingPyzmqError

from .stand_in_wheels import write_both

PATIENCE_S = 150.0


def wait_until(condition: Callable[[], bool], what: str = "it did not end") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        QCoreApplication.processEvents()
        time.sleep(0.01)


@pytest.fixture
def base(no_interpreter: None, tmp_path: Path) -> Iterator[Path]:
    """The folder of environments; what is installed there is a folder of wheels that stand in."""
    folder = tmp_path / "base"
    values = {
        FOLDER_SETTING: str(folder),
        INSTALL_FROM_SETTING: str(write_both(tmp_path / "wheels", size_mb=10)),
        BASE_PYTHON_SETTING: sys.executable,
    }
    for name, value in values.items():
        QgsSettings().setValue(name, value)
    yield folder
    for name in values:
        QgsSettings().remove(name)


@pytest.fixture
def page(base: Path, processing_plugin: Any) -> Iterator[FirstRunPage]:
    made = FirstRunPage(processing_plugin.worker)
    made.resize(380, 800)
    made.show()
    wait_until(lambda: made._look is None)
    yield made
    made.unload()
    made.deleteLater()
    wait_until(lambda: not KeptTask._kept, "a task lives on")


def made_environment(base: Path, version: str) -> Environment:
    """A finished one; its Python is that of these tests."""
    environment = environment_at(base, version, (3, 12))
    environment.claim()
    environment.interpreter.parent.mkdir(parents=True)
    environment.interpreter.symlink_to(sys.executable)
    environment.finish({"landcast": version, "words": "It computes on a slide rule."})
    return environment


def test_it_offers_three_ways_and_says_what_the_first_one_means(page: FirstRunPage, base: Path) -> None:
    assert page.ways.isVisible()
    assert not page.done.isVisible()
    assert not page.problem.isVisible()
    words = page.ways.outlook.text().replace(BREAK, "")
    assert str(base) in words
    assert "GB" in words
    assert "no network is used" in words
    assert page.ways.make.isEnabled()


def test_all_of_it_can_be_reached_by_the_keyboard(page: FirstRunPage) -> None:
    for button in (page.ways.make, page.sample, page.working.cancel):
        assert button.focusPolicy() == Qt.FocusPolicy.StrongFocus
    # and no text is cut: each has the height that it needs at its width
    page.resize(260, 800)
    area = page.findChild(page_module.TallArea)
    wait_until(lambda: area.widget().width() <= area.viewport().width(), "something is pushed out of sight")
    labels = (page.introduction, page.ways.outlook)
    wait_until(lambda: all(label.height() >= label.heightForWidth(label.width()) for label in labels), "a text is cut")


def test_making_an_environment_that_fails_says_why_and_offers_it_again(page: FirstRunPage, base: Path) -> None:
    QTest.mouseClick(page.ways.make, Qt.MouseButton.LeftButton)
    assert page.working.isVisible()
    assert not page.ways.isVisible()
    wait_until(lambda: page.ways.isVisible())
    assert "torch stands in" in page.problem.text()
    assert page.problem.isVisible()
    assert "Successfully installed" in page.working.log.toPlainText()
    wait_until(lambda: page._look is None)
    assert "Go on" in page.ways.make.text(), page.ways.outlook.text()
    assert find_obstacle() is not None


def test_making_an_environment_can_be_cancelled_in_the_middle(page: FirstRunPage, base: Path) -> None:
    page.ways.make.click()
    wait_until(lambda: "PyTorch" in page.working.stage.text())
    QTest.mouseClick(page.working.cancel, Qt.MouseButton.LeftButton)
    assert not page.working.cancel.isEnabled()
    wait_until(lambda: page.ways.isVisible())
    assert "Cancelled" in page.problem.text()
    with pytest.raises(InterpreterError):
        find_interpreter()


def test_a_page_that_goes_away_takes_its_task_along(base: Path, processing_plugin: Any) -> None:
    page = FirstRunPage(processing_plugin.worker)
    page.show()
    page.ways.environment_asked.emit()
    wait_until(lambda: "PyTorch" in page.working.stage.text())
    page.deleteLater()
    cancel_kept_tasks()
    wait_until(lambda: not KeptTask._kept, "a task lives on")


def test_a_python_with_landcast_is_checked_then_kept(page: FirstRunPage, interpreter: Path) -> None:
    page.ways.python.setFilePath(str(interpreter))
    page.ways.findChild(page_module.QPushButton, "landcastUsePython").click()
    wait_until(lambda: page.done.isVisible())
    assert QgsSettings().value(SETTING) == str(interpreter)
    assert find_interpreter() == interpreter
    heard: list[bool] = []
    page.ready.connect(lambda: heard.append(True))
    page.done.findChild(page_module.QPushButton, "landcastBegin").click()
    assert heard == [True]


def test_a_python_without_landcast_is_refused_and_not_kept(
    page: FirstRunPage, make_worker: Callable[[str], Path]
) -> None:
    page.ways.python_given.emit(str(make_worker("sys.exit('No module named landcast')")))
    wait_until(lambda: page.problem.isVisible())
    assert "No module named landcast" in page.problem.text()
    assert not QgsSettings().value(SETTING)
    for name, words in (("", "Choose"), ("/nowhere/python", "is not a file")):
        page.ways.python_given.emit(name)
        wait_until(lambda words=words: words in page.problem.text())


def test_a_python_with_another_landcast_is_refused(page: FirstRunPage, make_worker: Callable[[str], Path]) -> None:
    page.ways.python_given.emit(str(make_worker("print('9.9.9')")))
    wait_until(lambda: page.problem.isVisible())
    assert "has Landcast 9.9.9" in page.problem.text()
    assert not QgsSettings().value(SETTING)
    assert is_same_version(landcast.__version__ + "+local\n")
    assert not is_same_version("")


@pytest.mark.parametrize(
    ("address", "words"),
    [("", "Enter the address"), ("tcp://", "is no address"), ("tcp://127.0.0.1:9", "127.0.0.1:9")],
)
def test_a_worker_that_does_not_answer_is_not_kept(page: FirstRunPage, address: str, words: str) -> None:
    page.ways.worker_given.emit(address, "")
    wait_until(lambda: page.problem.isVisible() and page._task is None)
    assert words in page.problem.text()
    assert not QgsSettings().value("landcast/worker")


def test_a_missing_pyzmq_is_offered_to_be_installed(page: FirstRunPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "find_obstacle", lambda: MissingPyzmqError("it lacks"))
    page.refresh()
    assert page.pyzmq.isVisible()
    assert not page.ways.isVisible()
    # the folder of wheels that is set has none, so that this fails without a network
    page.pyzmq.findChild(page_module.QPushButton, "landcastInstallPyzmq").click()
    wait_until(lambda: page.problem.isVisible())
    assert "was not installed" in page.problem.text()
    assert page.pyzmq.isVisible()


def test_a_worker_elsewhere_is_kept_only_after_it_answered_also_where_pyzmq_came_in_between(
    page: FirstRunPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(page_module, "find_obstacle", lambda: MissingPyzmqError("it lacks"))
        page.ways.worker_given.emit("tcp://127.0.0.1:9", "")
    assert page.pyzmq.isVisible()
    assert not QgsSettings().value("landcast/worker")
    monkeypatch.setattr(page_module.InstallTask, "work", lambda task: None)
    page.pyzmq.findChild(page_module.QPushButton, "landcastInstallPyzmq").click()
    wait_until(lambda: page.problem.isVisible() and page._task is None)
    assert "127.0.0.1:9" in page.problem.text()
    assert not QgsSettings().value("landcast/worker")
    assert page.ways.isVisible()


def test_what_speaks_another_protocol_is_no_bug_of_the_plugin(page: FirstRunPage) -> None:
    assert issubclass(ProtocolError, WorkerCheckTask.PROBLEMS)


def test_a_newcomer_is_asked_for_the_wheel_and_chooses_it_on_the_page(page: FirstRunPage, base: Path) -> None:
    QgsSettings().remove(INSTALL_FROM_SETTING)
    page.refresh()
    wait_until(lambda: page._look is None)
    assert "make wheel" in page.ways.outlook.text()
    assert not page.ways.make.isEnabled()
    [wheel] = (base.parent / "wheels").glob("landcast-*.whl")
    page.ways.wheel.setFilePath(str(wheel))
    assert QgsSettings().value(INSTALL_FROM_SETTING) == str(wheel)
    wait_until(lambda: page._look is None)
    assert page.ways.make.isEnabled()
    assert page.ways.wheel.filePath() == str(wheel)


def test_an_environment_that_is_there_is_told_with_what_it_computes_on(page: FirstRunPage, base: Path) -> None:
    environment = made_environment(base, landcast.__version__)
    page.refresh()
    assert page.done.isVisible()
    assert "slide rule" in page.introduction.text()
    assert find_interpreter() == environment.interpreter


def test_after_an_update_of_the_plugin_the_environment_is_offered_to_be_updated(page: FirstRunPage, base: Path) -> None:
    made_environment(base, "0.0.9")
    with pytest.raises(OutdatedEnvironmentError, match=r"0\.0\.9.*updates it"):
        find_interpreter()
    page.refresh()
    wait_until(lambda: page._look is None)
    assert page.ways.make.text() == "Update the environment (0.0.9 is there)"


def test_a_setting_that_leads_nowhere_is_said(page: FirstRunPage, base: Path) -> None:
    QgsSettings().setValue(SETTING, "/nowhere/python")
    page.refresh()
    assert "/nowhere/python" in page.problem.text()
    assert page.ways.isVisible()


def test_the_variable_goes_before_the_setting_and_both_before_the_environment(
    base: Path, interpreter: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = made_environment(base, landcast.__version__)
    assert find_interpreter() == made.interpreter
    other = tmp_path / "python"
    other.write_text("")
    QgsSettings().setValue(SETTING, str(other))
    assert find_interpreter() == other
    monkeypatch.setenv("LANDCAST_PYTHON", str(interpreter))
    assert find_interpreter() == interpreter


def test_a_sample_that_is_not_rendered_leaves_no_file(
    page: FirstRunPage, make_worker: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sample, "sample_folder", lambda: tmp_path / "sample")
    QgsSettings().setValue(SETTING, str(make_worker("sys.exit('out of paint')")))
    page.refresh()
    assert page.done.isVisible()
    page.sample.click()
    wait_until(lambda: page.problem.isVisible())
    assert "out of paint" in page.problem.text()
    assert list((tmp_path / "sample").iterdir()) == []
    assert QgsApplication.taskManager().countActiveTasks() == 0
