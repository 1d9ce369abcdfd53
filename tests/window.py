"""Starts the window of QGIS with a plugin and a script in it, in a profile that nobody else uses."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
QGIS = "qgis.bin"
SCREEN = "xvfb-run"
SETTINGS = "LANDCAST_WINDOW"
"""The variable by which the script gets its settings, as JSON."""
CLEARED = ("LANDCAST_PYTHON", "LANDCAST_CACHE", "PYTHONPATH", "QT_QPA_PLATFORM")


def find_lack() -> str | None:
    """The program that is missing on this machine; None where the window can be started."""
    wanted = (QGIS,) if os.environ.get("DISPLAY") else (QGIS, SCREEN)
    return next((name for name in wanted if shutil.which(name) is None), None)


def plugins_folder(folder: Path) -> Path:
    """Where the profile below a folder has its plugins."""
    return folder / "profiles" / "default" / "python" / "plugins"


def run_in_window(
    folder: Path,
    script: Path,
    settings: Mapping[str, Any],
    variables: Mapping[str, str] = {},
    size: str = "1400x900",
    timeout_s: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """Start QGIS and wait for its end.

    Args:
        folder: for the profile; the plugin of this tree is linked into it, unless there is one.
        script: what QGIS runs once its window is there; it ends QGIS.
        settings: for the script.
        variables: of the environment, besides those of this process that do not concern Landcast.
        size: of the virtual screen, which is used where there is no other.
        timeout_s: after which it is killed; never where None.
    """
    plugins = plugins_folder(folder)
    plugins.mkdir(parents=True, exist_ok=True)
    if not (plugins / "landcast").exists():
        (plugins / "landcast").symlink_to(ROOT)
    ini = folder / "profiles" / "default" / "QGIS" / "QGIS3.ini"
    if not ini.exists():
        ini.parent.mkdir()
        ini.write_text("[PythonPlugins]\nlandcast=true\n")
    environment = {name: text for name, text in os.environ.items() if name not in CLEARED}
    environment |= {"PYTHONPATH": str(_libraries(folder)), SETTINGS: json.dumps(settings), **variables}
    command = [QGIS, "--nologo", "--noversioncheck", "--profiles-path", str(folder), "--code", str(script)]
    if not os.environ.get("DISPLAY"):
        command = [SCREEN, "-a", "-s", f"-screen 0 {size}x24", *command]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=timeout_s)


def _libraries(folder: Path) -> Path:
    """This Python's pyzmq for QGIS's, which may have none; it is of the same version, or it is not taken."""
    import zmq

    libraries = folder / "libraries"
    libraries.mkdir(exist_ok=True)
    for found in Path(zmq.__file__).parents[1].glob("*zmq*"):
        if not (libraries / found.name).exists():
            (libraries / found.name).symlink_to(found)
    return libraries
