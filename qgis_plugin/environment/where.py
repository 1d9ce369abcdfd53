"""The folder of environments that the settings name, or the system's own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from qgis.core import QgsSettings

from .places import default_base

FOLDER_SETTING = "landcast/environment_folder"


def text_setting(name: str) -> str:
    """A setting; empty where it is not set."""
    return str(QgsSettings().value(name, "") or "").strip()


def environments_folder() -> Path:
    """Where environments are made."""
    named = text_setting(FOLDER_SETTING)
    if named:
        return Path(named).expanduser().absolute()
    return default_base(sys.platform, os.environ, Path.home())
