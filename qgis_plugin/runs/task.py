"""The part of a run that waits for the worker, in a thread of QGIS's tasks."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from qgis.core import QgsTask
from qgis.PyQt.QtCore import pyqtSignal

from ...core.protocol.messages import Planned
from ..area_file import AreaError, write_area
from ..compat import TOLD_TASK
from ..interpreter import InterpreterError
from ..prediction import (
    PredictedFiles,
    PredictionCancelledError,
    PredictionCrashedError,
    PredictionFailedError,
    PredictionRequest,
)
from ..results.details import ResultLayer, read_details
from ..translation import tr
from ..worker.shared_worker import SharedWorker
from .kept_tiles import KeptTiles, KeptTilesError
from .look import Look
from .order import RunOrder
from .partial_tags import partial_band_names, partial_tags
from .tile_feed import TileFeed


@dataclass
class Ending:
    """What came of the work; filled by the task's thread, read once the task has ended.

    Attributes:
        is_done: the whole prediction is there.
        is_cancelled: somebody stopped it.
        problem: why there is no result.
        fault: a mistake in the program, to be raised where it is seen.
        layers: that were written, the prediction first.
        unopened: that were written, but cannot be opened.
    """

    is_done: bool = False
    is_cancelled: bool = False
    problem: str = ""
    fault: Exception | None = None
    layers: list[ResultLayer] = field(default_factory=list)
    unopened: list[Path] = field(default_factory=list)


class PredictionTask(QgsTask):  # type: ignore[misc]
    """A prediction; its signals are for slots of the main thread.

    Args:
        order: what to predict.
        shared: the worker of this QGIS.
        look: how values are shown.
    """

    stage_told = pyqtSignal(str)
    progress_told = pyqtSignal(float)
    text_told = pyqtSignal(str, bool)
    planned_told = pyqtSignal(object)
    tiles_came = pyqtSignal()
    ended = pyqtSignal(object)
    """In the main thread; with what came of it."""

    def __init__(self, order: RunOrder, shared: SharedWorker, look: Look) -> None:
        super().__init__(tr("Predicting from “{}”").format(order.request.name or order.prepared.name), TOLD_TASK)
        self._order, self._shared, self._look = order, shared, look
        self._is_stopped, self._is_keeping = threading.Event(), threading.Event()
        self._ending = Ending()
        self._planned: Planned | None = None
        self.feed: TileFeed | None = None

    def stop(self, is_keeping: bool) -> None:
        """Stop soon; returns at once."""
        if is_keeping:
            self._is_keeping.set()
        else:
            self._is_keeping.clear()
        self._is_stopped.set()
        super().cancel()

    def cancel(self) -> None:
        """QGIS, or its panel of tasks, ends the task."""
        self._is_stopped.set()
        super().cancel()

    def run(self) -> bool:
        """Work; called by QGIS in a thread."""
        try:
            with _put_aside() as kept:
                try:
                    self._predict(kept)
                except PredictionCancelledError:
                    self._end_cancelled(kept)
        except (PredictionFailedError, InterpreterError, AreaError, KeptTilesError, OSError) as error:
            self._ending.problem = str(error)
        except PredictionCrashedError as error:
            self._ending.problem = tr("Landcast ended unexpectedly: {}").format(error)
        except Exception as error:  # noqa: BLE001 - it is raised again in the main thread, where it is seen
            self._ending.problem = tr("This is a fault of the plugin: {}").format(repr(error))
            self._ending.fault = error
        finally:
            # its provider goes in the thread that used it
            del self._order
        return self._ending.is_done

    def finished(self, is_done: bool) -> None:
        """Called by QGIS in the main thread."""
        if not self._ending.is_done and not self._ending.problem:
            self._ending.is_cancelled = True
        self.ended.emit(self._ending)

    def _predict(self, kept: KeptTiles) -> None:
        # it imports pyzmq, which was made sure of by now
        from ..worker.predicting import predict

        self.feed = TileFeed(self._look, kept, self._on_planned, self.tiles_came.emit)
        with _written_area(self._order) as request:
            if self._is_stopped.is_set():
                raise PredictionCancelledError
            files = predict(
                self._order.choice, self._shared, request, self._order.prepared.reader, _TaskListener(self), self.feed
            )
        layers = list(_layers(files))
        opened = [layer.path for layer in layers]
        self._ending.layers = layers
        self._ending.unopened = [path for path in [files.output, *files.beside] if path not in opened]
        self._ending.is_done = True

    def _on_planned(self, planned: Planned) -> None:
        self._planned = planned
        self.planned_told.emit(planned)

    def _end_cancelled(self, kept: KeptTiles) -> None:
        self._ending.is_cancelled = True
        if not self._is_keeping.is_set() or self._planned is None:
            return
        self.stage_told.emit(tr("Writing what was done"))
        request = self._order.request
        tags, names = partial_tags(request, self._planned), partial_band_names(self._planned)
        path = kept.write(request.output, tags, names)
        details = read_details(path)
        assert details is not None
        self._ending.layers = [ResultLayer(path, details)]


class _TaskListener:
    """Follows a prediction on behalf of a task."""

    def __init__(self, task: PredictionTask) -> None:
        self._task = task

    def show_stage(self, text: str) -> None:
        self._task.stage_told.emit(text)

    def show_progress(self, done: int, total: int) -> None:
        if total > 0:
            percent = min(100.0, 100 * done / total)
            self._task.setProgress(percent)
            self._task.progress_told.emit(percent)

    def warn(self, text: str) -> None:
        self._task.text_told.emit(text, True)

    def info(self, text: str) -> None:
        self._task.text_told.emit(text, False)

    def is_cancelled(self) -> bool:
        return bool(self._task._is_stopped.is_set() or self._task.isCanceled())


@contextmanager
def _put_aside() -> Iterator[KeptTiles]:
    kept = KeptTiles()
    try:
        yield kept
    finally:
        kept.close()


@contextmanager
def _written_area(order: RunOrder) -> Iterator[PredictionRequest]:
    """The request with its polygons as a file, for as long as the worker may read it."""
    if order.polygons is None:
        yield order.request
        return
    with tempfile.TemporaryDirectory(prefix="landcast-") as folder:
        area = write_area(order.polygons, Path(folder), order.polygons.transform_context)
        yield replace(order.request, area=area)


def _layers(files: PredictedFiles) -> Iterator[ResultLayer]:
    for path in [files.output, *files.beside]:
        details = read_details(path)
        if details is not None:
            yield ResultLayer(path, details)
