"""How strong the noise has to be that members start from, so that they differ as much as their mean errs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...core.errors import TrainingError
from ...core.model.contract import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE

PROBED = 1.1
"""The temperature that is tried beside 1."""
CLOSE_ENOUGH = 0.01
"""Of spread over skill to 1."""


@dataclass(frozen=True)
class TemperatureFit:
    """A temperature and what it does.

    Attributes:
        temperature: what the noise is multiplied by, to two digits.
        before: spread over skill at temperature 1.
        after: and at this one, on the same areas.
    """

    temperature: float
    before: float
    after: float

    def in_words(self) -> str:
        """All of it, in a sentence."""
        return (
            f"Members start from noise of temperature {self.temperature:g}: spread over skill {self.before:.2f} at 1 "
            f"and {self.after:.2f} at this one, on the areas that it was fitted on."
        )


def fit_temperature(spread_over_skill: Callable[[float], float]) -> TemperatureFit:
    """Find the temperature at which the spread over skill is 1, from three measurements at most.

    Spread over skill rises with the temperature nearly in a line, as far as training lets members be off it.

    Args:
        spread_over_skill: measures members drawn at a temperature.

    Raises:
        TrainingError: it does not rise, as it does not for a model whose members are all alike.
    """
    before = spread_over_skill(1.0)
    if abs(before - 1) <= CLOSE_ENOUGH:
        return TemperatureFit(1.0, before, before)
    probed = PROBED if before < 1 else 1 / PROBED
    slope = (spread_over_skill(probed) - before) / (probed - 1)
    if not slope > 0:
        raise TrainingError("members do not differ more at a higher temperature: this model has none to fit")
    wanted = 1 + (1 - before) / slope
    temperature = round(min(max(wanted, LOWEST_TEMPERATURE), HIGHEST_TEMPERATURE), 2)
    return TemperatureFit(temperature, before, spread_over_skill(temperature))
