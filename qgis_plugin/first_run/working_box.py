"""What is going on, how far it is, what it says, and a button to end it."""

from __future__ import annotations

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ..translation import tr

KEPT_LINES = 2000


class WorkingBox(QWidget):  # type: ignore[misc]
    """A stage, a bar, a log that can be opened, and Cancel."""

    cancelled = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage = QLabel()
        self.stage.setWordWrap(True)
        self.bar = QProgressBar()
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(KEPT_LINES)
        self.log.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.log.setVisible(False)
        self.log.setAccessibleName(tr("What the programs say"))
        self.show_log = QPushButton(tr("Show details"))
        self.show_log.setCheckable(True)
        self.show_log.toggled.connect(self.log.setVisible)
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.clicked.connect(self._cancel)
        buttons = QHBoxLayout()
        buttons.addWidget(self.show_log)
        buttons.addStretch()
        buttons.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.stage, self.bar):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        layout.addWidget(self.log)

    def begin(self, stage: str, has_share: bool) -> None:
        """Show that something began; the bar runs back and forth where nobody knows how far it is."""
        self.log.clear()
        self.stage.setText(stage)
        self.bar.setRange(0, 100 if has_share else 0)
        self.bar.setValue(0)
        self.bar.setTextVisible(has_share)
        self.show_log.setVisible(has_share)
        self.show_log.setChecked(False)
        self.cancel.setEnabled(True)

    def show_share(self, percent: float) -> None:
        """How far it is."""
        self.bar.setValue(int(percent))

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.stage.setText(tr("Ending…"))
        self.cancelled.emit()
