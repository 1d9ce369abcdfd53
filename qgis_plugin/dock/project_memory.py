"""Keeps what is chosen in the project when that is saved, and fills it in again when one is opened."""

from __future__ import annotations

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QObject

from .choices import Choices
from .form import PredictionForm
from .remembered import has_entries, keep_project, recall_habits, recall_project


class ProjectMemory(QObject):  # type: ignore[misc]
    """Follows the project of QGIS.

    Args:
        form: that is filled in.
        parent: owns this.
    """

    def __init__(self, form: PredictionForm, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._form, self._project = form, QgsProject.instance()
        self._project.writeProject.connect(self._on_saved)
        self._project.readProject.connect(self._on_read)
        self._project.cleared.connect(self._on_cleared)
        self._on_read()

    def close(self) -> None:
        """Follow it no longer."""
        self._project.writeProject.disconnect(self._on_saved)
        self._project.readProject.disconnect(self._on_read)
        self._project.cleared.disconnect(self._on_cleared)

    def _on_saved(self) -> None:
        choices = self._form.choices()
        if choices.has_source or has_entries(self._project):
            keep_project(self._project, choices)

    def _on_read(self) -> None:
        choices = recall_habits(Choices())
        self._form.show_choices(recall_project(self._project, choices) if has_entries(self._project) else choices)

    def _on_cleared(self) -> None:
        kept = self._form.choices()
        self._form.show_choices(Choices(model=kept.model, members=kept.members, seed=kept.seed))
