"""The fields of the form for the ground scale: metres that one tile covers, and what is useful of them."""

from __future__ import annotations

from qgis.PyQt.QtCore import QObject, QPointF, QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPolygonF
from qgis.PyQt.QtWidgets import QCheckBox, QDoubleSpinBox, QFormLayout, QHBoxLayout, QLabel, QSizePolicy, QWidget

from ..translation import tr
from .choices import USEFUL_SCALE_M, gsd_of, is_useful
from .notes import NoteLabel, add_below

LEAST_M, MOST_M = 5.0, 1000.0
SHOWN_M = 200.0
"""Up to which the bar reaches."""
BEST_M = (80.0, 120.0)
"""Where the method does not gain from a coarser scale any more."""
STEP_M = 5.0
USEFUL, BEST, MARK = QColor(150, 200, 150), QColor(95, 165, 95), QColor(60, 60, 60)


class ScaleSpin(QDoubleSpinBox):  # type: ignore[misc]
    """Metres a tile; 0 is what the image has, and one step from there lies in the useful range."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0.0, MOST_M)
        self.setDecimals(1)
        self.setSingleStep(STEP_M)
        self.setSpecialValueText(tr("as the image"))
        self.setSuffix(tr(" m"))
        self.setKeyboardTracking(False)

    def stepBy(self, steps: int) -> None:  # noqa: N802 - Qt's name
        """Go on by steps, or between the first useful scale and none."""
        if self.value() == 0:
            if steps > 0:
                self.setValue(USEFUL_SCALE_M[0])
        elif self.value() + steps * STEP_M < LEAST_M:
            self.setValue(0)
        else:
            super().stepBy(steps)


class UsefulBar(QWidget):  # type: ignore[misc]
    """Shows where a scale lies between those that are useful."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale_m: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            tr("Useful: 40 to 130 m a tile (light), best from 80 to 120 m (dark). Below, the model sees too little.")
        )

    def show_scale(self, scale_m: float | None) -> None:
        """Mark a scale, or none."""
        self._scale_m = scale_m
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Flat."""
        return QSize(120, 12)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the ranges and the mark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawRoundedRect(QRectF(0, 6, self.width(), 4), 2, 2)
        for (low, high), colour in ((USEFUL_SCALE_M, USEFUL), (BEST_M, BEST)):
            painter.setBrush(colour)
            painter.drawRect(QRectF(self._at(low), 6, self._at(high) - self._at(low), 4))
        if self._scale_m is not None:
            x = min(max(self._at(self._scale_m), 4.0), self.width() - 4.0)
            painter.setBrush(MARK)
            painter.drawPolygon(QPolygonF([QPointF(x - 4, 0), QPointF(x + 4, 0), QPointF(x, 7)]))
        painter.end()

    def _at(self, scale_m: float) -> float:
        return min(scale_m / SHOWN_M, 1.0) * float(self.width())


class ScaleFields(QObject):  # type: ignore[misc]
    """Which ground scale.

    Attributes:
        scale: metres a tile, 0 as the image has it.
        is_framed: whether a tile of that size is drawn on the map.
    """

    changed = pyqtSignal()
    frame_changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._planned_m: float | None = None
        self.scale = ScaleSpin()
        self.scale.setObjectName("landcastScale")
        self.scale.setToolTip(
            tr(
                "How many metres of ground one tile of the model covers. More is computed faster, shows less detail, "
                "and gives the model more of the surroundings to look at."
            )
        )
        self.scale.valueChanged.connect(self._on_scale)
        self._gsd = QLabel()
        self._gsd.setToolTip(tr("Metres on the ground that one pixel of the result covers: the scale divided by 128."))
        self._bar = UsefulBar()
        self._note = NoteLabel()
        self.is_framed = QCheckBox(tr("Show one tile on the map (&frame)"))
        self.is_framed.setObjectName("landcastFrame")
        self.is_framed.setChecked(True)
        self.is_framed.setToolTip(tr("Draws a frame of one tile, in true metres, in the middle of the area."))
        self.is_framed.toggled.connect(self.frame_changed)

    def add_to(self, form: QFormLayout) -> None:
        """Put the fields into a form."""
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.scale, 1)
        row.addWidget(self._gsd)
        form.addRow(tr("&Ground scale"), row)
        form.labelForField(row).setBuddy(self.scale)
        add_below(form, self._bar)
        add_below(form, self._note)
        add_below(form, self.is_framed)
        self._describe()

    @property
    def chosen_m(self) -> float | None:
        """Metres a tile; None as the image has it."""
        return float(self.scale.value()) or None

    @property
    def frame_m(self) -> float | None:
        """Metres of the frame on the map; None where it is not known, or not wanted."""
        return (self.chosen_m or self._planned_m) if self.is_framed.isChecked() else None

    def choose(self, scale_m: float | None) -> None:
        """Choose a scale."""
        self.scale.setValue(scale_m or 0.0)

    def show_planned(self, scale_m: float | None) -> None:
        """Tell the scale that the plan came to; None while there is no plan."""
        if scale_m != self._planned_m:
            self._planned_m = scale_m
            self._describe()
            self.frame_changed.emit()

    def _on_scale(self) -> None:
        self._describe()
        self.frame_changed.emit()
        self.changed.emit()

    def _describe(self) -> None:
        shown = self.chosen_m or self._planned_m
        self._gsd.setText("" if shown is None else tr("= {:.3g} m/px").format(gsd_of(shown)))
        self._bar.show_scale(shown)
        self._note.say("" if shown is None else self._judge(shown))

    def _judge(self, scale_m: float) -> str:
        is_own = self.chosen_m is None
        said = tr("the image has {:.0f} m a tile").format(scale_m) if is_own else ""
        low, high = USEFUL_SCALE_M
        if is_useful(scale_m):
            return said
        outside = tr("outside of the useful {low:.0f} to {high:.0f} m").format(low=low, high=high)
        return f"{said}: {outside}" if said else outside
