"""Learning what a model was trained on: places left out, tiles as they are, and real ground told apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from numpy.typing import NDArray

from landcast.core.domain.features import FeatureNetwork
from landcast.core.errors import TrainingError
from landcast.core.lattice import TILE_PX
from landcast.core.model.contract import load_contract
from landcast.core.model.folder import find_model, load_first_unet
from landcast.tests.unlike_scenes import SCENES, at_night
from landcast.training.domain_fit import (
    cut_training_tiles,
    deal_places,
    fit_domain,
    learn_domain,
    with_places,
)
from landcast.training.pairs import ChipPair
from landcast.training.samples import PairSampler
from landcast.training.settings import PairSource, TileSettings, TrainingSettings

CHIPS_A_CITY = 10
TRAINED = ("chico", "long_beach", "palm_springs", "santa_monica")


def noisy_chip(number: int, place: str) -> ChipPair:
    image = np.random.default_rng(number).integers(60, 200, (3, 256, 256), dtype=np.uint8)
    seen = np.ones((256, 256), np.bool_)
    return ChipPair(image, image, seen, 2.0, 0.6, f"{number:03}.tif (0, 0)", is_filtered=True, place=place)


def test_pairs_that_share_a_date_are_of_one_place() -> None:
    def pair(before: str, after: str, place: str = "") -> PairSource:
        return PairSource(before, after, 2, place)

    sources = (
        pair("$D/chico/2018", "$D/chico/2020"), pair("$D/mesa/2016", "$D/mesa/2018"),
        pair("$D/mesa/2018", "$D/mesa/2020"),
        pair("a/x16.tif", "a/x20.tif"), pair("a/y16.tif", "a/y20.tif"), pair("b/1", "c/1", "said"),
    )  # fmt: skip
    named = with_places(TrainingSettings(pairs=sources)).pairs
    assert [one.place for one in named] == ["chico", "mesa", "mesa", "a", "a/y16.tif", "said"]
    assert [replace(one, place="") for one in named] == [replace(one, place="") for one in sources]


def test_the_unit_is_where_one_in_twenty_of_the_left_out_lies_beyond() -> None:
    random = np.random.default_rng(0)
    features = random.standard_normal((900, 40)).astype(np.float32)
    places = np.repeat(["a", "b", "c"], 300).tolist()
    shares = learn_domain(features, places, 0, (2.0, 0.6), "").facts.left_out
    assert sorted(shares) == ["a", "b", "c"]
    assert np.mean(list(shares.values())) == pytest.approx(0.05, abs=0.01)
    features[:300] += 6
    apart = learn_domain(features, places, 0, (2.0, 0.6), "").facts.left_out
    assert apart["a"] > 0.1 > 0.02 > apart["b"]


def test_many_files_are_left_out_together_and_one_alone_is_refused() -> None:
    parts = deal_places([f"{number}.tif" for number in range(60)], 0)
    assert np.sum(list(parts.values()), axis=0).tolist() == [1] * 60
    assert list(parts) == [f"part {number} of 8" for number in range(1, 9)]
    with pytest.raises(TrainingError, match=r"all training tiles are of 1\.tif"):
        deal_places(["1.tif"] * 60, 0)


def test_tiles_are_the_first_dates_at_the_scales_of_the_training() -> None:
    chips = [noisy_chip(number, place) for number, place in enumerate(("here", "there"))]
    images, places = cut_training_tiles(PairSampler(chips, TileSettings(crop_px=(128,), crop_weights=(1.0,)), 3))
    assert places == ["here"] * 4 + ["there"] * 4
    whole = chips[0].before
    wanted = [whole[:, y : y + 128, x : x + 128] for y in (0, 128) for x in (0, 128)]
    np.testing.assert_array_equal(images[:4], np.stack(wanted))
    wide, files = cut_training_tiles(
        PairSampler([replace(chip, place="") for chip in chips], TileSettings(crop_px=(213,), crop_weights=(1.0,)), 3)
    )
    assert files == ["000.tif"] * 4 + ["001.tif"] * 4
    assert wide.shape == (8, 3, TILE_PX, TILE_PX)
    assert wide.astype(float).std() < 0.8 * images.astype(float).std()


def test_a_fit_is_the_same_again_and_too_little_is_refused(tiny_model: Path) -> None:
    chips = [noisy_chip(number, f"place {number % 3}") for number in range(13)]
    sampler = PairSampler(chips, TileSettings(crop_px=(128,), crop_weights=(1.0,)), 0)
    seen: list[tuple[int, int]] = []
    first, again = (
        fit_domain(tiny_model, sampler, torch.device("cpu"), lambda done, total: seen.append((done, total)))
        for _ in range(2)
    )
    assert seen[-1] == (52, 52)
    assert (first.facts, first.network.tiles.shape) == (again.facts, (52, 24))
    np.testing.assert_array_equal(first.network.tiles, again.network.tiles)
    with pytest.raises(TrainingError, match="20 training tiles tell too little"):
        fit_domain(tiny_model, PairSampler(chips[:5], TileSettings(), 0), torch.device("cpu"))


def city_tiles(naip: Path, city: str, year: int) -> NDArray[np.uint8]:
    """Four tiles each of chips spread over a city."""
    files = sorted((naip / city / f"{year}").glob("*.tif"))
    tiles = []
    for path in files[:: len(files) // CHIPS_A_CITY][:CHIPS_A_CITY]:
        with rasterio.open(path) as chip:
            image = chip.read()
        tiles += [image[:, y : y + TILE_PX, x : x + TILE_PX] for y in (0, TILE_PX) for x in (0, TILE_PX)]
    return np.stack(tiles)


def test_the_shipped_model_knows_a_city_held_out_and_not_other_ground_nor_the_night(naip: Path) -> None:
    folder = find_model("naip-california")
    network = FeatureNetwork(load_first_unet(folder, torch.device("cpu")), load_contract(folder), 2.0, 0.6)

    def features(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        return network.features((images / np.float32(255)).astype(np.float32))

    known = features(np.concatenate([city_tiles(naip, city, 2018) for city in TRAINED]))
    places = [city for city in TRAINED for _ in range(4 * CHIPS_A_CITY)]
    domain = learn_domain(known, places, 0, (2.0, 0.6), "")

    def unlike(images: NDArray[np.uint8]) -> float:
        return float((domain.distances(features(images)) > 1).mean())

    held_out = city_tiles(naip, "claremont", 2018)
    assert unlike(held_out) < 0.15
    night = np.stack([at_night(tile, number) for number, tile in enumerate(held_out[:8])])
    assert unlike(night) > 0.9
    for name, draw in SCENES.items():
        scene = draw((256, 512), 11)
        tiles = np.stack([scene[:, y : y + 128, x : x + 128] for y in (0, 128) for x in range(0, 512, 128)])
        assert unlike(tiles) > 0.7, name
