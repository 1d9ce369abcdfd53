"""Makes the environment, from the lock to the finished-marker; waits, so it belongs into a task.

What a kill or a cancel leaves is never taken for a good environment: the marker is written last. A step that ended is
not done again where nothing of the plan has changed; one that was broken off begins anew, as a half-written package
looks like a whole one to pip, and finds what was fetched in the downloads.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Protocol

from ...core.protocol.file_lock import FileLock
from ..child_process import ChildCancelledError
from ..translation import tr
from . import commands
from .places import (
    DOWNLOADS,
    LOCK,
    LOG,
    TEMPORARY,
    Environment,
    claim_own,
    environment_at,
    environments,
    find_finished,
    remove_downloads,
)
from .problems import CardError, NoPythonError, NoSpaceError, SourceError, StepError
from .pythons import BasePython, ask, find_base_python
from .running import build_command, build_environment, run
from .source import (
    Source,
    check_hash,
    check_known,
    find_lock,
    find_wheel,
    how_to_get_a_wheel,
    known_hash,
    python_versions,
    redact,
)
from .torch_build import Card, TorchBuild, choose_build, find_card, without_card
from .verifying import Verified, verify

WHEEL = "wheel"
WAIT_S = 0.5
GLANCE_S = 1.0
WINDOWS_PATH, LONGEST_INSIDE = 259, 195
"""Letters of a path that Windows takes unless told otherwise, and of the longest one in an environment."""
SHARES = {"venv": 0.05, "torch": 0.5, "landcast": 0.35, "verify": 0.1}
"""Of the time, by step."""


class Follower(Protocol):
    """Who follows: all is called in the thread that installs."""

    def stage(self, text: str) -> None:
        """What begins."""

    def progress(self, share: float) -> None:
        """How much is done, 0 to 1."""

    def line(self, text: str) -> None:
        """What a program said."""

    def is_cancelled(self) -> bool:
        """Whether the person wishes no more."""


@dataclass(frozen=True)
class InstallOrder:
    """What is to be made.

    Attributes:
        base: folder of all environments.
        version: of Landcast.
        source: where it comes from.
        sha256: that its wheel must have, as in the settings; may be empty.
        variables: of the network, for the programs that download.
        wanted_python: the one to make it with, as in the settings; None for the fittest of the machine.
        own_prefix: where QGIS's own Python stands.
        find_python, find_card, free_bytes: what the machine has; passed in for machines that are not at hand.
    """

    base: Path
    version: str
    source: Source
    sha256: str = ""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    wanted_python: Path | None = None
    own_prefix: Path | None = None
    find_python: Callable[..., BasePython] = find_base_python
    find_card: Callable[[Mapping[str, str]], Card | None] = find_card
    free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free


def install(order: InstallOrder, follower: Follower) -> Environment:
    """Make the environment, or return the one that is finished.

    Raises:
        EnvironmentProblem: it cannot be made; its class says why, its message what to do.
        ChildCancelledError: the follower wished no more; nothing of it runs any more.
        OSError: a folder cannot be written.
    """
    wheel = find_wheel(order.source, order.version)
    check_known(order.source, known_hash(wheel, order.sha256))
    claim_own(order.base)
    lock = FileLock(order.base / LOCK)
    if not lock.try_acquire():
        follower.stage(tr("Another QGIS is making the environment; waiting for it"))
        while not lock.try_acquire():
            _check(follower)
            time.sleep(WAIT_S)
    try:
        finished = find_finished(order.base, order.version)
        if finished is not None:
            return finished
        with (order.base / LOG).open("w", encoding="utf-8") as log:
            return _Installation(order, follower, lambda line: print(line, file=log, flush=True)).make()
    finally:
        lock.release()


def choose_python(order: InstallOrder) -> BasePython:
    """The Python that the environment is made with; waits.

    Raises:
        NoPythonError: there is none.
    """
    if order.wanted_python is None:
        return order.find_python(os.environ, sys.platform, order.own_prefix, python_versions(order.source))
    python = ask(order.wanted_python)
    if python is None or python.unfit:
        raise NoPythonError(
            tr("{path}, which the settings name, cannot make the environment: {reason}.").format(
                path=order.wanted_python, reason=python.unfit if python else tr("it does not start")
            )
        )
    return python


def remove_all(base: Path, environments: list[Environment]) -> None:
    """Remove environments and what was fetched for them; waits.

    Raises:
        EnvironmentProblem: one is not ours, or is being made.
        OSError: a file is in use.
    """
    claim_own(base)
    lock = FileLock(base / LOCK)
    if not lock.try_acquire():
        raise StepError(tr("Another QGIS is making the environment. Cancel it there first."))
    try:
        for environment in environments:
            environment.remove()
        remove_downloads(base)
    finally:
        lock.release()


class _Installation:
    """One run, with the lock held."""

    def __init__(self, order: InstallOrder, follower: Follower, write: Callable[[str], None]) -> None:
        self._order, self._follower, self._write = order, follower, write
        self._downloads = order.base / DOWNLOADS
        self._temporary = order.base / TEMPORARY
        self._variables = build_environment(
            os.environ,
            {
                **order.variables,
                **commands.index_variables(order.source),
                # pip unpacks there; the system's own place may be small, and of another disk
                **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._temporary)),
            },
        )
        self._done = 0.0
        self._sha256: str | None = None

    def make(self) -> Environment:
        order = self._order
        self._stage(tr("Looking at this machine"))
        python = choose_python(order)
        self._hear(f"Python {'.'.join(map(str, python.version))}: {python.path}")
        build = choose_build(sys.platform, python.machine or platform.machine(), order.find_card(os.environ))
        self._hear(f"PyTorch {build.name}: {build.reason}")
        _check(self._follower)
        environment = environment_at(order.base, order.version, python.short)
        try:
            verified = self._fill(environment, python, build)
        except CardError as error:
            self._hear(str(error))
            build = without_card(build, sys.platform, str(error))
            verified = self._fill(environment, python, build)
        self._finish(environment, python, build, verified)
        return environment

    def _fill(self, environment: Environment, python: BasePython, build: TorchBuild) -> Verified:
        """All steps that are not done yet."""
        order = self._order
        self._done = 0.0
        self._check_room(environment, build)
        environment.claim()
        self._temporary.mkdir(parents=True, exist_ok=True)
        wheel, sha256 = self._copy_wheel()
        self._sha256 = sha256
        lock = find_lock(order.source)
        # what a step's result depends on: a change of it begins anew
        plan = json.dumps([build.name, str(python.path), python.version, str(order.source), sha256, str(lock)])
        self._keep_only_whole_steps(environment, plan)
        command = build_command(python.path, "venv", str(environment.folder))
        self._step(environment, "venv", tr("Making the environment"), command, 5e7)
        if wheel is None:
            wheel = self._fetch_wheel(environment, sha256)
        if lock is not None:
            arguments = commands.locked_arguments(order.source, lock, build, self._downloads, self._report("torch"))
        else:
            arguments = commands.torch_arguments(order.source, build, self._downloads, self._report("torch"))
        stage = tr("Fetching and installing PyTorch ({build}), about {size:.1f} GB").format(
            build=build.name, size=build.download_gb
        )
        self._pip(environment, "torch", stage, arguments, build.needed_bytes * 0.7)
        report = self._report("landcast")
        if lock is not None:
            arguments = commands.wheel_only_arguments(wheel, self._downloads, report)
        else:
            arguments = commands.landcast_arguments(order.source, wheel, self._downloads, report)
        stage = tr("Fetching and installing Landcast {version} and its libraries").format(version=order.version)
        self._pip(environment, "landcast", stage, arguments, 1.2e9)
        self._stage(tr("Trying it out"))
        return verify(environment, order.version, build, self._variables, self._hear, self._follower.is_cancelled)

    def _check_room(self, environment: Environment, build: TorchBuild) -> None:
        """Refuse before anything is fetched.

        Raises:
            NoSpaceError: the disk, or Windows' length of a path, is too small.
        """
        base = self._order.base
        free = self._order.free_bytes(base)
        if free < build.needed_bytes:
            # what an earlier try left is used again, or removed
            free += size_of(environment.folder) + size_of(self._downloads)
        if free < build.needed_bytes:
            raise NoSpaceError(
                tr(
                    "{folder} has {free:.1f} GB free, and Landcast needs {needed:.1f} GB there while it is installed. "
                    "Make room, or choose a folder on another disk in Settings > Options > Landcast."
                ).format(folder=base, free=free / 1e9, needed=build.needed_bytes / 1e9)
            )
        if is_too_long(str(environment.folder), sys.platform):
            raise NoSpaceError(
                tr(
                    "The path {folder} is too long for Windows: choose a shorter one in Settings > Options > Landcast."
                ).format(folder=environment.folder)
            )

    def _copy_wheel(self) -> tuple[Path | None, str | None]:
        """The wheel of Landcast where nobody changes it after its hash was checked, and that hash.

        Raises:
            SourceError: it is missing.
            HashError: it is another one.
        """
        wheel = find_wheel(self._order.source, self._order.version)
        expected = known_hash(wheel, self._order.sha256)
        folder = self._downloads / WHEEL
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if wheel is None:
            return None, expected
        copy = Path(shutil.copy(wheel, folder / wheel.name))
        sha256 = check_hash(copy, expected)
        said = tr("as expected") if expected else tr("nobody said what it should be")
        self._hear(f"SHA-256 {sha256} ({said}): {wheel}")
        return copy, sha256

    def _fetch_wheel(self, environment: Environment, sha256: str | None) -> Path:
        """The wheel of Landcast from the package index, by its hash where that is known.

        Raises:
            SourceError: the index has none.
        """
        folder, version = self._downloads / WHEEL, self._order.version
        requirements = folder / "requirements.txt"
        known = "" if sha256 is None else f" --hash=sha256:{sha256}"
        requirements.write_text(f"landcast=={version}{known}\n", encoding="utf-8")
        arguments = commands.download_arguments(requirements, folder, self._downloads, sha256 is not None)
        self._stage(tr("Fetching Landcast"))
        try:
            self._run(build_command(environment.interpreter, "pip", *arguments))
        except StepError as error:
            raise StepError(f"{error} {how_to_get_a_wheel()}") from error
        found = list(folder.glob("*.whl"))
        if len(found) != 1:
            raise SourceError(tr("The package index has no wheel of Landcast {}.").format(version))
        self._sha256 = check_hash(found[0], sha256)
        return found[0]

    def _keep_only_whole_steps(self, environment: Environment, plan: str) -> None:
        """Begin anew unless all that began also ended, by the same plan."""
        steps = environment.steps
        is_whole = all(state == "done" for name, state in steps.items() if name != "plan")
        if not is_whole or steps.get("plan") != plan or not environment.interpreter.is_file():
            if steps.get("plan") is not None:
                self._hear(tr("What an earlier try left in {folder} is removed.").format(folder=environment.folder))
            environment.empty()
            environment.mark("plan", plan)

    def _pip(self, environment: Environment, name: str, stage: str, arguments: list[str], growth: float) -> None:
        self._step(environment, name, stage, build_command(environment.interpreter, "pip", *arguments), growth)

    def _step(self, environment: Environment, name: str, stage: str, command: list[str], growth: float) -> None:
        """One command, unless it was done; `growth` is what it adds on the disk, to tell how far it is."""
        self._stage(stage)
        if environment.steps.get(name) != "done":
            environment.mark(name, "begun")
            self._run(command, growth, SHARES[name])
            environment.mark(name, "done")
        self._done += SHARES[name]
        self._follower.progress(self._done)

    def _run(self, command: list[str], growth: float = 1.0, share: float = 0.0) -> None:
        lines: list[str] = []
        free, last, furthest = self._free(), time.monotonic(), 0.0

        def hear(line: str) -> None:
            lines.append(redact(line))
            self._hear(line)

        def glance() -> None:
            nonlocal last, furthest
            if time.monotonic() - last >= GLANCE_S:
                last = time.monotonic()
                furthest = max(furthest, min(0.95, (free - self._free()) / growth))
                self._follower.progress(self._done + share * furthest)

        try:
            exit_code = run(command, self._variables, hear, self._follower.is_cancelled, glance)
        except OSError as error:
            raise StepError(f"{command[0]}: {error.strerror}") from error
        if exit_code != 0:
            raise StepError(commands.explain(lines) or tr("exit code {}").format(exit_code))

    def _finish(self, environment: Environment, python: BasePython, build: TorchBuild, verified: Verified) -> None:
        """Write the marker, then remove what is not needed any more."""
        packages = {**read_report(self._report("torch")), **read_report(self._report("landcast"))}
        if self._sha256 is not None:
            packages["landcast"] = {"version": self._order.version, "sha256": self._sha256}
        environment.finish(
            {
                "landcast": self._order.version,
                "python": ".".join(map(str, python.version)),
                "base_python": str(python.path),
                "torch": verified.torch,
                "build": build.name,
                "device": verified.device,
                "words": verified.words,
                "bytes": size_of(environment.folder),
                "made": datetime.now(timezone.utc).isoformat(timespec="seconds"),
                "packages": packages,
            }
        )
        remove_downloads(self._order.base)
        # by another Python, say, and never to be gone on with
        for other in environments(self._order.base):
            if not other.is_finished:
                with suppress(OSError):
                    other.remove()
        self._follower.progress(1.0)
        self._hear(tr("Finished: {folder}. {words}").format(folder=environment.folder, words=verified.words))

    def _report(self, name: str) -> Path:
        return self._downloads / f"{name}.json"

    def _free(self) -> int:
        return shutil.disk_usage(self._order.base).free

    def _stage(self, text: str) -> None:
        self._write(f"== {text}")
        self._follower.stage(text)

    def _hear(self, line: str) -> None:
        line = redact(line)
        if line.strip():
            self._write(line)
            self._follower.line(line)


def is_too_long(folder: str, system: str) -> bool:
    """Whether files of an environment would have names that Windows does not take."""
    return system == "win32" and len(folder) + 1 + LONGEST_INSIDE > WINDOWS_PATH


def read_report(path: Path) -> dict[str, dict[str, str]]:
    """The packages that pip says it installed: version and SHA-256 by name."""
    try:
        report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {
            one["metadata"]["name"]: {
                "version": one["metadata"]["version"],
                "sha256": str(one["download_info"].get("archive_info", {}).get("hashes", {}).get("sha256", "")),
            }
            for one in report["install"]
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(
        os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118 - tens of thousands of files
        for place, _, names in os.walk(folder)
        for name in names
    )


def _check(follower: Follower) -> None:
    if follower.is_cancelled():
        raise ChildCancelledError
