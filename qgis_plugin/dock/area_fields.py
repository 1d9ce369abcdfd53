"""The fields of the form for the area that is predicted."""

from __future__ import annotations

from contextlib import suppress
from typing import cast

from qgis.core import QgsApplication, QgsMapLayer, QgsProject, QgsVectorLayer
from qgis.gui import QgsMapLayerComboBox
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from ..compat import LAYER_FILTER
from ..translation import tr
from .choices import AreaKind, Choices, Rectangle
from .notes import NoteLabel, add_below, let_shrink


class AreaFields(QObject):  # type: ignore[misc]
    """Which area.

    Attributes:
        kind: of area.
        draw: a rectangle on the map; pressed while it is being drawn.
        polygons: layers with areas.
        is_selected_only: whether only selected features count.
        rectangle: that was drawn; None before.
    """

    changed = pyqtSignal()
    draw_asked = pyqtSignal(bool)
    """Whether a rectangle is to be drawn, or not any more."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rectangle: Rectangle | None = None
        self.kind = self._make_kind()
        self.draw = self._make_draw()
        # before the list itself, which would go on to its next entry
        QgsProject.instance().layersWillBeRemoved.connect(self._on_layers_removed)
        self.polygons = QgsMapLayerComboBox()
        self.polygons.setObjectName("landcastPolygons")
        self.polygons.setFilters(LAYER_FILTER.PolygonLayer)
        self.polygons.setAllowEmptyLayer(True, tr("Choose a layer of polygons…"))
        self.polygons.setLayer(None)
        let_shrink(self.polygons)
        self.polygons.setToolTip(tr("Only what lies in the polygons of this layer is predicted."))
        self.polygons.layerChanged.connect(self._on_polygons)
        self.is_selected_only = QCheckBox(tr("Selected features o&nly"))
        self.is_selected_only.setObjectName("landcastSelectedOnly")
        self.is_selected_only.toggled.connect(self.changed)
        self._polygon_fields = self._put_together()
        self._note = NoteLabel()
        self._followed: QgsVectorLayer | None = None

    def _make_kind(self) -> QComboBox:
        kind = QComboBox()
        kind.setObjectName("landcastArea")
        for text, value in (
            (tr("All of the image"), "layer"),
            (tr("What the map window shows"), "canvas"),
            (tr("Rectangle on the map"), "rectangle"),
            (tr("Polygons of a layer"), "polygons"),
        ):
            kind.addItem(text, value)
        let_shrink(kind)
        kind.setToolTip(tr("How much of the image is predicted. A small area is a good beginning."))
        kind.currentIndexChanged.connect(self._on_kind)
        kind.activated.connect(self._on_kind_picked)
        return kind

    def _make_draw(self) -> QToolButton:
        draw = QToolButton()
        draw.setObjectName("landcastDraw")
        draw.setCheckable(True)
        draw.setIcon(QgsApplication.getThemeIcon("/mActionAddBasicRectangle.svg"))
        draw.setToolTip(tr("Draw a rectangle on the map: drag, or click two corners. Escape gives up."))
        draw.setAccessibleName(tr("Draw a rectangle on the map"))
        # it follows the tool of the map, not the mouse: the tool may be refused or taken away
        draw.toggled.connect(self.draw_asked)
        return draw

    def _put_together(self) -> QWidget:
        fields = QWidget()
        column = QVBoxLayout(fields)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.polygons)
        column.addWidget(self.is_selected_only)
        return fields

    def add_to(self, form: QFormLayout) -> None:
        """Put the fields into a form."""
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.kind, 1)
        row.addWidget(self.draw)
        form.addRow(tr("&Area"), row)
        form.labelForField(row).setBuddy(self.kind)
        add_below(form, self._polygon_fields)
        add_below(form, self._note)
        self._on_kind()

    @property
    def chosen_kind(self) -> AreaKind:
        """The kind of area that is chosen."""
        return cast(AreaKind, self.kind.currentData())

    @property
    def chosen_polygons(self) -> QgsVectorLayer | None:
        """The layer with the area."""
        layer = self.polygons.currentLayer()
        return layer if isinstance(layer, QgsVectorLayer) else None

    @property
    def note(self) -> str:
        """The size of the area, or what lacks."""
        return str(self._note.text())

    def choose(self, kind: AreaKind) -> None:
        """Choose a kind of area."""
        self.kind.setCurrentIndex(self.kind.findData(kind))

    def choose_rectangle(self, rectangle: Rectangle) -> None:
        """Take a rectangle that was drawn."""
        self.rectangle = rectangle
        if self.chosen_kind == "rectangle":
            self.changed.emit()
        else:
            self.choose("rectangle")

    def close(self) -> None:
        """Follow neither project nor layer any more."""
        QgsProject.instance().layersWillBeRemoved.disconnect(self._on_layers_removed)
        self._follow(None)

    def show_choices(self, choices: Choices, polygons: QgsMapLayer | None) -> None:
        """Fill in what was chosen before."""
        self.rectangle = choices.rectangle
        self.polygons.setLayer(polygons)
        self.is_selected_only.setChecked(choices.is_selected_only)
        self.choose(choices.area)
        self._on_kind()

    def say(self, text: str) -> None:
        """Show the size of the area, or what lacks."""
        self._note.say(text)

    def _on_kind(self) -> None:
        self._polygon_fields.setVisible(self.chosen_kind == "polygons")
        self._on_polygons()

    def _on_polygons(self) -> None:
        self._follow(self.chosen_polygons if self.chosen_kind == "polygons" else None)
        self._on_selection()

    def _on_layers_removed(self, identities: list[str]) -> None:
        """Nobody chose what comes next in the list."""
        layer = self.chosen_polygons
        if layer is not None and layer.id() in identities:
            self.polygons.setLayer(None)

    def _on_kind_picked(self) -> None:
        """There is nothing to choose among where there is but one layer."""
        if self.chosen_kind == "polygons" and self.chosen_polygons is None and self.polygons.count() == 2:
            self.polygons.setCurrentIndex(1)

    def _follow(self, layer: QgsVectorLayer | None) -> None:
        """Its selection tells whether only a part of it may count."""
        if layer is self._followed:
            return
        if self._followed is not None:
            # it may have been removed from the project, and its connections with it
            with suppress(RuntimeError, TypeError):
                self._followed.selectionChanged.disconnect(self._on_selection)
        self._followed = layer
        if layer is not None:
            layer.selectionChanged.connect(self._on_selection)

    def _on_selection(self) -> None:
        layer = self._followed
        self.is_selected_only.setEnabled(layer is not None and layer.selectedFeatureCount() > 0)
        self.changed.emit()
