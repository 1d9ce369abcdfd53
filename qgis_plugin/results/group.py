"""Adds the layers of a result to the project: a group that belongs to the run, on top of everything."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsLayerTreeGroup, QgsLayerTreeLayer, QgsProject, QgsRasterLayer

from ..compat import FIXED_TIME
from ..translation import tr
from .dates import Span, ahead_text, result_span, source_span
from .details import CHANGE, PREDICTION, SPREAD, Details, ResultLayer
from .metadata import PROPERTY, mark_layer, mark_past
from .styling import style_change, style_prediction, style_spread

GROUP_PROPERTY = f"{PROPERTY}run"
ORDER = (CHANGE, SPREAD, PREDICTION)
"""From above: what is looked through, then what lies under it."""


def show_results(project: QgsProject, results: list[ResultLayer], source: QgsRasterLayer | None) -> str:
    """Add a group of layers; in the main thread.

    Args:
        project: to add them to.
        results: files of one run, the prediction first.
        source: the image's layer; None where it is gone, or was never one.

    Returns:
        The group's name, that no other group has.
    """
    main = results[0].details
    name = _free_name(project, group_name(main, "" if source is None else source.name()))
    group = project.layerTreeRoot().insertGroup(0, name)
    group.setCustomProperty(GROUP_PROPERTY, "YES")
    for result in sorted(results, key=_place):
        layer = open_result(result, source)
        if layer.isValid():
            node = _add(project, group, layer)
            node.setItemVisibilityChecked(result.details.kind == PREDICTION)
            node.setExpanded(result.details.kind != PREDICTION)
    if source is not None:
        _add_past(project, group, source, main)
    return name


def open_result(result: ResultLayer, source: QgsRasterLayer | None) -> QgsRasterLayer:
    """Open a file of a result as a layer that is styled, marked and dated."""
    options = QgsRasterLayer.LayerOptions()
    # the default style may read all of the file
    options.loadDefaultStyle = False
    layer = QgsRasterLayer(str(result.path), layer_name(result.details), "gdal", options)
    if layer.isValid():
        finish_result(layer, result.details, source)
    return layer


def finish_result(layer: QgsRasterLayer, details: Details, source: QgsRasterLayer | None) -> None:
    """Style, mark and date a layer of a result."""
    if details.kind == SPREAD:
        style_spread(layer)
    elif details.kind == CHANGE:
        style_change(layer)
    else:
        style_prediction(layer, source)
    mark_layer(layer, details)
    set_time(layer, result_span(details))


def set_time(layer: QgsRasterLayer, span: Span | None) -> None:
    """Show a layer for a time only, while the map shows a time."""
    if span is None:
        return
    properties = layer.temporalProperties()
    properties.setMode(FIXED_TIME)
    properties.setFixedTemporalRange(span.range)
    properties.setIsActive(True)


def group_name(details: Details, layer_name: str = "") -> str:
    """`town 2020 → 2024 (4 years ahead)`."""
    source = layer_name or Path(details.source).stem or tr("Map")
    when = ahead_text(details)
    if details.source_date and details.source_date not in source:
        source = f"{source} {details.source_date}"
    if details.is_partial:
        return tr("{source} → {when}, predicted in part").format(source=source, when=when)
    return tr("{source} → {when}").format(source=source, when=when)


def layer_name(details: Details) -> str:
    """What a layer of a result is called."""
    when = ahead_text(details)
    if details.kind == SPREAD:
        return tr("Spread of the prediction {when}").format(when=when)
    if details.kind == CHANGE:
        return tr("Probability of change {when}").format(when=when)
    if details.is_partial:
        return tr("Predicted in part {when}").format(when=when)
    return tr("Predicted {when}").format(when=when)


def _add(project: QgsProject, group: QgsLayerTreeGroup, layer: QgsRasterLayer) -> QgsLayerTreeLayer:
    project.addMapLayer(layer, False)
    return group.addLayer(layer)


def _add_past(project: QgsProject, group: QgsLayerTreeGroup, source: QgsRasterLayer, details: Details) -> None:
    """A second layer of the image's data, which has a time of its own and leaves the user's layer as it is."""
    past = source.clone()
    name = source.name()
    if details.source_date and details.source_date not in name:
        name = f"{name} {details.source_date}"
    past.setName(tr("{source} (source)").format(source=name))
    past.removeCustomProperty(GROUP_PROPERTY)
    mark_past(past)
    set_time(past, source_span(details))
    _add(project, group, past).setExpanded(False)


def _place(result: ResultLayer) -> tuple[int, float]:
    """Where a layer stands in its group: the latest future on top."""
    return ORDER.index(result.details.kind), -(result.details.years_ahead or 0.0)


def _free_name(project: QgsProject, name: str) -> str:
    taken = {group.name() for group in project.layerTreeRoot().findGroups(True)}
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} [{number}]"
    return free
