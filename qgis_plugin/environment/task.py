"""Making and removing the environment in tasks of QGIS, beside its windows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qgis.PyQt.QtCore import pyqtSignal

from ..kept_task import KeptTask
from ..log import log
from ..translation import tr
from .installing import InstallOrder, install, remove_all
from .places import Environment, environments
from .problems import EnvironmentProblem


class EnvironmentTask(KeptTask):
    """Makes the environment.

    Attributes:
        environment: that was made; None until then.
    """

    PROBLEMS = (EnvironmentProblem, OSError)
    stage_changed = pyqtSignal(str)
    line_said = pyqtSignal(str)

    def __init__(self, order: InstallOrder) -> None:
        super().__init__(tr("Make Landcast's environment"))
        self._order = order
        self.environment: Environment | None = None

    def work(self) -> None:
        self.environment = install(self._order, self)

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


class RemovalTask(KeptTask):
    """Removes environments that Landcast made, and what was fetched for them; nothing without its mark.

    Args:
        base: folder of the environments.
        kept_version: of Landcast, whose environment stays; none does where empty.
        wait_unused: waits until no worker runs by them any more, unless what it is given says that it is cancelled.
    """

    PROBLEMS = (EnvironmentProblem, OSError)

    def __init__(self, base: Path, kept_version: str, wait_unused: Callable[[Callable[[], bool]], None]) -> None:
        super().__init__(tr("Remove Landcast's environment"))
        self._base, self._kept_version, self._wait_unused = base, kept_version, wait_unused

    def work(self) -> None:
        self._wait_unused(self.isCanceled)
        kept = self._kept_version
        remove_all(self._base, [one for one in environments(self._base) if not kept or one.version != kept])
