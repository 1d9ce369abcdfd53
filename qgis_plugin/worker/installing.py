"""Installs pyzmq for QGIS's Python in a task, so that a button or one line in the console is enough."""

from __future__ import annotations

from pathlib import Path

from qgis.core import Qgis, QgsApplication, QgsMessageLog, QgsTask

from ..child_process import ChildCancelledError
from ..interpreter import InterpreterError, find_interpreter
from ..log import LOG, log
from ..translation import tr
from .pyzmq import InstallError, find_own_python, install_pyzmq


class InstallTask(QgsTask):  # type: ignore[misc]
    """Installs pyzmq by the pip of the environment with Landcast, else by that of QGIS's own Python.

    Attributes:
        problem: why it did not work; None where it did.
    """

    def __init__(self, wheels: Path | None = None) -> None:
        super().__init__(tr("Install pyzmq"))
        self.problem: str | None = None
        self._wheels = wheels
        self._base = plugin_libraries()
        self._pip_python = _find_pip_python()

    def run(self) -> bool:
        """Called by QGIS in a thread of its own."""
        if self._pip_python is None:
            self.problem = tr("No Python with pip was found.")
            return False
        try:
            install_pyzmq(self._pip_python, self._base, log, self.isCanceled, self._wheels)
        except ChildCancelledError:
            return False
        except (InstallError, OSError) as error:
            self.problem = str(error)
            return False
        return True

    def finished(self, is_done: bool) -> None:
        """Called by QGIS in the main thread."""
        if is_done:
            log(tr("pyzmq is installed."))
        elif self.problem is not None:
            QgsMessageLog.logMessage(self.problem, LOG, Qgis.MessageLevel.Warning)


def install(wheels: Path | None = None) -> InstallTask:
    """Begin to install pyzmq; the task that comes back is to be kept until it is over."""
    task = InstallTask(wheels)
    QgsApplication.taskManager().addTask(task)
    return task


def plugin_libraries() -> Path:
    """Where the plugin keeps what it installs for QGIS's Python: in the user's profile."""
    return Path(QgsApplication.qgisSettingsDirPath()) / "landcast" / "python"


def _find_pip_python() -> Path | None:
    try:
        return find_interpreter()
    except InterpreterError:
        return find_own_python()
