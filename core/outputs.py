"""Whether the files of a result may be written, before anything is done for them."""

from __future__ import annotations

from pathlib import Path

from .errors import RequestError
from .raster.result import check_output
from .request import PredictionRequest


def check_outputs(request: PredictionRequest, iterations: int = 1) -> None:
    """Make sure that all files of a result can appear under their names.

    Args:
        request: what is asked for.
        iterations: that it takes, as far as that is known; they may be kept beside the result.

    Raises:
        OutputError: a folder is missing, or a name is taken.
        RequestError: a result would replace its own source.
    """
    source = Path(request.source)
    layers = {**request.layer_paths, **request.iteration_paths(iterations), **request.domain_paths}
    for path in [*layers.values(), *([request.quicklook] if request.quicklook else [])]:
        # a quicklook is no result: one that is there is replaced
        check_output(path, request.is_overwriting or path == request.quicklook)
        if path.exists() and source.exists() and path.samefile(source):
            raise RequestError(f"{path}: the result would replace its own source; choose another place with -o")
