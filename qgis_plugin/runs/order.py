"""What the panel asks for: a prediction, how its source is read, and by which worker."""

# ruff: noqa: N802 - QGIS gives the methods their names

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFeatureRequest,
    QgsProject,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)

from ..prediction import PredictionRequest
from ..worker.choice import WorkerChoice

if TYPE_CHECKING:
    from ..layers.prepared import PreparedSource


@dataclass(frozen=True)
class Polygons:
    """An area as it was when it was chosen; written to a file by the thread of the task.

    Stands where `write_area` takes a feature source.

    Attributes:
        source: a copy of what a thread needs of the layer.
        name: of the layer.
        crs: of the layer.
        wkb_type: of its geometries.
        transform_context: of the project.
        selected: ids of the features that count; all where None.
    """

    source: QgsVectorLayerFeatureSource
    name: str
    crs: QgsCoordinateReferenceSystem
    wkb_type: Any
    transform_context: QgsCoordinateTransformContext
    selected: tuple[int, ...] | None = None

    def sourceCrs(self) -> QgsCoordinateReferenceSystem:
        """Of the layer."""
        return self.crs

    def sourceName(self) -> str:
        """Of the layer."""
        return self.name

    def wkbType(self) -> Any:
        """Of the geometries."""
        return self.wkb_type

    def getFeatures(self, request: QgsFeatureRequest, flags: Any = None) -> Any:
        """Those that were there, and selected, when the area was chosen."""
        if self.selected is not None:
            request.setFilterFids(list(self.selected))
        return self.source.getFeatures(request)


def take_polygons(layer: QgsVectorLayer, is_selected_only: bool) -> Polygons:
    """Copy what a thread needs of a layer of polygons; in the main thread."""
    return Polygons(
        source=QgsVectorLayerFeatureSource(layer),
        name=layer.name(),
        crs=layer.crs(),
        wkb_type=layer.wkbType(),
        transform_context=QgsProject.instance().transformContext(),
        selected=tuple(sorted(layer.selectedFeatureIds())) if is_selected_only else None,
    )


@dataclass(frozen=True)
class RunOrder:
    """A prediction that the panel asks for.

    Attributes:
        request: what is asked for; `area` is left None where polygons are given, `output` is final.
        prepared: how the source is read.
        choice: of the worker.
        source_layer: id of the layer in the project; empty where it is what the map shows.
        polygons: the area, instead of a file.
    """

    request: PredictionRequest
    prepared: PreparedSource
    choice: WorkerChoice
    source_layer: str = ""
    polygons: Polygons | None = None


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended.

    Attributes:
        is_done: the whole prediction is there.
        is_cancelled: the user stopped it; `files` and `group` then hold what was kept of it.
        problem: why there is no result, in words for a person; empty where there is one.
        files: that were written, the prediction first.
        group: name of the group of layers that shows them; empty where there is none.
        unopened: that were written, but cannot be opened.
        is_abandoned: nobody is left to be told: the windows or the project went.
    """

    is_done: bool = False
    is_cancelled: bool = False
    problem: str = ""
    files: list[Path] = field(default_factory=list)
    group: str = ""
    unopened: list[Path] = field(default_factory=list)
    is_abandoned: bool = False
