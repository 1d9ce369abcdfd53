"""Which build of PyTorch the graphics card and its driver take, where it comes from, and how much room it needs.

Builds, architectures and drivers as PyTorch's release notes and NVIDIA's table of compatible drivers give them for the
version pinned here. Standard library only.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..child_process import clean_environment
from ..translation import tr

TORCH = "2.13.0"
INDEX = "https://download.pytorch.org/whl/"
ASK_S = 15.0
QUERY = ("--query-gpu=name,driver_version,compute_cap,memory.total", "--format=csv,noheader,nounits")
GB = 10**9


@dataclass(frozen=True)
class Card:
    """A graphics card of NVIDIA.

    Attributes:
        name: as its driver tells it.
        driver: version, as numbers.
        capability: of computing, as (7, 5); None where the driver is too old to tell.
        memory_mb: all of it.
    """

    name: str
    driver: tuple[int, ...]
    capability: tuple[int, int] | None
    memory_mb: int

    @property
    def driver_name(self) -> str:
        """The driver's version as people write it."""
        return ".".join(f"{number:02d}" if place else str(number) for place, number in enumerate(self.driver))


@dataclass(frozen=True)
class CudaBuild:
    """One build for NVIDIA's cards: its name, the oldest driver, and the capabilities that it holds code for."""

    name: str
    driver: int
    oldest: tuple[int, int]
    newest: tuple[int, int]


CUDA_BUILDS = (CudaBuild("cu130", 580, (7, 5), (12, 1)), CudaBuild("cu126", 525, (5, 0), (9, 0)))
"""The newest first. Drivers: any of the branch that began with that toolkit's major version runs all of its minors."""


@dataclass(frozen=True)
class TorchBuild:
    """What is installed.

    Attributes:
        name: `cpu`, `cu126` and so on.
        index: that it comes from; None for the package index's own.
        reason: in words for a person.
        download_gb, installed_gb: about how much, with all that Landcast needs.
    """

    name: str
    index: str | None
    reason: str
    download_gb: float
    installed_gb: float

    @property
    def is_cuda(self) -> bool:
        """Whether it computes on a card of NVIDIA."""
        return self.name.startswith("cu")

    @property
    def needed_bytes(self) -> int:
        """On the disk while it is made: what was fetched, once more as pip unpacks it, and what is installed."""
        return int((2 * self.download_gb + self.installed_gb) * GB)


def choose_build(system: str, machine: str, card: Card | None) -> TorchBuild:
    """The build for a machine.

    Args:
        system: as in `sys.platform`.
        machine: as `platform.machine` says.
        card: its first card of NVIDIA; None where there is none.
    """
    if system == "darwin":
        return _cpu(None, tr("Landcast computes on the processor of a Mac."))
    if machine.lower() not in ("x86_64", "amd64"):
        return _cpu(INDEX + "cpu", tr("On this kind of processor Landcast computes without a graphics card."))
    # the package index holds the builds without CUDA for Windows, and those with CUDA for Linux
    index = None if system == "win32" else INDEX + "cpu"
    if card is None:
        return _cpu(index, tr("No NVIDIA graphics card: Landcast computes on the processor, which is slower."))
    for build in CUDA_BUILDS:
        if card.driver[0] >= build.driver and _holds(build, card.capability):
            reason = tr("{name} with driver {driver} is used.").format(name=card.name, driver=card.driver_name)
            return TorchBuild(build.name, INDEX + build.name, reason, 3.2, 7.0)
    return _cpu(index, _why_not(card))


def without_card(build: TorchBuild, system: str, reason: str) -> TorchBuild:
    """The build for the processor of the same machine, where the card turned out not to compute."""
    return _cpu(None if system == "win32" else INDEX + "cpu", reason) if build.is_cuda else build


def find_card(environment: Mapping[str, str]) -> Card | None:
    """The first card of NVIDIA that its driver's own program lists; waits, so not for the main thread."""
    for program in _programs(environment):
        try:
            done = subprocess.run(
                [program, *QUERY],
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=ASK_S,
                text=True,
                errors="replace",
                env=clean_environment(environment),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except (OSError, subprocess.SubprocessError):
            continue
        cards = read_cards(done.stdout)
        if cards:
            return cards[0]
    return None


def read_cards(output: str) -> list[Card]:
    """From the lines of the driver's program; those that are no cards are left out."""
    cards = []
    for line in output.splitlines():
        parts = [part.strip() for part in line.rsplit(",", 3)]
        if len(parts) != 4 or not re.fullmatch(r"\d+(\.\d+)*", parts[1]):
            continue
        driver = tuple(int(number) for number in parts[1].split("."))
        capability = re.fullmatch(r"(\d+)\.(\d+)", parts[2])
        memory = int(parts[3]) if parts[3].isdigit() else 0
        cards.append(Card(parts[0], driver, (int(capability[1]), int(capability[2])) if capability else None, memory))
    return cards


def _programs(environment: Mapping[str, str]) -> list[str]:
    found = [shutil.which("nvidia-smi", path=environment.get("PATH"))]
    if environment.get("SystemRoot"):
        found.append(str(Path(environment["SystemRoot"]) / "System32" / "nvidia-smi.exe"))
    if environment.get("ProgramFiles"):
        found.append(str(Path(environment["ProgramFiles"]) / "NVIDIA Corporation" / "NVSMI" / "nvidia-smi.exe"))
    return [name for name in found if name and os.path.isfile(name)]  # noqa: PTH113 - a name is what is run


def _holds(build: CudaBuild, capability: tuple[int, int] | None) -> bool:
    return capability is not None and build.oldest <= capability <= build.newest


def _why_not(card: Card) -> str:
    told = {"name": card.name, "driver": card.driver_name}
    could = [build for build in CUDA_BUILDS if _holds(build, card.capability)]
    if could or card.capability is None:
        needed = min((build.driver for build in could), default=CUDA_BUILDS[-1].driver)
        return tr(
            "{name} has driver {driver}, which is too old: Landcast computes on the processor, which is slower. With "
            "driver {needed} or later, reset the environment and make it again to use the card."
        ).format(**told, needed=needed)
    return tr(
        "{name} is of a kind that this version of PyTorch does not serve: Landcast computes on the processor, which is "
        "slower."
    ).format(**told)


def _cpu(index: str | None, reason: str) -> TorchBuild:
    return TorchBuild("cpu", index, reason, 0.5, 1.9)
