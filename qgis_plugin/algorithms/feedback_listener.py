"""Follows a prediction on behalf of Processing."""

from __future__ import annotations

from qgis.core import QgsProcessingFeedback

from ..translation import tr


class FeedbackListener:
    """Passes what Landcast says to the log and the progress bar of Processing.

    Args:
        feedback: of the algorithm.
    """

    def __init__(self, feedback: QgsProcessingFeedback) -> None:
        self.feedback = feedback

    def show_stage(self, text: str) -> None:
        """This is being done now."""
        self.feedback.setProgressText(text)

    def show_progress(self, done: int, total: int) -> None:
        """So many parts of the work are done."""
        if total > 0:
            self.feedback.setProgress(100 * done / total)

    def warn(self, text: str) -> None:
        """The user should know this about the result."""
        self.feedback.pushWarning(text)

    def info(self, text: str) -> None:
        """The user may like to know this about the result."""
        self.feedback.pushInfo(text)

    def is_cancelled(self) -> bool:
        """Whether the user asked to stop."""
        return bool(self.feedback.isCanceled())


class PartListener(FeedbackListener):
    """Follows one of several predictions, whose progress is a part of that of all.

    Args:
        feedback: of the algorithm.
        name: of what is predicted.
        number: of the prediction, from 0.
        count: of all of them.

    Attributes:
        warnings: that came.
    """

    def __init__(self, feedback: QgsProcessingFeedback, name: str, number: int, count: int) -> None:
        super().__init__(feedback)
        self._name, self._number, self._count = name, number, count
        self.warnings: list[str] = []
        self._told: set[str] = set()

    def show_stage(self, text: str) -> None:
        """This is being done now, for one of several; told once, as reading and predicting take turns."""
        if text in self._told:
            return
        self._told.add(text)
        self.feedback.setProgressText(
            tr("{number} of {total}, {name}: {stage}").format(
                number=self._number + 1, total=self._count, name=self._name, stage=text
            )
        )

    def show_progress(self, done: int, total: int) -> None:
        """So many parts of this one are done."""
        if total > 0:
            self.feedback.setProgress(100 * (self._number + done / total) / self._count)

    def warn(self, text: str) -> None:
        """The user should know this about the result."""
        self.warnings.append(text)
        super().warn(text)
