"""The page that stands where the form will be, until there is a worker."""

# ruff: noqa: N802 - Qt gives the methods their names

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QShowEvent
from qgis.PyQt.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from ... import __version__
from ..environment.places import find_finished
from ..environment.problems import EnvironmentProblem
from ..environment.settings import INSTALL_FROM_SETTING, read_order
from ..environment.task import EnvironmentTask
from ..environment.where import environments_folder, text_setting
from ..interpreter import SETTING, VARIABLE, InterpreterError, find_interpreter
from ..kept_task import KeptTask
from ..translation import tr
from ..worker import choice as worker_choice
from ..worker.choice import OwnWorker, WorkerChoiceError, choose_worker
from ..worker.installing import InstallTask
from ..worker.pyzmq import MissingPyzmqError
from ..worker.shared_worker import SharedWorker
from .checks import LookTask, PythonCheckTask, WorkerCheckTask
from .readiness import find_obstacle
from .sample import SampleTask, add_sample
from .tall_area import TallArea, let_shrink
from .ways import Ways
from .working_box import WorkingBox

TaskOf = TypeVar("TaskOf", bound=KeptTask)
QUIET = (InterpreterError,)
"""Obstacles that the page itself is the answer to."""


class FirstRunPage(QWidget):  # type: ignore[misc]
    """Leads to a worker, and to a first prediction.

    Args:
        worker: the one that this QGIS starts where it needs one.
    """

    ready = pyqtSignal()
    """There is all that a prediction needs, and the person wishes to see the form."""
    sample_ready = pyqtSignal(str)
    """The sample scene is a layer of the project: its file. `ready` follows."""

    def __init__(self, worker: SharedWorker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._task: KeptTask | None = None
        self._look: LookTask | None = None
        self._when_ended: Callable[[], None] = lambda: None
        self._words = ""
        self._awaited_worker: tuple[str, str] | None = None
        self._build()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Look again at what there is."""
        if self._task is not None:
            return
        obstacle = find_obstacle()
        is_ready = obstacle is None
        lacks_pyzmq = isinstance(obstacle, MissingPyzmqError) or self._awaited_worker is not None
        self.ways.setVisible(not is_ready and not lacks_pyzmq)
        self.pyzmq.setVisible(lacks_pyzmq)
        self.done.setVisible(is_ready)
        self.working.setVisible(False)
        if is_ready:
            self._tell("")
            self._show_done()
        elif not lacks_pyzmq:
            self.introduction.setText(self._introduce())
            if not isinstance(obstacle, QUIET) or os.environ.get(VARIABLE) or QgsSettings().value(SETTING):
                self._tell(str(obstacle))
            self._begin_look()
        else:
            self.introduction.setText(tr("One library is still missing."))

    def unload(self) -> None:
        """Cancel what runs; it ends by itself soon after."""
        for task in (self._task, self._look):
            if task is not None:
                task.cancel()

    def _build(self) -> None:
        self.introduction = _label()
        self.problem = _label()
        self.problem.setObjectName("landcastProblem")
        self.problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem.setStyleSheet("QLabel { border: 1px solid #c0392b; border-radius: 3px; padding: 6px; }")
        self.problem.setVisible(False)
        self.ways = Ways()
        self.ways.environment_asked.connect(self._make_environment)
        self.ways.python_given.connect(self._check_python)
        self.ways.worker_given.connect(self._check_worker)
        self.ways.wheel_given.connect(self._take_wheel)
        self.working = WorkingBox()
        self.working.cancelled.connect(self._cancel)
        self.pyzmq = self._pyzmq_box()
        self.done = self._done_box()
        inner = QWidget()
        layout = QVBoxLayout(inner)
        for widget in (self.introduction, self.problem, self.working, self.pyzmq, self.done, self.ways):
            layout.addWidget(let_shrink(widget))
        layout.addStretch()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(TallArea(inner))

    def _pyzmq_box(self) -> QWidget:
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(
            _label(
                tr(
                    "QGIS talks with Landcast by the library pyzmq, which this QGIS lacks. It is about 1 MB, is "
                    "held to a known SHA-256, and goes into a folder of your profile."
                )
            )
        )
        install = QPushButton(tr("Install pyzmq"))
        install.setObjectName("landcastInstallPyzmq")
        install.clicked.connect(self._install_pyzmq)
        layout.addWidget(install)
        return box

    def _done_box(self) -> QWidget:
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        self.sample = QPushButton(tr("Predict a sample scene"))
        self.sample.setObjectName("landcastSample")
        self.sample.setToolTip(tr("Adds a scene that Landcast renders itself, to try a prediction at once."))
        self.sample.clicked.connect(self._make_sample)
        own = QPushButton(tr("Begin with my own layers"))
        own.setObjectName("landcastBegin")
        own.clicked.connect(self.ready)
        layout.addWidget(self.sample)
        layout.addWidget(own)
        return box

    @staticmethod
    def _introduce() -> str:
        return tr(
            "Landcast shows how a landscape may look some years later. It computes in a program beside QGIS, a worker. "
            "Choose once where that comes from; it can be changed in Settings > Options > Landcast."
        )

    def _begin_look(self) -> None:
        if self._look is not None:
            return
        self.ways.show_wheel(text_setting(INSTALL_FROM_SETTING))
        try:
            self._look = LookTask(read_order())
        except (EnvironmentProblem, OSError) as error:
            self.ways.show_outlook(str(error), tr("Make the environment"), False)
            return
        self._look.ended.connect(self._show_outlook)
        self._look.begin()

    def _show_outlook(self) -> None:
        look, self._look = self._look, None
        if look is None or (look.outlook is None and look.problem is None):
            return
        button = tr("Make the environment")
        if look.outlook is None:
            self.ways.show_outlook(str(look.problem), button, False)
            return
        if look.outlook.outdated is not None:
            button = tr("Update the environment ({} is there)").format(look.outlook.outdated.version)
        elif look.outlook.is_begun:
            button = tr("Go on making the environment")
        words = look.outlook.obstacle or look.outlook.words
        # a Python that was installed meanwhile is found by pressing again
        self.ways.show_outlook(words, button if not look.outlook.obstacle else tr("Look again and make it"), True)

    def _make_environment(self) -> None:
        try:
            task = EnvironmentTask(read_order())
        except (EnvironmentProblem, OSError) as error:
            self._tell(str(error))
            return
        task.stage_changed.connect(self.working.stage.setText)
        task.line_said.connect(self.working.log.appendPlainText)
        task.progressChanged.connect(self.working.show_share)
        self._follow(task, tr("Making the environment"), self._environment_ended, has_share=True)

    def _environment_ended(self, task: EnvironmentTask) -> None:
        if task.is_done:
            # an older choice would go before what was just asked for
            for name in (SETTING, worker_choice.SETTING):
                QgsSettings().remove(name)
        elif task.problem is None:
            self._tell(tr("Cancelled. What was fetched is kept, so that you can go on later."))

    def _take_wheel(self, name: str) -> None:
        QgsSettings().setValue(INSTALL_FROM_SETTING, name)
        self._tell("")
        self._begin_look()

    def _check_python(self, name: str) -> None:
        if not name:
            self._tell(tr("Choose the interpreter first."))
            return
        task = PythonCheckTask(Path(name).expanduser().absolute())
        self._follow(task, tr("Trying this Python"), self._python_checked)

    def _python_checked(self, task: PythonCheckTask) -> None:
        if task.is_done:
            QgsSettings().setValue(SETTING, str(task.interpreter))
            QgsSettings().remove(worker_choice.SETTING)

    def _check_worker(self, address: str, keys: str) -> None:
        if not address:
            self._tell(tr("Enter the address first."))
            return
        before = {name: QgsSettings().value(name) for name in (worker_choice.SETTING, worker_choice.KEYS_SETTING)}
        QgsSettings().setValue(worker_choice.SETTING, address)
        QgsSettings().setValue(worker_choice.KEYS_SETTING, keys)
        obstacle = find_obstacle()
        if isinstance(obstacle, MissingPyzmqError):
            # nothing unchecked is kept: it is asked when pyzmq is there
            _restore(before)
            self._awaited_worker = (address, keys)
            self.refresh()
            return
        try:
            task = WorkerCheckTask(choose_worker(), self._worker)
        except (WorkerChoiceError, InterpreterError) as error:
            _restore(before)
            self._tell(str(error))
            return

        def end(task: WorkerCheckTask) -> None:
            self._words = task.words
            if not task.is_done:
                _restore(before)

        self._follow(task, tr("Asking the worker at {}").format(address), end)

    def _install_pyzmq(self) -> None:
        try:
            task = InstallTask()
        except (EnvironmentProblem, OSError) as error:
            self._tell(str(error))
            return
        self._follow(task, tr("Installing pyzmq"), self._pyzmq_ended)

    def _pyzmq_ended(self, task: InstallTask) -> None:
        awaited, self._awaited_worker = self._awaited_worker, None
        if task.is_done and awaited is not None:
            self._check_worker(*awaited)

    def _show_done(self) -> None:
        interpreter = _own_interpreter()
        made = find_finished(environments_folder(), __version__)
        words = self._words
        if made is not None and made.interpreter == interpreter:
            words = str(made.facts.get("words", ""))
        self.introduction.setText(" ".join(part for part in (tr("Landcast is ready."), words) if part))
        # another machine renders nothing for this one
        self.sample.setVisible(interpreter is not None)

    def _make_sample(self) -> None:
        interpreter = _own_interpreter()
        if interpreter is None:
            self.refresh()
            return
        self._follow(SampleTask(interpreter), tr("Rendering the sample scene"), self._sample_ended)

    def _sample_ended(self, task: SampleTask) -> None:
        if not task.is_done:
            return
        add_sample(task.path)
        self.sample_ready.emit(str(task.path))
        self.ready.emit()

    def _follow(self, task: TaskOf, stage: str, when_ended: Callable[[TaskOf], None], has_share: bool = False) -> None:
        """Show a task until it ends; one at a time."""
        self._task, self._when_ended = task, lambda: when_ended(task)
        self._tell("")
        for widget in (self.ways, self.pyzmq, self.done):
            widget.setVisible(False)
        self.working.begin(stage, has_share)
        self.working.setVisible(True)
        # a method of this widget: Qt forgets it where the widget is gone before the task
        task.ended.connect(self._task_ended)
        task.begin()

    def _task_ended(self) -> None:
        task, self._task = self._task, None
        if task is None:
            return
        self._when_ended()
        self.refresh()
        if task.problem is not None:
            self._tell(task.problem)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _tell(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))


def _label(text: str = "") -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    return label


def _own_interpreter() -> Path | None:
    try:
        choice = choose_worker()
    except (InterpreterError, WorkerChoiceError):
        return None
    if isinstance(choice, OwnWorker):
        return choice.interpreter
    try:
        return find_interpreter()
    except InterpreterError:
        return None


def _restore(settings: dict[str, object]) -> None:
    for name, value in settings.items():
        if value in (None, ""):
            QgsSettings().remove(name)
        else:
            QgsSettings().setValue(name, value)
