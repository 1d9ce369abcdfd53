"""The fields of the form for how far a prediction looks."""

from __future__ import annotations

from qgis.PyQt.QtCore import QObject, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QDoubleSpinBox, QFormLayout, QHBoxLayout, QLabel, QSlider

from ..translation import tr
from .model_card import MOST_STEPS, ModelCard
from .notes import NoteLabel, add_below

MOST_YEARS = 200.0


class YearsFields(QObject):  # type: ignore[misc]
    """Years ahead, in steps of the model.

    Attributes:
        years: the number.
        slider: the same in steps.
    """

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._card: ModelCard | None = None
        self._wanted: float | None = None
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("landcastYearsSlider")
        self.slider.setRange(1, MOST_STEPS)
        self.slider.setPageStep(1)
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.slider.valueChanged.connect(self._on_slider)
        self.years = QDoubleSpinBox()
        self.years.setObjectName("landcastYears")
        self.years.setKeyboardTracking(False)
        self.years.setRange(0, MOST_YEARS)
        self.years.setSpecialValueText(tr("as trained"))
        self.years.setDecimals(0)
        self.years.valueChanged.connect(self._on_years)
        self._result = QLabel()
        self._note = NoteLabel()
        tip = tr("How far to look ahead. The model was trained on steps of some years and is repeated to go further.")
        for widget in (self.slider, self.years):
            widget.setToolTip(tip)
            widget.setEnabled(False)

    def add_to(self, form: QFormLayout) -> None:
        """Put the fields into a form."""
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.years, 1)
        row.addWidget(self._result)
        form.addRow(tr("&Years ahead"), row)
        form.labelForField(row).setBuddy(self.years)
        add_below(form, self.slider)
        add_below(form, self._note)
        self._describe()

    @property
    def chosen(self) -> float | None:
        """Years ahead; None as the model was trained."""
        if self._card is None:
            return self._wanted
        return float(self.years.value()) or None

    def choose(self, years: float | None) -> None:
        """Choose a number, at the latest once the model is known; one step of the model where None."""
        self._wanted = years
        if self._card is not None:
            self.years.setValue(years or self._card.step_years)

    def show_card(self, card: ModelCard | None) -> None:
        """Take the steps of a model; None while none is known."""
        if card == self._card:
            return
        kept = self.chosen
        self._card = card
        for widget in (self.slider, self.years):
            widget.setEnabled(card is not None)
        if card is None:
            self._wanted = kept
            return
        is_whole = all(years == round(years) for years in card.interval_years)
        for blocked in (self.years, self.slider):
            blocked.blockSignals(True)
        # it would stand in place of the least number
        self.years.setSpecialValueText("")
        self.years.setDecimals(0 if is_whole else 2)
        self.years.setRange(card.step_years, MOST_YEARS)
        self.years.setSingleStep(card.step_years)
        self.years.setValue(kept or card.step_years)
        self._move_slider()
        for blocked in (self.years, self.slider):
            blocked.blockSignals(False)
        self._describe()
        self.changed.emit()

    def show_result_date(self, text: str) -> None:
        """Show the date that is looked at; empty where it is not known."""
        self._result.setText(f"→ {text}" if text else "")

    def _on_slider(self, step: int) -> None:
        if self._card is not None:
            self.years.setValue(step * self._card.step_years)

    def _on_years(self) -> None:
        self.slider.blockSignals(True)
        self._move_slider()
        self.slider.blockSignals(False)
        self._describe()
        self.changed.emit()

    def _move_slider(self) -> None:
        if self._card is not None:
            self.slider.setValue(round(self.years.value() / self._card.step_years))

    def _describe(self) -> None:
        if self._card is None or self.chosen is None:
            self._note.say("")
            return
        times = self._card.iterations(self.chosen)
        self._note.say(tr("the model is repeated {} times, each less certain").format(times) if times > 1 else "")
