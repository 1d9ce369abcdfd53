"""Holds the tree to its design: who may import whom, what is a package, what says what it is for."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("core", "worker", "qgis_plugin", "training", "tests")
ALLOWED_BESIDE = {"docs", "benchmarks"}
MAY_IMPORT = {
    "core": {"core"},
    "training": {"training", "core"},
    "worker": {"worker", "core"},
    "qgis_plugin": {"qgis_plugin", "core"},
}
"""Parts that a part may import when it is loaded; what the worker may import later has a test of its own."""
HEAVY = {"torch", "diffusers", "rasterio", "kornia", "cv2", "numpy", "scipy"}


def python_files(part: str) -> list[Path]:
    return sorted(path for path in (ROOT / part).rglob("*.py") if "__pycache__" not in path.parts)


SOURCES = [path for part in MAY_IMPORT for path in python_files(part)]


def names(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported_parts(path: Path, is_loading_only: bool) -> set[str]:
    """Parts that a file imports, by relative or absolute name; at loading only, or anywhere."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = module_level(tree) if is_loading_only else list(ast.walk(tree))
    found = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            base = path.relative_to(ROOT).parent.parts
            absolute = [*base[: len(base) - node.level + 1]] if node.level else []
            dotted = [*absolute, *(node.module.split(".") if node.module else [])]
            if not node.level and dotted[:1] == ["landcast"]:
                dotted = dotted[1:]
            elif not node.level:
                continue
            found |= {dotted[0]} if dotted else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("landcast.")}
    return found & set(PARTS)


def module_level(tree: ast.Module) -> list[ast.AST]:
    """Statements that run when a module is loaded: all but the bodies of functions."""
    found: list[ast.AST] = []
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=names)
def test_imports_point_one_way(path: Path) -> None:
    part = path.relative_to(ROOT).parts[0]
    assert imported_parts(path, is_loading_only=True) <= MAY_IMPORT[part]


@pytest.mark.parametrize("path", [path for path in SOURCES if path.relative_to(ROOT).parts[0] != "worker"], ids=names)
def test_no_function_imports_against_the_direction_either(path: Path) -> None:
    part = path.relative_to(ROOT).parts[0]
    assert imported_parts(path, is_loading_only=False) <= MAY_IMPORT[part]


def test_the_worker_imports_training_only_inside_a_subcommand_or_the_process_of_a_long_job() -> None:
    found = {names(path): imported_parts(path, is_loading_only=False) for path in python_files("worker")}
    users = {name for name, parts in found.items() if "training" in parts}
    commands = [f"cli/{name}" for name in ("calibrate", "domain", "evaluate", "pairs", "study", "train")]
    assert users == {f"worker/{name}.py" for name in (*commands, "long_jobs/work")}


@pytest.mark.parametrize("path", python_files("core/protocol"), ids=names)
def test_the_protocol_imports_itself_and_the_standard_library(path: Path) -> None:
    own = {one.stem for one in python_files("core/protocol")}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert {alias.name.partition(".")[0] for alias in node.names} <= sys.stdlib_module_names
        elif isinstance(node, ast.ImportFrom) and node.level:
            assert node.level == 1
            assert ({node.module} if node.module else {alias.name for alias in node.names}) <= own
        elif isinstance(node, ast.ImportFrom):
            assert str(node.module).partition(".")[0] in sys.stdlib_module_names


@pytest.mark.parametrize("path", python_files("core/client"), ids=names)
def test_the_client_imports_the_protocol_pyzmq_and_the_standard_library(path: Path) -> None:
    own = {one.stem for one in python_files("core/client")}
    outside = sys.stdlib_module_names | {"zmq"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert {alias.name.partition(".")[0] for alias in node.names} <= outside
        elif isinstance(node, ast.ImportFrom) and node.level == 2:
            assert str(node.module).partition(".")[0] == "protocol"
        elif isinstance(node, ast.ImportFrom) and node.level:
            assert node.level == 1
            assert ({node.module} if node.module else {alias.name for alias in node.names}) <= own
        elif isinstance(node, ast.ImportFrom):
            assert str(node.module).partition(".")[0] in outside


@pytest.mark.parametrize("path", python_files("core/client"), ids=names)
def test_the_client_parses_on_python_3_9(path: Path) -> None:
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))


def test_every_package_is_listed_by_hand_and_every_listed_one_exists() -> None:
    with (ROOT / "pyproject.toml").open("rb") as stream:
        listed = set(tomllib.load(stream)["tool"]["setuptools"]["packages"])
    folders = {path.parent for part in MAY_IMPORT for path in python_files(part) if path.name == "__init__.py"}
    found = {"landcast"} | {"landcast." + ".".join(folder.relative_to(ROOT).parts) for folder in folders}
    assert listed == found


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_every_folder_with_modules_is_a_package(part: str) -> None:
    assert all((path.parent / "__init__.py").is_file() for path in python_files(part))


def test_no_module_lies_loose_at_the_root() -> None:
    assert [path.name for path in ROOT.glob("*.py")] == ["__init__.py"]


def test_the_top_level_is_the_agreed_one() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    top = {line.split("/")[0] for line in listed.splitlines() if "/" in line}
    assert {name for name in top if not name.startswith(".")} <= set(PARTS) | ALLOWED_BESIDE


@pytest.mark.parametrize(
    "module",
    [
        "landcast",
        "landcast.core",
        "landcast.core.errors",
        "landcast.core.protocol.codec",
        "landcast.core.client.client",
    ],
)
def test_what_runs_inside_qgis_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT.parent)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("module", ["landcast.core.request", "landcast.core.model.contract"])
def test_what_only_asks_for_a_prediction_does_not_load_torch(module: str) -> None:
    code = f"import sys, {module}; print(*({{'torch', 'diffusers', 'scipy', 'cv2'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT.parent)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("path", [ROOT / "__init__.py", *SOURCES], ids=names)
def test_modules_and_public_names_say_what_they_are_for(path: Path) -> None:
    # in the plugin, a class of QGIS or Qt says what the methods are for that are made anew
    tree = ast.parse(path.read_text(encoding="utf-8"))
    missing = [] if ast.get_docstring(tree) else ["the module"]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            missing += [] if ast.get_docstring(node) else [node.name]
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            missing += [
                f"{node.name}.{method.name}"
                for method in node.body
                if isinstance(method, ast.FunctionDef)
                and not method.name.startswith("_")
                and method.name != "forward"
                and not (path.is_relative_to(ROOT / "qgis_plugin") and (node.bases or path.parts[-2] == "qgis_plugin"))
                and not ast.get_docstring(method)
            ]
    assert not missing, f"no docstring: {', '.join(missing)}"


@pytest.mark.parametrize("path", SOURCES, ids=names)
def test_a_module_holds_one_idea(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500


def test_nothing_is_pickled() -> None:
    forbidden = {"pickle", "dill", "cloudpickle", "joblib", "shelve"}
    # Dask pickles all that its processes say to each other, and lets in only who has a key of the cluster
    cluster = ROOT / "core" / "scenes" / "distributed"
    for path in (path for path in SOURCES if path.parent != cluster):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not forbidden & {alias.name for alias in node.names}, path
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                assert (node.value.id, node.attr) != ("torch", "load"), path


def test_the_version_stands_equally_in_all_places() -> None:
    with (ROOT / "pyproject.toml").open("rb") as stream:
        version = tomllib.load(stream)["project"]["version"]
    assert f'__version__ = "{version}"' in (ROOT / "__init__.py").read_text(encoding="utf-8")
    assert f"version={version}" in (ROOT / "metadata.txt").read_text(encoding="utf-8").splitlines()
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_no_imagery_is_kept_in_the_repository() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    suffixes = {".tif", ".tiff", ".jp2", ".jpg", ".jpeg", ".npz", ".npy"}
    assert not [line for line in listed.splitlines() if Path(line).suffix.lower() in suffixes]
