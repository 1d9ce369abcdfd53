"""What is looked at before something is taken into use: this machine, a Python, a worker elsewhere; in tasks."""

from __future__ import annotations

import re
from pathlib import Path

from ... import __version__
from ...core.client.errors import ClientError
from ...core.protocol.errors import ProtocolError
from ..child_process import run_child
from ..environment.installing import InstallOrder
from ..environment.outlook import Outlook, look
from ..environment.problems import EnvironmentProblem
from ..interpreter import InterpreterError, check_interpreter
from ..kept_task import KeptTask
from ..translation import tr
from ..worker.choice import WorkerChoice
from ..worker.shared_worker import SharedWorker, WorkerError

VERSION = "from importlib.metadata import version; print(version('landcast'))"


class LookTask(KeptTask):
    """Looks at what making the environment would mean here.

    Attributes:
        outlook: None until it is known.
    """

    PROBLEMS = (EnvironmentProblem, OSError)

    def __init__(self, order: InstallOrder) -> None:
        super().__init__(tr("Look at this machine"))
        self._order = order
        self.outlook: Outlook | None = None

    def work(self) -> None:
        self.outlook = look(self._order)


class PythonCheckTask(KeptTask):
    """Makes sure that a Python has the Landcast that this plugin needs."""

    PROBLEMS = (InterpreterError, OSError)

    def __init__(self, interpreter: Path) -> None:
        super().__init__(tr("Check a Python"))
        self.interpreter = interpreter

    def work(self) -> None:
        if not self.interpreter.is_file():
            raise InterpreterError(tr("{path} is not a file.").format(path=self.interpreter))
        check_interpreter(self.interpreter, self.isCanceled)
        said = run_child([str(self.interpreter), "-c", VERSION], lambda line: None, self.isCanceled).output.strip()
        if not is_same_version(said):
            raise InterpreterError(
                tr(
                    "{path} has Landcast {found}, and this plugin is {version}. Run “pip install landcast=={version}” "
                    "there, or let the plugin make an environment."
                ).format(path=self.interpreter, found=said or "?", version=__version__)
            )


class WorkerCheckTask(KeptTask):
    """Asks a worker on another machine whether it answers.

    Attributes:
        words: what it says of itself.
    """

    PROBLEMS = (ClientError, ProtocolError, WorkerError, InterpreterError, OSError)

    def __init__(self, choice: WorkerChoice, worker: SharedWorker) -> None:
        super().__init__(tr("Ask the worker"))
        self._choice, self._worker = choice, worker
        self.words = ""

    def work(self) -> None:
        # imports pyzmq, which whoever makes this task has seen to be there
        from ..worker.connecting import connect

        with connect(self._choice, self._worker, self.isCanceled) as connection:
            self.words = tr("{program} answers.").format(program=connection.welcome.server)


def is_same_version(found: str) -> bool:
    """Whether a version of Landcast is the one of this plugin, up to what a build adds to it."""
    return re.split(r"[+]", found.strip())[0] == __version__
