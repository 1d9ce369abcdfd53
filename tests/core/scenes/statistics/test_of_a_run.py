"""Change of a scene that is really predicted: what the forecast says, kept with its blocks, counted after a stop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from landcast.core.errors import RequestError
from landcast.core.forecast.forecaster import Forecaster, ForecastSettings
from landcast.core.forecast.typical import MemberChange
from landcast.core.lattice import CELL_PX, Rect, coarse_need
from landcast.core.model.folder import load_model
from landcast.core.request import PredictionRequest
from landcast.core.scenes.scene_run import SceneSettings, run_scene
from landcast.core.scenes.statistics.counting import WHOLE
from landcast.core.scenes.statistics.finisher import ChangeCounter, load_counts
from landcast.core.scenes.statistics.table import write_change_table
from landcast.worker.demo.scene import write_scene


class ListeningForecaster(Forecaster):
    """Remembers the coarse change of each member."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.changes: list[Tensor] = []

    def _member(self, *arguments: Any) -> tuple[list[Tensor], MemberChange]:
        images, member = super()._member(*arguments)
        self.changes.append(member.change)
        return images, member


@pytest.mark.parametrize("members", [1, 3])
def test_a_member_changes_the_cells_whose_difference_is_above_twenty_levels(
    members: int, make_tiny_model: Callable[..., Path]
) -> None:
    want = Rect(-10, 7, 33, 50)

    def read(rect: Rect) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        rows, columns = np.mgrid[rect.top : rect.bottom, rect.left : rect.right]
        image = (0.5 + 0.3 * np.sin(rows / 9) * np.cos(columns / 7)).astype(np.float32)
        return np.stack([image] * 3), np.ones(rect.shape_yx, np.bool_)

    model = load_model(make_tiny_model(difference_std=0.2), torch.device("cpu"), torch.float32)
    forecaster = ListeningForecaster(model, torch.device("cpu"), ForecastSettings(2.0, 0.6, members=members))
    changed = forecaster.forecast(want, read).changed
    cells, origin = want.snapped(CELL_PX).in_cells(), coarse_need(want).in_cells()
    assert changed.shape == (members, *cells.shape_yx)
    assert 0.02 < changed.mean() < 0.98
    for member, change in enumerate(forecaster.changes):
        levels = np.abs(change.numpy().astype(np.float64)).mean(0) * 255
        rows, columns = cells.slices_in(origin)
        np.testing.assert_array_equal(changed[member], levels[rows, columns] > 20)
    nothing = forecaster.forecast(want, read, np.zeros(want.shape_yx, np.bool_)).changed
    assert (nothing.shape, nothing.any()) == (changed.shape, False)


def test_a_run_that_was_stopped_and_lost_a_block_writes_the_same_table(
    tmp_path: Path, make_tiny_model: Callable[..., Path]
) -> None:
    write_scene(tmp_path / "scene.tif", (64, 140), seed=3)
    model = str(make_tiny_model(difference_std=0.2))
    settings = SceneSettings(block_px=128, has_members=True)

    def predict(name: str, *before: Callable[..., dict[str, Path]]) -> None:
        request = PredictionRequest(
            source=tmp_path / "scene.tif", output=tmp_path / f"{name}_pred.tif", model=model, members=2,
            device="cpu", precision="fp32",
        )  # fmt: skip
        counter = ChangeCounter("scene", None, tmp_path / f"{name}.json")
        result = run_scene(request, settings, finishers=[*before, counter])
        assert result.blocks > 1
        change = load_counts(tmp_path / f"{name}.json", "scene", None, result.key)
        write_change_table(tmp_path / f"{name}.gpkg", [change], None)

    def die(*_: object) -> dict[str, Path]:
        raise KeyboardInterrupt

    predict("whole")
    with pytest.raises(KeyboardInterrupt):
        predict("stopped", die)
    assert not (tmp_path / "stopped.json").exists()
    for lost in tmp_path.glob(".stopped_pred.tif.landcast/blocks-*/block-000001.*"):
        lost.unlink()
    predict("stopped")
    for suffix in (".json", ".gpkg"):
        assert (tmp_path / f"whole{suffix}").read_bytes() == (tmp_path / f"stopped{suffix}").read_bytes()
    sums = load_counts(tmp_path / "whole.json", "scene", None).sums[WHOLE]
    # 0.6 m a pixel, all of them valid
    assert sums.valid_m2 == pytest.approx(64 * 140 * 0.36, rel=2e-2)
    assert 0 < min(sums.member_m2) <= sums.any_m2 <= sums.valid_m2


def test_counts_that_are_missing_or_of_something_else_are_asked_for_again(tmp_path: Path) -> None:
    path = tmp_path / "scene.json"
    with pytest.raises(RequestError, match=r"scene: was predicted without statistics.*--overwrite"):
        load_counts(path, "scene", None)
    path.write_text("half of {")
    with pytest.raises(RequestError, match="cannot be read as the counts of scene"):
        load_counts(path, "scene", None)
