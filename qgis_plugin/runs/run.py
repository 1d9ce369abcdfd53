"""A run as the windows see it: what is being done, how far it is, and the tiles on the map."""

from __future__ import annotations

from typing import Callable

from qgis.core import QgsApplication
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ...core.protocol.messages import Planned
from ..results.dates import not_dated
from ..results.details import ResultLayer
from ..results.group import ResultGroup
from ..worker.shared_worker import SharedWorker
from .arriving import ArrivingTiles
from .look import Look
from .mosaic import Mosaic, frame_of
from .order import RunOrder, RunOutcome
from .task import Ending, PredictionTask

TILES_A_TURN = 4
"""Drawn before other events get their turn: a few milliseconds."""
ShowLayers = Callable[[RunOrder, "list[ResultLayer]"], ResultGroup]


class Run(QObject):  # type: ignore[misc]
    """One prediction, from its order to its layers; in the main thread.

    Args:
        order: what to predict.
        shared: the worker of this QGIS.
        look: how values are shown on the map meanwhile.
        canvas: the map.
        show_layers: begins the group of layers that shows a result.
        parent: of Qt.
    """

    stage_changed = pyqtSignal(str)
    """What is being done."""
    progressed = pyqtSignal(float)
    """0 to 100."""
    said = pyqtSignal(str, bool)
    """A text, and whether it is a warning."""
    tiles_shown = pyqtSignal(int)
    """So many parts are on the map by now."""
    finished = pyqtSignal(object)
    """A `RunOutcome`; the last signal."""

    def __init__(
        self,
        order: RunOrder,
        shared: SharedWorker,
        look: Look,
        canvas: QgsMapCanvas,
        show_layers: ShowLayers,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.order = order
        self.outcome: RunOutcome | None = None
        self.mosaic: Mosaic | None = None
        self._canvas, self._show_layers = canvas, show_layers
        self._item: ArrivingTiles | None = None
        self._tiles = 0
        self._is_abandoned = False
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self._draw_some)
        self._adding = QTimer(self)
        self._adding.setSingleShot(True)
        self._adding.timeout.connect(self._add_layer)
        self._ending: Ending | None = None
        self._group: ResultGroup | None = None
        self._task: PredictionTask | None = PredictionTask(order, shared, look)
        self._connect(self._task)

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.outcome is not None

    @property
    def item(self) -> ArrivingTiles | None:
        """What shows the tiles on the map; None before the first stage is over, and after the end."""
        return self._item

    def begin(self) -> None:
        """Have it carried out."""
        QgsApplication.taskManager().addTask(self._task)

    def cancel(self, is_keeping: bool = False) -> None:
        """Stop soon; returns at once.

        Args:
            is_keeping: whether the parts that are done become a layer.
        """
        if self._task is not None and not self.is_over:
            self._task.stop(is_keeping)

    def abandon(self) -> None:
        """Stop, and leave nothing: the windows or the project go."""
        self._is_abandoned = True
        self.cancel()
        self._clear_map()

    def _connect(self, task: PredictionTask) -> None:
        task.stage_told.connect(self._on_stage)
        task.progress_told.connect(self._on_progress)
        task.text_told.connect(self._on_text)
        task.planned_told.connect(self._on_planned)
        task.tiles_came.connect(self._draw_some)
        task.ended.connect(self._on_ended)

    def _on_stage(self, text: str) -> None:
        self.stage_changed.emit(text)

    def _on_progress(self, percent: float) -> None:
        self.progressed.emit(percent)

    def _on_text(self, text: str, is_warning: bool) -> None:
        self.said.emit(text, is_warning)

    def _on_planned(self, planned: Planned) -> None:
        if self._is_abandoned or self.is_over:
            return
        self._clear_map()
        self.mosaic = Mosaic(frame_of(planned))
        self._item = ArrivingTiles(self._canvas, self.mosaic)

    def _draw_some(self) -> None:
        """Draw the oldest tiles; more of them in the next turn."""
        feed = None if self._task is None else self._task.feed
        if feed is None or self.mosaic is None or self._item is None:
            return
        tiles, has_more = feed.take(TILES_A_TURN)
        for tile in tiles:
            self.mosaic.add(tile)
        if tiles:
            self._tiles += len(tiles)
            self._item.update()
            self.tiles_shown.emit(self._tiles)
        if has_more:
            self._turn.start(0)

    def _on_ended(self, ending: Ending) -> None:
        # QGIS deletes the task once it has ended
        self._task = None
        self._turn.stop()
        self._ending = ending
        if ending.layers and not self._is_abandoned:
            self._group = self._show_layers(self.order, ending.layers)
            if not ending.layers[0].details.source_date:
                self.said.emit(not_dated(), False)
        self._add_layer()

    def _add_layer(self) -> None:
        """Add the next layer of the result, one in a turn; after the last one the run is over."""
        if self._group is not None and not self._is_abandoned and self._group.add_next():
            self._adding.start(0)
        else:
            self._end()

    def _end(self) -> None:
        ending, self._ending = self._ending, None
        if ending is None:
            return
        self._clear_map()
        self.outcome = RunOutcome(
            is_done=ending.is_done,
            is_cancelled=ending.is_cancelled,
            problem=ending.problem,
            files=[layer.path for layer in ending.layers],
            group="" if self._group is None or self._is_abandoned else self._group.name,
            unopened=ending.unopened + ([] if self._group is None else self._group.unopened),
            is_abandoned=self._is_abandoned,
        )
        self.finished.emit(self.outcome)
        if ending.fault is not None:
            raise ending.fault

    def _clear_map(self) -> None:
        if self._item is not None:
            self._item.remove()
            self._item = None
        self.mosaic = None
