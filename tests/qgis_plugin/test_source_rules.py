"""What the plugin's code must keep to, so that it loads in every QGIS: syntax, imports, metadata."""

from __future__ import annotations

import ast
import configparser
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import landcast

ROOT = Path(__file__).resolve().parents[2]
PLUGIN_FILES = sorted((ROOT / "qgis_plugin").rglob("*.py"))
LOADED_BY_QGIS = [ROOT / "__init__.py", *PLUGIN_FILES]
FOREIGN_PACKAGES_ALLOWED = {"qgis", "osgeo", "numpy"}
PARTS_ALLOWED = ("landcast.core.protocol", "landcast.core.client", "landcast.qgis_plugin")
REQUIRED_BY_THE_PLUGINS_SITE = (
    "name",
    "description",
    "about",
    "version",
    "qgisMinimumVersion",
    "author",
    "email",
    "tracker",
    "repository",
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), path.name, feature_version=(3, 9))


def imported_modules(path: Path) -> set[str]:
    """Full names of all modules that a file imports, at its top or later."""
    package = ["landcast", *path.relative_to(ROOT).parts[:-1]]
    names: set[str] = set()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(str(node.module))
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1]
            names.add(".".join([*base, node.module] if node.module else base))
    return names


@pytest.mark.parametrize("path", LOADED_BY_QGIS, ids=name_of)
def test_a_file_is_python_3_9_and_evaluates_no_later_syntax_at_run_time(path: Path) -> None:
    tree = parse(path)
    docstring_only = len(tree.body) <= 1
    is_lazy = any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body)
    assert is_lazy or docstring_only or not any(isinstance(node, ast.BinOp) for node in ast.walk(tree))


@pytest.mark.parametrize("path", LOADED_BY_QGIS, ids=name_of)
def test_a_file_imports_only_what_qgis_has(path: Path) -> None:
    for name in imported_modules(path):
        package = name.split(".")[0]
        if package == "landcast":
            assert name == "landcast" or name.startswith(PARTS_ALLOWED), name
        else:
            assert package in sys.stdlib_module_names | FOREIGN_PACKAGES_ALLOWED, name
        assert not name.startswith(("PyQt", "PySide")), name


@pytest.mark.parametrize("path", PLUGIN_FILES, ids=name_of)
def test_a_file_holds_nothing_that_the_plugins_site_refuses(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "shell=True" not in text
    assert "sys.executable" not in text
    assert not {"pickle", "marshal", "shelve"} & imported_modules(path)


def test_the_package_itself_imports_nothing_until_qgis_asks() -> None:
    tree = parse(ROOT / "__init__.py")
    assert not any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in tree.body)


def test_the_metadata_has_what_the_plugins_site_requires() -> None:
    metadata = read_metadata()
    for field in REQUIRED_BY_THE_PLUGINS_SITE:
        assert metadata.get(field, "").strip(), field
    assert metadata["version"] == landcast.__version__
    assert metadata["hasProcessingProvider"] == "yes"
    assert (metadata["qgisMinimumVersion"], metadata["qgisMaximumVersion"]) == ("3.22", "4.99")
    assert "supportsQt6" not in metadata


def test_the_icon_of_the_metadata_is_an_svg() -> None:
    icon = ROOT / read_metadata()["icon"]
    assert re.fullmatch(r"(\{.*\})?svg", ElementTree.parse(icon).getroot().tag)


def read_metadata() -> configparser.SectionProxy:
    parser = configparser.ConfigParser()
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(ROOT / "metadata.txt", encoding="utf-8")
    return parser["general"]
