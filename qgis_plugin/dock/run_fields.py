"""The foot of the panel: what the prediction would be, its buttons, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..translation import tr
from .notes import fade

WARNING_STYLE = (
    "#{name} {{ background: {back}; border: 1px solid {line}; border-radius: 3px; }} QLabel {{ color: #222; }}"
)
YELLOW, RED = ("#fff6d8", "#d9b441"), ("#fde4e1", "#cf6a5e")
ICON_PX = 16


class NoticeBox(QFrame):  # type: ignore[misc]
    """What the user should know, in colour; takes no room while there is nothing."""

    def __init__(self, name: str, colours: tuple[str, str], icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setStyleSheet(WARNING_STYLE.format(name=name, back=colours[0], line=colours[1]))
        picture = QLabel()
        picture.setPixmap(QgsApplication.getThemeIcon(icon).pixmap(ICON_PX, ICON_PX))
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 4, 6, 4)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return str(self._text.text())

    def say(self, texts: Sequence[str]) -> None:
        """Show one text a line, or nothing."""
        self._text.setText("\n".join(texts))
        self.setVisible(bool(texts))


class RunFields(QWidget):  # type: ignore[misc]
    """Asks for a prediction, and follows it.

    Attributes:
        predict: begins.
        cancel: ends, with a choice.
        progress: while it runs.
        warnings: of the plan.
        problem: why there is no plan.
        again: asks for the plan once more.
    """

    predict_asked = pyqtSignal()
    cancel_asked = pyqtSignal(bool)
    """Whether what is done is to be kept."""
    setup_asked = pyqtSignal()
    again_asked = pyqtSignal()
    """The plan is to be asked for once more."""
    options_asked = pyqtSignal()
    guide_asked = pyqtSignal()
    diagnostics_asked = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_running = False
        self._reason = ""
        self.warnings = NoticeBox("landcastWarnings", YELLOW, "/mIconWarning.svg")
        self.problem = NoticeBox("landcastProblem", RED, "/mIconCritical.svg")
        self.setup = QPushButton(tr("Set up Landcast…"))
        self.setup.clicked.connect(self.setup_asked)
        self.setup.hide()
        self.again = QPushButton(tr("Try again"))
        self.again.setObjectName("landcastAgain")
        self.again.clicked.connect(self.again_asked)
        self.again.hide()
        self._plan = QGridLayout()
        self._plan.setHorizontalSpacing(8)
        self._plan.setVerticalSpacing(1)
        self._plan.setColumnStretch(1, 1)
        self._state = QLabel()
        self._state.setWordWrap(True)
        self._stage = QLabel()
        self._stage.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.progress = QProgressBar()
        self.progress.setObjectName("landcastProgress")
        self.progress.setRange(0, 1000)
        self.predict, self.cancel = self._make_predict(), self._make_cancel()
        self.others = self._make_others()
        self._arrange()
        self.show_state("")
        self._show_running()

    def _make_predict(self) -> QPushButton:
        button = QPushButton(tr("&Predict"))
        button.setObjectName("landcastPredict")
        button.setDefault(True)
        button.setAutoDefault(True)
        button.clicked.connect(self.predict_asked)
        return button

    def _make_cancel(self) -> QToolButton:
        button = QToolButton()
        button.setObjectName("landcastCancel")
        button.setText(tr("&Cancel"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        self.keep = menu.addAction(tr("&Keep what is done"))
        self.keep.triggered.connect(lambda: self.cancel_asked.emit(True))
        self.discard = menu.addAction(tr("&Discard"))
        self.discard.triggered.connect(lambda: self.cancel_asked.emit(False))
        button.setMenu(menu)
        return button

    def _make_others(self) -> QToolButton:
        button = QToolButton()
        button.setObjectName("landcastOthers")
        button.setIcon(QgsApplication.getThemeIcon("/mActionOptions.svg"))
        button.setToolTip(tr("Guide, options, and what a report of a fault needs"))
        button.setAccessibleName(tr("Guide, options and diagnostics"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        for text, signal in (
            (tr("&Guide"), self.guide_asked),
            (tr("&Options of Landcast…"), self.options_asked),
            (tr("&Set up Landcast…"), self.setup_asked),
            (tr("&Copy diagnostics"), self.diagnostics_asked),
        ):
            menu.addAction(text).triggered.connect(signal)
        button.setMenu(menu)
        return button

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.others)
        buttons.addStretch()
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.predict)
        column = QVBoxLayout(self)
        column.setContentsMargins(9, 6, 9, 9)
        column.setSpacing(5)
        column.addWidget(self.warnings)
        column.addWidget(self.problem)
        column.addWidget(self.again)
        column.addWidget(self.setup)
        column.addWidget(self._state)
        column.addLayout(self._plan)
        column.addWidget(self._stage)
        column.addWidget(self.progress)
        column.addLayout(buttons)

    @property
    def plan_texts(self) -> list[str]:
        """What is told of the plan, names and values in turn."""
        return [str(self._plan.itemAt(index).widget().text()) for index in range(self._plan.count())]

    @property
    def stage(self) -> str:
        """What is being done."""
        return str(self._stage.text())

    def show_plan(self, told: Sequence[tuple[str, str]]) -> None:
        """Show what the prediction would be; nothing of an empty list."""
        while self._plan.count():
            self._plan.takeAt(0).widget().deleteLater()
        for row, (name, value) in enumerate(told):
            title, text = QLabel(name), QLabel(value)
            fade(title)
            text.setWordWrap(True)
            self._plan.addWidget(title, row, 0, Qt.AlignmentFlag.AlignTop)
            self._plan.addWidget(text, row, 1)

    def show_state(self, text: str) -> None:
        """Show what is waited for, in place of a plan."""
        self._state.setText(text)
        self._state.setVisible(bool(text))

    def show_problem(self, text: str, is_setup: bool = False, is_passing: bool = False) -> None:
        """Show why there is no plan, and what may help; nothing where it is empty."""
        self.problem.say([text] if text else [])
        self.again.setVisible(is_passing)
        self.setup.setVisible(is_setup)

    def allow(self, reason: str) -> None:
        """Let a prediction begin where there is no reason against it."""
        self._reason = reason
        self._show_running()

    def begin(self) -> None:
        """A prediction runs."""
        self._is_running = True
        self.progress.setValue(0)
        self._stage.setText("")
        self.cancel.setEnabled(True)
        self._show_running()

    def end(self) -> None:
        """It does not any more."""
        self._is_running = False
        self._show_running()

    def show_stage(self, text: str) -> None:
        """Tell what is being done."""
        self._stage.setText(text)
        self._stage.setToolTip(text)

    def show_progress(self, percent: float) -> None:
        """Tell how far it is, 0 to 100."""
        self.progress.setValue(round(percent * 10))

    def _show_running(self) -> None:
        for widget in (self.progress, self._stage, self.cancel):
            widget.setVisible(self._is_running)
        reason = tr("A prediction is running.") if self._is_running else self._reason
        self.predict.setEnabled(not reason)
        self.predict.setToolTip(reason or tr("Begin. The result appears on the map as it arrives. (Ctrl+Enter)"))
