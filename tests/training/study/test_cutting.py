"""Pairs at a ground scale: which pixels, how many, on which ground, and what is too fine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.enums import Resampling

from landcast.core.errors import TrainingError
from landcast.tests.training.dataset.conftest import EVERYTHING_TRAINS, dated
from landcast.training.dataset.build import DatasetSettings, build_dataset
from landcast.training.dataset.folder import open_dataset
from landcast.training.pairs import ChipPair
from landcast.training.settings import PairSource, TileSettings, TrainingSettings
from landcast.training.study.cutting import (
    ScalePairs,
    ScaleSources,
    allowed_scales,
    crop_side_px,
    cut_scale,
    pick_pairs,
)


def cut(sources: ScaleSources, scale_m: float, folder: Path, coarsest_m: float = 120) -> ScalePairs:
    own = folder / f"{scale_m:g}"
    own.mkdir()
    return cut_scale(sources, scale_m, coarsest_m, own)


@pytest.mark.parametrize(
    ("scale_m", "gsd_m", "side"), [(76.8, 0.6, 128), (120, 0.6, 200), (40, 0.3, 133), (76, 0.6, 128)]
)
def test_a_tile_is_as_many_source_pixels_as_its_metres_hold(scale_m: float, gsd_m: float, side: int) -> None:
    assert crop_side_px(scale_m, gsd_m) == side


def test_a_scale_finer_than_the_imagery_is_refused_with_what_would_do() -> None:
    with pytest.raises(TrainingError, match=r"60 m a tile is finer than the imagery: 128 px of 0\.6 m are 76\.8 m"):
        crop_side_px(60, 0.6)


def test_tiles_are_area_means_of_the_ground_they_cover(settings: TrainingSettings, tmp_path: Path) -> None:
    everything = replace(settings, tiles=replace(settings.tiles, filter_kind="none"))
    found = cut(ScaleSources(everything), 120, tmp_path)
    chips = {chip.name: chip for chip in [*found.train, *found.held_out]}
    # 640 px hold three tiles of 200 px along each side
    assert len(chips) == 9
    chip = chips["town_2016.tif (200, 400)"]
    assert chip.before.shape == (3, 128, 128)
    assert chip.gsd_m * 128 == pytest.approx(120, rel=2e-3)
    with rasterio.open(settings.pairs[0].before) as file:
        window = rasterio.windows.Window(400, 200, 200, 200)
        wanted = file.read(window=window, out_shape=(3, 128, 128), resampling=Resampling.average)
    assert np.abs(chip.before.astype(int) - wanted).max() <= 1


def test_nothing_of_the_held_out_ground_is_trained_on_and_it_is_the_same_at_every_scale(
    settings: TrainingSettings, tmp_path: Path
) -> None:
    validation = replace(settings.validation, share=0.4)
    everything = replace(settings, tiles=replace(settings.tiles, filter_kind="none"), validation=validation)
    covered = []
    for scale_m in (76.8, 120):
        found = cut(ScaleSources(everything), scale_m, tmp_path)
        side = crop_side_px(scale_m, 0.6)
        ground = {}
        for part, chips in (("train", found.train), ("held out", found.held_out)):
            ground[part] = np.zeros((640, 640), bool)
            for chip in chips:
                top, left = (int(value) for value in chip.name.split("(")[1].rstrip(")").split(","))
                ground[part][top : top + side, left : left + side] = True
        assert found.held_out
        assert not (ground["train"] & ground["held out"]).any()
        covered.append(ground["held out"])
    both = (covered[0] & covered[1]).sum()
    assert both > 0.6 * min(part.sum() for part in covered)


def test_named_pairs_are_held_out_and_everything_else_is_trained_on(
    settings: TrainingSettings, scene_pair: PairSource, tmp_path: Path
) -> None:
    everything = replace(settings, tiles=replace(settings.tiles, filter_kind="none"))
    found = cut(ScaleSources(everything, (scene_pair,)), 76.8, tmp_path)
    assert len(found.train) == 25
    assert {chip.name.split(" ")[0] for chip in found.held_out} == {Path(scene_pair.before).name}
    assert len(found.held_out) == 4


def test_what_the_filter_throws_out_is_counted_and_held_out_tiles_are_not_filtered(
    settings: TrainingSettings, tmp_path: Path
) -> None:
    strict = replace(settings, tiles=TileSettings(max_changed_share=1e-6))
    found = cut(ScaleSources(strict), 76.8, tmp_path)
    assert len(found.train) + len(found.held_out) + found.dropped.total() == 25
    assert found.held_out
    assert "changed by 0% or more" in found.dropped_words


def test_only_scales_that_all_imagery_is_fine_enough_for_are_allowed(
    settings: TrainingSettings, scene_pair: PairSource
) -> None:
    assert allowed_scales(ScaleSources(settings, (scene_pair,)), (40, 76.8, 80)) == [76.8, 80]


def test_of_a_dataset_the_tiles_of_the_scale_are_taken(
    settings: TrainingSettings, town: PairSource, tmp_path: Path
) -> None:
    asked = DatasetSettings(split=EVERYTHING_TRAINS, least_pairs=1, filter_name="none", ground_scales_m=(80.0, 120.0))
    dates = [dated(2016, Path(town.before)), dated(2020, Path(town.after))]
    build_dataset(dates, tmp_path / "pairs", asked, lambda *_: None, lambda *_: None)
    sources = ScaleSources(replace(settings, pairs=(), datasets=(str(tmp_path / "pairs"),)))
    assert allowed_scales(sources, (40, 80, 100, 120)) == [80, 120]
    found = {scale: cut(sources, scale, tmp_path) for scale in (80.0, 100.0, 120.0)}
    rows = [round(row.gsd_m * 128) for row in open_dataset(tmp_path / "pairs").rows]
    assert [len(one.train) + len(one.held_out) for one in found.values()] == [rows.count(80), 0, rows.count(120)]
    assert rows.count(80) > rows.count(120) > 0
    assert found[100.0].dropped_words == f"{len(rows)} of other ground scales in pairs"
    assert found[80.0].held_out
    # neighbours bear the name of their block, which intervals take as one
    names = [chip.name for chip in found[80.0].train]
    assert 1 <= len(set(names)) < len(names)


def test_ground_that_cannot_be_parted_is_an_error_that_says_what_to_do(
    settings: TrainingSettings, scene_pair: PairSource, tmp_path: Path
) -> None:
    alone = replace(settings, pairs=(scene_pair,))
    with pytest.raises(TrainingError, match=r"all 4 pairs of tiles show the same ground.*--held-out"):
        cut(ScaleSources(alone), 76.8, tmp_path, coarsest_m=1000)


def test_pairs_are_picked_by_the_seed_alone(town_tiles: list[ChipPair]) -> None:
    first = [chip.name for chip in pick_pairs(town_tiles, 5, 0)]
    assert first == [chip.name for chip in pick_pairs(town_tiles, 5, 0)]
    assert first != [chip.name for chip in pick_pairs(town_tiles, 5, 1)]
    assert len(set(first)) == 5
