"""The fields of the form for the model, with its card at hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QObject, Qt, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QComboBox, QFileDialog, QFormLayout, QFrame, QHBoxLayout, QToolButton

from ..translation import tr
from .model_card import ModelCard, NoModelError, describe_card, read_card
from .notes import WrappedLabel, let_shrink


class ModelFields(QObject):  # type: ignore[misc]
    """Which model.

    Attributes:
        model: those of the worker, and folders that were chosen.
        choose_folder: opens a dialog.
        is_told: whether the card is shown.
    """

    changed = pyqtSignal()
    refused = pyqtSignal(str)
    """Why a folder that was chosen is no model."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[str, ModelCard] = {}
        self.model = QComboBox()
        self.model.setObjectName("landcastModel")
        let_shrink(self.model)
        self.model.setToolTip(tr("What predicts. A model knows the places and the sensors that it was trained on."))
        self.model.addItem(tr("The one that comes with Landcast"), None)
        self.model.currentIndexChanged.connect(self._on_model)
        self.choose_folder = _tool("/mActionFileOpen.svg", tr("Use a model of your own: choose its folder…"))
        self.choose_folder.setObjectName("landcastModelFolder")
        self.choose_folder.clicked.connect(self._on_choose)
        self.is_told = _tool("/mActionPropertiesWidget.svg", tr("Show what this model was made for"))
        self.is_told.setObjectName("landcastModelCard")
        self.is_told.setCheckable(True)
        self.is_told.toggled.connect(self._describe)
        self._text = WrappedLabel()
        self._text.setFrameShape(QFrame.Shape.StyledPanel)
        self._text.setMargin(5)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self._text.linkActivated.connect(self._on_link)
        self._text.hide()

    def add_to(self, form: QFormLayout) -> None:
        """Put the fields into a form."""
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.model, 1)
        row.addWidget(self.choose_folder)
        row.addWidget(self.is_told)
        form.addRow(tr("Mo&del"), row)
        form.labelForField(row).setBuddy(self.model)
        form.addRow(self._text)
        self._describe()

    @property
    def chosen(self) -> str | None:
        """Name or folder; None for the one that comes with Landcast, while its name is not known."""
        name = self.model.currentData()
        return None if name is None else str(name)

    @property
    def card(self) -> ModelCard | None:
        """What the chosen one promises; None while that is not known."""
        return self._cards.get(self.chosen or "")

    def show_models(self, cards: Sequence[ModelCard], shipped: str | None) -> None:
        """Offer the models of the worker.

        Args:
            cards: of them.
            shipped: the one that is taken where nothing was chosen.
        """
        chosen = self.chosen or shipped
        folders = [card for name, card in self._cards.items() if Path(name).is_absolute()]
        self.model.blockSignals(True)
        self.model.clear()
        self._cards = {}
        for card in (*cards, *folders):
            self._add(card)
        if not self._cards:
            self.model.addItem(tr("The one that comes with Landcast"), None)
        self.model.setCurrentIndex(max(0, self.model.findData(chosen)))
        self.model.blockSignals(False)
        self._on_model()

    def choose(self, name: str | None) -> None:
        """Choose a model by its name, or by a folder that holds one; another one is offered at the latest then."""
        if name is None or self.model.findData(name) >= 0:
            self.model.setCurrentIndex(max(0, self.model.findData(name)))
            return
        if not Path(name).is_absolute():
            # the worker may know it, once it was asked
            self.model.addItem(name, name)
        else:
            try:
                self._add(read_card(Path(name)))
            except NoModelError as error:
                self.refused.emit(str(error))
                return
        self.model.setCurrentIndex(self.model.findData(name))

    def _add(self, card: ModelCard) -> None:
        self._cards[card.model] = card
        self.model.addItem(card.title, card.model)
        self.model.setItemData(self.model.count() - 1, card.model, Qt.ItemDataRole.ToolTipRole)

    def _on_choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self.model.window(), tr("Folder of a model"), self.chosen or "")
        if folder:
            self.choose(str(Path(folder)))

    def _on_model(self) -> None:
        self._describe()
        self.changed.emit()

    def _describe(self) -> None:
        card = self.card
        self.is_told.setEnabled(card is not None)
        self._text.setVisible(card is not None and self.is_told.isChecked())
        if card is None:
            return
        lines = [f"<b>{_escape(name)}</b> {_escape(value)}" for name, value in describe_card(card)]
        if card.page is not None:
            lines.append(f'<a href="card">{_escape(tr("The whole card, with its figures…"))}</a>')
        self._text.setText("<br>".join(lines))

    def _on_link(self, link: str) -> None:
        card = self.card
        if card is not None and card.page is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(card.page)))


def _tool(icon: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(QgsApplication.getThemeIcon(icon))
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    return button


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
