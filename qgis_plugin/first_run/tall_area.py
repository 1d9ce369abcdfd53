"""A page that scrolls up and down alone, and gives texts that wrap the height that they need at its width."""

# ruff: noqa: N802 - Qt gives the methods their names

from __future__ import annotations

from qgis.PyQt.QtCore import QEvent, QObject, Qt
from qgis.PyQt.QtGui import QResizeEvent
from qgis.PyQt.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget


class TallArea(QScrollArea):  # type: ignore[misc]
    """Holds a widget with a layout.

    Qt's own area asks for the least height whatever the width, in which a text of several lines is cut.
    """

    def __init__(self, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # else a widget that asks for more width than there is pushes all others under the scroll bar
        let_shrink(inner)
        self.setWidget(inner)
        inner.installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return bool(super().eventFilter(watched, event))

    def _fit(self) -> None:
        inner = self.widget()
        layout = None if inner is None else inner.layout()
        if layout is not None:
            inner.setMinimumHeight(layout.totalHeightForWidth(self.viewport().width()))


def let_shrink(widget: QWidget) -> QWidget:
    """Let a widget be as narrow as the panel; Qt reckons the height of its texts at its least width otherwise."""
    policy = widget.sizePolicy()
    policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
    widget.setSizePolicy(policy)
    return widget
