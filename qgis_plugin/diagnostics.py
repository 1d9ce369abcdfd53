"""What a report of a fault needs: versions, settings, environment and last words, without what tells who asks."""

from __future__ import annotations

import getpass
import os
import platform
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from osgeo import gdal
from qgis.core import Qgis, QgsApplication, QgsProjUtils, QgsSettings
from qgis.PyQt.QtCore import QT_VERSION_STR, QCoreApplication, QSysInfo

from .. import __version__
from ..core.protocol.user_folders import cache_folder
from .child_process import ChildCancelledError
from .environment.places import LOG, environments
from .environment.running import build_environment, run
from .environment.where import environments_folder, text_setting
from .interpreter import MODULE, SETTING, VARIABLE, InterpreterError, find_interpreter, named_interpreter
from .kept_task import KeptTask
from .scrubbing import Person, scrub
from .translation import tr
from .worker import choice
from .worker.installing import plugin_libraries
from .worker.pyzmq import MissingPyzmqError, use_pyzmq
from .worker.shared_worker import SharedWorker

LOG_LINES = 40
LOG_BYTES = 2**16
DOCTOR_S = 60.0
SHOWN_VARIABLES = (
    *(VARIABLE, "LANDCAST_CACHE", "PYTHONHOME", "PYTHONPATH", "GDAL_DATA", "PROJ_LIB", "PROJ_DATA"),
    *("PIP_CERT", "SSL_CERT_FILE"),
)
NETWORK_VARIABLES = (
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"),
    *("PIP_PROXY", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"),
)
"""They may hold logins, so that nothing but their being set is told."""


def collect(worker: SharedWorker | None = None, doctor: str = "") -> str:
    """All that is known at once, scrubbed; in the main thread.

    Args:
        worker: of this QGIS.
        doctor: what `landcast doctor` said, where it was asked.
    """
    parts = [
        ("Landcast in QGIS", _versions()),
        ("Settings", _settings()),
        ("Environment", _environment()),
        ("Worker", _worker(worker)),
        ("landcast doctor", iter(doctor.splitlines() or ["not asked"])),
        ("Log of the worker", iter(last_lines(_newest_log()))),
        ("Log of the installation", iter(last_lines(environments_folder() / LOG))),
    ]
    text = "\n\n".join(f"## {title}\n" + "\n".join(lines) for title, lines in parts)
    return scrub(text, this_person()) + "\n"


class DiagnosticsTask(KeptTask):
    """Asks `landcast doctor`, which takes seconds; then the text is complete.

    Attributes:
        text: to be shown to others; empty until the task has ended.
    """

    PROBLEMS = (InterpreterError, OSError)

    def __init__(self, worker: SharedWorker | None = None) -> None:
        super().__init__(tr("Collect what a report needs"))
        self._worker = worker
        self._doctor = ""
        self.text = ""

    def work(self) -> None:
        try:
            self._doctor = ask_doctor(find_interpreter(), self)
        except (InterpreterError, OSError) as error:
            self._doctor = str(error)

    def finished(self, is_done: bool) -> None:
        self.text = collect(self._worker, self._doctor)
        super().finished(is_done)

    def copy(self) -> None:
        """Put the text on the clipboard."""
        QgsApplication.clipboard().setText(self.text)


def ask_doctor(interpreter: Path, task: KeptTask, timeout_s: float = DOCTOR_S) -> str:
    """What `landcast doctor` says, up to a time.

    Raises:
        OSError: the interpreter cannot be started.
    """
    lines: list[str] = []
    deadline = time.monotonic() + timeout_s
    try:
        command = [str(interpreter), "-m", MODULE, "doctor", "--json"]
        exit_code = run(
            command,
            build_environment(os.environ, {}),
            lines.append,
            lambda: bool(task.isCanceled()) or time.monotonic() > deadline,
        )
    except ChildCancelledError:
        return "\n".join([*lines, f"no answer within {timeout_s:g} s"])
    return "\n".join([*lines, f"exit code {exit_code}"])


def this_person() -> Person:
    """Who sits here, and the machines that the settings name."""
    home = str(Path.home())
    homes = {home, os.path.realpath(home), os.environ.get("USERPROFILE", ""), os.environ.get("HOME", "")}
    names = {Path(home).name, os.environ.get("USERNAME", ""), os.environ.get("USER", "")}
    with suppress(OSError, KeyError, ImportError):
        names.add(getpass.getuser())
    hosts = {socket.gethostname(), platform.node(), os.environ.get("COMPUTERNAME", "")}
    hosts |= {str(QgsSettings().value(name, "") or "") for name in ("proxy/proxyHost",)}
    return Person(tuple(homes), tuple(names), tuple(hosts | {host.split(".")[0] for host in hosts}))


def last_lines(path: Path | None, most: int = LOG_LINES) -> list[str]:
    """The end of a text file; nothing where there is none."""
    if path is None:
        return ["none"]
    try:
        with path.open("rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - LOG_BYTES))
            text = stream.read().decode("utf-8", "replace")
    except OSError as error:
        return [f"{path.name}: {error.strerror}"]
    return [path.name, *text.splitlines()[-most:]]


def _versions() -> Iterator[str]:
    yield f"Landcast {__version__}"
    yield f"QGIS {Qgis.version()} ({Qgis.devVersion()}), Qt {QT_VERSION_STR}"
    yield f"Python {platform.python_version()}, {platform.machine()}"
    yield f"GDAL {gdal.VersionInfo('RELEASE_NAME')}, PROJ {QgsProjUtils.projVersionMajor()}"
    yield f"{QSysInfo.prettyProductName()}, kernel {QSysInfo.kernelType()} {QSysInfo.kernelVersion()}"
    yield f"language {QgsApplication.locale()}"


def _settings() -> Iterator[str]:
    settings = QgsSettings()
    settings.beginGroup("landcast")
    names = sorted(settings.allKeys())
    for name in names:
        value = settings.value(name)
        yield f"landcast/{name} = {'set' if name == 'worker_auth' and value else value}"
    settings.endGroup()
    yield f"proxy of QGIS: {'on' if settings.value('proxy/proxyEnabled', False, type=bool) else 'off'}"
    for name in SHOWN_VARIABLES:
        if os.environ.get(name):
            yield f"{name} = {os.environ[name]}"
    for name in NETWORK_VARIABLES:
        if os.environ.get(name):
            yield f"{name} is set"


def _environment() -> Iterator[str]:
    yield f"folder {environments_folder()}"
    for one in environments(environments_folder()):
        facts = {name: value for name, value in one.facts.items() if name != "packages"}
        yield f"{one.folder.name}: {facts or one.steps or 'begun'}"
        packages = one.facts.get("packages", {})
        if packages:
            yield ", ".join(f"{name} {package['version']}" for name, package in sorted(packages.items()))
    try:
        use_pyzmq(plugin_libraries())
        yield f"pyzmq {metadata.version('pyzmq')}"
    except (MissingPyzmqError, metadata.PackageNotFoundError) as error:
        yield str(error)


def _worker(worker: SharedWorker | None) -> Iterator[str]:
    where = text_setting(choice.SETTING)
    yield f"on another machine or started by a person: {where}" if where else "started by QGIS"
    yield f"interpreter: {named_interpreter() or 'of the environment'} ({SETTING}, {VARIABLE})"
    if worker is not None:
        yield f"process {worker.process_id}" if worker.process_id is not None else "not running"
        if worker.problem:
            yield worker.problem
        yield worker.last_words
    yield f"program {QCoreApplication.applicationFilePath()}"


def _newest_log() -> Path | None:
    folder = cache_folder() / "logs"
    logs = sorted(folder.glob("worker-*.log"), key=lambda path: path.stat().st_mtime)
    return logs[-1] if logs else None
