"""Images of two dates, as files or folders: what is trained and measured with."""

from __future__ import annotations

import re
from pathlib import Path

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
)

from ...core.protocol.requests import PairSource
from ..compat import FOLDER, NUMBER
from ..translation import tr
from .base import Parameters
from .prediction_parameters import read_text

BEFORE = "BEFORE"
AFTER = "AFTER"
YEARS = "YEARS"
SUFFIXES = (".tif", ".tiff")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
"""As in `training.years`, which QGIS's Python cannot import."""


def pair_definitions(prefix: str = "", is_optional: bool = False) -> list[QgsProcessingParameterDefinition]:
    """Both dates and the years between them."""
    before, after, years = (
        (tr("First date: folder of GeoTIFF files, or one file"), tr("Second date: folder of equal file names, or one "
         "file"), tr("Years between the dates (0: by the years in the paths)"))
        if not prefix
        else (tr("First date of training pairs to compare with"), tr("Second date of training pairs to compare with"),
              tr("Years between the dates of the training pairs (0: by the years in the paths)"))
    )  # fmt: skip
    return [
        QgsProcessingParameterFile(prefix + BEFORE, before, FOLDER, optional=is_optional),
        QgsProcessingParameterFile(prefix + AFTER, after, FOLDER, optional=is_optional),
        QgsProcessingParameterNumber(prefix + YEARS, years, NUMBER.Double, optional=True, minValue=0),
    ]


def read_pair(
    algorithm: QgsProcessingAlgorithm, parameters: Parameters, context: QgsProcessingContext, prefix: str = ""
) -> PairSource | None:
    """The pairs that were given; None without any.

    Raises:
        QgsProcessingException: they cannot be pairs; the message says why.
    """
    texts = [read_text(algorithm, parameters, prefix + name, context) for name in (BEFORE, AFTER)]
    if texts == [None, None]:
        return None
    if None in texts:
        raise QgsProcessingException(tr("Both dates are needed: one of the folders is missing."))
    before, after = (Path(str(text)).expanduser().absolute() for text in texts)
    years = algorithm.parameterAsDouble(parameters, prefix + YEARS, context) or None
    _check_files(before, after)
    if years is None:
        _check_years(before, after)
    return PairSource(str(before), str(after), years)


def _check_files(before: Path, after: Path) -> None:
    for path in (before, after):
        if not path.exists():
            raise QgsProcessingException(tr("{} does not exist: choose a folder of GeoTIFF files.").format(path))
    if before.is_dir() != after.is_dir():
        raise QgsProcessingException(
            tr("{before} and {after}: give two folders or two files, not one of each.").format(
                before=before, after=after
            )
        )
    if before == after:
        raise QgsProcessingException(tr("{} is given as both dates.").format(before))
    if before.is_dir() and not _names(before) & _names(after):
        raise QgsProcessingException(
            tr("{before} and {after} hold no GeoTIFF files of equal names, which would pair the dates.").format(
                before=before, after=after
            )
        )


def _check_years(before: Path, after: Path) -> None:
    found = [YEAR.findall(str(path)) for path in (before, after)]
    for path, years in zip((before, after), found):
        if not years:
            raise QgsProcessingException(tr("There is no year in {}: give the years between the dates.").format(path))
    if int(found[1][-1]) <= int(found[0][-1]):
        raise QgsProcessingException(
            tr(
                "By the years in their paths {after} is not later than {before}: exchange them, or give the years "
                "between the dates."
            ).format(before=before, after=after)
        )


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.suffix.lower() in SUFFIXES}
