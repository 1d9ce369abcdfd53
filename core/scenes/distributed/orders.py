"""What a client orders from workers, and what they answer; plain values that travel."""

from __future__ import annotations

import pickle
import platform
import secrets
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..prepared import PreparedScene


@dataclass(frozen=True)
class Versions:
    """What must be equal on all machines, so that a block has the same bytes wherever it is predicted.

    Attributes:
        landcast: the program.
        python: major and minor; what travels between them is pickled.
        torch: without the build's suffix, as GPU builds stand beside those without.
    """

    landcast: str
    python: str
    torch: str

    @classmethod
    def here(cls) -> Versions:
        """Those of this process."""
        python = ".".join(platform.python_version_tuple()[:2])
        return cls(_version("landcast"), python, _version("torch").split("+")[0])

    def differences(self, other: Versions) -> list[str]:
        """What differs, each as `name mine, not theirs`."""
        return [
            f"{name} {mine}, not {theirs}"
            for name, mine in vars(self).items()
            if mine != (theirs := getattr(other, name))
        ]


@dataclass(frozen=True)
class SceneOrder:
    """A scene of which blocks are ordered.

    Attributes:
        versions: of the client.
        scene: the pickled `PreparedScene`, which is opened only where the versions are equal.
        key: of the scene's result.
        device: type of the device that blocks are computed on.
        blocks_url: where finished blocks are kept.
    """

    versions: Versions
    scene: bytes
    key: str
    device: str
    blocks_url: str

    @classmethod
    def of(cls, scene: PreparedScene, blocks_url: str) -> SceneOrder:
        """Order blocks of a scene."""
        return cls(Versions.here(), pickle.dumps(scene), scene.key, scene.compute.device, blocks_url)


@dataclass(frozen=True)
class ComputeQuestion:
    """What a worker is asked before a scene is planned.

    Attributes:
        versions: of the client.
        device: that the user asked for.
        precision: that the user asked for.
    """

    versions: Versions
    device: str
    precision: str


@dataclass(frozen=True)
class ComputeAnswer:
    """What a worker has.

    Attributes:
        versions: of the worker.
        host: name of its machine.
        device: type of the device that it would take.
        precision: that it would take.
    """

    versions: Versions
    host: str
    device: str
    precision: str


@dataclass(frozen=True)
class Unfit:
    """A worker cannot predict blocks of a scene; no block is to blame.

    Attributes:
        host: name of its machine.
        reason: what was found there and what to do.
    """

    host: str
    reason: str


def probe_name() -> str:
    """Name of a file that says nothing; one that a killed process left is removed as what it was writing."""
    from ..file_store import PARTIAL

    return f".block-probe-{secrets.token_hex(8)}{PARTIAL}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
