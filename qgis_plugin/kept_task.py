"""A task of QGIS that lives until it is over, whoever began it, and tells its end once."""

from __future__ import annotations

import traceback
from typing import ClassVar

from qgis.core import QgsApplication, QgsTask
from qgis.PyQt.QtCore import pyqtSignal

from .child_process import ChildCancelledError
from .log import log
from .translation import tr


class KeptTask(QgsTask):  # type: ignore[misc]
    """Does its `work` in a thread; to be derived from.

    QGIS keeps the C++ half of a task alone: a task whose Python half is gone never runs, or ends QGIS.

    Attributes:
        problem: why it did not work, for a person; None where it did, or was cancelled.
    """

    PROBLEMS: ClassVar[tuple[type[Exception], ...]] = (OSError,)
    """What may go wrong; anything else is a bug and is told as one."""
    ended = pyqtSignal()
    """In the main thread, whatever the end."""
    _kept: ClassVar[set[KeptTask]] = set()

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.problem: str | None = None
        self.is_done = False

    def begin(self) -> None:
        """Hand it to QGIS."""
        self._kept.add(self)
        QgsApplication.taskManager().addTask(self)

    def work(self) -> None:
        """What is to be done, in a thread; raises one of `PROBLEMS`, or `ChildCancelledError` once cancelled."""
        raise NotImplementedError

    def run(self) -> bool:
        """Called by QGIS in a thread of its own."""
        try:
            self.work()
        except ChildCancelledError:
            return False
        except self.PROBLEMS as error:
            self.problem = str(error)
            return False
        except Exception:  # noqa: BLE001 - QGIS drops what is raised in a thread
            log(traceback.format_exc())
            self.problem = tr("This is a bug of the plugin; the log of messages says where (panel Landcast).")
            return False
        return True

    def finished(self, is_done: bool) -> None:
        """Called by QGIS in the main thread."""
        self.is_done = is_done
        if self.problem is not None:
            log(self.problem)
        self._kept.discard(self)
        self.ended.emit()


def cancel_kept_tasks() -> None:
    """Cancel all that runs; each ends by itself soon after."""
    for task in list(KeptTask._kept):
        task.cancel()
