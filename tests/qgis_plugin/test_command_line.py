"""The plugin's side of the command line, against workers that behave in every way a worker can."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from landcast.qgis_plugin import child_process
from landcast.qgis_plugin.child_process import FOREIGN_VARIABLES, clean_environment
from landcast.qgis_plugin.command_line import build_command, predict
from landcast.qgis_plugin.prediction import (
    Extent,
    PredictionCancelledError,
    PredictionCrashedError,
    PredictionFailedError,
    PredictionRequest,
)

MakeWorker = Callable[[str], Path]
REQUEST = PredictionRequest(Path("/in/source.tif"), Path("/out/result.tif"))


class RecordingListener:
    """Keeps what it is told; wishes to stop after the first sign of progress if asked to."""

    def __init__(self, stop_at_progress: bool = False) -> None:
        self.progress: list[tuple[int, int]] = []
        self.warnings: list[str] = []
        self.infos: list[str] = []
        self.logged: list[str] = []
        self.threads: set[int] = set()
        self._stop_at_progress = stop_at_progress

    def show_progress(self, done: int, total: int) -> None:
        self.progress.append((done, total))
        self.threads.add(threading.get_ident())

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def info(self, text: str) -> None:
        self.infos.append(text)

    def log(self, text: str) -> None:
        self.logged.append(text)

    def is_cancelled(self) -> bool:
        return self._stop_at_progress and bool(self.progress)


def test_only_what_was_asked_for_stands_in_the_command() -> None:
    command = build_command(Path("/env/bin/python"), REQUEST)
    assert command[:3] == ["/env/bin/python", "-m", "landcast.worker.cli"]
    assert "--overwrite" in command
    unasked = ("--extent", "--area", "--bands", "--ground-scale", "--years", "--source-date", "--model", "--strict")
    assert not any(part.startswith(unasked) for part in command)


def test_an_address_stays_as_it_is() -> None:
    address = "https://example.org//a.tif?key=1%202&more"
    command = build_command(Path("python"), PredictionRequest(address, Path("/out/result.tif")))
    assert command[3:6] == ["predict", address, "-o"]


def test_an_extent_without_a_crs_is_one_in_that_of_the_source() -> None:
    request = PredictionRequest(Path("/in/a.png"), Path("/out/b.tif"), extent=Extent((0.0, 0.0, 9.0, 9.0)))
    command = build_command(Path("python"), request)
    assert "--extent=0.0,0.0,9.0,9.0" in command
    assert not any(part.startswith("--extent-crs") for part in command)


def test_numbers_reach_the_worker_with_all_their_digits() -> None:
    request = PredictionRequest(
        Path("/in/source.tif"),
        Path("/out/result.tif"),
        extent=Extent((-500000.1234567891, 1e-7, 2.0, 1 / 3), "EPSG:32633"),
        ground_scale_m=76.8,
        years_ahead=3.5,
        members=4,
        seed=7,
        model="/models/mine",
        area=Path("/areas/town parts.gpkg"),
        bands=(4, 3, 2),
        source_date="2016-06",
        is_strict=True,
    )
    command = build_command(Path("python"), request)
    extent = next(part for part in command if part.startswith("--extent="))
    assert request.extent is not None
    assert tuple(map(float, extent[len("--extent=") :].split(","))) == request.extent.bounds_xy
    for part in ("--extent-crs=EPSG:32633", "--ground-scale=76.8", "--years=3.5", "--members=4", "--seed=7"):
        assert part in command
    assert "--model=/models/mine" in command
    for part in ("--area=/areas/town parts.gpkg", "--bands=4,3,2", "--source-date=2016-06", "--strict"):
        assert part in command


def test_progress_warnings_and_the_result_arrive_in_the_thread_that_asked(make_worker: MakeWorker) -> None:
    worker = make_worker("""
        for done in range(3):
            print(f"progress: {done}/2", file=sys.stderr)
        print("warning: the image is older than “the model”", file=sys.stderr)
        print("note: the colours are those of its palette", file=sys.stderr)
        print("some library talks", file=sys.stderr)
        print(json.dumps({"output": sys.argv[sys.argv.index("-o") + 1]}))
    """)
    listener = RecordingListener()
    assert predict(worker, REQUEST, listener).output == REQUEST.output
    assert listener.progress == [(0, 2), (1, 2), (2, 2)]
    assert listener.threads == {threading.get_ident()}
    assert listener.warnings == ["the image is older than “the model”"]
    assert listener.infos == ["the colours are those of its palette"]
    assert listener.logged[1:] == ["some library talks"]


def test_an_error_line_is_the_message_of_a_failure(make_worker: MakeWorker) -> None:
    worker = make_worker("""
        print("error: years must be 1 to 50, not 900", file=sys.stderr)
        sys.exit(1)
    """)
    with pytest.raises(PredictionFailedError, match=r"^years must be 1 to 50, not 900$"):
        predict(worker, REQUEST, RecordingListener())


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("raise RuntimeError('a bug')", "RuntimeError: a bug"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "exit code -9; it said nothing"),
        ("print('note: no matter', file=sys.stderr); sys.exit(3)", "exit code 3; it said nothing"),
        ("print('Usage: wrong', file=sys.stderr); sys.exit(2)", "exit code 2; Usage: wrong"),
        ("print('no JSON')", "no JSON"),
        ("print('[1]')", "not understood"),
        ("", "not understood"),
    ],
)
def test_a_worker_that_ends_without_a_reason_has_crashed(make_worker: MakeWorker, code: str, told: str) -> None:
    with pytest.raises(PredictionCrashedError) as raised:
        predict(make_worker(code), REQUEST, RecordingListener())
    assert told in str(raised.value)


def test_more_output_than_a_pipe_holds_does_not_block(make_worker: MakeWorker) -> None:
    worker = make_worker("""
        print("x" * 300_000, file=sys.stderr)
        print(json.dumps({"output": "/out/result.tif", "more": "y" * 300_000}))
        print("z" * 300_000, file=sys.stderr)
    """)
    assert predict(worker, REQUEST, RecordingListener()).output == REQUEST.output


def test_a_cancelled_worker_is_asked_to_stop_and_may_clean_up(make_worker: MakeWorker, tmp_path: Path) -> None:
    marker = tmp_path / "cleaned"
    worker = make_worker(f"""
        def clean(*_):
            open({str(marker)!r}, "w").close()
            sys.exit(130)
        signal.signal(signal.SIGTERM, clean)
        print("progress: 0/9", file=sys.stderr)
        time.sleep(60)
    """)
    with pytest.raises(PredictionCancelledError):
        predict(worker, REQUEST, RecordingListener(stop_at_progress=True))
    assert marker.exists()


def test_a_worker_that_does_not_stop_is_killed(
    make_worker: MakeWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_process.stop, "__defaults__", (0.2,))
    identity = tmp_path / "pid"
    worker = make_worker(f"""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        open({str(identity)!r}, "w").write(str(os.getpid()))
        print("progress: 0/9", file=sys.stderr)
        time.sleep(60)
    """)
    with pytest.raises(PredictionCancelledError):
        predict(worker, REQUEST, RecordingListener(stop_at_progress=True))
    with pytest.raises(ProcessLookupError):
        os.kill(int(identity.read_text()), 0)


def test_what_a_killed_worker_wrote_aside_is_removed_and_nothing_else(
    make_worker: MakeWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_process.stop, "__defaults__", (0.2,))
    output = tmp_path / "result.tif"
    output.write_text("an earlier result")
    others = [tmp_path / ".result.tif.77.partial", tmp_path / ".results.tif.78.partial", tmp_path / ".result.tif.lock"]
    others[0].touch()
    worker = make_worker(f"""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for name in (".result.tif.99.partial", ".result_spread.tif.99.partial", {others[1].name!r}, {others[2].name!r}):
            open(os.path.join({str(tmp_path)!r}, name), "w").close()
        print("progress: 0/9", file=sys.stderr)
        time.sleep(60)
    """)
    with pytest.raises(PredictionCancelledError):
        predict(worker, PredictionRequest(Path("/in/source.tif"), output), RecordingListener(stop_at_progress=True))
    assert set(tmp_path.iterdir()) == {worker, output, *others}
    assert output.read_text() == "an earlier result"


def test_layers_beside_the_result_are_named(make_worker: MakeWorker) -> None:
    worker = make_worker("""
        files = {"prediction": "/out/a.tif", "spread": "/out/a_spread.tif"}
        print(json.dumps({"output": "/out/a.tif", "files": files}))
    """)
    files = predict(worker, REQUEST, RecordingListener())
    assert (files.output, files.beside) == (Path("/out/a.tif"), [Path("/out/a_spread.tif")])


def test_a_fault_in_the_listener_leaves_no_worker_behind(make_worker: MakeWorker, tmp_path: Path) -> None:
    identity = tmp_path / "pid"
    worker = make_worker(f"""
        open({str(identity)!r}, "w").write(str(os.getpid()))
        print("warning: now", file=sys.stderr)
        time.sleep(60)
    """)

    class FaultyListener(RecordingListener):
        def warn(self, text: str) -> None:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        predict(worker, REQUEST, FaultyListener())
    with pytest.raises(ProcessLookupError):
        os.kill(int(identity.read_text()), 0)


def test_the_environment_loses_what_belongs_to_the_python_of_qgis() -> None:
    foreign = {*FOREIGN_VARIABLES, "DYLD_LIBRARY_PATH", "DYLD_ANYTHING", "pythonhome"}
    kept = {"PATH": "/usr/bin", "HOME": "/home/someone", "LANDCAST_CACHE": "/cache", "CUDA_VISIBLE_DEVICES": "0"}
    cleaned = clean_environment({**dict.fromkeys(foreign, "/qgis"), **kept})
    assert foreign.isdisjoint(cleaned)
    assert kept.items() <= cleaned.items()


def test_a_worker_sees_the_clean_environment(make_worker: MakeWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONUSERBASE", "VIRTUAL_ENV", "PROJ_DATA", "DYLD_LIBRARY_PATH"):
        monkeypatch.setenv(name, "/qgis")
    worker = make_worker("print('error: ' + ' '.join(sorted(os.environ)), file=sys.stderr); sys.exit(1)")
    with pytest.raises(PredictionFailedError) as raised:
        predict(worker, REQUEST, RecordingListener())
    names = str(raised.value).split()
    assert "PATH" in names
    assert not any(name in FOREIGN_VARIABLES or name.startswith("DYLD_") for name in names)
