"""The page in QGIS's options: what it keeps, what it says, and what its buttons do."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QMessageBox

import landcast
from landcast.qgis_plugin.environment.network import CA_SETTING
from landcast.qgis_plugin.environment.places import Environment, environment_at, environments
from landcast.qgis_plugin.environment.settings import (
    BASE_PYTHON_SETTING,
    INSTALL_FROM_SETTING,
    SHA256_SETTING,
    read_order,
)
from landcast.qgis_plugin.environment.source import WheelFolder
from landcast.qgis_plugin.environment.where import FOLDER_SETTING
from landcast.qgis_plugin.interpreter import SETTING as PYTHON_SETTING
from landcast.qgis_plugin.kept_task import KeptTask
from landcast.qgis_plugin.settings_page import page as page_module
from landcast.qgis_plugin.settings_page.page import SettingsPage
from landcast.qgis_plugin.settings_page.part import SettingsPart
from landcast.qgis_plugin.worker.choice import SETTING as WORKER_SETTING
from landcast.qgis_plugin.worker.choice import OtherWorker, choose_worker

PATIENCE_S = 90.0
SETTINGS = (FOLDER_SETTING, INSTALL_FROM_SETTING, SHA256_SETTING, BASE_PYTHON_SETTING, CA_SETTING)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not end"
        QCoreApplication.processEvents()
        time.sleep(0.01)


@pytest.fixture
def base(no_interpreter: None, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "base"
    QgsSettings().setValue(FOLDER_SETTING, str(folder))
    yield folder
    for name in SETTINGS:
        QgsSettings().remove(name)


@pytest.fixture
def make_page(base: Path, processing_plugin: Any) -> Iterator[Callable[[], SettingsPage]]:
    pages: list[SettingsPage] = []

    def make_page() -> SettingsPage:
        pages.append(SettingsPage(processing_plugin.worker))
        pages[-1].show()
        return pages[-1]

    yield make_page
    for page in pages:
        page.deleteLater()
    wait_until(lambda: not KeptTask._kept)


def made_environment(base: Path, version: str) -> Environment:
    environment = environment_at(base, version, (3, 12))
    environment.claim()
    environment.interpreter.parent.mkdir(parents=True)
    environment.interpreter.symlink_to(sys.executable)
    environment.finish({"landcast": version, "torch": "2.13.0", "bytes": 1_500_000_000, "words": "On the abacus."})
    return environment


def test_what_is_entered_is_kept_and_shown_again(make_page: Callable[[], SettingsPage], base: Path) -> None:
    wheels = base.parent / "wheels"
    wheels.mkdir()
    page = make_page()
    fields = page.install_fields
    fields.source.setText(f" {wheels} ")
    fields.sha256.setText("a" * 64)
    fields.base_python.setFilePath(sys.executable)
    page.worker_fields.other.setChecked(True)
    page.worker_fields.address.setText("tcp://127.0.0.1:5600")
    assert page.worker_fields.address.isEnabled()
    page.apply()
    order = read_order()
    assert order.base == base
    assert order.source == WheelFolder(wheels)
    assert order.sha256 == "a" * 64
    assert order.wanted_python == Path(sys.executable)
    assert choose_worker() == OtherWorker("tcp://127.0.0.1:5600")
    again = make_page()
    assert again.install_fields.source.text() == str(wheels)
    assert again.worker_fields.other.isChecked()
    again.worker_fields.own.setChecked(True)
    again.install_fields.source.clear()
    again.apply()
    # nothing stays behind of what is empty
    assert not QgsSettings().contains(WORKER_SETTING)
    assert not QgsSettings().contains(INSTALL_FROM_SETTING)


def test_it_says_in_what_state_environment_and_worker_are(make_page: Callable[[], SettingsPage], base: Path) -> None:
    page = make_page()
    assert "None was made yet" in page.environments.text()
    assert "does not run" in page.worker_state.text()
    assert not page.restart.isEnabled()
    made_environment(base, landcast.__version__)
    made_environment(base, "0.0.9")
    page.show_state()
    words = page.environments.text()
    assert "1.5 GB" in words
    assert "On the abacus." in words
    assert f"This plugin needs {landcast.__version__}" in words
    assert "of the environment" in words
    assert page.tidy.isVisible()


def test_the_environment_is_removed_after_a_question(
    make_page: Callable[[], SettingsPage], base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_environment(base, landcast.__version__)
    (base / "precious").mkdir()
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(page_module.QMessageBox, "question", lambda *_: answers.pop(0))
    page = make_page()
    page.reset.click()
    assert list(environments(base))
    page.reset.click()
    wait_until(lambda: page._task is None)
    assert not list(environments(base))
    assert (base / "precious").is_dir()
    assert "None was made yet" in page.environments.text()


def test_the_environment_is_removed_when_the_worker_has_ended(
    make_page: Callable[[], SettingsPage], base: Path, processing_plugin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = made_environment(base, landcast.__version__)
    is_over = threading.Event()
    ending = threading.Thread(target=is_over.wait)
    ending.start()
    monkeypatch.setattr(processing_plugin.worker, "_ending", ending)
    page = make_page()
    page.remove()
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        QCoreApplication.processEvents()
    assert made.is_finished
    is_over.set()
    wait_until(lambda: page._task is None)
    assert not list(environments(base))


def test_older_environments_are_removed_alone(make_page: Callable[[], SettingsPage], base: Path) -> None:
    made_environment(base, landcast.__version__)
    made_environment(base, "0.0.9")
    page = make_page()
    page.tidy.click()
    wait_until(lambda: page._task is None)
    assert [one.version for one in environments(base)] == [landcast.__version__]
    assert not page.tidy.isVisible()


def test_the_python_is_checked(
    make_page: Callable[[], SettingsPage], interpreter: Path, make_worker: Callable[[str], Path]
) -> None:
    QgsSettings().setValue(PYTHON_SETTING, str(interpreter))
    page = make_page()
    page.check.click()
    wait_until(lambda: page._task is None)
    assert "all is well" in page.answer.text()
    QgsSettings().setValue(PYTHON_SETTING, str(make_worker("sys.exit('broken wings')")))
    page.check.click()
    wait_until(lambda: page._task is None)
    assert "broken wings" in page.answer.text()


def test_the_worker_is_ended_unless_somebody_uses_it(
    make_page: Callable[[], SettingsPage], processing_plugin: Any, interpreter: Path
) -> None:
    QgsSettings().setValue(PYTHON_SETTING, str(interpreter))
    worker, page = processing_plugin.worker, make_page()
    with worker.use(interpreter, lambda: False):
        page.show_state()
        assert str(worker.process_id) in page.worker_state.text()
        page.restart.click()
        assert "A prediction runs" in page.answer.text()
        page.remove()
        assert "A prediction runs" in page.answer.text()
        assert worker.process_id is not None
    page.restart.click()
    assert worker.process_id is None
    assert "does not run" in page.worker_state.text()
    # and the next one starts it anew
    with worker.use(interpreter, lambda: False):
        assert worker.process_id is not None


def test_diagnostics_are_copied(make_page: Callable[[], SettingsPage], qgis_app: Any, interpreter: Path) -> None:
    QgsSettings().setValue(PYTHON_SETTING, str(interpreter))
    page = make_page()
    page.copy.click()
    wait_until(lambda: page._task is None)
    assert "Copied" in page.answer.text()
    assert "## landcast doctor\n{" in qgis_app.clipboard().text()


def test_the_page_is_added_to_the_options_and_taken_away(base: Path, processing_plugin: Any) -> None:
    class Options:
        """The two calls of QGIS's window that are used, by their real names."""

        def __init__(self) -> None:
            self.factories: list[Any] = []

        def registerOptionsWidgetFactory(self, factory: Any) -> None:  # noqa: N802 - QGIS's name
            self.factories.append(factory)

        def unregisterOptionsWidgetFactory(self, factory: Any) -> None:  # noqa: N802 - QGIS's name
            self.factories.remove(factory)

    from qgis.gui import QgisInterface

    assert hasattr(QgisInterface, "registerOptionsWidgetFactory")
    assert hasattr(QgisInterface, "unregisterOptionsWidgetFactory")
    window = Options()
    part = SettingsPart(window, processing_plugin.worker)
    part.load()
    [factory] = window.factories
    assert factory.title() == "Landcast"
    assert not factory.icon().isNull()
    page = factory.createWidget()
    assert isinstance(page, SettingsPage)
    page.deleteLater()
    part.unload()
    assert window.factories == []
