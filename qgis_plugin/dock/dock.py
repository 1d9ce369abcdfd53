"""The dock: brings form, map, plan and run together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from qgis.core import Qgis, QgsProject, QgsRasterLayer
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QStackedWidget, QWidget

from ..first_run.page import FirstRunPage
from ..first_run.readiness import find_obstacle
from ..free_file import free_output
from ..log import LOG
from ..runs.controller import RunController, RunInProgressError
from ..translation import tr
from ..worker.shared_worker import SharedWorker
from .asking import Answer, Asker, AskTask, begin
from .choices import ChoiceError, Choices, check_date
from .form import PredictionForm
from .map_marks import MapMarks
from .model_card import card_of
from .orders import Orders
from .plan_preview import Ask, PlanPreview
from .plan_view import PlanView
from .project_memory import ProjectMemory
from .remembered import keep_habits
from .run_progress import RunProgress
from .side_doors import SideDoors

NAME = "LandcastDock"


class LandcastDock(QgsDockWidget):  # type: ignore[misc]
    """The panel of Landcast.

    Args:
        iface: of QGIS.
        worker: the one that this QGIS starts where it needs one.
        controller: carries out what is asked for.
        parent: owns this.

    Attributes:
        form: what is chosen.
        marks: what is drawn on the map.
        preview: what a prediction would be.
    """

    further_shown = pyqtSignal()
    """The form was filled in to predict further from a prediction."""

    def __init__(
        self, iface: Any, worker: SharedWorker, controller: RunController, parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("Landcast"), parent)
        self.setObjectName(NAME)
        self._iface, self._worker = iface, worker
        self._canvas = iface.mapCanvas()
        self._orders = Orders(self._canvas, worker)
        self._models_task: AskTask | None = None
        self._is_models_known = False
        self._is_result_seen = False
        self._chosen: Choices | None = None
        self._planned_for: Choices | None = None
        self.form = PredictionForm()
        self._view = PlanView(self.form, self._orders, self._canvas)
        self.marks = MapMarks(self._canvas, self)
        self.preview = PlanPreview(self._make_question, self)
        self.progress = RunProgress(controller, self.form.run, iface, self)
        self._doors = SideDoors(self.form.run, iface, worker, self)
        self._page: FirstRunPage | None = None
        self._stack = QStackedWidget()
        self._stack.addWidget(self.form)
        self.setWidget(self._stack)
        self._connect(controller)
        self._memory = ProjectMemory(self.form, self)

    def _connect(self, controller: RunController) -> None:
        form, marks = self.form, self.marks
        form.changed.connect(self._on_form_changed)
        form.scale.frame_changed.connect(self._on_frame_changed)
        form.area.draw_asked.connect(self._on_draw_asked)
        form.model.refused.connect(self._warn)
        form.run.predict_asked.connect(self._on_predict)
        form.run.setup_asked.connect(self._show_page)
        form.run.again_asked.connect(self._on_change)
        marks.drawn.connect(form.area.choose_rectangle)
        marks.drawing_changed.connect(form.area.draw.setChecked)
        self.preview.answered.connect(self._on_planned)
        self.visibilityChanged.connect(self._on_visible)
        self._canvas.extentsChanged.connect(self._on_map_moved)
        self._canvas.destinationCrsChanged.connect(self._on_map_moved)
        self._canvas.layersChanged.connect(self._on_map_layers)
        controller.further_asked.connect(self.show_further)
        self._controller = controller

    def show_further(self, layer: QgsRasterLayer) -> None:
        """Fill in the form to go on from a prediction, whose file says of which date it is."""
        self.form.show_choices(replace(self.form.choices(), layer=layer.id(), is_canvas=False, source_date=""))
        self.setUserVisible(True)
        self.further_shown.emit()

    def close_for_good(self) -> None:
        """Leave nothing on the map, in the project or in the background; called before the dock is deleted."""
        for signal, slot in (
            (self._controller.further_asked, self.show_further),
            (self._canvas.extentsChanged, self._on_map_moved),
            (self._canvas.destinationCrsChanged, self._on_map_moved),
            (self._canvas.layersChanged, self._on_map_layers),
            (self.visibilityChanged, self._on_visible),
        ):
            signal.disconnect(slot)
        self._memory.close()
        self._rest()
        self.marks.close()
        self.progress.stop()
        self.form.stop_following()
        if self._page is not None:
            self._page.unload()

    # what is shown

    def _on_visible(self, is_visible: bool) -> None:
        if not is_visible:
            self._rest()
            return
        if find_obstacle() is not None:
            self._show_page()
            return
        self._show_form()

    def _rest(self) -> None:
        """Nobody looks: nothing is asked, nothing drawn."""
        self.preview.stop()
        self.marks.clear()
        task, self._models_task = self._models_task, None
        if task is not None:
            task.drop()

    def _show_page(self) -> None:
        self._rest()
        if self._page is None:
            self._page = FirstRunPage(self._worker)
            self._page.ready.connect(self._on_ready)
            self._page.sample_ready.connect(self._choose_file)
            self._stack.addWidget(self._page)
        self._stack.setCurrentWidget(self._page)

    def _on_ready(self) -> None:
        """There is a worker now, perhaps another one, with other models."""
        self._is_models_known = False
        self._show_form()

    def _show_form(self) -> None:
        self._stack.setCurrentWidget(self.form)
        if not self.form.choices().has_source:
            self._choose_active_layer()
        self._on_change()

    def _choose_file(self, path: str) -> None:
        """Choose the layer of a file that was just added."""
        for layer in QgsProject.instance().mapLayers().values():
            if isinstance(layer, QgsRasterLayer) and layer.source() == path:
                self.form.source.choose_layer(layer)

    def _choose_active_layer(self) -> None:
        layer = self._iface.activeLayer()
        if isinstance(layer, QgsRasterLayer) and layer.isValid():
            self.form.source.choose_layer(layer)

    @property
    def _is_used(self) -> bool:
        return bool(self.isUserVisible() and self._stack.currentWidget() is self.form)

    # what is chosen

    def _on_form_changed(self) -> None:
        self._is_result_seen = False
        self._on_change()

    def _on_change(self) -> None:
        choices = self.form.choices()
        self._show_marks()
        self._view.show_known(choices)
        if not self._is_used:
            return
        planned_for = replace(choices, output="", seed=0)
        is_asking = planned_for != self._planned_for or choices == self._chosen
        self._chosen = choices
        if is_asking:
            self._planned_for = planned_for
            self._ask(choices)

    def _ask(self, choices: Choices) -> None:
        """Ask anew what the prediction would be, where there is something to ask."""
        self.preview.stop()
        if not choices.has_source:
            self._view.forget(choices, reason=tr("Choose an image first."))
            return
        try:
            check_date(choices.source_date)
            self._orders.check_area(choices)
        except ChoiceError as error:
            self._view.forget(choices)
            self._view.show_failure(Answer(problem=str(error)))
            return
        self._view.forget(choices, state=tr("Looking at what it takes…"))
        if self._is_models_known:
            self.preview.touch()
        else:
            self._ask_models()

    def _ask_models(self) -> None:
        if self._models_task is None:
            try:
                ask = self._orders.models_question()
            except ChoiceError as error:
                self._view.show_failure(Answer(problem=str(error), is_without_worker=True, is_passing=True))
                return
            self._models_task = begin(tr("Ask for the models of Landcast"), Asker(), ask, self._on_models)

    def _on_models(self, answer: Answer) -> None:
        self._models_task = None
        if answer.problem is not None:
            self._view.show_failure(answer)
            return
        self._is_models_known = True
        shipped = next((info.name for info in answer.value if info.is_shipped), None)
        self.form.model.show_models([card_of(info) for info in answer.value], shipped)
        self._on_change()

    def _make_question(self, asker: Asker) -> Ask | None:
        return self._orders.plan_question(self.form.choices(), asker) if self._is_used else None

    def _on_planned(self, answer: Answer) -> None:
        if answer.problem is not None:
            self._view.show_failure(answer)
        else:
            self._view.show_plan(self.form.choices(), answer.value)

    # the map

    def _show_marks(self) -> None:
        if not self._is_used or self._is_result_seen:
            self.marks.clear()
            return
        choices = self.form.choices()
        rectangle = choices.rectangle if choices.area == "rectangle" else None
        self.marks.show(rectangle, self.form.scale.frame_m)

    def _on_frame_changed(self) -> None:
        self._is_result_seen = self._is_result_seen and self.progress.run is not None
        self._show_marks()

    def _on_draw_asked(self, is_asked: bool) -> None:
        if is_asked:
            self.marks.start_drawing()
        else:
            self.marks.stop_drawing()

    def _on_map_moved(self) -> None:
        if not self._is_used:
            return
        if self.form.area.chosen_kind == "canvas":
            self._on_change()
        else:
            self._show_marks()

    def _on_map_layers(self) -> None:
        if self._is_used and self.form.source.is_canvas:
            self._on_change()

    # the run

    def _on_predict(self) -> None:
        choices, asker = self.form.choices(), Asker()
        try:
            wanted = self._orders.output(choices)
            output = free_output(wanted)
            self.progress.start(self._orders.make(choices, asker, output), asker)
        except (ChoiceError, RunInProgressError) as error:
            self._warn(str(error))
            return
        if output != wanted:
            text = tr("Nothing is replaced: {file} is there already, so the result is written to {other}.")
            self._tell(text.format(file=wanted.name, other=output.name), Qgis.MessageLevel.Info)
        keep_habits(choices)
        # nothing lies over the result as it arrives, until something else is chosen
        self._is_result_seen = True
        self._show_marks()

    def _warn(self, text: str) -> None:
        self._tell(text, Qgis.MessageLevel.Warning)

    def _tell(self, text: str, level: Qgis.MessageLevel) -> None:
        self._iface.messageBar().pushMessage(LOG, text, level)
