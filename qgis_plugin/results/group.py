"""Adds the layers of a result to the project: a group that belongs to the run, on top of everything."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsLayerTreeGroup, QgsLayerTreeLayer, QgsProject, QgsRasterLayer

from ..compat import FIXED_TIME
from ..shown_bands import Bands, shown_bands
from ..translation import tr
from .dates import Span, ahead_text, result_span, short_text, source_span
from .details import CHANGE, DOMAIN, PREDICTION, SPREAD, TYPICAL, Details, ResultLayer
from .metadata import PROPERTY, mark_layer, mark_past
from .styling import show_bands, style_change, style_domain, style_prediction, style_spread

GROUP_PROPERTY = f"{PROPERTY}run"
ORDER = (DOMAIN, CHANGE, SPREAD, TYPICAL, PREDICTION)
"""From above: what is looked through, then what lies under it."""


class ResultGroup:
    """A group of layers that grows by one layer at a time, as opening each takes the main thread a while.

    Args:
        project: to add it to.
        results: files of one run, the prediction first.
        source: the image's layer; None where it is gone, or was never one.
        bands: of the image, that were predicted; those that its layer shows where None.

    Attributes:
        name: that no other group has; empty once it turned out that there is nothing to show.
        unopened: files that cannot be opened.
    """

    def __init__(
        self, project: QgsProject, results: list[ResultLayer], source: QgsRasterLayer | None, bands: Bands = None
    ) -> None:
        self._project, self._main = project, results[0].details
        self._bands = bands
        self._of_bands: QgsRasterLayer | None = None
        self._source = "" if source is None else source.id()
        self._waiting: list[ResultLayer | None] = [*sorted(results, key=_place), None]
        self._has_result = False
        self.unopened: list[Path] = []
        self.name = _free_name(project, group_name(self._main, "" if source is None else source.name()))
        group = project.layerTreeRoot().insertGroup(0, self.name)
        group.setCustomProperty(GROUP_PROPERTY, "YES")

    def add_next(self) -> bool:
        """Add a layer; whether there is another one to add."""
        group = self._project.layerTreeRoot().findGroup(self.name)
        if group is None or not self._waiting:
            return False
        result = self._waiting.pop(0)
        source = self._shown_source(result)
        if result is not None:
            self._add_result(group, result, source)
        elif not self._has_result:
            group.parent().removeChildNode(group)
            self.name = ""
        elif source is not None:
            _add_past(self._project, group, source, self._main)
        if not self._waiting:
            # it holds the image open
            self._of_bands = None
        return bool(self._waiting)

    def _shown_source(self, result: ResultLayer | None) -> QgsRasterLayer | None:
        """The image's layer; a copy of it where the user's own shows other bands than those that were predicted."""
        source = self._project.mapLayer(self._source)
        if source is None or self._bands is None or self._bands == shown_bands(source):
            return source
        if self._of_bands is None and result is not None and result.details.kind == PREDICTION:
            prediction = _open(result.path, "")
            if prediction.isValid():
                self._of_bands = source.clone()
                show_bands(self._of_bands, self._bands, prediction)
        return source if self._of_bands is None else self._of_bands

    def _add_result(self, group: QgsLayerTreeGroup, result: ResultLayer, source: QgsRasterLayer | None) -> None:
        layer = open_result(result, source)
        if not layer.isValid():
            self.unopened.append(result.path)
        else:
            self._has_result = True
            node = _add(self._project, group, layer)
            node.setItemVisibilityChecked(result.details.kind == PREDICTION)
            node.setExpanded(result.details.kind != PREDICTION)


def show_results(
    project: QgsProject, results: list[ResultLayer], source: QgsRasterLayer | None, bands: Bands = None
) -> str:
    """Add a group of layers at once, and give its name; in the main thread."""
    group = ResultGroup(project, results, source, bands)
    while group.add_next():
        pass
    return group.name


def open_result(result: ResultLayer, source: QgsRasterLayer | None) -> QgsRasterLayer:
    """Open a file of a result as a layer that is styled, marked and dated."""
    layer = _open(result.path, layer_name(result.details))
    if layer.isValid():
        finish_result(layer, result.details, source)
    return layer


def finish_result(layer: QgsRasterLayer, details: Details, source: QgsRasterLayer | None) -> None:
    """Style, mark and date a layer of a result."""
    if details.kind == SPREAD:
        style_spread(layer)
    elif details.kind == CHANGE:
        style_change(layer, details.is_calibrated)
    elif details.kind == DOMAIN:
        style_domain(layer)
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
    """What a layer of a result is called; short, as the panel of layers is narrow."""
    if details.kind == SPREAD:
        return tr("Spread {when}").format(when=short_text(details))
    if details.kind == DOMAIN:
        return tr("Distance from the training")
    if details.kind == TYPICAL:
        return tr("Most typical future {when}").format(when=short_text(details))
    if details.kind == CHANGE and details.is_calibrated:
        return tr("Change probability {when}, calibrated").format(when=short_text(details))
    if details.kind == CHANGE and details.is_calibrated is False:
        return tr("Futures with change {when}").format(when=short_text(details))
    if details.kind == CHANGE:
        return tr("Change probability {when}").format(when=short_text(details))
    if details.is_partial:
        return tr("Predicted in part {when}").format(when=ahead_text(details))
    return tr("Predicted {when}").format(when=ahead_text(details))


def _open(path: Path, name: str) -> QgsRasterLayer:
    options = QgsRasterLayer.LayerOptions()
    # the default style may read all of the file
    options.loadDefaultStyle = False
    return QgsRasterLayer(str(path), name, "gdal", options)


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
