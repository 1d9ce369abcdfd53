"""Pairs are held out by the ground that they show, in equal ways for equal seeds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from landcast.core.errors import TrainingError
from landcast.training.holding_out import chip_blocks, hold_out
from landcast.training.pairs import CHIP_PX, ChipPair


def test_all_dates_of_a_ground_fall_on_one_side(random_chip: ChipPair) -> None:
    chips = [
        replace(random_chip, name=f"{number}.tif (0, 0)", years=years, place="town")
        for years in (2, 4)
        for number in range(10)
    ]
    trained, held_out = hold_out(chips, *chip_blocks(chips), 0.2, 0)
    assert (len(trained), len(held_out)) == (16, 4)
    assert not {chip.name for chip in trained} & {chip.name for chip in held_out}


def test_the_seed_decides_and_the_order_does_not(random_chip: ChipPair) -> None:
    chips = [replace(random_chip, name=f"{number}.tif (0, 0)") for number in range(12)]

    def held_out(seed: int, of: list[ChipPair]) -> set[str]:
        return {chip.name for chip in hold_out(of, *chip_blocks(of), 0.25, seed)[1]}

    assert held_out(0, chips) == held_out(0, chips[::-1])
    assert len({frozenset(held_out(seed, chips)) for seed in range(5)}) > 1


def test_of_a_large_raster_whole_blocks_are_held_out(random_chip: ChipPair) -> None:
    corners = [(row * CHIP_PX, column * CHIP_PX) for row in range(12) for column in range(12)]
    chips = [replace(random_chip, name=f"scene.tif {corner}") for corner in corners]
    blocks, _ = chip_blocks(chips)
    _, held_out = hold_out(chips, *chip_blocks(chips), 0.2, 0)
    assert len(held_out) == 16
    assert len({block for block, chip in zip(blocks, chips, strict=True) if chip in held_out}) == 1


def test_one_ground_alone_cannot_be_shared_out(random_chip: ChipPair) -> None:
    with pytest.raises(TrainingError, match=r"show 1 place\(s\).*validation.every = 0"):
        hold_out([random_chip], [("a",)], [("a",)], 0.2, 0)
