"""Predicts scenes one after the other; in the thread of the task."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from qgis.core import QgsProcessingFeedback, QgsRasterLayer

from ..layers.prepared import PreparedSource, prepare_source
from ..layers.reader import LayerReadError
from ..prediction import (
    PredictionCancelledError,
    PredictionCrashedError,
    PredictionFailedError,
    PredictionRequest,
)
from ..translation import tr
from ..worker.choice import OwnWorker, WorkerChoice
from ..worker.shared_worker import SharedWorker
from .feedback_listener import FeedbackListener, PartListener
from .layer_sources import loading_feedback
from .prediction_parameters import PredictionSettings
from .scene_kept import why_not_kept
from .scene_list import Scene, open_file, why_in_the_way
from .scene_summary import CANCELLED, FAILED, PREDICTED, SKIPPED, Row, Summary

MOST_CRASHES = 2
"""In a row that no worker survives: then none will come, and the rest is not tried."""


@dataclass
class SceneRun:
    """One run over scenes.

    Attributes:
        choice: the worker that the settings name.
        worker: the one of this QGIS.
        settings: for all scenes.
        is_skipping: whether results of an earlier run are left as they are.
        feedback: of the algorithm.
        crashes: in a row, after which no worker runs.
    """

    choice: WorkerChoice
    worker: SharedWorker
    settings: PredictionSettings
    is_skipping: bool
    feedback: QgsProcessingFeedback
    crashes: int = 0

    def predict_all(self, scenes: Sequence[Scene], summary: Summary) -> None:
        """Predict all scenes, and write what becomes of each.

        Raises:
            InterpreterError: the interpreter has no Landcast.
            OSError: the table cannot be written.
        """
        sources = [scene.path for scene in scenes if isinstance(scene.path, Path)]
        for number, scene in enumerate(scenes):
            listener, started = PartListener(self.feedback, scene.name, number, len(scenes)), time.monotonic()
            status, message = self._treat(scene, sources, listener)
            output = str(scene.output) if status in (PREDICTED, SKIPPED) else ""
            seconds = time.monotonic() - started
            summary.add(Row(scene.name, str(scene.path or ""), output, status, seconds, message))
            if status == CANCELLED:
                break
            self.feedback.setProgress(100 * (number + 1) / len(scenes))

    def _treat(self, scene: Scene, sources: list[Path], listener: PartListener) -> tuple[str, str]:
        """Predict a scene unless that is done; what became of it comes back, and what there is to say."""
        if self.feedback.isCanceled():
            return CANCELLED, ""
        try:
            if self._is_done(scene, sources):
                self.feedback.pushInfo(
                    tr("{} is there from an earlier run, and is left as it is.").format(scene.output)
                )
                return SKIPPED, ""
            scene.output = self._predict(scene, listener)
        except PredictionCancelledError:
            return CANCELLED, ""
        except (PredictionFailedError, PredictionCrashedError) as error:
            is_crash = isinstance(error, PredictionCrashedError) and self.worker.process_id is None
            self.crashes = self.crashes + 1 if is_crash else 0
            self.feedback.reportError(tr("{scene} failed: {reason}").format(scene=scene.name, reason=error))
            return FAILED, str(error)
        finally:
            # its provider goes in the thread that used it
            scene.prepared = None
        self.crashes = 0
        return PREDICTED, "; ".join(listener.warnings)

    def _is_done(self, scene: Scene, sources: list[Path]) -> bool:
        """Whether the result of a scene is there from an earlier run.

        Raises:
            PredictionFailedError: something else stands there.
        """
        problem = why_in_the_way(scene.output, sources)
        is_there = problem is None and self.is_skipping and scene.output.exists()
        if is_there:
            problem = why_not_kept(scene.output, scene.path, self.settings)
        if problem is not None:
            raise PredictionFailedError(problem)
        return is_there

    def _predict(self, scene: Scene, listener: FeedbackListener) -> Path:
        # it imports pyzmq, which was made sure of by now
        from ..worker.predicting import predict

        if isinstance(self.choice, OwnWorker) and self.crashes >= MOST_CRASHES:
            raise PredictionCrashedError(tr("not tried, as no worker stays alive"))
        prepared = scene.prepared or self._open(scene)
        for text in prepared.warnings:
            listener.warn(text)
        for text in prepared.notes:
            listener.info(text)
        request = PredictionRequest(
            source=prepared.source,
            name=prepared.name,
            output=scene.output,
            bands=prepared.bands,
            **asdict(self.settings),
        )
        return predict(self.choice, self.worker, request, prepared.reader, listener).output

    def _open(self, scene: Scene) -> PreparedSource:
        """What a prediction needs of a file of a folder.

        Raises:
            PredictionFailedError: QGIS cannot read it, which a worker elsewhere needs.
        """
        if isinstance(self.choice, OwnWorker):
            return PreparedSource(scene.path, scene.name, None, None)
        layer = open_file(scene)
        if not layer.isValid():
            raise PredictionFailedError(tr("{} cannot be opened.").format(scene.path))
        try:
            return prepare_scene(layer, self.choice, False, self.feedback)
        except LayerReadError as error:
            raise PredictionFailedError(str(error)) from error


def prepare_scene(
    layer: QgsRasterLayer, choice: WorkerChoice, is_layer_seen: bool, feedback: QgsProcessingFeedback
) -> PreparedSource:
    """Make a layer ready for a prediction; what there is to say of it is told when its turn comes.

    Raises:
        LayerReadError: neither the worker nor QGIS could read it.
    """
    return prepare_source(
        layer, isinstance(choice, OwnWorker), is_layer_seen, loading_feedback(feedback), feedback.isCanceled
    )
