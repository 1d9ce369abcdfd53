"""How to predict: what every algorithm that predicts lets its user choose."""

from __future__ import annotations

from dataclasses import dataclass

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ..compat import ADVANCED, NUMBER
from ..translation import tr
from .base import Parameters

GROUND_SCALE = "GROUND_SCALE"
YEARS = "YEARS"
SOURCE_DATE = "SOURCE_DATE"
SEED = "SEED"
MEMBERS = "MEMBERS"
MODEL = "MODEL"
KEEP_ITERATIONS = "KEEP_ITERATIONS"
TYPICAL = "TYPICAL"
DOMAIN = "DOMAIN"
STRICT = "STRICT"


@dataclass(frozen=True)
class PredictionSettings:
    """What was chosen; the fields are those of `PredictionRequest`."""

    ground_scale_m: float | None
    years_ahead: float | None
    source_date: str | None
    members: int
    seed: int
    model: str | None
    keeps_iterations: bool
    draws_typical: bool
    maps_domain: bool
    is_strict: bool


def prediction_definitions() -> list[QgsProcessingParameterDefinition]:
    """The choices, all of which may be left as they are."""
    definitions = [
        QgsProcessingParameterNumber(
            GROUND_SCALE,
            tr("Ground scale: metres that one tile covers (0: as the image has it)"),
            NUMBER.Double,
            optional=True,
            minValue=0,
        ),
        QgsProcessingParameterNumber(
            YEARS, tr("Years ahead (0: as the model was trained)"), NUMBER.Double, optional=True, minValue=0
        ),
        QgsProcessingParameterString(SOURCE_DATE, tr("Date of the image (empty: as the image says)"), optional=True),
        QgsProcessingParameterNumber(SEED, tr("Seed"), NUMBER.Integer, 0, minValue=0),
        QgsProcessingParameterNumber(MEMBERS, tr("Members"), NUMBER.Integer, 1, minValue=1),
        model_definition(MODEL),
        QgsProcessingParameterBoolean(
            KEEP_ITERATIONS, tr("Keep every iteration: the steps in between, beside the result"), defaultValue=False
        ),
        QgsProcessingParameterBoolean(
            TYPICAL, tr("Most typical future: of at least 3 members, beside the result"), defaultValue=False
        ),
        QgsProcessingParameterBoolean(
            DOMAIN, tr("Distance from the training: a layer beside the result"), defaultValue=False
        ),
        QgsProcessingParameterBoolean(STRICT, tr("Strict: warnings are errors"), defaultValue=False),
    ]
    for definition in definitions:
        definition.setFlags(definition.flags() | ADVANCED)
    return definitions


def model_definition(name: str) -> QgsProcessingParameterDefinition:
    """Which model."""
    return QgsProcessingParameterString(
        name, tr("Model: name or folder (empty: the one that comes with Landcast)"), optional=True
    )


def read_settings(
    algorithm: QgsProcessingAlgorithm, parameters: Parameters, context: QgsProcessingContext
) -> PredictionSettings:
    """What was chosen; None where it is left to the model and the source."""
    return PredictionSettings(
        ground_scale_m=algorithm.parameterAsDouble(parameters, GROUND_SCALE, context) or None,
        years_ahead=algorithm.parameterAsDouble(parameters, YEARS, context) or None,
        source_date=read_text(algorithm, parameters, SOURCE_DATE, context),
        members=algorithm.parameterAsInt(parameters, MEMBERS, context),
        seed=algorithm.parameterAsInt(parameters, SEED, context),
        model=read_text(algorithm, parameters, MODEL, context),
        keeps_iterations=algorithm.parameterAsBoolean(parameters, KEEP_ITERATIONS, context),
        draws_typical=algorithm.parameterAsBoolean(parameters, TYPICAL, context),
        maps_domain=algorithm.parameterAsBoolean(parameters, DOMAIN, context),
        is_strict=algorithm.parameterAsBoolean(parameters, STRICT, context),
    )


def read_text(
    algorithm: QgsProcessingAlgorithm, parameters: Parameters, name: str, context: QgsProcessingContext
) -> str | None:
    """A text without blanks around it; None where it is empty."""
    return algorithm.parameterAsString(parameters, name, context).strip() or None
