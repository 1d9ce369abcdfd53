"""What becomes of a scene when machine, disk, source or person interfere: never a wrong file, and little work lost."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from landcast.core.errors import (
    BlocksError,
    CancelledError,
    ModelError,
    OutputError,
    RequestError,
    SourceError,
    UnreadableSourceError,
)
from landcast.core.raster import sampling
from landcast.core.request import PredictionRequest
from landcast.core.scenes import prepared as prepared_module
from landcast.core.scenes import scene_run
from landcast.core.scenes.disk_need import DiskNeed
from landcast.core.scenes.folder_lock import FolderLock
from landcast.core.scenes.local_runner import LocalRunner
from landcast.core.scenes.plan_file import PlanFile
from landcast.core.scenes.scene_run import SceneSettings, run_scene
from landcast.tests.core.scenes.dying import PLACES, run_and_die, run_until_asked
from landcast.tests.core.scenes.quick_scene import BLOCK_PX, Heard, contents, hidden, kept_in, load_quickly

Ask = Callable[..., PredictionRequest]
SMALL = SceneSettings(block_px=BLOCK_PX)
PATIENCE_S = 120


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Starts processes that have imported all they need."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["landcast.tests.core.scenes.dying"])
    return context


@pytest.fixture(scope="module")
def undisturbed(
    scene_file: Path, make_tiny_model: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """The files of a run that nothing disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed")
    request = PredictionRequest(
        scene_file, folder / "a.tif", model=str(make_tiny_model(difference_std=0.5)), device="cpu", precision="fp32",
        members=2,
    )  # fmt: skip
    run_scene(request, SMALL, runner=LocalRunner(load_quickly))
    return contents(folder)


@pytest.mark.parametrize(
    ("place", "kept"),
    [
        ("in_the_middle_of_a_file", 2),
        ("before_the_record", 2),
        ("while_computing", 4),
        ("before_a_layer_gets_its_name", 9),
        ("between_two_names", 9),
        ("after_the_last_name", 9),
        ("while_tidying_up", 9),
        ("before_the_plan_goes", 9),
    ],
)
def test_a_killed_run_loses_the_blocks_in_flight_and_ends_in_the_same_bytes(
    place: str, kept: int, ask: Ask, processes: ForkServerContext, undisturbed: dict[str, bytes], runner: LocalRunner
) -> None:
    assert place in PLACES
    request = ask(members=2)
    process = processes.Process(target=run_and_die, args=(request, place))
    process.start()
    process.join(PATIENCE_S)
    assert process.exitcode == -signal.SIGKILL
    assert hidden(request).is_dir()
    result = run_scene(request, SMALL, Heard(), runner)
    assert kept <= result.blocks_kept <= max(kept, 5)
    assert contents(request.output_path.parent) == undisturbed


def test_a_run_that_is_killed_again_and_again_ends_in_the_same_bytes(
    ask: Ask, processes: ForkServerContext, undisturbed: dict[str, bytes], runner: LocalRunner
) -> None:
    request = ask(members=2)
    for place in ("before_the_record", "while_computing", "between_two_names"):
        process = processes.Process(target=run_and_die, args=(request, place))
        process.start()
        process.join(PATIENCE_S)
        assert process.exitcode == -signal.SIGKILL
    run_scene(request, SMALL, runner=runner)
    assert contents(request.output_path.parent) == undisturbed


def test_a_block_that_was_damaged_meanwhile_is_made_again_and_told(
    ask: Ask, undisturbed: dict[str, bytes], runner: LocalRunner
) -> None:
    request = ask(members=2)
    stop_early(request, runner)
    change_a_byte(kept_in(request) / "block-000000.spread.tif")
    (kept_in(request) / "block-000001.json").write_text('{"format": 1, "num')
    heard = Heard()
    result = run_scene(request, SMALL, heard, runner)
    assert result.blocks_kept == 0
    assert len(result.warnings) == 2
    assert "block 0 is made again: block-000000.spread.tif has not the bytes that were written" in " ".join(
        heard.warnings
    )
    assert "block 1 is made again: its record cannot be read" in " ".join(heard.warnings)
    assert contents(request.output_path.parent) == undisturbed


def test_a_damaged_block_on_a_shared_disk_is_made_again(
    ask: Ask, tmp_path: Path, undisturbed: dict[str, bytes], runner: LocalRunner
) -> None:
    request, elsewhere = ask(members=2), replace(SMALL, blocks_url=str(tmp_path / "shared"))
    stop_early(request, runner, elsewhere)
    change_a_byte(next((tmp_path / "shared").rglob("block-000000.prediction.tif")))
    result = run_scene(request, elsewhere, runner=runner)
    assert result.blocks_kept == 1
    assert len(result.warnings) == 1
    assert contents(request.output_path.parent) == undisturbed


def test_a_block_that_is_damaged_while_others_are_made_gets_into_no_result(
    ask: Ask, undisturbed: dict[str, bytes], runner: LocalRunner
) -> None:
    request = ask(members=2)

    class Damaging(Heard):
        def block_done(self, number: int, total: int, seconds: float, was_kept: bool) -> None:
            if number == 8:
                change_a_byte(kept_in(request) / "block-000000.prediction.tif")

    with pytest.raises(OutputError, match="block 0 is damaged; start again, it is made again"):
        run_scene(request, SMALL, Damaging(), runner)
    assert run_scene(request, SMALL, runner=runner).blocks_kept == 8
    assert contents(request.output_path.parent) == undisturbed


def test_a_file_that_appears_under_the_name_of_a_result_is_never_replaced(ask: Ask, runner: LocalRunner) -> None:
    request = ask(members=2)
    spread = request.layer_paths["spread"]

    class Naming(Heard):
        def block_done(self, number: int, total: int, seconds: float, was_kept: bool) -> None:
            if number == 8:
                spread.write_text("the user's own")

    with pytest.raises(OutputError, match=r"a_spread\.tif: .*--overwrite"):
        run_scene(request, SMALL, Naming(), runner)
    for _ in range(2):
        with pytest.raises(OutputError, match=r"a_spread\.tif: exists; --overwrite replaces it"):
            run_scene(request, SMALL, runner=runner)
    assert spread.read_text() == "the user's own"
    spread.unlink()
    assert run_scene(request, SMALL, runner=runner).blocks_kept == 9


def test_a_disk_without_room_for_a_last_note_has_its_results(
    ask: Ask, undisturbed: dict[str, bytes], runner: LocalRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = PlanFile.write

    def stumble(self: PlanFile, scene: Any, stage: Any, place: Any) -> None:
        if stage == "finished":
            raise OutputError("plan.json: cannot be written: the disk is full")
        write(self, scene, stage, place)

    monkeypatch.setattr(PlanFile, "write", stumble)
    heard, request = Heard(), ask(members=2)
    assert run_scene(request, SMALL, heard, runner).is_new
    assert "the disk is full" in heard.notes[-1]
    assert contents(request.output_path.parent) == undisturbed


class Filling(Heard):
    """Another program, which fills the disk of its file once a block is kept."""

    def __init__(self, filler: Path, at_block: int) -> None:
        super().__init__()
        self._filler, self._at_block = filler, at_block

    def block_done(self, number: int, total: int, seconds: float, was_kept: bool) -> None:
        super().block_done(number, total, seconds, was_kept)
        if number == self._at_block:
            self._filler.write_bytes(bytes(shutil.disk_usage(self._filler.parent).free - 20_000))


def test_a_disk_that_fills_up_costs_the_blocks_in_flight(
    ask: Ask, small_disk: Callable[[int], Path], undisturbed: dict[str, bytes], runner: LocalRunner
) -> None:
    folder = small_disk(8_000_000)
    request, filler = ask(members=2, output=folder / "a.tif"), folder / "of another program"

    heard = Filling(filler, 2)
    with pytest.raises(OutputError, match=r"cannot be written: the disk is full, .* free some space"):
        run_scene(request, SMALL, heard, runner)
    assert [number for number, _ in heard.blocks][:3] == [0, 1, 2]
    assert len(heard.blocks) < 9
    assert {path.name for path in folder.iterdir()} == {hidden(request).name, filler.name}
    assert not list(folder.rglob("*.partial"))
    filler.unlink()
    result = run_scene(request, SMALL, runner=runner)
    assert result.blocks_kept >= len(heard.blocks)
    assert contents(folder) == undisturbed


def test_a_disk_that_fills_up_while_the_result_is_written_costs_no_block(
    ask: Ask, small_disk: Callable[[int], Path], undisturbed: dict[str, bytes], runner: LocalRunner
) -> None:
    folder = small_disk(8_000_000)
    request, filler = ask(members=2, output=folder / "a.tif"), folder / "of another program"

    with pytest.raises(OutputError, match=r"the disk is full|does not read back"):
        run_scene(request, SMALL, Filling(filler, 8), runner)
    assert {path.name for path in folder.iterdir()} == {hidden(request).name, filler.name}
    filler.unlink()
    assert run_scene(request, SMALL, runner=runner).blocks_kept == 9
    assert contents(folder) == undisturbed


def test_too_small_a_disk_is_refused_before_any_work(
    ask: Ask, small_disk: Callable[[int], Path], runner: LocalRunner
) -> None:
    folder, heard = small_disk(100_000), Heard()
    with pytest.raises(OutputError, match=r"a\.tif.*needs .* free"):
        run_scene(ask(members=2, output=folder / "a.tif"), SMALL, heard, runner)
    assert heard.calls == []
    assert list(folder.iterdir()) == []


def test_room_is_asked_for_where_the_blocks_are_going_to_be(
    ask: Ask, small_disk: Callable[[int], Path], runner: LocalRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = small_disk(200_000)
    request, heard = ask(members=2), Heard()
    with pytest.raises(OutputError, match=rf"a\.tif: its blocks need .*, and {small}/a\.tif-\w+ has"):
        run_scene(request, replace(SMALL, blocks_url=str(small)), heard, runner)
    assert heard.calls == []
    asked: list[tuple[DiskNeed, Path]] = []
    monkeypatch.setattr(scene_run, "check_scene_disk", lambda need, name, out, blocks: asked.append((need, blocks)))
    in_a_store = replace(SMALL, blocks_url=f"memory://{secrets.token_hex(8)}")
    stop_early(request, runner, in_a_store)
    run_scene(request, in_a_store, runner=runner)
    # what the store holds already is no less to be copied here
    assert asked[0] == asked[1]
    assert asked[0][0].blocks_bytes > 0
    assert asked[0][1] == hidden(request)


def test_an_unreadable_block_is_reported_and_the_others_are_kept(
    ask: Ask, tmp_path: Path, runner: LocalRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "WHOLE_PX", 0)
    monkeypatch.setattr(sampling, "WINDOW_PX", 16)
    source = tmp_path / "long.tif"
    write_long_source(source)
    damage_block(source, row=13)
    request, heard = ask(source=source), Heard()
    with pytest.raises(BlocksError, match=r"blocks could not be predicted \(block .*long\.tif: rows .* cannot be read"):
        run_scene(request, SMALL, heard, runner)
    done, failed = {number for number, _ in heard.blocks}, {number for number, _ in heard.failures}
    assert done
    assert failed
    assert done | failed == set(range(len(done) + len(failed)))
    assert not request.output_path.exists()
    again = Heard()
    with pytest.raises(BlocksError):
        run_scene(request, SMALL, again, runner)
    assert {number for number, was_kept in again.blocks if was_kept} == done
    assert {number for number, _ in again.failures} == failed


def test_a_block_that_can_be_read_the_second_time_is_no_failure(
    ask: Ask, undisturbed: dict[str, bytes], runner: LocalRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, opened = prepared_module.OpenScene.read, []

    def stumble(self: prepared_module.OpenScene, number: int) -> object:
        if number == 3 and not opened:
            opened.append(number)
            raise UnreadableSourceError("scene.tif: rows 0 to 9 cannot be read")
        return read(self, number)

    monkeypatch.setattr(prepared_module.OpenScene, "read", stumble)
    request = ask(members=2)
    run_scene(request, SMALL, runner=runner)
    assert opened == [3]
    assert contents(request.output_path.parent) == undisturbed


def test_a_source_that_changed_between_runs_is_refused(
    ask: Ask, tmp_path: Path, scene_file: Path, runner: LocalRunner
) -> None:
    source = tmp_path / "mine.tif"
    shutil.copy(scene_file, source)
    request = ask(source=source)
    stop_early(request, runner)
    with rasterio.open(source, "r+") as dataset:
        dataset.write(255 - dataset.read())
    with pytest.raises(OutputError, match=r"another plan .*source_pixels_sha256: .* then, .* now; source_sha256: "):
        run_scene(request, SMALL, runner=runner)


def test_a_source_that_is_written_to_during_the_run_ends_it(
    ask: Ask, tmp_path: Path, scene_file: Path, runner: LocalRunner
) -> None:
    source = tmp_path / "mine.tif"
    shutil.copy(scene_file, source)

    class Writing(Heard):
        def block_done(self, number: int, total: int, seconds: float, was_kept: bool) -> None:
            super().block_done(number, total, seconds, was_kept)
            with source.open("ab") as stream:
                stream.write(b"more")

    heard = Writing()
    with pytest.raises(SourceError, match=r"mine\.tif: was written to since this run looked at it"):
        run_scene(ask(source=source), SMALL, heard, runner)
    assert len(heard.blocks) < 9
    assert not ask().output_path.exists()


def test_another_model_or_version_is_refused(
    ask: Ask, make_tiny_model: Callable[..., Path], runner: LocalRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = ask()
    stop_early(request, runner)
    other = replace(request, model=str(make_tiny_model(difference_std=0.25)))
    with pytest.raises(OutputError, match=r"another plan .*model_sha256: [0-9a-f]+\.\.\. then, [0-9a-f]+\.\.\. now"):
        run_scene(other, SMALL, runner=runner)
    plan = hidden(request) / "plan.json"
    plan.write_text(plan.read_text().replace("landcast=", "landcast=0."))
    with pytest.raises(OutputError, match=r"another plan .*versions: landcast=0\.\S+ .* then, landcast="):
        run_scene(request, SMALL, runner=runner)
    plan.write_text("{}")
    with pytest.raises(OutputError, match=r"plan\.json: is no plan that this version reads"):
        run_scene(request, SMALL, runner=runner)
    assert run_scene(replace(request, is_overwriting=True), SMALL, runner=runner).blocks_kept == 0


def test_a_process_with_another_model_does_not_predict(ask: Ask, make_tiny_model: Callable[..., Path]) -> None:
    scene = prepared_module.prepare_scene(ask(), pytest.fail, block_px=BLOCK_PX)
    elsewhere = replace(scene, request=replace(scene.request, model=str(make_tiny_model(difference_std=0.25))))
    with pytest.raises(ModelError, match=r"the scene was planned with .*install the same model everywhere"):
        prepared_module.open_scene(elsewhere, load_quickly)


def test_two_runs_on_one_result_do_not_meet(ask: Ask, runner: LocalRunner) -> None:
    request = ask()
    refused = pytest.raises(OutputError, match=rf"a\.tif: another run works on it, process {os.getpid()} on \S+; wait")
    with FolderLock(hidden(request), "first"), refused:
        run_scene(request, SMALL, runner=runner)
    run_scene(request, SMALL, runner=runner)
    assert list(contents(request.output_path.parent)) == ["a.tif"]


def test_a_folder_without_permission_is_refused_before_any_work(
    ask: Ask, runner: LocalRunner, no_writing: Callable[[Path], None]
) -> None:
    request, heard = ask(), Heard()
    no_writing(request.output_path.parent)
    with pytest.raises(OutputError, match=r"out.*permission"):
        run_scene(request, SMALL, heard, runner)
    assert heard.calls == []


def test_who_asks_once_gets_the_blocks_in_flight(ask: Ask, undisturbed: dict[str, bytes], runner: LocalRunner) -> None:
    request, told = ask(members=2), threading.Event()

    class Asking(Heard):
        def progress(self, done: int, total: int) -> None:
            super().progress(done, total)
            if len(self.blocks) == 1:
                told.set()

    heard = Asking()
    with pytest.raises(CancelledError, match="of 9 blocks are kept"):
        run_scene(request, SMALL, heard, runner, told.is_set)
    assert 2 <= len(heard.blocks) <= 4  # the first, what was computed and what was written when the person asked
    result = run_scene(request, SMALL, runner=runner)
    assert result.blocks_kept == len(heard.blocks)
    assert contents(request.output_path.parent) == undisturbed


def test_who_asks_twice_is_not_kept_waiting_and_continues_later(
    ask: Ask, undisturbed: dict[str, bytes], runner: LocalRunner
) -> None:
    request = ask(members=2)

    class Insisting(Heard):
        def progress(self, done: int, total: int) -> None:
            super().progress(done, total)
            if len(self.blocks) == 2:
                raise KeyboardInterrupt  # as the handler of the second Ctrl-C does, wherever the process is

    with pytest.raises(KeyboardInterrupt):
        run_scene(request, SMALL, Insisting(), runner)
    assert not any(thread.name.startswith("landcast") for thread in threading.enumerate())
    with FolderLock(hidden(request), "the lock is free"):
        pass
    result = run_scene(request, SMALL, runner=runner)
    assert result.blocks_kept >= 2
    assert contents(request.output_path.parent) == undisturbed


@pytest.mark.parametrize(("times", "code"), [(1, 130), (2, 131)])
def test_ctrl_c_ends_a_process_gently_and_twice_at_once(
    times: int, code: int, ask: Ask, processes: ForkServerContext, undisturbed: dict[str, bytes], runner: LocalRunner
) -> None:
    request = ask(members=2)
    process = processes.Process(target=run_until_asked, args=(request,))
    process.start()
    for _ in range(PATIENCE_S * 100):
        if list(hidden(request).glob("blocks-*/block-000001.json")) or process.exitcode is not None:
            break
        time.sleep(0.01)
    assert process.pid is not None
    for _ in range(times):
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.05)
    process.join(PATIENCE_S)
    assert process.exitcode == code
    assert not list(request.output_path.parent.rglob("*.partial"))
    result = run_scene(request, SMALL, runner=runner)
    assert 2 <= result.blocks_kept < 9
    assert contents(request.output_path.parent) == undisturbed


def test_a_run_that_ends_without_a_block_leaves_nothing(ask: Ask, runner: LocalRunner) -> None:
    request = ask()

    class Stopping(Heard):
        def progress(self, done: int, total: int) -> None:
            if done:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_scene(request, SMALL, Stopping(), runner)
    assert list(request.output_path.parent.iterdir()) == []
    with pytest.raises(RequestError, match="--sampling-steps must be 1"):
        run_scene(replace(request, sampling_steps=3), SMALL, runner=runner)
    assert list(request.output_path.parent.iterdir()) == []


@pytest.fixture
def no_writing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Take the permission to write in a folder."""
    taken: list[Path] = []

    def take(folder: Path) -> None:
        taken.append(folder)
        folder.chmod(0o500)
        if os.access(folder, os.W_OK):  # a superuser may write everywhere
            access = os.access
            monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != folder and access(path, mode))

    yield take
    for folder in taken:
        folder.chmod(0o700)


def change_a_byte(path: Path) -> None:
    """Change what no reader of a TIFF would notice."""
    data = bytearray(path.read_bytes())
    data[-9] ^= 1
    path.write_bytes(data)


def stop_early(request: PredictionRequest, runner: LocalRunner, settings: SceneSettings = SMALL) -> None:
    """Leave an unfinished run with its first two blocks."""
    heard = Heard()
    with pytest.raises(CancelledError):
        run_scene(request, settings, heard, runner, stop=lambda: len(heard.blocks) >= 1)
    assert len(heard.blocks) == 2


def write_long_source(path: Path) -> None:
    """A source of many blocks in one column."""
    pixels = np.random.default_rng(0).integers(1, 255, (3, 1280, 64), np.uint8)
    with rasterio.open(
        path, "w", driver="GTiff", width=64, height=1280, count=3, dtype="uint8", crs="EPSG:32611",
        transform=rasterio.Affine(0.6, 0, 434400, 0, -0.6, 3774000), tiled=True, blockxsize=64, blockysize=64,
        compress="deflate",
    ) as target:  # fmt: skip
        target.write(pixels)


def damage_block(path: Path, row: int) -> None:
    """Overwrite the start of a block that no sample of the whole touches."""
    with rasterio.open(path) as dataset:
        start = int(dataset.get_tag_item(f"BLOCK_OFFSET_0_{row}", "TIFF", bidx=1))
    data = bytearray(path.read_bytes())
    data[start : start + 64] = bytes(64)
    path.write_bytes(data)
