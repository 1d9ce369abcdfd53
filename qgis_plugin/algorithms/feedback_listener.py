"""Follows a prediction on behalf of Processing."""

from __future__ import annotations

from qgis.core import QgsProcessingFeedback


class FeedbackListener:
    """Passes what Landcast says to the log and the progress bar of Processing."""

    def __init__(self, feedback: QgsProcessingFeedback) -> None:
        self._feedback = feedback

    def show_stage(self, text: str) -> None:
        self._feedback.setProgressText(text)

    def show_progress(self, done: int, total: int) -> None:
        if total > 0:
            self._feedback.setProgress(100 * done / total)

    def warn(self, text: str) -> None:
        self._feedback.pushWarning(text)

    def info(self, text: str) -> None:
        self._feedback.pushInfo(text)

    def is_cancelled(self) -> bool:
        return bool(self._feedback.isCanceled())
