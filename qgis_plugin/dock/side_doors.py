"""Where else the panel leads: the guide, the options, and what a report of a fault needs."""

from __future__ import annotations

from typing import Any

from qgis.core import Qgis, QgsApplication
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtGui import QDesktopServices

from ..diagnostics import collect
from ..guide import guide_url
from ..log import LOG
from ..settings_page.part import KEY
from ..translation import tr
from ..worker.shared_worker import SharedWorker
from .run_fields import RunFields

PLACE = "dock"
"""Of the panel in the guide."""


class SideDoors(QObject):  # type: ignore[misc]
    """Opens what the menu at the panel's foot names.

    Args:
        fields: with that menu.
        iface: of QGIS.
        worker: whose state is told.
        parent: owns this.
    """

    def __init__(self, fields: RunFields, iface: Any, worker: SharedWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._iface, self._worker = iface, worker
        fields.guide_asked.connect(self._open_guide)
        fields.options_asked.connect(self._open_options)
        fields.diagnostics_asked.connect(self._copy_diagnostics)

    def _open_guide(self) -> None:
        QDesktopServices.openUrl(guide_url(PLACE))

    def _open_options(self) -> None:
        self._iface.showOptionsDialog(self._iface.mainWindow(), KEY)

    def _copy_diagnostics(self) -> None:
        QgsApplication.clipboard().setText(collect(self._worker))
        text = tr("What a report needs was copied, without names and folders of yours: paste it, and read it first.")
        self._iface.messageBar().pushMessage(LOG, text, Qgis.MessageLevel.Info)
