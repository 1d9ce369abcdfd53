"""Files beside the output that a prediction replaces, which nobody was asked about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ..layers.opening import open_quietly
from ..prediction import PredictionFailedError, PredictionRequest
from ..translation import tr

OF_MEMBERS = ("spread", "change")


def check_beside(request: PredictionRequest) -> None:
    """Make sure that nothing but earlier predictions is replaced beside the output, whose name the user confirmed.

    Raises:
        PredictionFailedError: another file has the name of a layer.
    """
    for path in _beside(request):
        if prediction_items(path) is None:
            raise PredictionFailedError(
                tr("{} is in the way, and is no prediction: move it away, or give the result another name.").format(
                    path
                )
            )


def prediction_items(path: Path) -> dict[str, str] | None:
    """What a prediction, or a layer beside one, says of itself; None where the file is none."""
    dataset = open_quietly(str(path))
    items = {} if dataset is None else dict(dataset.GetMetadata() or {})
    return items if "YES" in (items.get("LANDCAST_SYNTHETIC"), items.get("LANDCAST_DOMAIN")) else None


def _beside(request: PredictionRequest) -> Iterator[Path]:
    """What is there under names of layers that may be written; iterations under any number, as a plan decides it."""
    output = request.output
    asked = {
        **dict.fromkeys(OF_MEMBERS, request.members > 1), "typical": request.draws_typical,
        "domain": request.maps_domain, r"iteration_\d+": request.keeps_iterations,
    }  # fmt: skip
    layers = [name for name, is_asked in asked.items() if is_asked]
    if not layers:
        return
    # a file system may take names that differ by case alone for one
    name = re.compile(
        rf"{re.escape(output.stem)}_({'|'.join(layers)}){re.escape(output.suffix)}", re.IGNORECASE
    )  # fmt: skip
    yield from sorted(path for path in output.parent.glob("*") if name.fullmatch(path.name))
