"""The steps of making an environment as arguments of venv and pip, and what pip says in plain words.

Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from ..translation import tr
from .source import PackageIndex, Source, WheelFolder
from .torch_build import TORCH, TorchBuild

QUIET = (
    "--disable-pip-version-check",
    "--no-input",
    "--only-binary",
    ":all:",
    "--progress-bar",
    "off",
    "--retries",
    "3",
)
"""With some retries: pip tells of a network that fails only when it tries again."""
LAST_LINES = 4
EXTRA = "[training]"
"""The toolbox also trains and evaluates."""


def torch_arguments(source: Source, build: TorchBuild, downloads: Path, report: Path) -> list[str]:
    """For pip: PyTorch, in the build for this machine."""
    where = index_arguments(source)
    if not _is_named(source) and build.index is not None:
        where = ["--index-url", build.index]
    # CUDA's libraries come from the same place; what the other build needs is fetched with what Landcast needs
    alone = [] if build.is_cuda else ["--no-deps"]
    return [*_install(downloads, report), *alone, *where, f"torch=={TORCH}"]


def landcast_arguments(source: Source, wheel: Path, downloads: Path, report: Path) -> list[str]:
    """For pip: Landcast and what it needs, beside the PyTorch that is there."""
    return [*_install(downloads, report), *index_arguments(source), f"{wheel}{EXTRA}", f"torch=={TORCH}"]


def locked_arguments(source: Source, lock: Path, build: TorchBuild, downloads: Path, report: Path) -> list[str]:
    """For pip: all packages of a lock file, each by its hash."""
    where = index_arguments(source)
    if not _is_named(source) and build.index is not None:
        # hashes decide, so that it does not matter which of both indexes gives a file
        where = ["--extra-index-url", build.index]
    return [*_install(downloads, report), *where, "--require-hashes", "--requirement", str(lock)]


def wheel_only_arguments(wheel: Path, downloads: Path, report: Path) -> list[str]:
    """For pip: a wheel alone, where all that it needs is there; pip refuses where something is not."""
    return [*_install(downloads, report), "--no-index", f"{wheel}{EXTRA}"]


def download_arguments(requirements: Path, folder: Path, downloads: Path, has_hash: bool) -> list[str]:
    """For pip: the wheel of Landcast from an index."""
    where = ["--cache-dir", str(downloads), "--dest", str(folder)]
    checked = ["--require-hashes"] if has_hash else []
    return ["download", *QUIET, *where, "--no-deps", *checked, "--requirement", str(requirements)]


def index_arguments(source: Source) -> list[str]:
    """Where pip looks; nothing where it is to look as it is set, or as `index_variables` says."""
    return ["--no-index", "--find-links", str(source.path)] if isinstance(source, WheelFolder) else []


def index_variables(source: Source) -> dict[str, str]:
    """The index for pip: no argument, as its address may hold a login, and anybody may read arguments."""
    if isinstance(source, PackageIndex) and source.address is not None:
        return {"PIP_INDEX_URL": source.address}
    return {}


def explain(lines: list[str]) -> str:
    """Why pip failed, with what to do, where its words are known ones; then its last lines."""
    said = "\n".join(lines)
    words = next((words() for pattern, words in _KNOWN if re.search(pattern, said, re.IGNORECASE)), "")
    errors = [line for line in lines if line.lower().startswith("error")] or lines[-LAST_LINES:]
    return " ".join(part for part in (words, " ".join(errors[-LAST_LINES:])) if part)


def _is_named(source: Source) -> bool:
    """Whether the settings name where everything comes from."""
    return isinstance(source, WheelFolder) or (isinstance(source, PackageIndex) and source.address is not None)


def _install(downloads: Path, report: Path) -> list[str]:
    return ["install", *QUIET, "--no-warn-script-location", "--cache-dir", str(downloads), "--report", str(report)]


_KNOWN: tuple[tuple[str, Callable[[], str]], ...] = (
    (
        r"No space left|not enough space|Errno 28",
        lambda: tr("The disk is full: make room, then press the button again."),
    ),
    (
        r"DO NOT MATCH THE HASHES|Hashes are required",
        lambda: tr("A package is not the one that was meant: its SHA-256 differs. Nothing was taken into use."),
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSL: ",
        lambda: tr(
            "The server's certificate is not trusted. Where your network has its own authority, name its file in "
            "Settings > Options > Landcast."
        ),
    ),
    (
        r"\b407\b|Proxy Authentication",
        lambda: tr("The proxy asks for a login: enter it in Settings > Options > Network."),
    ),
    (
        r"Missing dependencies for SOCKS",
        lambda: tr("pip cannot use a SOCKS proxy: enter an HTTP proxy in Settings > Options > Network."),
    ),
    (
        r"connection broken|ConnectionError|ConnectTimeout|ReadTimeout|ProxyError|timed out|Name or service not known|"
        r"Could not fetch URL",
        lambda: tr(
            "The package index could not be reached. Check the network and the proxy (Settings > Options > Network), "
            "or install from a folder with wheels. What was fetched already is kept."
        ),
    ),
    (
        r"No matching distribution|Could not find a version",
        lambda: tr("The place that Landcast is installed from lacks a package, or has none for this machine."),
    ),
    (
        r"WinError 5\b|WinError 32\b|Permission denied",
        lambda: tr("A file could not be written, perhaps because a virus scanner or another program held it."),
    ),
)
