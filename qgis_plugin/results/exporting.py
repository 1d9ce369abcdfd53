"""Exports what a run shows, as one picture or as an animation, while the windows stay free."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qgis.core import QgsApplication, QgsProject
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..interpreter import find_interpreter
from ..translation import tr
from .export_task import ExportTask, write_animation, write_picture
from .map_frames import Drawn, MapFrames, NoPastError, Place, State, place_of, states_of
from .runs_in_tree import RunInTree

Write = Callable[["list[Drawn]", Callable[[], bool]], None]


class Export(QObject):  # type: ignore[misc]
    """One file on its way; in the main thread.

    Args:
        states: to draw.
        place: where.
        output: the file.
        write: makes the file of the pictures, in a thread.
        parent: of Qt.
    """

    finished = pyqtSignal(str, bool)
    """What went wrong, empty where nothing did; and whether it was cancelled."""

    def __init__(
        self, states: list[State], place: Place, output: Path, write: Write, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.output = output
        self._write = write
        self._task: ExportTask | None = None
        self._frames = MapFrames(states, place, self)
        self._frames.drawn.connect(self._on_drawn)
        # a layer that goes takes its picture with it
        QgsProject.instance().layersWillBeRemoved.connect(self._on_layers_removed)
        self._layers = {layer.id() for state in states for layer in state.layers}
        self._is_drawing = True
        self._frames.begin()

    def cancel(self) -> None:
        """Stop; returns at once."""
        if self._is_drawing:
            self._stop_drawing()
            self._frames.cancel()
            self.finished.emit("", True)
        elif self._task is not None:
            self._task.cancel()

    def _on_drawn(self, drawn: list[Drawn]) -> None:
        self._stop_drawing()
        write = self._write
        self._task = ExportTask(self.output, lambda is_stopped: write(drawn, is_stopped))
        self._task.ended.connect(self._on_ended)
        QgsApplication.taskManager().addTask(self._task)

    def _on_ended(self, problem: str, is_cancelled: bool) -> None:
        # QGIS deletes the task once it has ended
        self._task = None
        self.finished.emit(problem, is_cancelled)

    def _on_layers_removed(self, layers: list[str]) -> None:
        if self._layers.intersection(layers):
            self.cancel()

    def _stop_drawing(self) -> None:
        if self._is_drawing:
            self._is_drawing = False
            QgsProject.instance().layersWillBeRemoved.disconnect(self._on_layers_removed)


def export_picture(run: RunInTree, canvas: QgsMapCanvas, output: Path, parent: QObject | None = None) -> Export:
    """Write what was before and the chosen prediction side by side, as a PNG.

    Raises:
        PlaceError: the prediction does not lie in the CRS of the map.
        NoPastError: neither the project nor the map has anything to show as before.
    """
    place, states = place_of(run, canvas.mapSettings().destinationCrs()), states_of(run, canvas.layers())
    if states[0].is_predicted:
        raise NoPastError(
            tr("The image that was predicted from is gone: add it beneath the prediction, so that the map shows it.")
        )
    chosen = next(state for state in states if state.layers[0] is run.chosen)
    title = run.title
    return Export(
        [states[0], chosen], place, output, lambda drawn, _: write_picture(drawn, place, title, output), parent
    )


def export_animation(run: RunInTree, canvas: QgsMapCanvas, output: Path, parent: QObject | None = None) -> Export:
    """Write the image and all iterations as a GIF or an MP4, by its ending.

    Raises:
        PlaceError: the prediction does not lie in the CRS of the map.
        InterpreterError: there is no Python with Landcast on this machine, which makes it.
    """
    place, interpreter = place_of(run, canvas.mapSettings().destinationCrs()), find_interpreter()
    title = run.title

    def write(drawn: list[Drawn], is_stopped: Callable[[], bool]) -> None:
        write_animation(drawn, place, title, output, interpreter, is_stopped)

    return Export(states_of(run, canvas.layers()), place, output, write, parent)
