"""Holds the map of a prediction against the map without it, as long as the user looks."""

from __future__ import annotations

from qgis.core import QgsLayerTreeGroup, QgsMapRendererParallelJob, QgsProject
from qgis.gui import QgsMapCanvas
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ..translation import tr
from .metadata import kind_of
from .past_overlay import PastOverlay
from .runs_in_tree import PREDICTED, RunInTree, layers_before

REST_MS = 150
"""After the last change of the map, before it is drawn anew."""


class Comparison(QObject):  # type: ignore[misc]
    """The past over the map, drawn in the background; leaves everything as it was.

    Args:
        canvas: the map.
        run: whose chosen prediction is compared.
        parent: of Qt.

    Attributes:
        overlay: the past.
    """

    stopped = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas, run: RunInTree, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._canvas, self._run = canvas, run
        self._job: QgsMapRendererParallelJob | None = None
        self._is_over = False
        self._groups: list[tuple[QgsLayerTreeGroup, bool]] = []
        self._layers: dict[str, bool] = {}
        before = tr("Before") if run.past is None else run.past.name()
        self.overlay = PastOverlay(canvas, before, run.chosen.name())
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._draw)
        self._show_alone()
        canvas.extentsChanged.connect(self._rest.start)
        canvas.layersChanged.connect(self._rest.start)
        canvas.destinationCrsChanged.connect(self._rest.start)
        QgsProject.instance().layersWillBeRemoved.connect(self._on_layers_removed)
        self._draw()

    def stop(self) -> None:
        """Take the past from the map, and show the layers that were shown before."""
        if self._is_over:
            return
        self._is_over = True
        self._rest.stop()
        self._canvas.extentsChanged.disconnect(self._rest.start)
        self._canvas.layersChanged.disconnect(self._rest.start)
        self._canvas.destinationCrsChanged.disconnect(self._rest.start)
        QgsProject.instance().layersWillBeRemoved.disconnect(self._on_layers_removed)
        try:
            self._cancel_job()
            self.overlay.remove()
            self._show_all()
        finally:
            self.stopped.emit()

    def _show_alone(self) -> None:
        """Of the run's layers, show the chosen prediction and what lies beneath."""
        node = QgsProject.instance().layerTreeRoot().findLayer(self._run.chosen.id())
        if node is None:
            return
        parent = node.parent()
        siblings = [child for child in parent.children() if hasattr(child, "layer")]
        above = [one for one in siblings if kind_of(one.layer()) in PREDICTED]
        while parent is not None:
            self._groups.append((parent, parent.itemVisibilityChecked()))
            parent = parent.parent()
        # a node is replaced by another when its layer is moved in the tree
        self._layers = {one.layerId(): one.itemVisibilityChecked() for one in above}
        for one in above:
            one.setItemVisibilityChecked(one is node)
        node.setItemVisibilityCheckedParentRecursive(True)

    def _show_all(self) -> None:
        """Of what is still in the tree, show what was shown before."""
        for group, is_checked in self._groups:
            if not sip.isdeleted(group):
                group.setItemVisibilityChecked(is_checked)
        root = QgsProject.instance().layerTreeRoot()
        for identifier, is_checked in self._layers.items():
            node = root.findLayer(identifier)
            if node is not None:
                node.setItemVisibilityChecked(is_checked)

    def _draw(self) -> None:
        self._cancel_job()
        settings = self._canvas.mapSettings()
        if not settings.hasValidSettings():
            return
        settings.setLayers(layers_before(settings.layers(), self._run))
        # the image is the past at any time that the map shows
        settings.setIsTemporal(False)
        self._job = QgsMapRendererParallelJob(settings)
        self._job.finished.connect(self._on_drawn)
        self._job.start()

    def _on_drawn(self) -> None:
        job, self._job = self._job, None
        if job is not None and not self._is_over:
            self.overlay.set_image(job.renderedImage(), job.mapSettings())

    def _cancel_job(self) -> None:
        if self._job is not None:
            self._job.finished.disconnect(self._on_drawn)
            self._job.cancelWithoutBlocking()
            # it goes with its last thread
            self._job.finished.connect(self._job.deleteLater)
            self._job.setParent(self._canvas)
            self._job = None

    def _on_layers_removed(self, layers: list[str]) -> None:
        ours = [self._run.chosen, *self._run.predictions, *([] if self._run.past is None else [self._run.past])]
        if any(layer.id() in layers for layer in ours):
            self.stop()
