"""What a training goes on from: a dataset that was made before, and the model that it begins with."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProcessingAlgorithm, QgsProcessingContext, QgsProcessingException

from ..dock.model_card import NoModelError, read_card
from ..translation import tr
from .base import Parameters
from .prediction_parameters import read_text

DATASET_FILE = "dataset.json"
"""As in `training.dataset.folder`, which QGIS's Python cannot import."""


def read_dataset(
    algorithm: QgsProcessingAlgorithm, parameters: Parameters, name: str, context: QgsProcessingContext
) -> str | None:
    """The full path of a dataset; None where none was given.

    Raises:
        QgsProcessingException: the folder is none.
    """
    text = read_text(algorithm, parameters, name, context)
    if text is None:
        return None
    folder = Path(text).expanduser().absolute()
    if not (folder / DATASET_FILE).is_file():
        raise QgsProcessingException(
            tr("{folder} is no dataset, as it holds no {file}: give a folder that “landcast pairs” made.").format(
                folder=folder, file=DATASET_FILE
            )
        )
    return str(folder)


def read_base(
    algorithm: QgsProcessingAlgorithm, parameters: Parameters, name: str, context: QgsProcessingContext
) -> str | None:
    """The model to start from, a full path or a name that the worker knows; None where none was given.

    Raises:
        QgsProcessingException: it is a path that leads to no model.
    """
    text = read_text(algorithm, parameters, name, context)
    if text is None:
        return None
    path = Path(text).expanduser()
    if path.name == text and not path.is_dir():
        return text
    try:
        read_card(path.absolute())
    except NoModelError as error:
        raise QgsProcessingException(str(error)) from error
    return str(path.absolute())
