"""The training scores: proper, fair where they say so, and right in every wavelet."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import scoringrules
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from landcast.training import scores
from landcast.training.scores import crps, energy_score, haar, joint_score
from landcast.training.settings import LARGEST_FAIRNESS

Score = Callable[[Tensor, Tensor, Tensor], Tensor]
SHAPE = (64, 3, 32, 32)
SPREADS = (0.4, 0.7, 1.0, 1.4, 2.0)


def normal(seed: int, shape: tuple[int, ...] = SHAPE) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def smooth(seed: int) -> Tensor:
    """Unit variance, and neighbours alike."""
    field = avg_pool2d(normal(seed, (64, 3, 36, 36)), 5, stride=1)
    return field / field.std()


@pytest.mark.parametrize("score", [crps, joint_score])
def test_a_score_is_lowest_where_members_spread_as_the_truth_does(score: Score) -> None:
    first, second, truth = normal(1), normal(2), normal(3)
    expected = [float(score(spread * first, spread * second, truth)) for spread in SPREADS]
    assert SPREADS[int(np.argmin(expected))] == 1.0


@pytest.mark.parametrize("score", [crps, joint_score])
def test_a_score_is_lowest_where_members_are_centred_on_the_truth(score: Score) -> None:
    first, second, truth = normal(1), normal(2), normal(3)
    biases = (-0.5, -0.2, 0.0, 0.2, 0.5)
    expected = [float(score(first + bias, second + bias, truth)) for bias in biases]
    assert biases[int(np.argmin(expected))] == 0.0


def test_only_the_joint_score_tells_members_that_are_right_cell_by_cell_from_right_ones() -> None:
    truth = smooth(3)
    right = smooth(1), smooth(2)
    noise = normal(4), normal(5)
    assert float(crps(*noise, truth)) == pytest.approx(float(crps(*right, truth)), abs=0.02)
    assert float(joint_score(*noise, truth)) > float(joint_score(*right, truth)) + 0.1


def test_the_expected_crps_of_normal_members_has_its_closed_form() -> None:
    """E|x - y| - E|x - x'| / 2 for members of deviation s and a standard normal truth."""
    for spread in SPREADS:
        closed = math.sqrt(2 / math.pi * (1 + spread**2)) - spread / math.sqrt(math.pi)
        found = float(crps(spread * normal(1), spread * normal(2), normal(3)))
        assert found == pytest.approx(closed, rel=0.01)


@pytest.mark.parametrize(
    ("fairness", "deviation"), [(0.95, 0.952), (1.0, 1.0), (1.1, 1.108), (LARGEST_FAIRNESS, 1.237)]
)
def test_normal_members_are_to_spread_as_fairness_says(fairness: float, deviation: float) -> None:
    """The slope of sqrt(1 + s^2) - c s, with c = (1 + fairness) / sqrt(8), vanishes at s = c / sqrt(1 - c^2)."""
    spreads = np.linspace(0.5, 2.5, 401)
    first, second, truth = normal(1), normal(2), normal(3)
    expected = [float(crps(float(s) * first, float(s) * second, truth, fairness)) for s in spreads]
    assert spreads[int(np.argmin(expected))] == pytest.approx(deviation, rel=0.03)


def test_the_fair_crps_of_two_members_is_the_library_s() -> None:
    first, second, truth = normal(1), normal(2), normal(3)
    members = torch.stack([first, second], -1).numpy()
    library = scoringrules.crps_ensemble(truth.numpy(), members, estimator="fair").mean()
    assert float(crps(first, second, truth)) == pytest.approx(float(library), rel=1e-5)


def test_two_equal_members_score_their_mean_absolute_error() -> None:
    member, truth = normal(1), normal(2)
    assert float(crps(member, member, truth)) == pytest.approx(float((member - truth).abs().mean()), rel=1e-6)


@pytest.mark.parametrize("side", scores.PATCH_CELLS)
def test_the_energy_score_of_constant_fields_is_the_crps_of_their_values(side: int) -> None:
    """The norm within a patch of a constant field is its absolute value."""
    fields = [value * torch.ones(SHAPE) for value in (0.3, -0.9, 0.5)]
    assert float(energy_score(*fields, side)) == pytest.approx(float(crps(*fields)), abs=1e-4)


def test_members_that_hit_the_truth_score_almost_nothing_and_have_a_finite_gradient() -> None:
    truth = normal(1)
    member = truth.clone().requires_grad_()
    loss = joint_score(member, member, truth)
    loss.backward()
    assert float(loss.detach()) == pytest.approx(0, abs=5e-3)
    assert member.grad is not None
    assert torch.isfinite(member.grad).all()


def test_haar_keeps_energy() -> None:
    field = normal(1)
    low, detail = haar(field)
    torch.testing.assert_close(low.square().sum() + detail.square().sum(), field.square().sum())


def test_haar_can_be_undone() -> None:
    field = normal(1)
    low, detail = haar(field)
    across, down, both = detail.chunk(3, 1)
    restored = torch.empty_like(field)
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        signs = (1 - 2 * column, 1 - 2 * row, (1 - 2 * row) * (1 - 2 * column))
        restored[..., row::2, column::2] = (low + signs[0] * across + signs[1] * down + signs[2] * both) / 2
    torch.testing.assert_close(restored, field)


def test_haar_finds_no_detail_in_a_constant_field() -> None:
    low, detail = haar(torch.full((1, 3, 8, 8), 0.25))
    assert torch.equal(detail, torch.zeros_like(detail))
    assert torch.equal(low, torch.full((1, 3, 4, 4), 0.5))
