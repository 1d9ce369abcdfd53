"""What a request asks for that an older worker does not know, and would leave out without a word."""

from dataclasses import MISSING, fields

from .requests import JobRequest
from .versions import Version

SINCE = {
    "predict": {
        "is_keeping_iterations": Version(1, 1), "is_drawing_typical": Version(1, 3), "is_mapping_domain": Version(1, 3),
    },
    "evaluate": {"rivals": Version(1, 2), "iterations": Version(1, 2)},
    "train": {
        "perceptual_weights": Version(1, 2), "has_tensorboard": Version(1, 2), "base": Version(1, 3),
        "datasets": Version(1, 3), "memory_limit_bytes": Version(1, 3),
    },
}  # fmt: skip
"""By kind of a request, fields that came later than the first version, and with which they came."""


def unknown_to(version: Version, request: JobRequest) -> list[str]:
    """Names of the fields that ask for something and that a side which speaks this version does not know."""
    later = SINCE[request.kind]
    names = [name for name, since in later.items() if version < since]
    defaults = {field.name: field.default for field in fields(request) if field.default is not MISSING}
    return [name for name in names if getattr(request, name) != defaults[name]]
