"""From the layer that an algorithm was given to what is read of it in the background."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsRasterBlockFeedback,
    QgsRasterLayer,
)
from qgis.PyQt.QtCore import Qt

from ..layers.prepared import PreparedSource, prepare_source
from ..layers.reader import LayerReadError
from ..worker.choice import OwnWorker, WorkerChoice
from .base import Parameters


def read_raster(
    algorithm: QgsProcessingAlgorithm, parameters: Parameters, name: str, context: QgsProcessingContext
) -> QgsRasterLayer:
    """The raster layer of a parameter.

    Raises:
        QgsProcessingException: there is no such layer.
    """
    layer = algorithm.parameterAsRasterLayer(parameters, name, context)
    if layer is None:
        raise QgsProcessingException(algorithm.invalidRasterError(parameters, name))
    return layer


def is_seen(layer: QgsRasterLayer, context: QgsProcessingContext) -> bool:
    """Whether a user sees a layer: one that was only opened for this run, from a path, is seen by nobody."""
    return context.temporaryLayerStore().mapLayer(layer.id()) is None


def loading_feedback(feedback: QgsProcessingFeedback) -> QgsRasterBlockFeedback:
    """What a provider asks while it loads; stops with the algorithm."""
    loading = QgsRasterBlockFeedback()
    feedback.canceled.connect(loading.cancel, Qt.ConnectionType.DirectConnection)
    return loading


def prepare_layer(
    layer: QgsRasterLayer, choice: WorkerChoice, context: QgsProcessingContext, feedback: QgsProcessingFeedback
) -> PreparedSource:
    """Make a layer ready for a prediction, and tell what the user should know of it; in the main thread.

    Raises:
        QgsProcessingException: neither the worker nor QGIS could read it.
    """
    try:
        prepared = prepare_source(
            layer, isinstance(choice, OwnWorker), is_seen(layer, context), loading_feedback(feedback),
            feedback.isCanceled,
        )  # fmt: skip
    except LayerReadError as error:
        raise QgsProcessingException(str(error)) from error
    for text in prepared.warnings:
        feedback.pushWarning(text)
    for text in prepared.notes:
        feedback.pushInfo(text)
    return prepared
