"""The figures of skill, held against the definition as a program and against what theory says of them."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

from landcast.core.errors import RequestError
from landcast.training.skill import dressed_persistence, fair_crps, measure_skill, octave_power

Field = NDArray[np.float32]


def fields(seed: int, count: int, scale: float = 0.1) -> Field:
    """Random differences, (count, 3, 32, 32)."""
    return (np.random.default_rng(seed).standard_normal((count, 3, 32, 32)) * scale).astype(np.float32)


def ensemble(seed: int, members: int, tiles: int, scale: float = 0.1) -> Field:
    return fields(seed, members * tiles, scale).reshape(members, tiles, 3, 32, 32)


@pytest.mark.parametrize(("members", "tiles", "scale"), [(2, 1, 0.1), (16, 7, 0.05), (5, 3, 0.3)])
def test_every_figure_is_that_of_the_definition(members: int, tiles: int, scale: float, definition: ModuleType) -> None:
    truth, drawn = fields(1, tiles), ensemble(2, members, tiles, scale)
    wanted = definition.score(drawn, truth)
    found = measure_skill(drawn, truth).as_dict()
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        # the definition prints its powers to three digits
        np.testing.assert_allclose(found[name], value, rtol=1e-5, atol=5.1e-4 if "power" in name else 1e-5)


def test_the_power_by_octave_is_that_of_the_definition(definition: ModuleType) -> None:
    field = fields(3, 9)
    np.testing.assert_allclose(octave_power(field), definition.power(field), rtol=1e-5)


def test_dressed_persistence_is_that_of_the_definition(definition: ModuleType, tmp_path: Path) -> None:
    residuals, truth = fields(1, 11), fields(2, 6)
    np.savez(tmp_path / "train.npz", difference=residuals)
    np.savez(tmp_path / "truth.npz", difference=truth)
    program = [sys.executable, str(definition.__file__), "baseline"]
    command = [*program, str(tmp_path / "truth.npz"), "--train", str(tmp_path / "train.npz")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    wanted = ast.literal_eval(said.split("dressed:")[1].strip())
    found = measure_skill(dressed_persistence(residuals, len(truth), 16, 0), truth)
    for name in ("crps_over_persistence", "rmse_mean_over_persistence", "spread_over_skill", "member_std_over_truth"):
        assert getattr(found, name) == pytest.approx(wanted[name], rel=1e-5)


def test_a_perfect_sampler_is_calibrated_and_beats_persistence() -> None:
    place = fields(1, 24, 0.08)
    truth = place + fields(2, 24, 0.06)
    drawn = (place + ensemble(3, 16, 24, 0.06)).astype(np.float32)
    skill = measure_skill(drawn, truth)
    assert skill.spread_over_skill == pytest.approx(1, abs=0.02)
    assert skill.member_std_over_truth == pytest.approx(1, abs=0.02)
    assert skill.member_power_over_truth == pytest.approx((1, 1, 1, 1), abs=0.25)
    assert skill.crps_over_persistence < 0.6
    assert skill.rmse_mean_over_persistence < 0.7
    assert skill.pairs == 24


def test_a_single_member_of_a_perfect_sampler_errs_by_more_than_the_mean() -> None:
    """The reason why no single sample is graded by its RMSE."""
    truth, drawn = fields(2, 24), ensemble(3, 16, 24)
    alone = float(np.sqrt(((drawn[0] - truth) ** 2).mean() / (truth**2).mean()))
    assert alone > 1.3
    assert measure_skill(drawn, truth).rmse_mean_over_persistence < 1.05


def test_saying_that_nothing_changes_is_persistence() -> None:
    truth = fields(1, 4)
    skill = measure_skill(np.zeros((3, *truth.shape), np.float32), truth)
    assert skill.crps_over_persistence == pytest.approx(1, rel=1e-6)
    assert skill.rmse_mean_over_persistence == pytest.approx(1, rel=1e-6)
    assert skill.spread_over_skill == 0
    assert skill.member_power_over_truth == (0, 0, 0, 0)


def test_the_crps_is_fair_so_that_it_does_not_depend_on_the_number_of_members() -> None:
    truth = fields(1, 64)
    few, many = (fair_crps(ensemble(2, members, 64), truth) for members in (2, 32))
    # E|x - y| - E|x - x'| / 2 of the normal distribution
    assert many == pytest.approx(0.1 / np.sqrt(np.pi), rel=0.02)
    assert few == pytest.approx(many, rel=0.03)


@pytest.mark.parametrize(("wavelength", "octave"), [(24, 0), (10, 1), (6, 2), (3, 3)])
def test_a_wave_has_its_power_in_the_octave_of_its_length(wavelength: int, octave: int) -> None:
    wave = np.sin(2 * np.pi * np.arange(32) / wavelength) * np.ones((1, 3, 32, 1))
    power = octave_power(wave.astype(np.float32))
    assert power.argmax() == octave
    assert power[octave] > 0.5 * power.sum()


def test_the_mean_of_a_tile_has_no_power() -> None:
    assert octave_power(np.full((2, 3, 32, 32), 0.3, np.float32)).sum() == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize("shape", [(1, 4, 3, 32, 32), (3, 5, 3, 32, 32)])
def test_one_member_or_other_tiles_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(RequestError, match="do not fit the truth"):
        measure_skill(np.zeros(shape, np.float32), fields(1, 4))


def test_two_dates_without_any_difference_are_refused() -> None:
    with pytest.raises(RequestError, match="nothing differs"):
        measure_skill(ensemble(1, 3, 4), np.zeros((4, 3, 32, 32), np.float32))
