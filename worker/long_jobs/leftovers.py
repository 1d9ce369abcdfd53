"""What a killed training or evaluation wrote aside. Imports neither numpy nor torch, for the host cleans up as well."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from ...core.protocol.processes import process_start
from ...core.protocol.requests import EvaluateRequest, TrainRequest

_ASIDE = re.compile(r"(.*)\.([0-9]{1,10})\.partial")


def remove_leftovers(request: TrainRequest | EvaluateRequest) -> None:
    """Remove folders that processes which are gone wrote aside; checkpoints stay."""
    folder = Path(request.folder)
    is_training = isinstance(request, TrainRequest)
    place, name = (folder.parent, f".{folder.name}") if is_training else (folder, ".evaluation")
    for path in list(place.iterdir()) if place.is_dir() else []:
        match = _ASIDE.fullmatch(path.name)
        if match and match[1] == name and process_start(int(match[2])) is None:
            shutil.rmtree(path, ignore_errors=True)
