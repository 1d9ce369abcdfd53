"""A scene from request to finished files, in one run or in several."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from landcast.core.errors import BlocksError, CancelledError, OutputError, RequestError
from landcast.core.predict import predict
from landcast.core.request import PredictionRequest
from landcast.core.scenes.block_folder import BlockFolder
from landcast.core.scenes.local_runner import LocalRunner
from landcast.core.scenes.prepared import PreparedScene
from landcast.core.scenes.runner import BlockFailed, BlockOutcome, IsStopping, OnCalls
from landcast.core.scenes.scene_run import SceneSettings, run_scene
from landcast.core.scenes.statistics.members import MEMBERS_LAYER, changes_of
from landcast.tests.core.scenes.quick_scene import BLOCK_PX, Heard, contents, hidden, load_quickly

Ask = Callable[..., PredictionRequest]
SMALL = SceneSettings(block_px=BLOCK_PX)


def read(path: Path) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    with rasterio.open(path) as dataset:
        return dataset.read(), dataset.read_masks(1)


def test_a_scene_in_blocks_is_what_one_pass_over_it_predicts(ask: Ask, tmp_path: Path, runner: LocalRunner) -> None:
    heard, request = Heard(), ask(members=2, iterations=2, is_keeping_iterations=True, quicklook=tmp_path / "a.png")
    result = run_scene(request, SMALL, heard, runner)
    whole = replace(request, output=tmp_path / "whole.tif", quicklook=tmp_path / "whole.png")
    at_once = predict(whole, pytest.fail, load=load_quickly)
    assert result.paths.keys() == at_once.paths.keys() == {"prediction", "spread", "change", "iteration_1", "quicklook"}
    for layer in result.paths.keys() - {"quicklook"}:
        for here, there in zip(read(result.paths[layer]), read(at_once.paths[layer]), strict=True):
            assert (np.abs(here.astype(int) - there) <= 1).all()
            assert (here != there).mean() <= 0.001
    assert set(contents(tmp_path / "out")) == {"a.tif", "a_spread.tif", "a_change.tif", "a_iteration_1.tif"}
    assert (tmp_path / "a.png").is_file()
    assert (result.blocks, result.blocks_kept, result.is_new) == (9, 0, True)
    assert sorted(heard.blocks) == [(number, False) for number in range(9)]
    assert heard.calls == sorted(heard.calls)
    assert heard.calls[-1][0] == heard.calls[-1][1]


def test_the_bytes_depend_on_no_cut_into_blocks_and_no_place(ask: Ask, tmp_path: Path, runner: LocalRunner) -> None:
    run_scene(ask("a.tif"), SMALL, runner=runner)
    elsewhere = SceneSettings(block_px=BLOCK_PX, folder=tmp_path / "kept" / "a")
    run_scene(ask("b.tif"), elsewhere, runner=runner)
    files = contents(tmp_path / "out")
    assert files["a.tif"] == files["b.tif"]
    assert not elsewhere.folder or not elsewhere.folder.exists()


def test_a_run_that_was_stopped_goes_on_and_ends_in_the_same_bytes(
    ask: Ask, tmp_path: Path, runner: LocalRunner
) -> None:
    run_scene(ask("whole.tif", members=2), SMALL, runner=runner)
    request, heard = ask("a.tif", members=2), Heard()
    with pytest.raises(CancelledError, match=r"a\.tif: stopped as asked; 4 of 9 blocks are kept in .*continues"):
        run_scene(request, SMALL, heard, runner, stop=lambda: len(heard.calls) > 0 and len(heard.blocks) >= 3)
    files = contents(tmp_path / "out")
    assert {name for name in files if name.startswith("a")} == set()
    assert {name for name in files if name.endswith("plan.json")} == {".a.tif.landcast/plan.json"}
    heard = Heard()
    result = run_scene(request, SMALL, heard, runner)
    assert heard.notes[-1] == "continuing: 4 of 9 blocks are done"
    assert (result.blocks, result.blocks_kept) == (9, 4)
    assert sorted(heard.blocks) == [(number, number < 4) for number in range(9)]
    files = contents(tmp_path / "out")
    for layer in ("", "_spread", "_change"):
        assert files[f"a{layer}.tif"] == files[f"whole{layer}.tif"]
    assert not hidden(request).exists()


def test_what_is_finished_is_refused_or_taken_for_what_was_asked(ask: Ask, runner: LocalRunner) -> None:
    request = ask(members=2)
    run_scene(request, SMALL, runner=runner)
    before = contents(request.output_path.parent)
    with pytest.raises(OutputError, match=r"a\.tif: exists; --overwrite replaces it"):
        run_scene(request, SMALL, runner=runner)
    accepting = replace(SMALL, accepts_finished=True)
    heard = Heard()
    result = run_scene(request, accepting, heard, runner)
    assert not result.is_new
    assert result.paths == request.layer_paths
    assert heard.blocks == []
    with pytest.raises(OutputError, match="exists; --overwrite"):
        run_scene(replace(request, seed=1), accepting, runner=runner)
    assert contents(request.output_path.parent) == before
    run_scene(replace(request, seed=1, is_overwriting=True), accepting, runner=runner)
    assert contents(request.output_path.parent) != before


def test_another_plan_is_refused_by_name_and_begun_anew_on_request(ask: Ask, runner: LocalRunner) -> None:
    request = ask()
    stop_early(request, runner)
    with pytest.raises(OutputError, match=r"another plan is in .*\(seed: 0 then, 5 now\).*--overwrite to begin anew"):
        run_scene(replace(request, seed=5), SMALL, runner=runner)
    with pytest.raises(OutputError, match=r"block_px: 128 then, 256 now"):
        run_scene(request, SceneSettings(block_px=256), runner=runner)
    heard = Heard()
    result = run_scene(replace(request, seed=5, is_overwriting=True), SMALL, heard, runner)
    assert result.blocks_kept == 0
    assert any("thrown away" in note for note in heard.notes)


def test_a_smaller_extent_is_another_plan(ask: Ask, runner: LocalRunner, scene_file: Path) -> None:
    request = ask()
    stop_early(request, runner)
    with rasterio.open(scene_file) as source:
        left, bottom, right, top = source.bounds
    with pytest.raises(OutputError, match=r"another plan .*pixels: 270 x 250 .* then, 270 x 167"):
        run_scene(replace(request, extent=(left, bottom + 50, right, top)), SMALL, runner=runner)


def test_failed_blocks_are_told_and_tried_again_while_the_others_are_kept(ask: Ask, runner: LocalRunner) -> None:
    request, heard = ask(), Heard()
    with pytest.raises(BlocksError, match=r"1 of 9 blocks could not be predicted \(block 4: it burns\); 8 of 9"):
        run_scene(request, SMALL, heard, FailingRunner(runner, {4}))
    assert heard.failures == [(4, "it burns")]
    assert not request.output_path.exists()
    result = run_scene(request, SMALL, runner=runner)
    assert result.blocks_kept == 8


def test_further_files_are_made_of_the_blocks_before_they_go(ask: Ask, runner: LocalRunner, tmp_path: Path) -> None:
    def count(scene: PreparedScene, blocks: BlockFolder, paths: Mapping[str, Path]) -> Mapping[str, Path]:
        assert paths["prediction"].is_file()
        table = tmp_path / "valid.txt"
        records = [blocks.record(number) for number in range(len(scene.blocks))]
        table.write_text(f"{sum(record.valid_px for record in records if record)}")
        return {"table": table}

    result = run_scene(ask(), SMALL, runner=runner, finishers=[count])
    assert result.paths["table"].read_text() == f"{250 * 270}"


def test_blocks_with_a_vrt_hold_what_one_file_holds(ask: Ask, runner: LocalRunner) -> None:
    request, blocks = ask(members=2), replace(SMALL, form="blocks")
    result = run_scene(request, SMALL, runner=runner)
    in_blocks = run_scene(request, blocks, runner=runner)
    folder = request.output_path.parent
    assert in_blocks.paths == {
        "prediction": folder / "a.vrt", "spread": folder / "a_spread.vrt", "change": folder / "a_change.vrt"
    }  # fmt: skip
    for layer, path in result.paths.items():
        for here, there in zip(read(path), read(in_blocks.paths[layer]), strict=True):
            assert (here == there).all()
    with pytest.raises(OutputError, match=r"a\.vrt: exists; --overwrite"):
        run_scene(request, blocks, runner=runner)
    assert not run_scene(request, replace(blocks, accepts_finished=True), runner=runner).is_new


def test_members_changes_are_kept_with_each_block_where_asked(ask: Ask, runner: LocalRunner) -> None:
    seen: list[np.ndarray[Any, Any] | None] = []

    def look(scene: PreparedScene, blocks: BlockFolder, paths: Mapping[str, Path]) -> Mapping[str, Path]:
        seen.extend(blocks.load_array(number, MEMBERS_LAYER) for number in range(len(scene.blocks)))
        return {}

    result = run_scene(ask(members=3), replace(SMALL, has_members=True), runner=runner, finishers=[look])
    assert [None if array is None else array.dtype for array in seen] == [np.dtype("uint8")] * 9
    changed = sum(int(changes_of(array.reshape(len(array), -1), 3).sum()) for array in seen if array is not None)
    share = read(result.paths["change"])[0] / 100
    assert changed / 3 == pytest.approx(share.sum(), rel=0.1)


def test_two_results_that_share_a_place_of_blocks_do_not_meet(ask: Ask, runner: LocalRunner, tmp_path: Path) -> None:
    run_scene(ask("clean.tif"), SMALL, runner=runner)
    elsewhere = replace(SMALL, blocks_url=str(tmp_path / "shared"))
    other, heard = ask("b.tif", seed=5, members=1, iterations=2), Heard()

    class Meanwhile(FailingRunner):
        def run(self, *args: Any) -> Iterator[BlockOutcome]:
            yield from super().run(*args)
            with pytest.raises(CancelledError):
                run_scene(other, elsewhere, heard, runner, stop=lambda: len(heard.blocks) >= 3)

    run_scene(ask("a.tif"), elsewhere, runner=Meanwhile(runner, set()))
    files = contents(tmp_path / "out")
    assert files["a.tif"] == files["clean.tif"]
    result = run_scene(other, elsewhere, runner=runner)
    assert result.blocks_kept == len(heard.blocks)
    assert not (tmp_path / "shared").exists()


def test_a_run_is_continued_where_its_blocks_are(ask: Ask, runner: LocalRunner, tmp_path: Path) -> None:
    request, elsewhere = ask(), replace(SMALL, blocks_url=str(tmp_path / "shared"))
    stop_early(request, runner, elsewhere)
    with pytest.raises(OutputError, match=r"unfinished run are in \S+/shared/a\.tif-\w+; give --blocks-url"):
        run_scene(request, SMALL, runner=runner)
    assert run_scene(request, elsewhere, runner=runner).blocks_kept == 2
    again = replace(request, is_overwriting=True)
    stop_early(again, runner)
    with pytest.raises(OutputError, match=r"are in .*/\.a\.tif\.landcast/blocks-\w+; leave --blocks-url away"):
        run_scene(request, elsewhere, runner=runner)
    assert run_scene(again, elsewhere, runner=runner).blocks_kept == 0
    assert set(contents(tmp_path)) == {"out/a.tif"}


def test_a_run_whose_folder_was_moved_is_continued(ask: Ask, runner: LocalRunner, tmp_path: Path) -> None:
    request = ask()
    stop_early(request, runner)
    (tmp_path / "out").rename(tmp_path / "moved")
    moved = replace(request, output=tmp_path / "moved" / "a.tif")
    assert run_scene(moved, SMALL, runner=runner).blocks_kept == 2
    assert set(contents(tmp_path)) == {"moved/a.tif"}


@pytest.mark.parametrize("has_url", [False, True])
def test_blocks_without_a_plan_are_not_taken(ask: Ask, runner: LocalRunner, tmp_path: Path, has_url: bool) -> None:
    settings = replace(SMALL, blocks_url=str(tmp_path / "shared") if has_url else None)
    request = ask()
    stop_early(request, runner, settings)
    (hidden(request) / "plan.json").unlink()
    assert run_scene(request, settings, runner=runner).blocks_kept == 0
    assert set(contents(tmp_path)) == {"out/a.tif"}


def test_what_cannot_be_asked_leaves_no_folder(ask: Ask, runner: LocalRunner) -> None:
    request = ask(extent=(0.0, 0.0, 1.0, 1.0))
    with pytest.raises(RequestError):
        run_scene(request, SMALL, runner=runner)
    assert contents(request.output_path.parent) == {}
    assert not hidden(request).exists()


def stop_early(request: PredictionRequest, runner: LocalRunner, settings: SceneSettings = SMALL) -> None:
    """Leave an unfinished run of a request, with two blocks."""
    heard = Heard()
    with pytest.raises(CancelledError):
        run_scene(request, settings, heard, runner, stop=lambda: len(heard.blocks) >= 1)


class FailingRunner:
    """Says of some blocks that they failed."""

    def __init__(self, runner: LocalRunner, failing: set[int]) -> None:
        self._runner, self._failing = runner, failing
        self.compute_of = runner.compute_of

    def run(
        self, scene: PreparedScene, blocks_url: str, numbers: Sequence[int], stop: IsStopping, on_calls: OnCalls
    ) -> Iterator[BlockOutcome]:
        for number in self._failing:
            yield BlockFailed(number, "it burns")
        left = [number for number in numbers if number not in self._failing]
        yield from self._runner.run(scene, blocks_url, left, stop, on_calls)
