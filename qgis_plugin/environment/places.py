"""Where environments stand on each system, what marks one as ours and as finished, and how it is removed.

    BASE/                        the plugin's own folder, of this user on this machine, never one that roams
      0.1.0-py312/               one for each version of Landcast and of Python
        landcast-environment.json  written first: the folder is ours; which steps began and ended
        finished.json              written last: how it was made, and what it can do
        bin/python, or Scripts/python.exe
      landcast-installer/        all else; nothing is written beside it, as BASE may be any folder of the user
        landcast-installer.json  written first: the folder is ours
        downloads/               what pip fetched and unpacks, until the environment is finished
        install.lock, install.log, certificates.pem

Standard library only.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..translation import tr
from .problems import InUseError, NotOursError

OWNER = "landcast-environment.json"
FINISHED = "finished.json"
PROGRAM = "landcast"
OWN = "landcast-installer"
OWN_MARK = "landcast-installer.json"
LOCK, LOG, DOWNLOADS = f"{OWN}/install.lock", f"{OWN}/install.log", f"{OWN}/downloads"
TEMPORARY, CERTIFICATES = f"{DOWNLOADS}/tmp", f"{OWN}/certificates.pem"
"""Below the folder of environments."""
ASIDE = ".r-"
"""Begins the name of an environment that is being removed; short, as paths end at 260 letters on Windows."""


@dataclass(frozen=True)
class Environment:
    """A folder with an environment in it, finished or not."""

    folder: Path

    @property
    def interpreter(self) -> Path:
        """Its Python; not resolved, as an environment is known by its own link."""
        return self.folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

    @property
    def is_ours(self) -> bool:
        """Whether Landcast made the folder."""
        is_real = self.folder.is_dir() and not self.folder.is_symlink()
        return is_real and _read(self.folder / OWNER).get("program") == PROGRAM

    @property
    def facts(self) -> dict[str, Any]:
        """How it was made and what it can do; empty unless it is finished and its Python is still there."""
        is_usable = self.is_ours and not self.is_aside and self.interpreter.is_file()
        return _read(self.folder / FINISHED) if is_usable else {}

    @property
    def is_aside(self) -> bool:
        """Whether it is being removed, or its removal was broken off."""
        return self.folder.name.startswith(ASIDE)

    @property
    def is_finished(self) -> bool:
        """Whether it may be used."""
        return bool(self.facts.get("landcast"))

    @property
    def version(self) -> str:
        """Of Landcast in it; empty where it is not finished."""
        return str(self.facts.get("landcast", ""))

    @property
    def steps(self) -> dict[str, str]:
        """What began and what ended, by step: `begun` or `done`."""
        steps = _read(self.folder / OWNER).get("steps")
        return {str(name): str(state) for name, state in steps.items()} if isinstance(steps, dict) else {}

    def claim(self) -> None:
        """Make the folder and mark it as ours, unless it is already.

        Raises:
            NotOursError: there is something else.
        """
        if self.is_ours:
            return
        if self.folder.is_symlink() or (self.folder.exists() and any(self.folder.iterdir())):
            raise NotOursError(
                tr("{folder} holds something that Landcast did not make; move it, or choose another folder.").format(
                    folder=self.folder
                )
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self.folder / OWNER, {"program": PROGRAM, "steps": {}})

    def mark(self, step: str, state: str) -> None:
        """Remember that a step began or ended."""
        write_whole(self.folder / OWNER, {"program": PROGRAM, "steps": {**self.steps, step: state}})

    def finish(self, facts: Mapping[str, Any]) -> None:
        """Write the last file: from here on the environment is taken for a good one."""
        write_whole(self.folder / FINISHED, facts)

    def empty(self) -> None:
        """Remove all but the mark of ownership; what is left is not finished from the first moment.

        Raises:
            NotOursError: Landcast did not make it.
            OSError: a file is in use.
        """
        if not self.is_ours:
            raise NotOursError(
                tr("{folder} does not carry Landcast's mark, so it is not removed.").format(folder=self.folder)
            )
        (self.folder / FINISHED).unlink(missing_ok=True)
        for path in self.folder.iterdir():
            if path.name != OWNER:
                _remove(path)
        write_whole(self.folder / OWNER, {"program": PROGRAM, "steps": {}})

    def remove(self) -> None:
        """Remove it, mark and folder last; moved aside first, so that half of it is never found in its place.

        Raises:
            NotOursError: Landcast did not make it.
            InUseError: a program runs by it, where the system minds; nothing of it was removed.
            OSError: a file cannot be removed.
        """
        if not self.is_ours:
            self.empty()
        aside = self if self.is_aside else Environment(self.folder.with_name(ASIDE + secrets.token_hex(4)))
        if aside is not self:
            try:
                self.folder.rename(aside.folder)
            except PermissionError as error:
                raise InUseError(
                    tr(
                        "{folder} is in use. Close other windows of QGIS and all programs that run by its Python, then "
                        "try again; nothing was removed."
                    ).format(folder=self.folder)
                ) from error
        aside.empty()
        (aside.folder / OWNER).unlink()
        aside.folder.rmdir()


def default_base(system: str, environment: Mapping[str, str], home: Path) -> Path:
    """The folder for environments: local to the machine, and short on Windows, where paths end at 260 letters."""
    if system == "win32":
        local = environment.get("LOCALAPPDATA", "")
        return (Path(local) if local else home / "AppData" / "Local") / "landcast" / "env"
    if system == "darwin":
        return home / "Library" / "Application Support" / "landcast" / "environments"
    asked = environment.get("XDG_DATA_HOME", "")
    # the standard: a path that is not absolute is to be ignored
    return (Path(asked) if asked.startswith("/") else home / ".local" / "share") / "landcast" / "environments"


def claim_own(base: Path) -> None:
    """Make the folder for all that is no environment, and mark it as ours, unless it is already.

    Raises:
        NotOursError: there is something else.
    """
    folder = base / OWN
    if _is_own(base):
        return
    # another QGIS may be writing the mark, by way of a hidden file
    is_taken = folder.exists() and (not folder.is_dir() or any(one.name[0] != "." for one in folder.iterdir()))
    if folder.is_symlink() or (is_taken and not _is_own(base)):
        raise NotOursError(
            tr("{folder} holds something that Landcast did not make; move it, or choose another folder.").format(
                folder=folder
            )
        )
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / OWN_MARK, {"program": PROGRAM})


def remove_downloads(base: Path) -> None:
    """Remove what was fetched; only where the folder is ours."""
    if _is_own(base) and not (base / DOWNLOADS).is_symlink():
        shutil.rmtree(base / DOWNLOADS, ignore_errors=True)


def environment_at(base: Path, version: str, python: tuple[int, int]) -> Environment:
    """The environment for a version of Landcast and one of Python."""
    return Environment(base / f"{version}-py{python[0]}{python[1]}")


def environments(base: Path) -> Iterator[Environment]:
    """All that Landcast made in a folder, finished or not."""
    if base.is_dir():
        for path in sorted(base.iterdir()):
            if Environment(path).is_ours:
                yield Environment(path)


def find_finished(base: Path, version: str) -> Environment | None:
    """The one that is finished and holds that version of Landcast."""
    return next((one for one in environments(base) if one.version == version), None)


def find_outdated(base: Path, version: str) -> Environment | None:
    """One that is finished and holds another version, as after an update of the plugin."""
    return next((one for one in environments(base) if one.is_finished and one.version != version), None)


def write_whole(path: Path, facts: Mapping[str, Any]) -> None:
    """Write JSON so that a file with half of it never stands under that name."""
    descriptor, name = tempfile.mkstemp(prefix=".", suffix=".json", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(facts, stream, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            found = json.loads(stream.read(2**20).decode("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_own(base: Path) -> bool:
    return not (base / OWN).is_symlink() and _read(base / OWN / OWN_MARK).get("program") == PROGRAM


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
