"""The page of Landcast in Settings > Options."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qgis.gui import QgsOptionsPageWidget
from qgis.PyQt.QtCore import QTimer, QUrl
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QGridLayout, QGroupBox, QLabel, QMessageBox, QPushButton, QVBoxLayout, QWidget

from ... import __version__
from ..diagnostics import DiagnosticsTask
from ..environment.places import LOG, find_finished, find_outdated
from ..environment.task import RemovalTask
from ..environment.where import environments_folder
from ..first_run.checks import PythonCheckTask
from ..first_run.tall_area import TallArea, let_shrink
from ..interpreter import InterpreterError, find_interpreter
from ..kept_task import KeptTask
from ..translation import tr
from ..worker.shared_worker import SharedWorker
from .fields import InstallFields, WorkerFields
from .state import describe_environments, describe_interpreter, describe_worker

GLANCE_MS = 1000


class SettingsPage(QgsOptionsPageWidget):  # type: ignore[misc]
    """Which worker, from where, in what state, and what to do about it.

    Args:
        worker: the one that this QGIS starts where it needs one.
    """

    def __init__(self, worker: SharedWorker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._task: KeptTask | None = None
        self.worker_fields = WorkerFields()
        self.install_fields = InstallFields()
        inner = QWidget()
        layout = QVBoxLayout(inner)
        for widget in (self.worker_fields, self.install_fields, self._state_box()):
            layout.addWidget(let_shrink(widget))
        layout.addStretch()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(TallArea(inner))
        self.worker_fields.load()
        self.install_fields.load()
        self._glance = QTimer(self)
        self._glance.timeout.connect(self._show_worker)
        self._glance.start(GLANCE_MS)
        self.show_state()

    def apply(self) -> None:
        """Called by QGIS on OK."""
        self.worker_fields.save()
        self.install_fields.save()
        self.show_state()

    def show_state(self) -> None:
        """Say how environment and worker are."""
        self.environments.setText(describe_environments() + "\n" + describe_interpreter())
        base = environments_folder()
        is_tidy = find_finished(base, __version__) is None or find_outdated(base, __version__) is None
        self.tidy.setVisible(not is_tidy)
        self._show_worker()

    def _show_worker(self) -> None:
        self.worker_state.setText(describe_worker(self._worker))
        self.restart.setEnabled(self._worker.process_id is not None)

    def _state_box(self) -> QGroupBox:
        box = QGroupBox(tr("State"))
        self.environments, self.worker_state, self.answer = _label(), _label(), _label()
        self.answer.setObjectName("landcastAnswer")
        self.check = _button(tr("Check"), tr("Try whether this Python has the right Landcast."), self._check)
        self.reset = _button(
            tr("Remove the environment…"),
            tr("Removes what Landcast installed, and nothing else."),
            self._ask_and_remove,
        )
        self.tidy = _button(
            tr("Remove older environments"),
            tr("Those of other versions of Landcast; the one that is used stays."),
            lambda: self.remove(__version__),
        )
        self.open_log = _button(tr("Open the log"), tr("What pip said when the environment was made."), self._open_log)
        self.copy = _button(
            tr("Copy diagnostics"),
            tr("Versions, settings and last words for a report, without your name, paths, hosts and keys."),
            self._copy,
        )
        self.restart = _button(tr("End the worker"), tr("It is started anew by the next prediction."), self._end_worker)
        layout = QVBoxLayout(box)
        for title, label in ((tr("Environment"), self.environments), (tr("Worker"), self.worker_state)):
            layout.addWidget(_label(title))
            layout.addWidget(label)
        buttons = QGridLayout()
        for place, button in enumerate((self.check, self.open_log, self.copy, self.restart, self.reset, self.tidy)):
            buttons.addWidget(button, place // 3, place % 3)
        layout.addLayout(buttons)
        layout.addWidget(self.answer)
        return box

    def _check(self) -> None:
        try:
            task = PythonCheckTask(find_interpreter())
        except InterpreterError as error:
            self.answer.setText(str(error))
            return
        self._follow(task, tr("Trying this Python…"))

    def _ask_and_remove(self) -> None:
        question = tr("Remove all environments that Landcast made in {}? They can be made again.").format(
            environments_folder()
        )
        answer = QMessageBox.question(self, tr("Remove the environment"), question)
        if answer == QMessageBox.StandardButton.Yes:
            self.remove()

    def remove(self, kept_version: str = "") -> None:
        """Remove the environments but that of one version, after the worker that runs in one has ended."""
        if not self._worker.end_idle():
            self.answer.setText(tr("A prediction runs; cancel it or wait for its end."))
            return
        task = RemovalTask(environments_folder(), kept_version, self._worker.wait_ended)
        self._follow(task, tr("Removing…"))

    def _open_log(self) -> None:
        path: Path = environments_folder() / LOG
        if path.is_file():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
        else:
            self.answer.setText(tr("There is no log yet: {}").format(path))

    def _copy(self) -> None:
        self._follow(DiagnosticsTask(self._worker), tr("Collecting…"))

    def _end_worker(self) -> None:
        if not self._worker.end_idle():
            self.answer.setText(tr("A prediction runs; cancel it or wait for its end."))
        self._show_worker()

    def _follow(self, task: KeptTask, words: str) -> None:
        if self._task is not None:
            return
        self._task = task
        self.answer.setText(words)
        task.ended.connect(self._task_ended)
        task.begin()

    def _task_ended(self) -> None:
        task, self._task = self._task, None
        if isinstance(task, DiagnosticsTask):
            task.copy()
            self.answer.setText(tr("Copied. Paste it into your report; read it before you send it."))
        elif task is not None:
            self.answer.setText(task.problem or tr("Done: all is well."))
        self.show_state()


def _label(text: str = "") -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    let_shrink(label)
    return label


def _button(text: str, tip: str, slot: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.clicked.connect(lambda: slot())
    return button
