"""Making and removing the environment in tasks of QGIS, beside its windows."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsTask
from qgis.PyQt.QtCore import pyqtSignal

from ..child_process import ChildCancelledError
from ..log import log
from ..translation import tr
from .installing import InstallOrder, install, remove_all
from .places import Environment, environments
from .problems import EnvironmentProblem


class EnvironmentTask(QgsTask):  # type: ignore[misc]
    """Makes the environment.

    Attributes:
        environment: that was made; None until then.
        problem: why it could not be made; None where it was, or where the person cancelled.
    """

    stage_changed = pyqtSignal(str)
    line_said = pyqtSignal(str)
    ended = pyqtSignal()
    """In the main thread, whatever the end."""

    def __init__(self, order: InstallOrder) -> None:
        super().__init__(tr("Make Landcast's environment"))
        self._order = order
        self.environment: Environment | None = None
        self.problem: str | None = None

    def run(self) -> bool:
        """Called by QGIS in a thread of its own."""
        try:
            self.environment = install(self._order, self)
        except ChildCancelledError:
            return False
        except (EnvironmentProblem, OSError) as error:
            self.problem = str(error)
            return False
        return True

    def finished(self, is_done: bool) -> None:
        """Called by QGIS in the main thread."""
        if self.problem is not None:
            log(self.problem)
        self.ended.emit()

    def stage(self, text: str) -> None:
        """Part of `Follower`."""
        log(text)
        self.stage_changed.emit(text)

    def progress(self, share: float) -> None:
        """Part of `Follower`."""
        self.setProgress(100 * share)

    def line(self, text: str) -> None:
        """Part of `Follower`."""
        self.line_said.emit(text)

    def is_cancelled(self) -> bool:
        """Part of `Follower`."""
        return bool(self.isCanceled())


class RemovalTask(QgsTask):  # type: ignore[misc]
    """Removes environments that Landcast made, and what was fetched for them; nothing without its mark.

    Args:
        base: folder of the environments.
        kept_version: of Landcast, whose environment stays; none does where empty.

    Attributes:
        problem: why it could not; None where it did.
    """

    ended = pyqtSignal()
    """In the main thread, whatever the end."""

    def __init__(self, base: Path, kept_version: str = "") -> None:
        super().__init__(tr("Remove Landcast's environment"))
        self._base, self._kept_version = base, kept_version
        self.problem: str | None = None

    def run(self) -> bool:
        """Called by QGIS in a thread of its own."""
        doomed = [
            one for one in environments(self._base) if not self._kept_version or one.version != self._kept_version
        ]
        try:
            remove_all(self._base, doomed)
        except (EnvironmentProblem, OSError) as error:
            self.problem = str(error)
            return False
        return True

    def finished(self, is_done: bool) -> None:
        """Called by QGIS in the main thread."""
        if self.problem is not None:
            log(self.problem)
        self.ended.emit()
