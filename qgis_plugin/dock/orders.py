"""From what is chosen to the question of the plan and to the order of a run; made in the main thread."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qgis.core import QgsFeatureRequest, QgsProcessingUtils, QgsProject, QgsVectorLayer

from ...core.protocol.fields import new_id
from ...core.protocol.messages import ModelsQuestion, Planned
from ...core.protocol.values import ModelInfo
from ..area_file import write_area
from ..interpreter import InterpreterError
from ..prediction import PredictionCancelledError
from ..runs.order import Polygons, RunOrder, take_polygons
from ..translation import tr
from ..worker.choice import WorkerChoice, WorkerChoiceError, choose_worker
from ..worker.installing import plugin_libraries
from ..worker.pyzmq import MissingPyzmqError, use_pyzmq
from ..worker.shared_worker import SharedWorker
from ..worker.waiting import wait_for
from .area import check_reached, make_ruler, rectangle_of
from .asking import Asker
from .choices import TILE_PX, ChoiceError, Choices, Rectangle, default_name, make_request
from .plan_preview import Ask
from .sources import prepare, source_layer

MODELS_S = 300.0
ENDLESS = ("wms",)
"""Providers of pictures that are drawn at any scale, most of them of all the world."""


@dataclass(frozen=True)
class PlanAnswer:
    """What a prediction would be.

    Attributes:
        planned: by the worker.
        warnings: of how the image is read.
        area_m2: of polygons; None for other areas.
    """

    planned: Planned
    warnings: tuple[str, ...]
    area_m2: float | None = None

    @property
    def scale_m(self) -> float:
        """Metres that one tile covers."""
        return self.planned.gsd_m * TILE_PX


class Orders:
    """Makes questions and orders.

    Args:
        canvas: of the map.
        worker: the one that this QGIS starts where it needs one.
    """

    def __init__(self, canvas: Any, worker: SharedWorker) -> None:
        self._canvas, self._worker = canvas, worker

    def area_rectangle(self, choices: Choices) -> Rectangle | None:
        """The area, unless it is of polygons, or not drawn yet, or the map without an end."""
        if choices.area == "rectangle":
            return choices.rectangle
        if choices.area == "canvas":
            return rectangle_of(self._canvas.extent(), self._canvas.mapSettings().destinationCrs())
        layer = source_layer(choices)
        return None if choices.area == "polygons" or layer is None else rectangle_of(layer.extent(), layer.crs())

    def check_area(self, choices: Choices) -> None:
        """Make sure that there is an area, and that the image reaches it.

        Raises:
            ChoiceError: there is none, or it does not.
        """
        layer, rectangle = source_layer(choices), self.area_rectangle(choices)
        if choices.area == "rectangle" and rectangle is None:
            raise ChoiceError(tr("Draw a rectangle on the map, or choose another area."))
        is_endless = choices.is_canvas or (layer is not None and layer.providerType() in ENDLESS)
        if choices.area == "layer" and is_endless:
            raise ChoiceError(
                tr("This image has no end: choose as area what the map window shows, a rectangle or polygons.")
            )
        if choices.area == "polygons":
            _polygon_layer(choices)
        elif layer is not None and rectangle is not None and choices.area != "layer":
            check_reached(rectangle, layer, QgsProject.instance().transformContext())

    def models_question(self) -> Ask:
        """What asks for the models of the worker, in another thread.

        Raises:
            ChoiceError: there is no worker to be had.
        """
        choice, worker = _choose(), self._worker

        def ask(asker: Asker) -> tuple[ModelInfo, ...]:
            # it imports pyzmq, which was made sure of by now
            from ..worker.predicting import conversation, told_errors

            query = new_id()
            with told_errors(), conversation(choice, worker, asker) as connection:
                # answered by a worker that just began once it has loaded its libraries
                answer = connection.client.ask(query, ModelsQuestion(query))
                models: tuple[ModelInfo, ...] = wait_for(answer, asker.is_cancelled, MODELS_S).models
                return models

        return ask

    def plan_question(self, choices: Choices, asker: Asker) -> Ask:
        """What asks for the plan, in another thread.

        Raises:
            ChoiceError: what is chosen cannot be predicted.
        """
        # a name is enough: nothing is written
        order = self._make(choices, asker, Path(QgsProcessingUtils.tempFolder()) / "planned_pred.tif", is_drawn=False)
        worker = self._worker
        held = [order]

        def ask(asker: Asker) -> PlanAnswer:
            return _plan(held.pop(), worker, asker)

        return ask

    def make(self, choices: Choices, asker: Asker, output: Path) -> RunOrder:
        """The order of a run.

        Args:
            choices: of the panel.
            asker: who waits for its pixels.
            output: file to write.

        Raises:
            ChoiceError: what is chosen cannot be predicted.
        """
        return self._make(choices, asker, output)

    def _make(self, choices: Choices, asker: Asker, output: Path, is_drawn: bool = True) -> RunOrder:
        self.check_area(choices)
        choice = _choose()
        prepared = prepare(choices, self._canvas, choice, asker, is_drawn)
        extent = None if choices.area == "layer" else self.area_rectangle(choices)
        request = make_request(choices, prepared, extent, output)
        polygons = (
            take_polygons(_polygon_layer(choices), choices.is_selected_only) if choices.area == "polygons" else None
        )
        return RunOrder(request, prepared, choice, choices.layer, polygons)

    def output(self, choices: Choices) -> Path:
        """The file that is to be written, which may be there already.

        Raises:
            ChoiceError: it cannot be written there.
        """
        layer = source_layer(choices)
        name = default_name(tr("map") if layer is None else layer.name(), choices.source_date, choices.years_ahead)
        if not choices.output:
            return Path(QgsProcessingUtils.generateTempFilename(name))
        output = Path(choices.output).expanduser()
        if not output.is_absolute():
            raise ChoiceError(tr("{} is no whole path: choose the file by the button beside it.").format(output))
        if not os.path.isdir(output.parent):  # noqa: PTH112 - Path's raises where the drive is gone
            raise ChoiceError(tr("There is no folder {}: choose another file.").format(output.parent))
        return output if output.suffix.lower() in (".tif", ".tiff") else output.with_name(output.name + ".tif")


def _choose() -> WorkerChoice:
    try:
        choice = choose_worker()
        use_pyzmq(plugin_libraries())
    except (InterpreterError, WorkerChoiceError, MissingPyzmqError) as error:
        raise ChoiceError(str(error)) from error
    return choice


def _polygon_layer(choices: Choices) -> QgsVectorLayer:
    layer = QgsProject.instance().mapLayer(choices.polygons) if choices.polygons else None
    if not isinstance(layer, QgsVectorLayer):
        raise ChoiceError(tr("Choose a layer of polygons, or another area."))
    if not layer.crs().isValid():
        raise ChoiceError(tr("The area “{}” has no CRS: set one in the properties of its layer.").format(layer.name()))
    return layer


def _plan(order: RunOrder, worker: SharedWorker, asker: Asker) -> PlanAnswer:
    """Ask and wait; in a thread of a task."""
    # it imports pyzmq, which was made sure of by now
    from ..worker.predicting import plan

    prepared, request, area_m2 = order.prepared, order.request, None
    with ExitStack() as stack:
        if order.polygons is not None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="landcast-")))
            request = replace(request, area=write_area(order.polygons, folder, order.polygons.transform_context))
            area_m2 = _measure(order.polygons, asker)
        planned = plan(order.choice, worker, request, prepared.reader, asker)
    return PlanAnswer(planned, prepared.warnings, area_m2)


def _measure(polygons: Polygons, asker: Asker) -> float:
    """Square metres of all polygons, one by one."""
    ruler = make_ruler(polygons.crs, polygons.transform_context)
    area_m2 = 0.0
    for feature in polygons.getFeatures(QgsFeatureRequest().setSubsetOfAttributes([])):
        if asker.is_cancelled():
            raise PredictionCancelledError
        if feature.hasGeometry():
            area_m2 += ruler.measureArea(feature.geometry())
    return area_m2
