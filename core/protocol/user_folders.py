"""Where a user's own files stand, as each system has it."""

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """The user's folder for what can be made again; `LANDCAST_CACHE` overrides the system's place. It may not exist."""
    return _folder("LANDCAST_CACHE", "cache", "Caches", "", "XDG_CACHE_HOME", ".cache")


def models_folder() -> Path:
    """The user's folder of models; `LANDCAST_MODELS` overrides the system's place. It may not exist."""
    return _folder("LANDCAST_MODELS", "models", "Application Support", "models", "XDG_DATA_HOME", ".local/share")


def _folder(override: str, on_windows: str, in_library: str, within: str, xdg: str, in_home: str) -> Path:
    """The folder by system; `within` is the part of ours in what macOS and Linux give all programs to share."""
    named = os.environ.get(override)
    if named:
        return Path(named)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "landcast" / on_windows
    if sys.platform == "darwin":
        return Path.home() / "Library" / in_library / "landcast" / within
    asked = os.environ.get(xdg, "")
    # the standard: a path that is not absolute is to be ignored
    return (Path(asked) if asked.startswith("/") else Path.home() / in_home) / "landcast" / within
