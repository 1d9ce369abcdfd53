"""Follows the run that the panel began, and shows it at the panel's foot and in the message bar."""

from __future__ import annotations

from typing import Any

from qgis.core import Qgis
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..log import LOG, log
from ..runs.controller import RunController
from ..runs.order import RunOrder, RunOutcome
from ..runs.run import Run
from ..translation import tr
from .asking import Asker
from .plain_words import in_plain_words
from .run_fields import RunFields


class RunProgress(QObject):  # type: ignore[misc]
    """Shows one run at a time.

    Args:
        controller: carries it out.
        fields: of the form.
        iface: of QGIS.
        parent: owns this.

    Attributes:
        run: the one that is followed; None where there is none.
    """

    ended = pyqtSignal()

    def __init__(self, controller: RunController, fields: RunFields, iface: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller, self._fields, self._iface = controller, fields, iface
        self.run: Run | None = None
        self._asker: Asker | None = None
        fields.cancel_asked.connect(self._on_cancel)

    def start(self, order: RunOrder, asker: Asker) -> None:
        """Begin a run and follow it; `asker` waits for the pixels of its source.

        Raises:
            RunInProgressError: there is one already.
        """
        run = self._controller.start(order)
        self.run, self._asker = run, asker
        self._fields.begin()
        run.stage_changed.connect(self._fields.show_stage)
        run.progressed.connect(self._fields.show_progress)
        run.said.connect(self._on_said)
        run.finished.connect(self._on_finished)

    def stop(self) -> None:
        """Follow no longer; what becomes of the run is its own matter."""
        run, self.run = self.run, None
        if run is not None:
            run.stage_changed.disconnect(self._fields.show_stage)
            run.progressed.disconnect(self._fields.show_progress)
            run.said.disconnect(self._on_said)
            run.finished.disconnect(self._on_finished)
        self._let_go()

    def _on_cancel(self, is_keeping: bool) -> None:
        if self.run is not None:
            self._fields.cancel.setEnabled(False)
            self._fields.show_stage(tr("Stopping…"))
            self.run.cancel(is_keeping)
            self._let_go()

    def _let_go(self) -> None:
        """Nobody waits for pixels of the source any more."""
        asker, self._asker = self._asker, None
        if asker is not None:
            asker.stop()

    def _on_said(self, text: str, is_warning: bool) -> None:
        log(text)

    def _on_finished(self, outcome: RunOutcome) -> None:
        self.stop()
        self._fields.end()
        self._tell(outcome)
        self.ended.emit()

    def _tell(self, outcome: RunOutcome) -> None:
        level = Qgis.MessageLevel
        if outcome.is_abandoned:
            return
        if outcome.unopened:
            files = ", ".join(map(str, outcome.unopened))
            self._say(tr("Written, but QGIS cannot open it: {files}").format(files=files), level.Warning)
        if outcome.is_done and outcome.group:
            self._say(tr("“{}” was added to the project.").format(outcome.group), level.Success)
        elif outcome.problem:
            log(outcome.problem)
            first, *rest = in_plain_words(outcome.problem).splitlines()
            more = " " + tr("More in the log panel “{}”.").format(LOG) if rest else ""
            self._say(tr("No prediction: {}").format(first) + more, level.Critical)
        elif outcome.group:
            self._say(tr("Stopped; what was done is “{}”.").format(outcome.group), level.Info)
        elif not outcome.is_done:
            self._say(tr("Stopped; nothing was kept."), level.Info)

    def _say(self, text: str, level: Qgis.MessageLevel) -> None:
        self._iface.messageBar().pushMessage(LOG, text, level)
