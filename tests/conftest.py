"""Fixtures that more than one part needs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def naip() -> Path:
    """The shared aerial chips; tests that need them are skipped where they are not."""
    folder = Path(os.environ.get("LANDCAST_DATA") or ROOT.parent / "shared" / "data") / "naip"
    if not folder.is_dir():
        pytest.skip("LANDCAST_DATA names no folder with naip chips")
    return folder
