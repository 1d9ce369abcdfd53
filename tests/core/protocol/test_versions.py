"""Two sides choose the newest version that both speak."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landcast.core.protocol.errors import VersionError
from landcast.core.protocol.versions import CURRENT, SPOKEN, Version, check_version, negotiate

VERSIONS = st.builds(Version, st.integers(0, 4), st.integers(0, 4))
LISTS = st.lists(VERSIONS, min_size=1, max_size=4)


@given(LISTS, LISTS)
def test_both_sides_choose_the_same(ours: list[Version], theirs: list[Version]) -> None:
    common = {version.major for version in ours} & {version.major for version in theirs}
    if not common:
        for one, other in ((ours, theirs), (theirs, ours)):
            with pytest.raises(VersionError, match="the other side speaks"):
                negotiate(one, other)
        return
    chosen = negotiate(ours, theirs)
    assert chosen == negotiate(theirs, ours)
    assert chosen.major == max(common)
    for side in (ours, theirs):
        assert chosen.minor <= max(version.minor for version in side if version.major == chosen.major)


def test_the_older_minor_version_is_chosen() -> None:
    assert negotiate([Version(1, 4), Version(2, 1)], [Version(1, 2)]) == Version(1, 2)
    assert negotiate([Version(1, 0)], [Version(1, 2), Version(2, 0)]) == Version(1, 0)


def test_an_error_says_what_both_sides_speak() -> None:
    with pytest.raises(VersionError, match=r"speaks 2\.0, 3\.1, this side 1\.0; update"):
        negotiate([Version(2, 0), Version(3, 1)], [Version(1, 0)])
    with pytest.raises(VersionError, match="speaks none"):
        negotiate([])


def test_only_a_newer_minor_version_is_newer() -> None:
    assert check_version(Version(1, 3), [Version(1, 2)])
    assert not check_version(Version(1, 2), [Version(1, 2)])
    assert not check_version(Version(1, 0), [Version(1, 2)])
    for other in (Version(0, 9), Version(2, 0)):
        with pytest.raises(VersionError, match=str(other)):
            check_version(other, [Version(1, 2)])


def test_what_is_written_is_spoken() -> None:
    assert CURRENT in SPOKEN
    assert not check_version(CURRENT)
