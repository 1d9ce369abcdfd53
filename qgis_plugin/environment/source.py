"""Where Landcast is installed from, by one setting: the package index, a wheel file, or a folder with wheels.

What is known of the wheel's bytes is checked before anything of it runs: by a SHA-256 of the settings, or by a file
`NAME.whl.sha256` beside it. A file `landcast-lock.txt` beside the wheel names all other packages with their hashes, and
pip takes nothing else then. Without them pip holds the packages to the hashes that the index itself states, which
finds a broken download but not a changed index; which bytes were installed is written down in either case. A name alone
says nothing: Landcast is taken from an index only by its SHA-256, or where the settings name that very index.

Standard library only.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Union

from ..translation import tr
from .problems import HashError, SourceError

LOCK_FILE = "landcast-lock.txt"
SHA256 = re.compile(r"[0-9a-f]{64}")
CHUNK_BYTES = 2**20
LOGIN = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)[^\s\"'/]*@")


@dataclass(frozen=True)
class PackageIndex:
    """A package index.

    Attributes:
        address: of a mirror, which then also gives PyTorch; None for the one that pip is set to.
    """

    address: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return redact(self.address or "index")


@dataclass(frozen=True)
class WheelFile:
    """One wheel of Landcast; all else comes from the package index."""

    path: Path


@dataclass(frozen=True)
class WheelFolder:
    """A folder with the wheels of all packages; no network is used."""

    path: Path


Source = Union[PackageIndex, WheelFile, WheelFolder]


def read_source(text: str) -> Source:
    """Understand the setting.

    Raises:
        SourceError: it is none of the three, or is not there.
    """
    text = text.strip()
    if not text:
        return PackageIndex()
    if re.match(r"https?://", text, re.IGNORECASE):
        return PackageIndex(text)
    path = Path(text).expanduser().absolute()
    if path.is_dir():
        return WheelFolder(path)
    if path.suffix == ".whl" and path.is_file():
        return WheelFile(path)
    raise SourceError(
        tr(
            "Landcast is to be installed from {text}, which is neither the address of a package index, nor a wheel "
            "(.whl), nor a folder with wheels. Change it in Settings > Options > Landcast."
        ).format(text=text)
    )


def find_wheel(source: Source, version: str) -> Path | None:
    """The wheel of Landcast itself; None where the package index has it.

    Raises:
        SourceError: it is of another version, or missing.
    """
    if isinstance(source, PackageIndex):
        return None
    start = f"landcast-{version}-"
    if isinstance(source, WheelFile):
        if not source.path.name.startswith(start):
            raise SourceError(
                tr("{path} is not the wheel of Landcast {version}, which this plugin needs.").format(
                    path=source.path, version=version
                )
            )
        return source.path
    found = sorted(source.path.glob(f"{start}*.whl"))
    if not found:
        raise SourceError(
            tr("{path} has no wheel of Landcast {version} ({name}).").format(
                path=source.path, version=version, name=f"{start}py3-none-any.whl"
            )
        )
    return found[-1]


def known_hash(wheel: Path | None, setting: str) -> str | None:
    """The SHA-256 that the wheel must have: of the setting, else of the file beside it; None where nobody says.

    Raises:
        HashError: what is said is no SHA-256.
    """
    said, where = setting.strip().lower(), "landcast/install_sha256"
    beside = None if wheel is None else wheel.with_name(wheel.name + ".sha256")
    if not said and beside is not None and beside.is_file():
        words = beside.read_text(encoding="utf-8", errors="replace").split()
        said, where = (words[0].lower() if words else "?"), str(beside)
    if not said:
        return None
    if not SHA256.fullmatch(said):
        raise HashError(
            tr("{where} holds no SHA-256, which is 64 hexadecimal digits: {said}").format(where=where, said=said[:80])
        )
    return said


def check_known(source: Source, sha256: str | None) -> None:
    """Refuse to take by its name alone what anybody may have put into a public index.

    Raises:
        SourceError: neither the hash of the wheel nor the index is named.
    """
    if isinstance(source, PackageIndex) and source.address is None and sha256 is None:
        raise SourceError(
            " ".join([tr("First name the file that Landcast is installed from, its wheel."), how_to_get_a_wheel()])
        )


def how_to_get_a_wheel() -> str:
    """For who has none."""
    return tr(
        "Run “make wheel” in a clone of Landcast, or ask whom you have the plugin from; then choose the file "
        "dist/landcast-….whl here, or under Install from in Settings > Options > Landcast."
    )


def redact(text: str) -> str:
    """A text without the logins of its addresses."""
    return LOGIN.sub(r"\g<scheme>", text)


def check_hash(wheel: Path, expected: str | None) -> str:
    """Return the SHA-256 of a wheel, which must be the expected one where there is one.

    Raises:
        HashError: it is another.
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    with wheel.open("rb") as stream:
        for chunk in iter(lambda: stream.read(CHUNK_BYTES), b""):
            digest.update(chunk)
    found = digest.hexdigest()
    if expected is not None and found != expected:
        raise HashError(
            tr(
                "{path} is not the file that was meant: its SHA-256 is {found}, expected was {expected}. Nothing of it "
                "was installed. Fetch it again from whom you trust."
            ).format(path=wheel, found=found, expected=expected)
        )
    return found


def python_versions(source: Source) -> list[tuple[int, int]]:
    """The versions of Python that a folder has PyTorch for; empty where that cannot be told."""
    if not isinstance(source, WheelFolder):
        return []
    names = " ".join(path.name for path in source.path.glob("torch-*.whl"))
    return [(3, int(minor)) for minor in dict.fromkeys(re.findall(r"-cp3(\d+)-", names))]


def find_lock(source: Source) -> Path | None:
    """The lock file beside the wheel; None where there is none."""
    if isinstance(source, PackageIndex):
        return None
    folder = source.path if isinstance(source, WheelFolder) else source.path.parent
    return folder / LOCK_FILE if (folder / LOCK_FILE).is_file() else None
