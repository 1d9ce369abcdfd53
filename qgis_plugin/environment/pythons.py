"""The Pythons of this machine that an environment can be made with: found by place, then asked what they are.

Standard library only; waits, so not for the main thread.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ..child_process import clean_environment
from ..translation import tr
from .problems import NoPythonError

OLDEST, NEWEST = (3, 11), (3, 14)
PREFERRED = ((3, 12), (3, 13), (3, 11), (3, 14))
"""Versions that PyTorch and the other libraries have wheels for; the ones that they have had for longest first."""
ASK_S = 20.0
QUESTION = """
import importlib.util, json, platform, struct, sys, sysconfig
has = lambda name: importlib.util.find_spec(name) is not None
print(json.dumps({"version": sys.version_info[:3], "bits": struct.calcsize("P") * 8, "machine": platform.machine(),
    "platform": sysconfig.get_platform(), "system": sys.platform,
    "has_venv": has("venv"), "has_ensurepip": has("ensurepip"), "implementation": sys.implementation.name,
    "is_free_threaded": "t" in getattr(sys, "abiflags", "")}))
"""
STORE = "WindowsApps"
"""Its `python.exe` opens a shop where there is no Python; one that is there writes where others do not see it."""


@dataclass(frozen=True)
class BasePython:
    """A Python that answered.

    Attributes:
        path: of its interpreter.
        version: three numbers.
        has_ensurepip: whether environments that it makes get pip.
        machine: the kind of processor that it was built for, which need not be that of QGIS; empty where unknown.
        unfit: why no environment can be made with it; empty where it can.
    """

    path: Path
    version: tuple[int, int, int]
    has_ensurepip: bool
    unfit: str = ""
    machine: str = ""

    @property
    def short(self) -> tuple[int, int]:
        """Major and minor version."""
        return self.version[:2]


def find_base_python(
    environment: Mapping[str, str],
    system: str = sys.platform,
    own_prefix: Path | None = None,
    versions: Sequence[tuple[int, int]] = (),
) -> BasePython:
    """The fittest Python of this machine.

    Args:
        environment: of this process.
        system: as in `sys.platform`.
        own_prefix: where QGIS's own Python stands.
        versions: that there are wheels for; any where empty.

    Raises:
        NoPythonError: there is none; says what to install.
    """
    seen: list[BasePython] = []
    wanted = [one for one in PREFERRED if one in versions or not versions]
    for path in candidates(environment, system, own_prefix):
        python = ask(path)
        if python is None:
            continue
        if not python.unfit and python.short not in wanted:
            python = replace(python, unfit=tr("the folder has no PyTorch for it"))
        seen.append(python)
        if not python.unfit and wanted[:1] == [python.short]:
            break
    return choose(seen, system)


def choose(pythons: Iterable[BasePython], system: str) -> BasePython:
    """The fittest of several; of equal ones the first.

    Raises:
        NoPythonError: none is fit.
    """
    pythons = list(pythons)
    fit = [one for one in pythons if not one.unfit]
    if not fit:
        raise NoPythonError(_explain(pythons, system))
    return min(fit, key=lambda one: PREFERRED.index(one.short))


def ask(path: Path, timeout_s: float = ASK_S) -> BasePython | None:
    """What a Python says of itself; None where it says nothing."""
    try:
        done = subprocess.run(
            [str(path), "-I", "-c", QUESTION],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=timeout_s,
            env=clean_environment(os.environ),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        return judge(path, json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return None


def judge(path: Path, said: Mapping[str, object]) -> BasePython:
    """From an answer to whether it is fit."""
    version = tuple(int(number) for number in said["version"])  # type: ignore[attr-defined]
    unfit, machine = "", read_machine(str(said.get("platform", "")), str(said.get("machine", "")))
    if not OLDEST <= version[:2] <= NEWEST:
        unfit = tr("its version is not one of {oldest} to {newest}").format(
            oldest="{}.{}".format(*OLDEST), newest="{}.{}".format(*NEWEST)
        )
    elif said["bits"] != 64:
        unfit = tr("it is a 32 bit one")
    elif said["implementation"] != "cpython" or said.get("is_free_threaded"):
        unfit = tr("it is another kind of Python than the libraries are built for")
    elif said.get("system") == "darwin" and machine != "arm64":
        unfit = tr("it is one for Macs with an Intel processor, for which PyTorch is not made any more")
    elif not said["has_venv"]:
        unfit = tr("it lacks the module venv")
    elif not said["has_ensurepip"]:
        unfit = tr("it lacks the module ensurepip")
    return BasePython(path, (version[0], version[1], version[2]), bool(said["has_ensurepip"]), unfit, machine)


def read_machine(built_for: str, machine: str) -> str:
    """The kind of processor, as `platform.machine` writes it, of `sysconfig.get_platform`.

    What a Python says of the machine is not what it was built for: Windows on ARM runs both kinds.
    """
    kind = built_for.rpartition("-")[2]
    return machine.lower() if kind in ("", "universal2") or built_for == "win32" else kind


def candidates(environment: Mapping[str, str], system: str, own_prefix: Path | None = None) -> Iterator[Path]:
    """Interpreters that may be there, each once, the likeliest first."""
    places = {"win32": _windows, "darwin": _macos}.get(system, _linux)
    seen: set[str] = set()
    for path in places(environment, own_prefix):
        # an environment's link leads to its own place in another folder, so links are followed
        with suppress(OSError):
            real = str(path.resolve())
            if path.is_file() and STORE not in path.parts and real not in seen:
                seen.add(real)
                yield path


def read_launcher(output: str) -> list[Path]:
    """The interpreters that the Windows launcher's `py -0p` lists."""
    found = re.findall(r"^\s*-(?:V:)?\S+(?:\s+\*)?\s+(\S.*?\.exe)\s*$", output, re.MULTILINE | re.IGNORECASE)
    return [Path(name) for name in found]


def _linux(environment: Mapping[str, str], own_prefix: Path | None) -> Iterator[Path]:
    yield from _on_path(environment, ["/usr/bin", "/usr/local/bin"])
    yield from sorted(Path(environment.get("HOME", "/nowhere")).glob(".pyenv/versions/3.*/bin/python3"), reverse=True)


def _macos(environment: Mapping[str, str], own_prefix: Path | None) -> Iterator[Path]:
    # /usr/bin/python3 is left out: without the developer tools it opens a dialog, with them it is too old
    folders = ["/opt/homebrew/bin", "/usr/local/bin"]
    folders += [f"/Library/Frameworks/Python.framework/Versions/{major}.{minor}/bin" for major, minor in PREFERRED]
    for path in _on_path(environment, folders):
        if path.parent != Path("/usr/bin"):
            yield path


def _windows(environment: Mapping[str, str], own_prefix: Path | None) -> Iterator[Path]:
    with suppress(OSError, subprocess.SubprocessError):
        yield from read_launcher(_run_launcher(environment))
    for folder in environment.get("PATH", "").split(";"):
        if folder.strip():
            yield Path(folder.strip()) / "python.exe"
    programs = environment.get("ProgramFiles")
    roots = [(environment.get("LOCALAPPDATA"), "Programs/Python/Python3*"), (programs, "Python3*")]
    # Python as QGIS brings it: last, as an update of QGIS takes it away
    roots += [(environment.get("OSGEO4W_ROOT"), "apps/Python3*"), (programs, "QGIS*/apps/Python3*")]
    for root, pattern in roots:
        if root:
            yield from sorted((path / "python.exe" for path in Path(root).glob(pattern)), reverse=True)
    if own_prefix is not None:
        yield own_prefix / "python.exe"


def _run_launcher(environment: Mapping[str, str], which: Callable[[str], str | None] = shutil.which) -> str:
    launcher = which("py")
    if launcher is None:
        return ""
    return subprocess.run(
        [launcher, "-0p"],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=ASK_S,
        text=True,
        errors="replace",
        env=clean_environment(environment),
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    ).stdout


def _on_path(environment: Mapping[str, str], folders: list[str]) -> Iterator[Path]:
    """By their versions' names, then by no version; in the given folders before those of PATH."""
    folders = folders + [one for one in environment.get("PATH", "").split(os.pathsep) if one not in folders]
    names = [f"python{major}.{minor}" for major, minor in PREFERRED]
    for name in [*names, "python3"]:
        for folder in folders:
            if folder:
                yield Path(folder) / name


def _explain(pythons: list[BasePython], system: str) -> str:
    needed = tr("Landcast needs a Python of version {oldest} to {newest}, and this machine has none that fits.").format(
        oldest="{}.{}".format(*OLDEST), newest="{}.{}".format(*NEWEST)
    )
    lines = [f"{one.path} ({'.'.join(map(str, one.version))}): {one.unfit}." for one in pythons[:4]]
    if system == "win32":
        remedy = tr(
            "Install Python 3.12 (64 bit) from python.org; that needs no administrator. Then press the button again."
        )
    elif system == "darwin":
        remedy = tr(
            "Install Python 3.12 from python.org, or by “brew install python@3.12”. Then press the button again."
        )
    elif any(OLDEST <= one.short <= NEWEST for one in pythons):
        remedy = tr("Install what it lacks: “sudo apt install python3-venv”. Then press the button again.")
    else:
        remedy = tr("Install Python 3.11 or later as your system does. Then press the button again.")
    return " ".join([needed, *lines, remedy])
