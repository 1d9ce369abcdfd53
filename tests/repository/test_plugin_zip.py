"""The plugin as it is packed: by the rules of the site of QGIS's plugins, and in a QGIS that never saw it before."""

from __future__ import annotations

import ast
import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
import zmq
from affine import Affine

from ..models import write_tiny_model
from ..window import find_lack, plugins_folder, run_in_window

ROOT = Path(__file__).parents[2]
REQUIRED = (
    "name", "description", "version", "qgisMinimumVersion", "author", "email", "about", "tracker", "repository",
)  # fmt: skip
"""Without which the site refuses a plugin."""
MAX_BYTES = 25_000_000
TEXT_SUFFIXES = {".py", ".txt", ".svg", ".ts", ".html", ""}
PICTURE = b"\x89PNG\r\n\x1a\n"
SECRET = re.compile(r"(?i)\b\w*(password|passwd|secret|token|api_?key)\w*\s*[:=]\s*[\"'][^\"'{}\s]{6,}[\"']")
WINDOW_SCRIPT = """
import json, os, traceback
from pathlib import Path
from qgis import utils
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QTimer

report = Path(json.loads(os.environ["LANDCAST_WINDOW"])["report"])

def look():
    found = {}
    try:
        found["active"] = "landcast" in utils.active_plugins
        plugin = utils.plugins["landcast"]
        found["module"] = type(plugin).__module__
        provider = QgsApplication.processingRegistry().providerById("landcast")
        found["algorithms"] = sorted(one.id() for one in provider.algorithms())
        found["help"] = sorted({one.helpUrl() for one in provider.algorithms()})
        utils.unloadPlugin("landcast")
        found["left"] = QgsApplication.processingRegistry().providerById("landcast") is not None
    except BaseException:
        found["problem"] = traceback.format_exc()
    report.write_text(json.dumps(found))
    os._exit(0)

QTimer.singleShot(2000, look)
"""


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dist") / "landcast.zip")


def build(target: Path) -> Path:
    subprocess.run([sys.executable, str(ROOT / ".ci" / "build_plugin.py"), str(target)], check=True)
    return target


@pytest.fixture(scope="module")
def contents(packed: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(packed) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def sources(contents: dict[str, bytes]) -> dict[str, ast.Module]:
    """Every Python file, as Python 3.9 reads it."""
    return {
        name: ast.parse(content.decode(), name, feature_version=(3, 9))
        for name, content in contents.items()
        if name.endswith(".py")
    }


def test_the_same_tree_gives_the_same_bytes(packed: Path, tmp_path: Path) -> None:
    assert build(tmp_path / "again.zip").read_bytes() == packed.read_bytes()


def test_it_is_one_small_folder_with_what_the_site_asks_for(packed: Path, contents: dict[str, bytes]) -> None:
    assert packed.stat().st_size <= MAX_BYTES
    assert {name.split("/")[0] for name in contents} == {"landcast"}
    assert {"landcast/__init__.py", "landcast/metadata.txt", "landcast/LICENSE"} <= contents.keys()
    for name in contents:
        parts = name.split("/")
        assert not any(part.startswith((".", "__MACOSX")) or part in ("..", "__pycache__", "tests") for part in parts)
        assert not name.endswith((".pyc", ".pyo", ".qm", ".so", ".dll", ".pyd", ".safetensors"))


def test_nothing_is_binary_but_pictures_of_the_guide(contents: dict[str, bytes]) -> None:
    for name, content in contents.items():
        if name.endswith(".png"):
            assert name.startswith("landcast/docs/pictures/")
            assert content.startswith(PICTURE)
        else:
            assert Path(name).suffix in TEXT_SUFFIXES, name
            assert "\0" not in content.decode("utf-8"), name


def test_metadata_is_complete_as_the_site_reads_it(contents: dict[str, bytes]) -> None:
    parser = configparser.ConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(contents["landcast/metadata.txt"].decode("utf-8"))
    metadata = dict(parser.items("general"))
    assert all(metadata.get(key, "").strip() for key in REQUIRED)
    for key in ("tracker", "repository", "homepage"):
        assert re.fullmatch(r"https://[\w.-]+/\S*", metadata[key]), key
    assert re.fullmatch(r"[^@\s]+@[^@\s]+\.\w+", metadata["email"])
    assert "/" not in metadata["author"]
    assert metadata["hasProcessingProvider"] == "yes"
    assert (metadata["qgisMinimumVersion"], metadata["qgisMaximumVersion"]) == ("3.22", "4.99")
    assert "supportsQt6" not in metadata
    assert all(metadata[key] in ("True", "False") for key in ("experimental", "deprecated"))
    for key in ("icon", *(["screenshot"] if "screenshot" in metadata else [])):
        assert f"landcast/{metadata[key]}" in contents
    assert metadata["version"] in metadata["changelog"]


def test_nothing_is_in_it_that_a_scan_would_stop_at(sources: dict[str, ast.Module]) -> None:
    for name, tree in sources.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                assert not {"pickle", "dill", "marshal", "shelve"} & {alias.name for alias in node.names}, name
            elif isinstance(node, ast.ImportFrom):
                assert node.module not in ("pickle", "dill", "marshal", "shelve"), name
            elif isinstance(node, ast.Call):
                called = node.func.id if isinstance(node.func, ast.Name) else ""
                assert called not in ("eval", "exec", "compile", "__import__"), f"{name}:{node.lineno}"
                for keyword in node.keywords:
                    is_true = isinstance(keyword.value, ast.Constant) and keyword.value.value is True
                    assert not (keyword.arg == "shell" and is_true), f"{name}:{node.lineno}"


def test_no_secret_is_written_into_it(contents: dict[str, bytes]) -> None:
    for name, content in contents.items():
        if name.endswith(".py"):
            found = SECRET.search(content.decode())
            assert found is None, f"{name}: {found and found[0]}"


def test_a_secret_would_be_found() -> None:
    assert SECRET.search('api_key = "0123456789abcdef"')
    assert SECRET.search("  db_password: 'correct-horse'")


def test_it_runs_on_python_3_9(contents: dict[str, bytes], tmp_path: Path) -> None:
    """Grammar and standard library, by a tool that knows both of every version."""
    unpack(contents, tmp_path)
    vermin = str(Path(sys.executable).parent / "vermin")
    command = [vermin, "--target=3.9-", "--violations", "--no-tips", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    (tmp_path / "newer.py").write_text("match 1:\n    case 1: pass\n")
    assert subprocess.run(command, capture_output=True).returncode != 0


def test_what_it_imports_of_its_own_is_in_it(contents: dict[str, bytes], sources: dict[str, ast.Module]) -> None:
    modules = {Path(name).with_suffix("").as_posix() for name in sources}
    packages = {name.removesuffix("/__init__") for name in modules if name.endswith("/__init__")}
    for name, tree in sources.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                base = "/".join(name.split("/")[: -node.level])
                target = "/".join([base, *(node.module or "").split(".")]).rstrip("/")
                assert target in modules | packages, f"{name}: {target}"


def test_the_guide_opens_without_a_network(contents: dict[str, bytes]) -> None:
    assert "landcast/docs/qgis.html" in contents
    for name, content in contents.items():
        if name.endswith(".html"):
            for target in re.findall(r'(?:href|src)="([^"#]+)', content.decode()):
                if "://" not in target:
                    assert f"landcast/docs/{target}" in contents, f"{name} leads to {target}"


def unpack(contents: dict[str, bytes], folder: Path) -> None:
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@pytest.fixture
def profile(contents: dict[str, bytes], tmp_path: Path) -> Path:
    """A folder of profiles, in which nothing but the unpacked plugin is."""
    unpack(contents, plugins_folder(tmp_path))
    return tmp_path


def needs(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"needs {program}")
    return found


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    """What QGIS's Python lacks of what the plugin needs: pyzmq, where the system has none for it."""
    folder = tmp_path / "libraries"
    folder.mkdir()
    python = os.environ.get("QGIS_PYTHON", "/usr/bin/python3")
    code = "import sys; print(*sys.version_info[:2]); import zmq"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, env={})
    if done.returncode == 0:
        return folder
    if done.stdout.split() != [str(number) for number in sys.version_info[:2]]:
        pytest.skip("needs pyzmq for QGIS's Python")
    for found in Path(zmq.__file__).parents[1].glob("*zmq*"):
        (folder / found.name).symlink_to(found)
    return folder


@pytest.fixture
def environment(profile: Path, libraries: Path) -> Callable[..., dict[str, str]]:
    """Variables of somebody who has just installed QGIS, and has Landcast in the Python that runs this."""

    def environment(**more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return {
            **kept,
            "QT_QPA_PLATFORM": "offscreen",
            "QGIS_CUSTOM_CONFIG_PATH": str(profile),
            "LANDCAST_PYTHON": sys.executable,
            "LANDCAST_CACHE": str(profile / "cache"),
            "PYTHONPATH": str(libraries),
            **more,
        }

    return environment


def test_a_fresh_qgis_predicts_with_it(profile: Path, environment: Callable[..., dict[str, str]]) -> None:
    qgis = needs("qgis_process.bin")
    model = profile / "model"
    write_tiny_model(model)
    source, output = profile / "town.tif", profile / "town_pred.tif"
    pixels = np.random.default_rng(0).integers(20, 220, (3, 300, 320), np.uint8)
    place = {"crs": "EPSG:26911", "transform": Affine(0.6, 0, 430000, 0, -0.6, 3770000)}
    with rasterio.open(source, "w", driver="GTiff", count=3, height=300, width=320, dtype="uint8", **place) as file:
        file.write(pixels)
    enabled = subprocess.run(
        [qgis, "plugins", "enable", "landcast"], env=environment(), capture_output=True, text=True, timeout=120
    )
    assert enabled.returncode == 0, enabled.stdout + enabled.stderr
    command = [qgis, "--json", "run", "landcast:predict", "--", f"INPUT={source}", f"MODEL={model}", f"OUTPUT={output}"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    with rasterio.open(output) as file:
        assert file.tags()["LANDCAST_SYNTHETIC"] == "YES"
        assert file.crs.to_epsg() == 26911
        assert file.shape == (300, 320)


def test_the_window_of_qgis_loads_it_and_lets_it_go(contents: dict[str, bytes], tmp_path: Path) -> None:
    lack = find_lack()
    if lack is not None:
        pytest.skip(f"needs {lack}")
    unpack(contents, plugins_folder(tmp_path))
    script, report = tmp_path / "look.py", tmp_path / "report.json"
    script.write_text(WINDOW_SCRIPT)
    done = run_in_window(tmp_path, script, {"report": str(report)}, timeout_s=120)
    assert report.exists(), done.stdout + done.stderr
    found = json.loads(report.read_text())
    assert "problem" not in found, found["problem"]
    assert found["active"]
    assert found["module"] == "landcast.qgis_plugin.plugin"
    assert "landcast:predict" in found["algorithms"]
    page = contents["landcast/docs/qgis.html"].decode()
    for address in found["help"]:
        path, _, place = address.partition("#")
        assert path.startswith("file:///")
        assert path.endswith("/landcast/docs/qgis.html")
        assert f'id="{place}"' in page, address
    assert not found["left"]
