"""What the plugin's tests need, in QGIS's Python or in any other.

Tests that need QGIS skip themselves where it is not importable. Those that run Landcast take its interpreter
from LANDCAST_PYTHON.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _import_landcast_from_this_tree() -> None:
    """The repository root is the package: QGIS's Python, where nothing is installed, cannot find it by name."""
    if importlib.util.find_spec("landcast") is not None:
        return
    spec = importlib.util.spec_from_file_location(
        "landcast", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["landcast"] = module
    spec.loader.exec_module(module)


_import_landcast_from_this_tree()

from landcast.qgis_plugin.child_process import clean_environment  # noqa: E402 - importable from here on


@pytest.fixture(scope="session")
def interpreter() -> Path:
    """The Python that Landcast is installed in."""
    named = os.environ.get("LANDCAST_PYTHON")
    if not named:
        pytest.skip("needs LANDCAST_PYTHON: the interpreter that Landcast is installed in")
    return Path(named).absolute()


@pytest.fixture(scope="session")
def model_folder(interpreter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with random weights, small enough to answer at once."""
    folder = tmp_path_factory.mktemp("model")
    code = "import pathlib, runpy, sys; runpy.run_path(sys.argv[1])['write_tiny_model'](pathlib.Path(sys.argv[2]))"
    command = [str(interpreter), "-c", code, str(ROOT / "tests" / "models.py"), str(folder)]
    subprocess.run(command, check=True, env=clean_environment(os.environ))
    return folder


@pytest.fixture
def make_worker(tmp_path: Path) -> Callable[[str], Path]:
    """Make a program that stands where the interpreter should and does as the given Python code says."""
    if sys.platform == "win32":
        pytest.skip("a script cannot stand in for an interpreter on Windows")

    def make(code: str) -> Path:
        program = tmp_path / "worker"
        program.write_text(f"#!{sys.executable}\nimport json, os, signal, sys, time\n{textwrap.dedent(code)}")
        program.chmod(0o755)
        return program

    return make
