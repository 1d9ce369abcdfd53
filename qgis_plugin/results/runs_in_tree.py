"""Finds what belongs together in the layer tree: the layers of a run, and the image that they were made from."""

from __future__ import annotations

from dataclasses import dataclass

from qgis.core import QgsLayerTreeGroup, QgsLayerTreeNode, QgsMapLayer, QgsProject, QgsRasterLayer

from .details import CHANGE, DOMAIN, PREDICTION, SPREAD, TYPICAL
from .metadata import PAST, details_of, kind_of

PREDICTED = (PREDICTION, TYPICAL, SPREAD, CHANGE, DOMAIN)


@dataclass(frozen=True)
class RunInTree:
    """The layers of one run.

    Attributes:
        title: of their group, or the name of the layer where it stands alone.
        predictions: the iterations, the earliest first.
        past: the image; None where it is gone.
        chosen: the prediction that is meant.
    """

    title: str
    predictions: tuple[QgsRasterLayer, ...]
    past: QgsRasterLayer | None
    chosen: QgsRasterLayer


def find_run(node: QgsLayerTreeNode | None) -> RunInTree | None:
    """The run that a layer or a group of the tree belongs to; None where it holds no prediction."""
    if node is None:
        return None
    group = node if isinstance(node, QgsLayerTreeGroup) else node.parent()
    layers = [child.layer() for child in group.children() if hasattr(child, "layer")]
    if not isinstance(node, QgsLayerTreeGroup) and not (set(map(kind_of, layers)) & {PAST}):
        layers = [node.layer()]
    predictions = sorted((layer for layer in layers if kind_of(layer) == PREDICTION), key=_years)
    if not predictions:
        return None
    past = next((layer for layer in layers if kind_of(layer) == PAST), None)
    chosen = None if isinstance(node, QgsLayerTreeGroup) else node.layer()
    if kind_of(chosen) != PREDICTION:
        chosen = predictions[-1]
    title = group.name() if len(layers) > 1 or isinstance(node, QgsLayerTreeGroup) else predictions[0].name()
    return RunInTree(title, tuple(predictions), past, chosen)


def find_run_of(layer: QgsMapLayer) -> RunInTree | None:
    """The run of a layer of the project."""
    return find_run(QgsProject.instance().layerTreeRoot().findLayer(layer.id()))


def layers_before(shown: list[QgsMapLayer], run: RunInTree) -> list[QgsMapLayer]:
    """What a map would show had nothing been predicted: the image in place of the predictions.

    Args:
        shown: by the map, from above.
        run: whose image it is.
    """
    kept: list[QgsMapLayer] = []
    has_past = run.past is None or run.past in shown
    for layer in shown:
        if kind_of(layer) not in PREDICTED:
            kept.append(layer)
        elif not has_past:
            kept.append(run.past)
            has_past = True
    return kept if has_past else [run.past, *kept]


def _years(layer: QgsMapLayer) -> float:
    return details_of(layer).years_ahead or 0.0
