"""Models that a person made, in one folder of the user's, where command line, worker and QGIS know them by name."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ..errors import ModelError, OutputError
from ..files import sync
from ..protocol.user_folders import models_folder
from .contract_name import CONTRACT_NAME


def own_models() -> list[str]:
    """Names of the user's own models."""
    found = (path.parent.name for path in models_folder().glob(f"*/{CONTRACT_NAME}"))
    return sorted(name for name in found if not name.startswith("."))


def add_model(folder: Path, name: str, is_overwriting: bool = False) -> Path:
    """Copy a model that was verified to the user's own; where it stands then comes back.

    Args:
        folder: of the model.
        name: by which it is to be known.
        is_overwriting: whether another one of that name is replaced.

    Raises:
        ModelError: the name is none, or is taken.
        OutputError: it cannot be written.
    """
    target = _folder_of(name)
    if target.exists() and not is_overwriting:
        raise ModelError(f"{target}: there is a model of that name; choose another --name, or --overwrite replaces it")
    aside, older = (target.with_name(f".{name}.{os.getpid()}.{kind}") for kind in ("partial", "older"))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(folder, aside)
        for path in (*aside.rglob("*"), aside):
            sync(path)
        if target.exists():
            target.replace(older)
        aside.replace(target)
    except OSError as error:
        if older.exists() and not target.exists():
            older.replace(target)
        raise OutputError(f"{target}: cannot be written: {error.strerror or error}") from error
    finally:
        for path in (aside, older):
            shutil.rmtree(path, ignore_errors=True)
    return target


def remove_model(name: str) -> Path:
    """Remove one of the user's own models; where it stood then comes back.

    A training's own folder, of which the model is a copy, stays. A damaged model is removed as well.

    Raises:
        ModelError: there is none of that name.
        OutputError: it cannot be removed, and stays whole: on Windows while a program has it loaded, say.
    """
    target = _folder_of(name)
    if not target.is_dir():
        known = ", ".join(own_models()) or "none"
        raise ModelError(f"{name}: no model of that name was added (there is: {known})")
    # under another name first, so that nobody finds half of it
    older = target.with_name(f".{name}.{os.getpid()}.older")
    try:
        target.replace(older)
    except OSError as error:
        raise OutputError(f"{target}: cannot be removed: {error.strerror or error}") from error
    shutil.rmtree(older, ignore_errors=True)
    return target


def _folder_of(name: str) -> Path:
    """Where a model of the user's own stands, or would.

    Raises:
        ModelError: the name is none.
    """
    if not name or name != Path(name).name or name.startswith("."):
        raise ModelError(f"{name!r} is no name for a model: it must not hold / or \\, nor begin with a dot")
    return models_folder() / name
