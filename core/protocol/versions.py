"""Which versions of the protocol are spoken, and which one two sides choose.

A minor version may add messages and optional fields, and nothing else: the older side ignores the fields.
A new value of a choice is sent only to a side that named that minor version. All else is a major version.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from .errors import VersionError
from .fields import Between

MAGIC = b"LC"


@dataclass(frozen=True, order=True)
class Version:
    """A version of the protocol."""

    major: Annotated[int, Between(0, 255)]
    minor: Annotated[int, Between(0, 255)]

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"

    @property
    def preamble(self) -> bytes:
        """The first part of a message in this version."""
        return MAGIC + bytes((self.major, self.minor))


CURRENT = Version(1, 3)
"""The version that messages are written in."""
SPOKEN: tuple[Version, ...] = (CURRENT,)
"""For each major version that is understood, its newest minor one."""


def negotiate(offered: Sequence[Version], spoken: Sequence[Version] = SPOKEN) -> Version:
    """Choose the newest version that both sides speak: the newest common major one, its older minor one.

    Raises:
        VersionError: there is none.
    """
    ours, theirs = _newest_minors(spoken), _newest_minors(offered)
    common = set(ours) & set(theirs)
    if not common:
        raise VersionError(f"the other side speaks {_listed(offered)}, this side {_listed(spoken)}; update the older")
    major = max(common)
    return Version(major, min(ours[major], theirs[major]))


def check_version(version: Version, spoken: Sequence[Version] = SPOKEN) -> bool:
    """Return whether a message's version is newer than what is spoken here, so that it may hold unknown fields.

    Raises:
        VersionError: its major version is not spoken here.
    """
    ours = _newest_minors(spoken)
    if version.major not in ours:
        raise VersionError(f"the message is in version {version}, this side speaks {_listed(spoken)}; update the older")
    return version.minor > ours[version.major]


def _newest_minors(versions: Sequence[Version]) -> dict[int, int]:
    return {version.major: version.minor for version in sorted(versions)}


def _listed(versions: Sequence[Version]) -> str:
    return ", ".join(map(str, versions)) or "none"
