"""Children of QGIS: followed line by line, stopped for sure, and without what belongs to QGIS's own Python."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from landcast.qgis_plugin import child_process
from landcast.qgis_plugin.child_process import (
    FOREIGN_VARIABLES,
    ChildCancelledError,
    clean_environment,
    run_child,
)

MakeWorker = Callable[[str], Path]


def test_lines_and_output_arrive_whole(make_worker: MakeWorker) -> None:
    program = make_worker("""
        print("x" * 300_000, file=sys.stderr)
        print("y" * 300_000)
        print("“z”", file=sys.stderr)
        sys.exit(3)
    """)
    lines: list[str] = []
    outcome = run_child([str(program)], lines.append, lambda: False)
    assert (outcome.exit_code, outcome.output) == (3, "y" * 300_000 + "\n")
    assert lines == ["x" * 300_000, "“z”"]


def test_a_child_is_asked_to_stop_and_may_clean_up(make_worker: MakeWorker, tmp_path: Path) -> None:
    marker = tmp_path / "cleaned"
    program = make_worker(f"""
        def clean(*_):
            open({str(marker)!r}, "w").close()
            sys.exit(130)
        signal.signal(signal.SIGTERM, clean)
        print("ready", file=sys.stderr)
        time.sleep(60)
    """)
    lines: list[str] = []
    with pytest.raises(ChildCancelledError):
        run_child([str(program)], lines.append, lambda: bool(lines))
    assert marker.exists()


def test_a_child_that_does_not_stop_is_killed(
    make_worker: MakeWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_process.stop, "__defaults__", (0.2,))
    identity = tmp_path / "pid"
    program = make_worker(f"""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        open({str(identity)!r}, "w").write(str(os.getpid()))
        print("ready", file=sys.stderr)
        time.sleep(60)
    """)
    lines: list[str] = []
    with pytest.raises(ChildCancelledError):
        run_child([str(program)], lines.append, lambda: bool(lines))
    with pytest.raises(ProcessLookupError):
        os.kill(int(identity.read_text()), 0)


def test_a_fault_in_the_caller_leaves_no_child_behind(make_worker: MakeWorker, tmp_path: Path) -> None:
    identity = tmp_path / "pid"
    program = make_worker(f"""
        open({str(identity)!r}, "w").write(str(os.getpid()))
        print("now", file=sys.stderr)
        time.sleep(60)
    """)

    def fail(line: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_child([str(program)], fail, lambda: False)
    with pytest.raises(ProcessLookupError):
        os.kill(int(identity.read_text()), 0)


def test_the_environment_loses_what_belongs_to_the_python_of_qgis() -> None:
    foreign = {*FOREIGN_VARIABLES, "DYLD_LIBRARY_PATH", "DYLD_ANYTHING", "pythonhome"}
    kept = {"PATH": "/usr/bin", "HOME": "/home/someone", "LANDCAST_CACHE": "/cache", "CUDA_VISIBLE_DEVICES": "0"}
    cleaned = clean_environment({**dict.fromkeys(foreign, "/qgis"), **kept})
    assert foreign.isdisjoint(cleaned)
    assert kept.items() <= cleaned.items()


def test_a_child_sees_the_clean_environment(make_worker: MakeWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONUSERBASE", "VIRTUAL_ENV", "PROJ_DATA", "DYLD_LIBRARY_PATH"):
        monkeypatch.setenv(name, "/qgis")
    program = make_worker("print(' '.join(sorted(os.environ)))")
    names = run_child([str(program)], lambda line: None, lambda: False).output.split()
    assert "PATH" in names
    assert not any(name in FOREIGN_VARIABLES or name.startswith("DYLD_") for name in names)
