"""Names of the models that come with the program, and of the user's own, without loading anything."""

from __future__ import annotations

from pathlib import Path

from ...core.model.contract_name import CONTRACT_NAME
from ...core.model.own_models import own_models

SHIPPED = Path(__file__).parents[2] / "core" / "model" / "shipped"


def model_names() -> tuple[str, ...]:
    """Names by which models are asked for, those that come with the program first."""
    shipped = sorted(path.parent.name for path in SHIPPED.glob(f"*/{CONTRACT_NAME}"))
    return (*shipped, *(name for name in own_models() if name not in shipped))


def is_model_name(name: str) -> bool:
    """Whether a model is asked for by its name, and not by a folder of this machine."""
    return name in model_names()
