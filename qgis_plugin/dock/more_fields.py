"""The fields of the form that most predictions leave as they are."""

from __future__ import annotations

import random

from qgis.core import QgsApplication, QgsRasterLayer
from qgis.gui import QgsCollapsibleGroupBox, QgsRasterBandComboBox
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QSpinBox, QToolButton, QVBoxLayout, QWidget

from ..shown_bands import Bands
from ..translation import tr
from .choices import Choices
from .model_card import ModelCard
from .notes import NoteLabel, add_below, let_shrink
from .sources import first_bands, has_bands

MOST_MEMBERS = 256
LEAST_TYPICAL = 3
"""As in `core.request`, which QGIS's Python cannot import."""
MOST_SEED = 2**31 - 1


class MoreFields(QObject):  # type: ignore[misc]
    """Members, seed, iterations and bands.

    Attributes:
        box: with all of them.
        members: samples of the future.
        seed: of all noise.
        dice: throws another seed.
        keeps_iterations: whether earlier iterations are written as well.
        draws_typical: whether the most typical member is written as well.
        maps_domain: whether a layer tells how far each tile is from the training.
        is_choosing_bands: whether other bands are predicted than those that are shown.
        bands: red, green and blue.
    """

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._layer: QgsRasterLayer | None = None
        self.members = self._make_number("landcastMembers", 1, MOST_MEMBERS)
        self.members.setToolTip(
            tr("Futures that are drawn. With several, their spread and the probability of change come with the result.")
        )
        self._members_note = NoteLabel()
        self.seed = self._make_number("landcastSeed", 0, MOST_SEED)
        self.seed.setToolTip(tr("The same seed gives the same result; another one another future."))
        self.dice = QToolButton()
        self.dice.setObjectName("landcastDice")
        self.dice.setIcon(QgsApplication.getThemeIcon("/mActionRefresh.svg"))
        self.dice.setToolTip(tr("Another seed, by chance"))
        self.dice.setAccessibleName(tr("Another seed, by chance"))
        self.dice.clicked.connect(self._on_dice)
        self.keeps_iterations = QCheckBox(tr("&Keep every iteration"))
        self.keeps_iterations.setObjectName("landcastIterations")
        self.keeps_iterations.setToolTip(tr("Also writes the steps in between, as layers of their own dates."))
        self.keeps_iterations.toggled.connect(self.changed)
        self.draws_typical = QCheckBox(tr("Most typical future"))
        self.draws_typical.setObjectName("landcastTypical")
        self.draws_typical.toggled.connect(self.changed)
        self.maps_domain = QCheckBox(tr("Distance from the training"))
        self.maps_domain.setObjectName("landcastDomain")
        self.maps_domain.setToolTip(
            tr("Also writes a layer that tells how far each tile of the image is from what the model was trained on.")
        )
        self.maps_domain.toggled.connect(self.changed)
        self._domain_note = NoteLabel()
        self.is_choosing_bands = QCheckBox(tr("Other bands than those shown"))
        self.is_choosing_bands.setObjectName("landcastOtherBands")
        self.is_choosing_bands.toggled.connect(self._on_bands)
        self.bands = [QgsRasterBandComboBox() for _ in range(3)]
        for band in self.bands:
            let_shrink(band)
            band.bandChanged.connect(self.changed)
        self.box = self._put_together()
        self._describe_members()
        self.show_card(None)

    def _make_number(self, name: str, least: int, most: int) -> QSpinBox:
        number = QSpinBox()
        number.setObjectName(name)
        number.setRange(least, most)
        number.setKeyboardTracking(False)
        number.valueChanged.connect(self._on_number)
        return number

    def _put_together(self) -> QgsCollapsibleGroupBox:
        box = QgsCollapsibleGroupBox(tr("More"))
        box.setObjectName("landcastMore")
        box.setCollapsed(True)
        # all that lies directly in the box is shown when it opens, also what was hidden
        inner = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(6, 4, 6, 4)
        column.addWidget(inner)
        form = QFormLayout(inner)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(4)
        form.addRow(tr("Mem&bers"), self.members)
        add_below(form, self._members_note)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.seed, 1)
        row.addWidget(self.dice)
        form.addRow(tr("S&eed"), row)
        form.labelForField(row).setBuddy(self.seed)
        add_below(form, self.draws_typical)
        add_below(form, self.keeps_iterations)
        add_below(form, self.maps_domain)
        add_below(form, self._domain_note)
        form.addRow(self.is_choosing_bands)
        self._band_rows = []
        for text, band in zip((tr("Red"), tr("Green"), tr("Blue")), self.bands):
            form.addRow(text, band)
            self._band_rows += [form.labelForField(band), band]
        return box

    @property
    def chosen_bands(self) -> Bands:
        """The bands that were chosen; None where those that are shown count."""
        if self._layer is None or not self.is_choosing_bands.isChecked():
            return None
        return tuple(band.currentBand() for band in self.bands)

    @property
    def is_drawing_typical(self) -> bool:
        """Whether the most typical member is asked for, and there are members enough to have one."""
        return bool(self.draws_typical.isEnabled() and self.draws_typical.isChecked())

    @property
    def is_mapping_domain(self) -> bool:
        """Whether the distance from the training is asked for, of a model that knows it."""
        return bool(self.maps_domain.isEnabled() and self.maps_domain.isChecked())

    def show_card(self, card: ModelCard | None) -> None:
        """Offer what the model can tell, and say why it cannot tell the rest; None while it is not known."""
        self.maps_domain.setEnabled(card is not None and bool(card.has_domain))
        if card is None or card.has_domain:
            self._domain_note.say("")
        elif card.has_domain is None:
            self._domain_note.say(tr("The worker is too old to tell what its model was trained on: update it."))
        else:
            self._domain_note.say(
                tr("This model does not say what it was trained on. With its training images that can be added.")
            )

    def show_layer(self, layer: QgsRasterLayer | None) -> None:
        """Offer the bands of a layer."""
        layer = layer if has_bands(layer) else None
        if layer is not self._layer:
            self._layer = layer
            self.is_choosing_bands.blockSignals(True)
            self.is_choosing_bands.setChecked(False)
            self.is_choosing_bands.blockSignals(False)
            self._fill_bands()
        self._show_bands()

    def show_choices(self, choices: Choices) -> None:
        """Fill in what was chosen before."""
        self.members.setValue(choices.members)
        self.seed.setValue(choices.seed)
        self.keeps_iterations.setChecked(choices.keeps_iterations)
        self.draws_typical.setChecked(choices.draws_typical)
        self.maps_domain.setChecked(choices.maps_domain)

    def _fill_bands(self) -> None:
        for band in self.bands:
            band.blockSignals(True)
            band.setLayer(self._layer)
        if self._layer is not None:
            for band, number in zip(self.bands, first_bands(self._layer)):
                band.setBand(number)
        for band in self.bands:
            band.blockSignals(False)

    def _on_bands(self, is_chosen: bool) -> None:
        if is_chosen:
            self._fill_bands()
        self._show_bands()
        self.changed.emit()

    def _show_bands(self) -> None:
        self.is_choosing_bands.setVisible(self._layer is not None)
        for widget in self._band_rows:
            widget.setVisible(self._layer is not None and self.is_choosing_bands.isChecked())

    def _on_number(self) -> None:
        self._describe_members()
        self.changed.emit()

    def _on_dice(self) -> None:
        self.seed.setValue(random.randrange(MOST_SEED))

    def _describe_members(self) -> None:
        is_one = self.members.value() == 1
        self._members_note.say("" if is_one else tr("with spread and probability of change"))
        is_enough = self.members.value() >= LEAST_TYPICAL
        self.draws_typical.setEnabled(is_enough)
        self.draws_typical.setToolTip(
            tr("Also writes, place by place, the member that is most like the others.")
            if is_enough
            else tr("Needs at least {} members.").format(LEAST_TYPICAL)
        )
