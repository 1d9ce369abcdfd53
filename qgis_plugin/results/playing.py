"""Sets QGIS's temporal controller up, so that it plays past, present and future of a run."""

from __future__ import annotations

from qgis.core import QgsDateTimeRange, QgsInterval, QgsTemporalNavigationObject
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtWidgets import QDockWidget, QWidget

from ..compat import ANIMATED, YEARS
from ..translation import tr
from .runs_in_tree import RunInTree

FRAMES_A_SECOND = 1.0
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
        raise NotDatedError(
            tr(
                "Nothing says when the image of “{name}” was taken, so there is no time to play. Predict again with "
                "the date of the image, or set fixed time ranges in the layers' properties under Temporal."
            ).format(name=run.title)
        )
    first, last = ranges[0].begin(), ranges[-1].end()
    years = ranges[-1].begin().daysTo(last) / 365.2425
    return QgsDateTimeRange(first, last, True, False), years


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
        controller.setFrameDuration(QgsInterval(years * 365.2425 * 86400))
    controller.setFramesPerSecond(FRAMES_A_SECOND)
    controller.setLooping(True)
    controller.rewindToStart()
    panel = None if window is None else window.findChild(QDockWidget, PANEL)
    if panel is not None:
        panel.setVisible(True)
    controller.playForward()
