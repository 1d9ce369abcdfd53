"""The temperature at which members differ as much as their mean errs."""

from __future__ import annotations

import pytest

from landcast.core.errors import TrainingError
from landcast.core.model.contract import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE
from landcast.training.backtest.temperature import fit_temperature


@pytest.mark.parametrize(("before", "wanted"), [(0.9, 1.06), (0.7, 1.19), (1.2, 0.88)])
def test_members_that_differ_too_little_or_too_much_are_brought_to_what_they_err(before: float, wanted: float) -> None:
    asked: list[float] = []

    def spread_over_skill(temperature: float) -> float:
        asked.append(temperature)
        return before + 1.6 * (temperature - 1)

    fit = fit_temperature(spread_over_skill)
    assert (fit.temperature, fit.before) == (wanted, before)
    assert fit.after == pytest.approx(1, abs=0.01)
    assert (len(asked), asked[-1]) == (3, fit.temperature)


def test_members_that_are_right_are_left_alone() -> None:
    assert fit_temperature(lambda temperature: 0.995).temperature == 1


@pytest.mark.parametrize(("before", "limit"), [(0.1, HIGHEST_TEMPERATURE), (1.9, LOWEST_TEMPERATURE)])
def test_no_model_is_sent_where_it_was_never_trained(before: float, limit: float) -> None:
    assert fit_temperature(lambda temperature: before + 0.1 * (temperature - 1)).temperature == limit


def test_a_model_whose_members_are_all_alike_has_none() -> None:
    with pytest.raises(TrainingError, match="do not differ more at a higher temperature"):
        fit_temperature(lambda temperature: 0.0)
