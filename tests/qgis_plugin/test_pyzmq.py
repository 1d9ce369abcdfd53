"""The library that QGIS may lack: found, refused with words that help, and installed from a folder of wheels."""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.PyQt.QtCore import QCoreApplication

from landcast.qgis_plugin.child_process import ChildCancelledError
from landcast.qgis_plugin.worker import installing, pyzmq
from landcast.qgis_plugin.worker.pyzmq import (
    PYZMQ,
    InstallError,
    MissingPyzmqError,
    Wheel,
    find_own_python,
    install_pyzmq,
    private_folder,
    use_pyzmq,
)

PACKAGE = "landcast_stands_in_for_zmq"


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with a wheel that any Python takes."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    info = "pyzmq-27.1.0.dist-info"
    with zipfile.ZipFile(folder / "pyzmq-27.1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{PACKAGE}/__init__.py", "ANSWER = 42\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: pyzmq\nVersion: 27.1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        names = (f"{PACKAGE}/__init__.py", f"{info}/METADATA", f"{info}/WHEEL", f"{info}/RECORD")
        archive.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in names))
    return folder


@pytest.fixture
def wheel(wheels: Path) -> Wheel:
    [path] = wheels.iterdir()
    return replace(PYZMQ, sha256=(hashlib.sha256(path.read_bytes()).hexdigest(),))


@pytest.fixture(autouse=True)
def without_pyzmq(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Python that lacks what is looked for."""
    monkeypatch.setattr(pyzmq, "PACKAGE", PACKAGE)
    before = list(sys.path)
    yield
    sys.path[:] = before
    sys.modules.pop(PACKAGE, None)


def install(interpreter: Path, base: Path, wheels: Path, wheel: Wheel) -> Path:
    return install_pyzmq(interpreter, base, lambda line: None, lambda: False, wheels, wheel)


def test_without_it_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingPyzmqError, match=r"python3-zmq.*installing\.install\(\)") as raised:
        use_pyzmq(tmp_path)
    assert "\n" not in str(raised.value)


def test_a_wheel_of_a_folder_is_installed_and_found(
    interpreter: Path, tmp_path: Path, wheels: Path, wheel: Wheel
) -> None:
    base = tmp_path / "profile" / "python"
    folder = install(interpreter, base, wheels, wheel)
    assert folder == private_folder(base)
    assert str(sys.implementation.cache_tag) in folder.name
    use_pyzmq(base)
    # what QGIS has comes first
    assert sys.path[-1] == str(folder)
    assert importlib.util.find_spec(PACKAGE) is not None
    use_pyzmq(base)
    assert sys.path.count(str(folder)) == 1
    assert [one.name for one in base.iterdir()] == [folder.name]
    # again, over what is there
    assert install(interpreter, base, wheels, wheel) == folder


def test_a_wheel_with_another_hash_is_refused_and_nothing_stays(
    interpreter: Path, tmp_path: Path, wheels: Path
) -> None:
    base = tmp_path / "python"
    with pytest.raises(InstallError, match=r"(?i)pyzmq 27\.1\.0 was not installed.*"):
        install(interpreter, base, wheels, PYZMQ)
    assert list(base.iterdir()) == []


def test_installing_can_be_cancelled(interpreter: Path, tmp_path: Path, wheels: Path, wheel: Wheel) -> None:
    with pytest.raises(ChildCancelledError):
        install_pyzmq(interpreter, tmp_path / "python", lambda line: None, lambda: True, wheels, wheel)
    assert list((tmp_path / "python").iterdir()) == []


def test_the_python_of_qgis_is_known_without_asking_it() -> None:
    found = find_own_python()
    assert found is not None
    code = "import sys; print(sys.version_info[:2])"
    told = subprocess.run([str(found), "-c", code], check=True, stdout=subprocess.PIPE, text=True).stdout
    assert told.strip() == str(sys.version_info[:2])


def test_the_pinned_version_is_one_that_landcast_takes() -> None:
    assert int(PYZMQ.version.split(".")[0]) in (26, 27)
    assert all(len(one) == 64 for one in PYZMQ.sha256)
    assert len(set(PYZMQ.sha256)) == len(PYZMQ.sha256) == 16


def test_a_task_of_qgis_installs_in_the_background_and_says_why_it_could_not(
    qgis_app: Any, interpreter: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LANDCAST_PYTHON", str(interpreter))
    empty = tmp_path / "no wheels"
    empty.mkdir()
    task = installing.install(empty)
    deadline = time.monotonic() + 60
    while task.problem is None:
        assert time.monotonic() < deadline, "it did not end"
        QCoreApplication.processEvents()
        time.sleep(0.01)
    assert "pyzmq 27.1.0 was not installed" in task.problem
    assert not any(installing.plugin_libraries().glob(".installing-*"))


def test_a_python_without_pip_is_passed_over(make_worker: Callable[[str], Path], interpreter: Path) -> None:
    silent = make_worker("sys.exit('No module named pip')")
    assert pyzmq.find_pip_python([silent, Path("/nowhere/python"), interpreter]) == interpreter
    assert pyzmq.find_pip_python([silent]) is None


def test_a_folder_that_somebody_looks_into_is_put_in_its_place_a_moment_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, folder = tmp_path / "target", tmp_path / "folder"
    target.mkdir()
    replace, refused = Path.replace, []

    def refuse_twice(path: Path, there: Path) -> Path:
        if len(refused) < 2:
            refused.append(path)
            raise PermissionError(13, "being scanned")
        return replace(path, there)

    monkeypatch.setattr(Path, "replace", refuse_twice)
    pyzmq._put(target, folder, pause_s=0.0)
    assert folder.is_dir()
    assert len(refused) == 2
    monkeypatch.setattr(Path, "replace", lambda path, there: refuse_twice(path, refused.clear() or there))
    with pytest.raises(PermissionError):
        pyzmq._put(folder, target, pause_s=0.0)


@pytest.mark.parametrize(
    ("system", "built_for", "machine", "expected"),
    [
        ("win32", "win-amd64", "ARM64", "win_amd64"),
        ("win32", "win-arm64", "ARM64", "win_arm64"),
        ("darwin", "macosx-11.0-arm64", "arm64", "macosx_11_0_arm64"),
        ("linux", "linux-x86_64", "x86_64", "manylinux_2_28_x86_64"),
    ],
)
def test_the_wheel_is_the_one_for_what_this_python_was_built_for(
    monkeypatch: pytest.MonkeyPatch, system: str, built_for: str, machine: str, expected: str
) -> None:
    monkeypatch.setattr(pyzmq.sys, "platform", system)
    monkeypatch.setattr(pyzmq.sysconfig, "get_platform", lambda: built_for)
    monkeypatch.setattr(pyzmq.platform, "machine", lambda: machine)
    assert pyzmq._platforms()[0] == expected
