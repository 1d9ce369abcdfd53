"""In what state environment and worker are, in words; reads small files and starts nothing."""

from __future__ import annotations

from ... import __version__
from ..environment.places import environments
from ..environment.where import environments_folder, text_setting
from ..interpreter import VARIABLE, InterpreterError, find_interpreter, named_interpreter
from ..translation import tr
from ..worker.choice import SETTING
from ..worker.shared_worker import SharedWorker


def describe_environments() -> str:
    """All environments that Landcast made, a line each."""
    lines = []
    for one in environments(environments_folder()):
        if one.is_finished:
            facts = one.facts
            text = tr(
                "Landcast {version}, Python {python}, PyTorch {torch}, {size:.1f} GB in {folder}. {words}"
            ).format(
                version=one.version,
                python=facts.get("python", "?"),
                torch=facts.get("torch", "?"),
                size=int(facts.get("bytes", 0)) / 1e9,
                folder=one.folder,
                words=facts.get("words", ""),
            )
            if one.version != __version__:
                text += " " + tr("This plugin needs {}: update it in the panel.").format(__version__)
        else:
            text = tr("{folder}: not finished; the panel goes on with it.").format(folder=one.folder)
        lines.append(text)
    return "\n".join(lines) or tr("None was made yet; the panel of Landcast makes one (Raster > Landcast).")


def describe_interpreter() -> str:
    """Which Python is used, and why that one."""
    try:
        interpreter = find_interpreter()
    except InterpreterError as error:
        return str(error)
    if named_interpreter():
        return tr("{path} is used, as the settings or the variable {variable} say.").format(
            path=interpreter, variable=VARIABLE
        )
    return tr("{path} is used, of the environment.").format(path=interpreter)


def describe_worker(worker: SharedWorker) -> str:
    """Whether the worker of this QGIS runs."""
    if text_setting(SETTING):
        return tr("QGIS starts none, as another one is set.")
    if worker.process_id is not None:
        return tr("It runs as process {}.").format(worker.process_id)
    return worker.problem or tr("It does not run; the next prediction starts it.")
