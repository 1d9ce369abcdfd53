"""What making the environment would mean on this machine: said before anything is fetched."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from ..translation import tr
from .installing import InstallOrder, choose_python
from .places import Environment, environments, find_outdated
from .problems import NoPythonError
from .source import PackageIndex, WheelFolder, check_known, find_wheel, known_hash
from .torch_build import TorchBuild, choose_build


@dataclass(frozen=True)
class Outlook:
    """What will be made.

    Attributes:
        build: of PyTorch.
        words: for a person: size, where, from where, on what it will compute.
        obstacle: why it cannot be made; empty where it can.
        outdated: an environment of another version; None where there is none.
        is_begun: whether an earlier try left something that is gone on with.
    """

    build: TorchBuild
    words: str
    obstacle: str
    outdated: Environment | None
    is_begun: bool


def look(order: InstallOrder) -> Outlook:
    """Look at this machine; waits for its programs, so not for the main thread.

    Raises:
        SourceError: there is nothing to install from.
    """
    check_known(order.source, known_hash(find_wheel(order.source, order.version), order.sha256))
    obstacle, machine = "", ""
    try:
        machine = choose_python(order).machine
    except NoPythonError as error:
        obstacle = str(error)
    build = choose_build(sys.platform, machine or platform.machine(), order.find_card(os.environ))
    is_begun = any(one.steps and not one.is_finished and not one.is_aside for one in environments(order.base))
    return Outlook(build, describe(order, build), obstacle, find_outdated(order.base, order.version), is_begun)


def describe(order: InstallOrder, build: TorchBuild) -> str:
    """The words of an outlook."""
    if isinstance(order.source, WheelFolder):
        fetched = tr("Everything comes from {folder}; no network is used.").format(folder=order.source.path)
    else:
        fetched = tr("About {size:.1f} GB are fetched from {places}.").format(
            size=build.download_gb, places=", ".join(_places(order, build))
        )
    kept = tr("{size:.1f} GB stay in {folder}, where {free:.0f} GB are free. No administrator is needed.").format(
        size=build.installed_gb, folder=order.base, free=shutil.disk_usage(_existing(order.base)).free / 1e9
    )
    return " ".join([fetched, kept, build.reason])


def _places(order: InstallOrder, build: TorchBuild) -> list[str]:
    if isinstance(order.source, PackageIndex) and order.source.address is not None:
        return [str(order.source)]
    places = [tr("the package index (pypi.org, unless pip is set to another)")]
    return [*places, build.index.split("/")[2]] if build.index else places


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above that is there."""
    return next((one for one in (folder, *folder.parents) if one.is_dir()), Path(folder.anchor or "."))
