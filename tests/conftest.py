"""Fixtures that more than one part needs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True, scope="session")
def no_own_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The models of whoever runs the tests play no part in them."""
    before = os.environ.get("LANDCAST_MODELS")
    os.environ["LANDCAST_MODELS"] = str(tmp_path_factory.mktemp("models"))
    yield
    if before is None:
        del os.environ["LANDCAST_MODELS"]
    else:
        os.environ["LANDCAST_MODELS"] = before


@pytest.fixture(scope="session")
def naip() -> Path:
    """The shared aerial chips; tests that need them are skipped where they are not."""
    folder = Path(os.environ.get("LANDCAST_DATA") or ROOT.parent / "shared" / "data") / "naip"
    if not folder.is_dir():
        pytest.skip("LANDCAST_DATA names no folder with naip chips")
    return folder


@pytest.fixture(scope="session")
def make_tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Make the folder of an untrained model, once for each objective and change of its contract; read it only."""
    from landcast.tests.models import write_tiny_model

    made: dict[str, Path] = {}

    def make(objective: str = "one_step", **changes: object) -> Path:
        key = f"{objective} {sorted(changes.items())}"
        if key not in made:
            made[key] = write_tiny_model(tmp_path_factory.mktemp("model"), objective, **changes)  # type: ignore[arg-type]
        return made[key]

    return make


@pytest.fixture(scope="session")
def tiny_model(make_tiny_model: Callable[..., Path]) -> Path:
    """The folder of an untrained model of one step; read it only."""
    return make_tiny_model()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """A real file system that can be given any size."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"mounting is not allowed: {mounted.stderr.decode().strip()}")

    def resize(size: int) -> Path:
        subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True)
        return folder

    yield resize
    subprocess.run(["umount", "-l", str(folder)], check=True)
