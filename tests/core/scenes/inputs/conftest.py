"""A server on loopback that holds what a test gives it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from landcast.tests.core.scenes.inputs.catalogues import Served, serving


@pytest.fixture
def server() -> Iterator[Served]:
    """It is gone when the test ends."""
    with serving() as held:
        yield held
