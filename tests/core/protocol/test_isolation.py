"""The protocol runs in QGIS's own Python: 3.9, without anything installed."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MODULES = sorted((ROOT / "core" / "protocol").glob("*.py"))
LOAD = f"""
import importlib, importlib.util, sys
spec = importlib.util.spec_from_file_location("landcast", {str(ROOT / "__init__.py")!r},
                                              submodule_search_locations=[{str(ROOT)!r}])
sys.modules["landcast"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["landcast"])
for name in {[module.stem for module in MODULES if module.stem != "__init__"]!r}:
    importlib.import_module("landcast.core.protocol." + name)
"""
TALK = """
from landcast.core.protocol.codec import decode, encode
from landcast.core.protocol.frames import Frame
from landcast.core.protocol.message import MESSAGES
from landcast.core.protocol.messages import Plan, Tile
from landcast.core.protocol.requests import PredictRequest
from landcast.core.protocol.schema import build
from landcast.core.protocol.values import Rect
from landcast.core.protocol.errors import ProtocolError
for kind in MESSAGES.values():
    try:
        build(kind, {}, "here", is_newer=False)
    except ProtocolError:
        pass
plan = Plan("0" * 32, PredictRequest("a.tif"))
assert decode(encode(plan)) == (plan, [])
tile = Tile("0" * 32, 0, Rect(0, 0, 1, 2), "prediction")
assert bytes(decode(encode(tile, [Frame("uint8", (2,), b"ab")]))[1][0].data) == b"ab"
"""


def run_isolated(interpreter: str, code: str) -> str:
    """Run code without installed packages, and return what it prints."""
    command = [interpreter, "-I", "-S", "-B", "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_every_module_parses_on_python_3_9(path: Path) -> None:
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_types_are_there_at_run_time(path: Path) -> None:
    # a deferred `X | Y` would parse on 3.9, and fail where a field's type is asked for
    assert "__future__" not in path.read_text(encoding="utf-8")


def test_all_of_it_loads_the_standard_library_alone() -> None:
    found = run_isolated(sys.executable, LOAD + "print(*{name.partition('.')[0] for name in sys.modules})").split()
    assert set(found) - sys.stdlib_module_names == {"landcast", "__main__"}


def test_it_talks_on_python_3_9() -> None:
    interpreter = shutil.which("python3.9")
    if interpreter is None or subprocess.run([interpreter, "-c", ""], capture_output=True).returncode:
        pytest.skip("there is no python3.9 on this machine")
    run_isolated(interpreter, LOAD + TALK)


def test_it_talks_in_an_empty_environment() -> None:
    run_isolated(sys.executable, LOAD + TALK)
