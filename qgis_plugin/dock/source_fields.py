"""The fields of the form for the image that is predicted from."""

from __future__ import annotations

from contextlib import suppress

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer
from qgis.gui import QgsMapLayerComboBox
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QFormLayout, QLineEdit

from ..compat import LAYER_FILTER
from ..translation import tr
from .choices import Choices, is_date
from .notes import NoteLabel, add_below, let_shrink, mark_wrong
from .sources import describe_bands, describe_pixels

EMPTY = 0
"""Place in the list of no image."""


class SourceFields(QObject):  # type: ignore[misc]
    """Which image, and when it was taken.

    Attributes:
        layer: the raster layers of the project, and what the map shows.
        date: when the image was taken.
    """

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # before the list itself, which would go on to its next entry
        QgsProject.instance().layersWillBeRemoved.connect(self._on_layers_removed)
        self.layer = QgsMapLayerComboBox()
        self.layer.setObjectName("landcastSource")
        self.layer.setFilters(LAYER_FILTER.RasterLayer)
        self.layer.setAllowEmptyLayer(True, tr("Choose an image…"))
        self._map_text = tr("What the map shows")
        self.layer.setAdditionalItems([self._map_text])
        self.layer.setToolTip(
            tr("The image of today: any raster layer, also of a web service, or the map as it is drawn now.")
        )
        let_shrink(self.layer)
        self.layer.setCurrentIndex(EMPTY)
        self.layer.currentIndexChanged.connect(self._on_layer)
        self.date = QLineEdit()
        self.date.setObjectName("landcastDate")
        self.date.setPlaceholderText(tr("as the image says"))
        self.date.setClearButtonEnabled(True)
        self.date.setToolTip(
            tr("When the image was taken: 2016, 2016-06 or 2016-06-14. Empty where the image says it itself.")
        )
        self.date.textChanged.connect(self._on_date)
        self._note = NoteLabel()
        self._followed: QgsRasterLayer | None = None
        self._chosen: tuple[str, bool] | None = None

    def add_to(self, form: QFormLayout) -> None:
        """Put the fields into a form."""
        form.addRow(tr("&Image"), self.layer)
        add_below(form, self._note)
        form.addRow(tr("Da&te"), self.date)
        self._on_layer()

    @property
    def chosen_layer(self) -> QgsRasterLayer | None:
        """The layer that is chosen."""
        layer = self.layer.currentLayer()
        return layer if isinstance(layer, QgsRasterLayer) else None

    @property
    def is_canvas(self) -> bool:
        """Whether what the map shows is chosen."""
        return bool(self.layer.currentLayer() is None and self.layer.currentText() == self._map_text)

    @property
    def source_date(self) -> str:
        """As it was typed."""
        return str(self.date.text()).strip()

    @property
    def note(self) -> str:
        """What is said of the image."""
        return str(self._note.text())

    def choose_layer(self, layer: QgsMapLayer | None) -> None:
        """Choose a layer, or none."""
        if layer is None:
            # `setLayer` takes what the map shows for none, and leaves it
            self.layer.setCurrentIndex(EMPTY)
        else:
            self.layer.setLayer(layer)

    def choose_canvas(self) -> None:
        """Choose what the map shows."""
        self.layer.setCurrentIndex(self.layer.count() - 1)

    def close(self) -> None:
        """Follow neither project nor layer any more."""
        QgsProject.instance().layersWillBeRemoved.disconnect(self._on_layers_removed)
        self._follow(None)

    def show_choices(self, choices: Choices, layer: QgsMapLayer | None) -> None:
        """Fill in what was chosen before."""
        if choices.is_canvas:
            self.choose_canvas()
        else:
            self.choose_layer(layer)
        self.date.setText(choices.source_date)

    def _on_layer(self) -> None:
        layer = self.chosen_layer
        chosen = ("" if layer is None else layer.id(), self.is_canvas)
        if chosen == self._chosen:
            # another layer came or went before it in the list
            return
        self._chosen = chosen
        self._follow(layer)
        self._describe()
        self.changed.emit()

    def _on_layers_removed(self, identities: list[str]) -> None:
        """Nobody chose what comes next in the list."""
        layer = self.chosen_layer
        if layer is not None and layer.id() in identities:
            self.choose_layer(None)

    def _follow(self, layer: QgsRasterLayer | None) -> None:
        """Its style tells which bands are predicted."""
        if layer is self._followed:
            return
        if self._followed is not None:
            # it may have been removed from the project, and its connections with it
            with suppress(RuntimeError, TypeError):
                self._followed.rendererChanged.disconnect(self._on_style)
        self._followed = layer
        if layer is not None:
            layer.rendererChanged.connect(self._on_style)

    def _on_style(self) -> None:
        self._describe()
        self.changed.emit()

    def _describe(self) -> None:
        layer = self.chosen_layer
        if layer is not None:
            self._note.say(", ".join(filter(None, (describe_pixels(layer), describe_bands(layer)))))
        elif self.is_canvas:
            self._note.say(tr("all layers that are switched on, as they are drawn now"))
        else:
            self._note.say(tr("add a raster layer to the project, or choose one"))

    def _on_date(self) -> None:
        text = self.source_date
        mark_wrong(self.date, bool(text) and not is_date(text))
        self.changed.emit()
