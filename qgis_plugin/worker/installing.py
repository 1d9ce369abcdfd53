"""Installs pyzmq for QGIS's Python in a task, so that a button or one line in the console is enough."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from itertools import chain
from pathlib import Path

from qgis.core import QgsApplication

from ..environment.pythons import candidates
from ..environment.settings import INSTALL_FROM_SETTING, network_variables
from ..environment.source import PackageIndex, WheelFolder, read_source
from ..environment.where import text_setting
from ..interpreter import InterpreterError, find_interpreter
from ..kept_task import KeptTask
from ..log import log
from ..translation import tr
from .pyzmq import InstallError, find_own_python, find_pip_python, install_pyzmq


class InstallTask(KeptTask):
    """Installs pyzmq by the pip of the environment with Landcast, else of QGIS's own Python, else of any other."""

    PROBLEMS = (InstallError, OSError)

    def __init__(self, wheels: Path | None = None) -> None:
        """In the main thread.

        Raises:
            SourceError: what the settings name to install from is not there.
            OSError: nor is the file with certificates.
        """
        super().__init__(tr("Install pyzmq"))
        self._base = plugin_libraries()
        self._named = _find_named()
        self._variables = network_variables()
        self._wheels = wheels
        source = None if wheels is not None else read_source(text_setting(INSTALL_FROM_SETTING))
        if isinstance(source, WheelFolder):
            self._wheels = source.path
        elif isinstance(source, PackageIndex) and source.address is not None:
            self._variables["PIP_INDEX_URL"] = source.address

    def work(self) -> None:
        others = candidates(os.environ, sys.platform, Path(sys.exec_prefix))
        pip_python = find_pip_python(chain(self._named, others))
        if pip_python is None:
            raise InstallError(tr("No Python with pip was found."))
        install_pyzmq(pip_python, self._base, log, self.isCanceled, self._wheels, variables=self._variables)
        log(tr("pyzmq is installed."))


def install(wheels: Path | None = None) -> InstallTask:
    """Begin to install pyzmq."""
    task = InstallTask(wheels)
    task.begin()
    return task


def plugin_libraries() -> Path:
    """Where the plugin keeps what it installs for QGIS's Python: in the user's profile."""
    return Path(QgsApplication.qgisSettingsDirPath()) / "landcast" / "python"


def _find_named() -> list[Path]:
    """Those that are known without a search."""
    found = [find_own_python()]
    with suppress(InterpreterError):
        found.insert(0, find_interpreter())
    return [one for one in found if one is not None]
