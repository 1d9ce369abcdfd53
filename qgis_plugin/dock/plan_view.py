"""Shows in the form what a plan came to: figures, dates, the CRS, warnings; or why there is none."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsProject

from ..log import log
from ..translation import tr
from .area import area_text, measure, size_text
from .asking import Answer
from .choices import Choices, later_year
from .form import PredictionForm
from .orders import Orders, PlanAnswer
from .plain_words import in_plain_words
from .plan_text import describe_plan, warnings_of
from .sources import find_services, source_layer


class PlanView:
    """Fills in what no user fills in.

    Args:
        form: that shows it.
        orders: know the area.
        canvas: of the map.
    """

    def __init__(self, form: PredictionForm, orders: Orders, canvas: Any) -> None:
        self._form, self._orders, self._canvas = form, orders, canvas
        self._plan: PlanAnswer | None = None

    def show_known(self, choices: Choices) -> None:
        """Show what is known of the choices without asking anybody."""
        self._form.area.say(self._area_words(choices))
        if self._plan is not None:
            date = self._plan.planned.result_date or ""
        else:
            date = later_year(choices.source_date, choices.years_ahead) if choices.years_ahead else ""
        self._form.years.show_result_date(date)

    def forget(self, choices: Choices, reason: str = "", state: str = "") -> None:
        """Show no plan any more.

        Args:
            choices: that are chosen now.
            reason: why nothing can be predicted; empty where it may be.
            state: what is waited for.
        """
        self._plan = None
        run = self._form.run
        run.show_plan([])
        run.show_problem("")
        run.show_state(state)
        run.allow(reason)
        run.warnings.say(self._terms(choices))
        self._form.scale.show_planned(None)
        self.show_known(choices)

    def show_plan(self, choices: Choices, plan: PlanAnswer) -> None:
        """Show a plan of these choices."""
        self._plan = plan
        run, told = self._form.run, describe_plan(plan.planned)
        name = self._other_crs(choices, plan.planned.crs)
        run.show_state("")
        run.show_plan([*told, (tr("CRS"), name)] if name else told)
        run.warnings.say([*self._terms(choices), *plan.warnings, *warnings_of(plan.planned)])
        self._form.scale.show_planned(plan.scale_m)
        self.show_known(choices)

    def show_failure(self, answer: Answer) -> None:
        """Show why there is no plan, which forbids to predict, unless it may pass."""
        problem = answer.problem or ""
        log(problem)
        run = self._form.run
        run.show_state("")
        run.show_problem(in_plain_words(problem), answer.is_without_worker, answer.is_passing)
        is_allowed = answer.is_passing and not answer.is_without_worker
        run.allow("" if is_allowed else in_plain_words(problem))

    def _terms(self, choices: Choices) -> list[str]:
        services = find_services(choices, self._canvas)
        text = tr("{layers}: from a service on the web. Mind its terms: many do not allow new images made of theirs.")
        return [text.format(layers=", ".join(f"“{name}”" for name in services))] if services else []

    def _other_crs(self, choices: Choices, wkt: str) -> str:
        """The CRS of the result, where it is another one than that of the image."""
        layer = source_layer(choices)
        own = self._canvas.mapSettings().destinationCrs() if layer is None else layer.crs()
        crs = QgsCoordinateReferenceSystem.fromWkt(wkt)
        return "" if crs == own or not crs.isValid() else str(crs.userFriendlyIdentifier())

    def _area_words(self, choices: Choices) -> str:
        """The size of the area, or what lacks of it."""
        if choices.area == "rectangle" and choices.rectangle is None:
            return tr("draw it with the button beside")
        if choices.area == "polygons":
            return "" if self._plan is None or self._plan.area_m2 is None else area_text(self._plan.area_m2)
        rectangle = self._orders.area_rectangle(choices)
        size = None if rectangle is None else measure(rectangle, QgsProject.instance())
        return "" if size is None else size_text(size)
