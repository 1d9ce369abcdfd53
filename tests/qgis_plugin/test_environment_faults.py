"""Making an environment meets a full disk, a wrong wheel, no network, a cancel, a kill and another QGIS."""

from __future__ import annotations

import functools
import hashlib
import http.server
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from landcast.core.protocol.file_lock import FileLock
from landcast.qgis_plugin.child_process import ChildCancelledError
from landcast.qgis_plugin.environment import commands, installing
from landcast.qgis_plugin.environment.installing import InstallOrder, install, remove_all
from landcast.qgis_plugin.environment.network import certificate_variables
from landcast.qgis_plugin.environment.places import (
    DOWNLOADS,
    FINISHED,
    LOCK,
    LOG,
    OWN,
    OWN_MARK,
    TEMPORARY,
    claim_own,
    environments,
)
from landcast.qgis_plugin.environment.problems import (
    HashError,
    NoPythonError,
    NoSpaceError,
    NotOursError,
    SourceError,
    StepError,
    VerifyError,
)
from landcast.qgis_plugin.environment.source import PackageIndex, Source, WheelFile, WheelFolder

from .stand_in_wheels import LANDCAST, TORCH, write_both, write_wheel

VERSION = LANDCAST[1]
ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0
INSTALL = """
    import importlib.util, sys
    from pathlib import Path

    root = Path(sys.argv[1])
    places = [str(root)]
    spec = importlib.util.spec_from_file_location("landcast", root / "__init__.py", submodule_search_locations=places)
    sys.modules["landcast"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["landcast"])
    from landcast.qgis_plugin.environment.installing import InstallOrder, install
    from landcast.qgis_plugin.environment.source import WheelFolder

    class Follower:
        def stage(self, text): print("==", text, flush=True)
        def progress(self, share): pass
        def line(self, text): pass
        def is_cancelled(self): return False

    python = Path(sys.argv[4])
    install(InstallOrder(Path(sys.argv[2]), "0.1.0", WheelFolder(Path(sys.argv[3])), wanted_python=python), Follower())
"""


class Follower:
    """Remembers what it is told, and wishes no more once a stage with certain words began."""

    def __init__(self, cancels_at: str | None = None) -> None:
        self.stages: list[str] = []
        self.lines: list[str] = []
        self.shares: list[float] = []
        self._cancels_at = cancels_at

    def stage(self, text: str) -> None:
        self.stages.append(text)

    def progress(self, share: float) -> None:
        self.shares.append(share)

    def line(self, text: str) -> None:
        self.lines.append(text)

    def is_cancelled(self) -> bool:
        return self._cancels_at is not None and any(self._cancels_at in one for one in self.stages)


@pytest.fixture(autouse=True)
def no_other_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's own settings of pip."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_RETRIES", "0")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "base"
    folder.mkdir()
    return folder


@pytest.fixture
def make_order(base: Path) -> Callable[..., InstallOrder]:
    """An order that the Python of these tests carries out."""

    def make_order(source: Source, **more: object) -> InstallOrder:
        return InstallOrder(base, VERSION, source, wanted_python=Path(sys.executable), **more)  # type: ignore[arg-type]

    return make_order


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """The address of a package index on this machine."""
    folder = tmp_path / "index"
    for name, version in (TORCH, LANDCAST):
        path = write_wheel(folder / name, name, version)
        (folder / name / "index.html").write_text(f'<a href="{path.name}">{path.name}</a>')
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    handler.log_message = lambda *_: None  # type: ignore[attr-defined]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def own_files(base: Path) -> list[str]:
    """All files of ours that are no environment's, but for the mark; and nothing of ours is beside them."""
    assert [path.name for path in base.iterdir()] == [OWN]
    found = sorted(path.relative_to(base).as_posix() for path in base.rglob("*") if path.is_file())
    return [name for name in found if name != f"{OWN}/{OWN_MARK}"]


def is_running_in(folder: Path) -> bool:
    """Whether any process has the folder in its command."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if os.fsencode(folder) in entry.read_bytes():
                return True
        except OSError:
            continue
    return False


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def start_install(base: Path, wheels: Path) -> subprocess.Popen[str]:
    """Another process that makes the environment, as another QGIS would."""
    command = [sys.executable, "-c", textwrap.dedent(INSTALL), str(ROOT), str(base), str(wheels), sys.executable]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_a_full_disk_is_told_before_anything_is_made(
    make_order: Callable[..., InstallOrder], base: Path, tmp_path: Path
) -> None:
    order = make_order(WheelFolder(write_both(tmp_path / "wheels")), free_bytes=lambda folder: 10**9)
    with pytest.raises(NoSpaceError, match=r"1\.0 GB free.*needs 2\.9 GB"):
        install(order, Follower())
    assert own_files(base) == [LOCK, LOG]


def test_a_wheel_that_was_changed_is_not_installed(
    make_order: Callable[..., InstallOrder], base: Path, tmp_path: Path
) -> None:
    wheel = write_wheel(tmp_path, *LANDCAST)
    wheel.with_name(wheel.name + ".sha256").write_text(f"{'0' * 64}  {wheel.name}\n")
    follower = Follower()
    with pytest.raises(HashError, match="Nothing of it was installed"):
        install(make_order(WheelFile(wheel)), follower)
    assert not any(base.glob("*/pyvenv.cfg"))
    # no program was run for it
    assert [stage for stage in follower.stages if "etching" in stage] == []


def test_the_wheel_of_an_index_is_held_to_the_hash_as_well(
    make_order: Callable[..., InstallOrder], base: Path, index: str
) -> None:
    with pytest.raises(StepError, match="SHA-256 differs"):
        install(make_order(PackageIndex(index), sha256="0" * 64), Follower())
    assert not list(base.glob(f"*/{FINISHED}"))
    assert not list(base.glob("*/lib/*/site-packages/landcast"))


def test_the_right_hash_of_an_index_is_taken(
    make_order: Callable[..., InstallOrder], base: Path, index: str, tmp_path: Path
) -> None:
    [wheel] = (tmp_path / "index" / "landcast").glob("*.whl")
    order = make_order(PackageIndex(index), sha256=hashlib.sha256(wheel.read_bytes()).hexdigest())
    with pytest.raises(VerifyError, match="torch stands in"):
        install(order, Follower())
    assert list(base.glob("*/lib/*/site-packages/landcast"))


def test_without_a_network_it_says_so_and_what_else_would_do(make_order: Callable[..., InstallOrder]) -> None:
    with pytest.raises(StepError, match=r"index could not be reached.*folder with wheels"):
        install(make_order(PackageIndex("http://127.0.0.1:9/simple")), Follower())


def test_what_does_not_compute_is_never_taken_for_a_good_one(
    make_order: Callable[..., InstallOrder], base: Path, tmp_path: Path
) -> None:
    order, follower = make_order(WheelFolder(write_both(tmp_path / "wheels"))), Follower()
    with pytest.raises(VerifyError, match="torch stands in"):
        install(order, follower)
    [made] = environments(base)
    assert not made.is_finished
    assert made.steps["landcast"] == "done"
    assert follower.shares == sorted(follower.shares)
    # the next try goes on where this one failed: pip is not run again
    again = Follower()
    with pytest.raises(VerifyError):
        install(order, again)
    assert not [line for line in again.lines if "Successfully installed" in line]
    # other wheels are another plan, and begin anew
    write_wheel(tmp_path / "wheels", *LANDCAST, size_mb=1)
    with pytest.raises(VerifyError):
        install(order, again)
    assert [line for line in again.lines if "Successfully installed" in line]


def test_a_cancel_ends_all_that_runs_and_is_gone_on_with(
    make_order: Callable[..., InstallOrder], base: Path, tmp_path: Path
) -> None:
    order = make_order(WheelFolder(write_both(tmp_path / "wheels", size_mb=40)))
    with pytest.raises(ChildCancelledError):
        install(order, Follower(cancels_at="PyTorch"))
    assert not is_running_in(base)
    [made] = environments(base)
    assert made.steps["venv"] == "done"
    assert made.steps["torch"] == "begun"
    assert not made.is_finished
    follower = Follower()
    with pytest.raises(VerifyError, match="torch stands in"):
        install(order, follower)
    # half of a package looks whole to pip, so that all begins anew
    assert [line for line in follower.lines if "an earlier try" in line]
    assert made.steps["landcast"] == "done"


@pytest.mark.skipif(sys.platform == "win32", reason="looks for processes as Linux lists them")
def test_a_qgis_that_is_killed_takes_pip_along_and_frees_the_lock(
    make_order: Callable[..., InstallOrder], base: Path, tmp_path: Path
) -> None:
    wheels = write_both(tmp_path / "wheels", size_mb=60)
    with start_install(base, wheels) as process:
        wait_until(lambda: any(one.steps.get("torch") for one in environments(base)), "PyTorch was not begun")
        lock = FileLock(base / LOCK)
        assert not lock.try_acquire()
        with pytest.raises(StepError, match="Another QGIS"):
            remove_all(base, list(environments(base)))
        process.send_signal(signal.SIGKILL)
    wait_until(lambda: not is_running_in(base), "pip lives on")
    assert lock.try_acquire()
    lock.release()
    [made] = environments(base)
    assert not made.is_finished
    with pytest.raises(VerifyError, match="torch stands in"):
        install(make_order(WheelFolder(wheels)), Follower())


def test_a_second_qgis_waits_and_takes_over(
    make_order: Callable[..., InstallOrder], base: Path, tmp_path: Path
) -> None:
    wheels = write_both(tmp_path / "wheels", size_mb=20)
    with start_install(base, wheels) as process:
        wait_until(lambda: any(one.steps.get("venv") for one in environments(base)), "nothing was begun")
        follower = Follower()
        with pytest.raises(VerifyError):
            install(make_order(WheelFolder(wheels)), follower)
        assert process.wait(PATIENCE_S) != 0
        said = "" if process.stdout is None else process.stdout.read()
    assert "Another QGIS" in follower.stages[0]
    assert "VerifyError" in said
    # each step was done by one of them
    assert not [line for line in follower.lines if "Successfully installed" in line]


def test_waiting_for_another_qgis_can_be_cancelled(make_order: Callable[..., InstallOrder], base: Path) -> None:
    claim_own(base)
    lock = FileLock(base / LOCK)
    assert lock.try_acquire()
    try:
        with pytest.raises(ChildCancelledError):
            install(make_order(PackageIndex(), sha256="a" * 64), Follower(cancels_at="Another QGIS"))
    finally:
        lock.release()


def test_a_python_of_the_settings_that_is_none_is_named(base: Path) -> None:
    order = InstallOrder(base, VERSION, PackageIndex(), "a" * 64, wanted_python=base / "python9")
    with pytest.raises(NoPythonError, match="python9, which the settings name"):
        install(order, Follower())


def test_a_strangers_folder_in_the_place_is_left_alone(
    make_order: Callable[..., InstallOrder], base: Path, tmp_path: Path
) -> None:
    folder = base / f"{VERSION}-py{sys.version_info.major}{sys.version_info.minor}"
    folder.mkdir()
    (folder / "precious").write_text("x")
    with pytest.raises(NotOursError):
        install(make_order(WheelFolder(write_both(tmp_path / "wheels"))), Follower())
    assert (folder / "precious").read_text() == "x"


def test_removing_takes_what_was_fetched_along(
    make_order: Callable[..., InstallOrder], base: Path, tmp_path: Path
) -> None:
    with pytest.raises(VerifyError):
        install(make_order(WheelFolder(write_both(tmp_path / "wheels"))), Follower())
    assert (base / DOWNLOADS).is_dir()
    remove_all(base, list(environments(base)))
    assert own_files(base) == [LOCK, LOG]


@pytest.mark.parametrize("name", ["downloads", "Downloads"])
def test_the_users_own_files_in_the_folder_of_environments_are_left_alone(
    make_order: Callable[..., InstallOrder], base: Path, tmp_path: Path, name: str
) -> None:
    precious = [base / name / "thesis.docx", base / "install.log", base / "certificates.pem"]
    (base / name).mkdir()
    for path in precious:
        path.write_text("years of work")
    with pytest.raises(VerifyError):
        install(make_order(WheelFolder(write_both(tmp_path / "wheels"))), Follower())
    certificate_variables({}, "", b"OWN", base)
    remove_all(base, list(environments(base)))
    assert [path.read_text() for path in precious] == ["years of work"] * 3
    assert [path.name for path in (base / name).iterdir()] == ["thesis.docx"]
    assert not list(environments(base))


def test_a_strangers_folder_under_the_name_of_our_own_is_left_alone(
    make_order: Callable[..., InstallOrder], base: Path, tmp_path: Path
) -> None:
    (base / DOWNLOADS).mkdir(parents=True)
    (base / DOWNLOADS / "thesis.docx").write_text("years of work")
    with pytest.raises(NotOursError):
        install(make_order(WheelFolder(write_both(tmp_path / "wheels"))), Follower())
    with pytest.raises(NotOursError):
        remove_all(base, [])
    assert (base / DOWNLOADS / "thesis.docx").read_text() == "years of work"


def test_from_an_index_that_nobody_named_nothing_is_taken_by_its_name(
    make_order: Callable[..., InstallOrder], base: Path
) -> None:
    follower = Follower()
    with pytest.raises(SourceError, match="make wheel"):
        install(make_order(PackageIndex()), follower)
    assert follower.stages == []
    assert list(base.iterdir()) == []


def test_an_index_without_landcast_is_told_before_pytorch_is_fetched(
    make_order: Callable[..., InstallOrder], index: str, tmp_path: Path
) -> None:
    [wheel] = (tmp_path / "index" / "landcast").glob("*.whl")
    wheel.unlink()
    (wheel.parent / "index.html").write_text("")
    follower = Follower()
    with pytest.raises(StepError, match=r"lacks a package.*make wheel"):
        install(make_order(PackageIndex(index)), follower)
    assert not [stage for stage in follower.stages if "PyTorch" in stage]


def test_the_login_of_an_index_is_in_no_argument_no_log_and_no_mark(
    make_order: Callable[..., InstallOrder], base: Path, index: str
) -> None:
    address = index.replace("http://", "http://anna:hunter2@")
    follower = Follower()
    with pytest.raises(VerifyError, match="torch stands in") as raised:
        install(make_order(PackageIndex(address)), follower)
    told = [*follower.stages, *follower.lines, str(raised.value), (base / LOG).read_text()]
    told += [path.read_text() for path in base.glob("*/*.json")]
    assert "hunter2" not in " ".join(told)
    assert "hunter2" not in " ".join(commands.index_arguments(PackageIndex(address)))
    assert list(base.glob("*/lib/*/site-packages/landcast"))


def test_pip_unpacks_in_our_own_folder(
    make_order: Callable[..., InstallOrder], base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def note(command: list[str], variables: dict[str, str], *more: object) -> int:
        seen.extend(variables[name] for name in ("TMPDIR", "TEMP", "TMP"))
        assert Path(seen[-1]).is_dir()
        return 1

    monkeypatch.setattr(installing, "run", note)
    with pytest.raises(StepError):
        install(make_order(WheelFolder(write_both(tmp_path / "wheels"))), Follower())
    assert set(seen) == {str(base / TEMPORARY)}
