"""Sets QGIS's temporal controller up, so that it plays past, present and future of a run."""

from __future__ import annotations

import math

from qgis.core import QgsDateTimeRange, QgsInterval, QgsTemporalNavigationObject
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtWidgets import QDockWidget, QWidget

from ..compat import ANIMATED, YEARS
from ..translation import tr
from .dates import DAYS_A_YEAR, EDGE_S, not_dated
from .runs_in_tree import RunInTree

FRAMES_A_SECOND = 1.0
REST_SHARE = 0.05
"""Of the last frame, that is left out of the range."""
PANEL = "Temporal Controller"
"""The panel's name for Qt, in any language."""


class NotDatedError(Exception):
    """Nothing says when the layers are; the message says what to do."""


def run_range(run: RunInTree) -> tuple[QgsDateTimeRange, float]:
    """The time from the image to the end of the last iteration, and the years of one frame.

    Raises:
        NotDatedError: nothing says when the image was taken.
    """
    layers = [*([] if run.past is None else [run.past]), *run.predictions]
    spans = [layer.temporalProperties() for layer in layers]
    ranges = [span.fixedTemporalRange() for span in spans if span.isActive()]
    if len(ranges) < len(layers) or not ranges:
        raise NotDatedError(not_dated())
    first, last = ranges[0].begin().addSecs(-EDGE_S), ranges[-1].end().addSecs(EDGE_S)
    days = ranges[-1].begin().daysTo(last)
    # all years are 365.25 days where QGIS counts frames: one more would begin close to the end
    return QgsDateTimeRange(first, last.addDays(-math.ceil(days * REST_SHARE))), days / DAYS_A_YEAR


def play(run: RunInTree, canvas: QgsMapCanvas, window: QWidget | None) -> None:
    """Let the temporal controller of the map play a run, and show its panel.

    Raises:
        NotDatedError: nothing says when the image was taken.
    """
    span, years = run_range(run)
    controller = canvas.temporalController()
    if not isinstance(controller, QgsTemporalNavigationObject):
        raise NotDatedError(tr("This map has no temporal controller."))
    controller.setNavigationMode(ANIMATED)
    controller.setTemporalExtents(span)
    whole = round(years)
    if whole >= 1 and abs(years - whole) < 0.02:
        controller.setFrameDuration(QgsInterval(whole, YEARS))
    else:
        controller.setFrameDuration(QgsInterval(years * DAYS_A_YEAR * 86400))
    controller.setFramesPerSecond(FRAMES_A_SECOND)
    controller.setLooping(True)
    controller.rewindToStart()
    panel = None if window is None else window.findChild(QDockWidget, PANEL)
    if panel is not None:
        panel.setVisible(True)
    controller.playForward()
