"""The page that stands where the form will be, until there is a worker."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from ..interpreter import SETTING
from ..translation import tr
from ..worker.shared_worker import SharedWorker
from .readiness import find_obstacle


class FirstRunPage(QWidget):  # type: ignore[misc]
    """Leads to a worker.

    Args:
        worker: the one that this QGIS starts where it needs one.
    """

    ready = pyqtSignal()
    """There is all that a prediction needs."""
    sample_ready = pyqtSignal(str)
    """A sample scene was loaded as a layer: its file."""

    def __init__(self, worker: SharedWorker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        layout = QVBoxLayout(self)
        self._problem = QLabel()
        self._problem.setWordWrap(True)
        layout.addWidget(self._problem)
        choose = QPushButton(tr("Choose a Python with Landcast in it…"))
        choose.clicked.connect(self._choose_python)
        layout.addWidget(choose)
        again = QPushButton(tr("Check again"))
        again.clicked.connect(self.refresh)
        layout.addWidget(again)
        layout.addStretch()
        self.refresh()

    def refresh(self) -> None:
        """Look again at what there is; tells `ready` where nothing lacks."""
        obstacle = find_obstacle()
        self._problem.setText(tr("Landcast is ready.") if obstacle is None else str(obstacle))
        if obstacle is None:
            self.ready.emit()

    def _choose_python(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Python with Landcast in it"), str(Path.home()))
        if name:
            QgsSettings().setValue(SETTING, name)
            self.refresh()
