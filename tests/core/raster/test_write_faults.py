"""What goes wrong while a result is written, in real processes and on a real full disk: nothing half-done is seen."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

from landcast.core.errors import OutputError
from landcast.core.raster import cog, partial
from landcast.core.raster.result import ResultFile

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals, limits and mounts are those of POSIX")

SHAPE_YX = 620, 540
NOBODY = 65534
KILLS = 60
WRITER = """
    import os, resource, signal, sys, time
    from pathlib import Path

    from landcast.core.errors import OutputError
    from landcast.tests.core.raster.test_write_faults import make_pixels, write
"""
OLDER = b"what was there before" * 1000


class Watched(ResultFile):
    """A result file that notes how far it came."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        self.stage = "opening"
        super().__init__(*arguments, **settings)

    def write_rows(self, pixels: NDArray[Any], valid: NDArray[np.bool_]) -> None:
        self.stage = "rows"
        super().write_rows(pixels, valid)

    def close(self) -> None:
        self.stage = "putting together"
        super().close()


def make_pixels(seed: int) -> NDArray[np.uint8]:
    """Noise, which takes the most room."""
    return np.random.default_rng(seed).integers(0, 255, (3, *SHAPE_YX), np.uint8)


def start(path: Path, kind: type[ResultFile] = ResultFile) -> ResultFile:
    transform = Affine(0.6, 0, 434400, 0, -0.6, 3774000)
    return kind(path, ("a", "b", "c"), SHAPE_YX, transform, CRS.from_epsg(32611), {"LANDCAST_SYNTHETIC": "YES"})


def write(path: Path, seed: int = 0, overwrite: bool = True, before_rows: Callable[[], object] = lambda: None) -> Path:
    """Write a whole result; equal seeds make equal bytes."""
    pixels, valid = make_pixels(seed), np.ones(SHAPE_YX, bool)
    with start(path) as file:
        for top in range(0, SHAPE_YX[0], 100):
            before_rows()
            file.write_rows(pixels[:, top : top + 100], valid[top : top + 100])
        file.close()
        return file.publish(overwrite)


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a writer to its end."""
    program = textwrap.dedent(WRITER) + textwrap.dedent(code)
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True, timeout=100
    )


def begin(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a writer that goes on, and talk to it."""
    program = textwrap.dedent(WRITER) + textwrap.dedent(code)
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def fill(stream: Any) -> None:
    """Write until the disk is full."""
    while True:
        stream.write(bytes(4096))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def assert_whole(path: Path) -> None:
    with rasterio.open(path) as result:
        result.read()
        assert result.dataset_mask().all()
        assert result.tags()["LANDCAST_SYNTHETIC"] == "YES"


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a result that nothing disturbed."""
    return write(tmp_path_factory.mktemp("reference") / "a.tif").read_bytes()


@pytest.mark.parametrize("older", [None, OLDER], ids=["new", "replacing"])
def test_a_disk_of_any_size_holds_the_whole_result_or_none(
    small_disk: Callable[[int], Path], reference: bytes, older: bytes | None
) -> None:
    stages, said, whole_from = set(), set(), 0
    pixels, valid = make_pixels(0), np.ones(SHAPE_YX, bool)
    before = [] if older is None else ["a.tif"]
    for size in range(8192, 3 * len(reference), 96 * 1024):
        folder = small_disk(size + (0 if older is None else len(OLDER)))
        path = folder / "a.tif"
        path.unlink(missing_ok=True)
        if older is not None:
            path.write_bytes(older)
        file: Any = None
        try:
            with start(path, Watched) as file:
                file.write_rows(pixels, valid)
                file.close()
                file.publish(overwrite=older is not None)
        except OutputError as error:
            stages.add(file.stage if file else "opening")
            said.add(str(error))
            assert whole_from == 0, "a larger disk held less"
            assert names(folder) == before
            assert older is None or path.read_bytes() == older
        else:
            whole_from = whole_from or size
            assert path.read_bytes() == reference
            assert names(folder) == ["a.tif"]
    assert len(reference) <= whole_from
    for part in (f"{path}: ", "the disk is full", f"left in {folder}", "nothing was left behind", "-o"):
        assert all(part in message for message in said)
    # what is lost of overviews, or at the close, GDAL does not say: only reading back finds it
    assert {"rows", "putting together"} <= stages, f"only reached {stages}"


def test_a_disk_that_fills_while_the_file_is_closed_leaves_nothing(
    small_disk: Callable[[int], Path], reference: bytes
) -> None:
    """GDAL writes the directory at the end; another program takes the last room just before."""
    folder = small_disk(2 * len(reference) + 900_000)
    with start(folder / "a.tif", Watched) as file:
        file.write_rows(make_pixels(0), np.ones(SHAPE_YX, bool))
        with (folder / "another").open("wb", buffering=0) as greedy, pytest.raises(OSError, match="space"):
            fill(greedy)
        with pytest.raises(OutputError, match="the disk is full"):
            file.close()
        assert names(folder) == ["another"]


@pytest.mark.parametrize("limit_bytes", [0, 2_000, 300_000, 1_000_000, 1_100_000, 1_300_000])
def test_a_file_larger_than_the_process_may_write_is_an_error_of_the_output(tmp_path: Path, limit_bytes: int) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(OLDER)
    code = """
        limit = int(sys.argv[2])
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            write(Path(sys.argv[1]))
        except OutputError as error:
            sys.exit(f"OutputError: {error}")
    """
    ended = run(code, path, limit_bytes)
    assert ended.returncode == 1, ended.stderr
    assert f"OutputError: {path}: cannot be written" in ended.stderr
    assert "the disk is full" not in ended.stderr
    assert "nothing was left behind" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert names(tmp_path) == ["a.tif"]
    assert path.read_bytes() == OLDER


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only the superuser can become someone else")
def test_without_permission_it_is_refused_and_what_is_there_is_untouched(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(OLDER)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    code = """
        from landcast.core.raster.result import check_output
        os.setgid(int(sys.argv[2]))
        os.setuid(int(sys.argv[2]))
        for attempt in (lambda path: check_output(path, overwrite=True), write):
            try:
                attempt(Path(sys.argv[1]))
            except OutputError as error:
                print(f"OutputError: {error}")
    """
    ended = run(code, path, NOBODY)
    assert ended.returncode == 0, ended.stderr
    first, second = ended.stdout.splitlines()
    assert first.startswith(f"OutputError: {path}: no permission to write in {tmp_path}")
    assert second.startswith(f"OutputError: {path}: cannot be written: ")
    assert "Permission denied" in second
    assert names(tmp_path) == ["a.tif"]
    assert path.read_bytes() == OLDER


def test_a_reader_keeps_the_older_result_that_is_replaced(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", seed=1)
    with rasterio.open(path) as reader, path.open("rb") as stream:
        older = path.read_bytes()
        write(path, seed=2)
        np.testing.assert_array_equal(reader.read(), make_pixels(1))
        assert stream.read() == older
    with rasterio.open(path) as reader:
        np.testing.assert_array_equal(reader.read(), make_pixels(2))


def test_a_name_that_windows_holds_open_is_left_and_the_next_free_one_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(OLDER)
    (tmp_path / "a_2.tif").write_bytes(OLDER)

    def refuse(source: object, target: object) -> None:
        raise PermissionError(13, "The process cannot access the file because it is being used by another process")

    monkeypatch.setattr(partial, "IS_WINDOWS", True)
    monkeypatch.setattr(os, "replace", refuse)
    assert write(path) == tmp_path / "a_3.tif"
    assert names(tmp_path) == ["a.tif", "a_2.tif", "a_3.tif"]
    assert path.read_bytes() == (tmp_path / "a_2.tif").read_bytes() == OLDER
    assert_whole(tmp_path / "a_3.tif")


def test_a_rename_that_is_refused_elsewhere_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(OLDER)

    def refuse(source: object, target: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OutputError, match="cannot be written: Permission denied"):
        write(path)
    assert names(tmp_path) == ["a.tif"]
    assert path.read_bytes() == OLDER


def test_a_file_system_without_hard_links_or_locks_does_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr("fcntl.flock", refuse)
    (tmp_path / ".a.tif.0.partial").write_bytes(b"it cannot be known whether it is abandoned")
    path = write(tmp_path / "a.tif", overwrite=False)
    assert_whole(path)
    with pytest.raises(OutputError, match="appeared meanwhile"):
        write(path, seed=1, overwrite=False)
    assert names(tmp_path) == [".a.tif.0.partial", "a.tif"]


def test_a_process_killed_at_any_moment_leaves_a_whole_result_or_none_and_the_next_cleans_up(tmp_path: Path) -> None:
    """One process has everything imported and forks a writer each time, which writes results for ever."""
    code = """
        path = Path(sys.argv[1])
        for line in sys.stdin:
            writer = os.fork()
            if not writer:
                while True:
                    for seed in (0, 1):
                        write(path, seed)
            print(writer, flush=True)
            os.waitpid(writer, 0)
            print("gone", flush=True)
    """
    folder = tmp_path / "results"
    folder.mkdir()
    path = folder / "a.tif"
    known = [write(tmp_path / f"{seed}.tif", seed).read_bytes() for seed in (0, 1)]
    delays, partials, results = random.Random(0), 0, 0
    with begin(code, path) as starter:
        assert starter.stdin is not None
        assert starter.stdout is not None
        for kill in range(KILLS):
            print("go", file=starter.stdin, flush=True)
            writer = int(starter.stdout.readline())
            time.sleep(delays.uniform(0, 0.4))
            os.kill(writer, signal.SIGKILL)
            assert starter.stdout.readline() == "gone\n"
            left = [name for name in names(folder) if name != "a.tif"]
            assert len([name for name in left if name.endswith(".partial")]) <= 1, (
                "the next run did not remove what was abandoned"
            )
            partials += len(left)
            if path.exists():
                results += 1
                assert path.read_bytes() in known
            if kill % 8 == 7:
                path.unlink(missing_ok=True)
        starter.stdin.close()
    assert partials, "no kill came while a file was written"
    assert results, "no kill came after a file was written"
    write(path)
    assert_whole(path)
    assert names(folder) == ["a.tif"]


def test_what_another_run_is_still_writing_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    code = """
        def wait():
            print("writing", flush=True)
            sys.stdin.readline()
        write(Path(sys.argv[1]), 1, before_rows=wait)
    """
    with begin(code, path) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        assert writer.stdout.readline() == "writing\n"
        write(path, seed=2)
        assert len(names(tmp_path)) == 3
        writer.stdin.write("\n" * 100)
        writer.stdin.close()
        assert writer.wait(60) == 0
    assert names(tmp_path) == ["a.tif"]
    with rasterio.open(path) as result:
        np.testing.assert_array_equal(result.read(), make_pixels(1))


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_run_that_is_asked_to_stop_removes_what_it_wrote_at_once(tmp_path: Path, asked: signal.Signals) -> None:
    """SIGTERM unwinds like Ctrl-C, as the command line lets it."""
    path = tmp_path / "a.tif"
    path.write_bytes(OLDER)
    code = """
        asked = []
        def stop(number, frame):
            # what is raised while GDAL calls back is dropped there, so it is remembered too
            asked.append(number)
            raise KeyboardInterrupt
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        try:
            print("ready", flush=True)
            while not asked:
                write(Path(sys.argv[1]).with_name("b.tif"))
        except KeyboardInterrupt:
            pass
        sys.exit(130)
    """
    delays = random.Random(1)
    for _ in range(4):
        with begin(code, path) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            time.sleep(delays.uniform(0.02, 0.3))
            writer.send_signal(asked)
            try:
                _, said = writer.communicate(timeout=60)
            finally:
                writer.kill()
        assert writer.returncode == 130, said
        assert [name for name in names(tmp_path) if ".partial" in name] == []
        (tmp_path / "b.tif").unlink(missing_ok=True)
        assert path.read_bytes() == OLDER


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.75])
def test_a_file_that_was_damaged_on_its_way_to_the_disk_is_never_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(OLDER)
    verify = cog._verify

    def damage(aside: Path, *rest: Any) -> None:
        with aside.open("r+b") as stream:
            stream.seek(round(aside.stat().st_size * share))
            stream.write(bytes(64))
        verify(aside, *rest)

    monkeypatch.setattr(cog, "_verify", damage)
    with pytest.raises(OutputError, match="nothing was left behind"):
        write(path)
    assert names(tmp_path) == ["a.tif"]
    assert path.read_bytes() == OLDER


@pytest.mark.parametrize("lost_bytes", [1, 2_000, 200_000, 800_000])
def test_a_file_that_lost_its_end_is_never_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost_bytes: int
) -> None:
    verify = cog._verify

    def cut(aside: Path, *rest: Any) -> None:
        os.truncate(aside, aside.stat().st_size - lost_bytes)
        verify(aside, *rest)

    monkeypatch.setattr(cog, "_verify", cut)
    with pytest.raises(OutputError, match="nothing was left behind"):
        write(tmp_path / "a.tif")
    assert names(tmp_path) == []


def test_a_block_that_was_never_written_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads as zeros, without an error; GDAL can be told to leave blocks of zeros out."""
    copy = rasterio.shutil.copy
    monkeypatch.setattr(
        cog.rasterio.shutil, "copy", lambda *names, **settings: copy(*names, **(settings | {"SPARSE_OK": "YES"}))
    )
    with start(tmp_path / "a.tif") as file:
        file.write_rows(np.zeros((3, *SHAPE_YX), np.uint8), np.ones(SHAPE_YX, bool))
        with pytest.raises(OutputError, match="does not read back"):
            file.close()
    assert names(tmp_path) == []


def test_a_run_survives_settings_of_gdal_that_leave_blocks_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARSE_OK_OVERVIEW", "YES")
    with start(tmp_path / "a.tif") as file:
        file.write_rows(np.zeros((3, *SHAPE_YX), np.uint8), np.zeros(SHAPE_YX, bool))
        file.close()
        file.publish(overwrite=False)
    assert names(tmp_path) == ["a.tif"]
