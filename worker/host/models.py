"""Names of the models that come with the program, without loading anything."""

from __future__ import annotations

from pathlib import Path

SHIPPED = Path(__file__).parents[2] / "core" / "model" / "shipped"


def model_names() -> tuple[str, ...]:
    """Names by which the shipped models are asked for."""
    return tuple(sorted(path.parent.name for path in SHIPPED.glob("*/landcast.json")))


def is_model_name(name: str) -> bool:
    """Whether a shipped model is asked for, and not a folder of this machine."""
    return name in model_names()
