"""What two images look like where nothing changed, learned from both."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from landcast.core.change.alteration import (
    NOISE_VARIANCE,
    Alteration,
    chi_square_median,
    chi_square_survival,
    find_alteration,
)

SAMPLES = 20_000


def features(seed: int = 0) -> NDArray[np.float32]:
    """Four correlated features in levels, float32 (4, sample)."""
    generator = np.random.default_rng(seed)
    mixing = np.array([[30, 0, 0, 0], [20, 15, 0, 0], [10, 8, 12, 0], [4, 0, 2, 9]])
    return (mixing @ generator.standard_normal((4, SAMPLES)) + 120).astype(np.float32)


def distance(alteration: Alteration, before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far the variates of both lie apart, (sample,)."""
    one, other = alteration.variates(before[:, None], after[:, None])
    apart: NDArray[np.float32] = np.sqrt(np.square(one - other).sum(0))[0]
    return apart


@pytest.mark.parametrize("degrees", [2, 4])
def test_the_survival_of_a_chi_square_is_that_of_many_draws(degrees: int) -> None:
    draws = np.square(np.random.default_rng(0).standard_normal((degrees, 400_000))).sum(0)
    for value in (0.5, 2.0, 6.0, 12.0):
        found = float(chi_square_survival(np.array(value), degrees))
        assert found == pytest.approx((draws > value).mean(), abs=0.004)
    assert chi_square_survival(np.array(chi_square_median(degrees)), degrees) == pytest.approx(0.5)
    assert chi_square_median(2) == pytest.approx(2 * math.log(2))


def test_equal_images_lie_nowhere_apart() -> None:
    image = features()
    alteration = find_alteration(image, image)
    assert distance(alteration, image, image).max() < 1e-3
    assert alteration.correlations[0] == pytest.approx(1, abs=0.01)


def test_noise_that_both_dates_have_is_a_chi_square() -> None:
    image, generator = features(), np.random.default_rng(1)
    noisy = [(image + 6 * generator.standard_normal(image.shape)).astype(np.float32) for _ in range(2)]
    alteration = find_alteration(*noisy)
    probability = alteration.probability(distance(alteration, *noisy))
    # each percent of the probability holds a percent of the unchanged pixels
    shares = np.histogram(probability, 10, (0, 1))[0] / SAMPLES
    assert np.abs(shares - 0.1).max() < 0.03


def test_any_affine_change_of_the_features_is_no_change() -> None:
    image, generator = features(), np.random.default_rng(2)
    after = image + (4 * generator.standard_normal(image.shape)).astype(np.float32)
    turned = (np.diag([0.8, 1.1, 0.9, 1.2]) @ after + np.array([[20], [-5], [0], [7]])).astype(np.float32)
    plain, bent = (distance(find_alteration(image, other), image, other) for other in (after, turned))
    # but for the noise that every image is granted, which is a little of the bent one
    assert np.abs(plain - bent).max() < 0.2
    assert np.corrcoef(plain, bent)[0, 1] > 0.998


def test_what_changed_does_not_change_what_is_learned() -> None:
    image, generator = features(), np.random.default_rng(3)
    after = (image * 0.9 + 10 + 2 * generator.standard_normal(image.shape)).astype(np.float32)
    undisturbed = find_alteration(image, after)
    after[:, : SAMPLES // 5] = features(9)[:, : SAMPLES // 5]
    alteration = find_alteration(image, after)
    apart = distance(alteration, image, after)
    is_changed = np.arange(SAMPLES) < SAMPLES // 5
    probability = alteration.probability(apart)
    assert (probability[is_changed] > 0.99).mean() > 0.95
    assert (probability[~is_changed] > 0.99).mean() < 0.02
    for found, expected in zip(alteration.contrasts, undisturbed.contrasts, strict=True):
        np.testing.assert_allclose(found, expected, rtol=0.1)


def test_exchanged_images_lie_as_far_apart() -> None:
    before, after = features(), features(4) * 0.5 + features() * 0.5
    forth, back = find_alteration(before, after), find_alteration(after, before)
    np.testing.assert_allclose(distance(forth, before, after), distance(back, after, before), rtol=1e-3, atol=1e-4)
    matched = forth.matched(before[:, None], after[:, None])
    for one, other in zip(matched, reversed(back.matched(after[:, None], before[:, None])), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-3)


def test_matched_images_have_one_contrast_between_theirs() -> None:
    before = features()
    after = (0.5 * before + 40).astype(np.float32)
    one, other = find_alteration(before, after).matched(before[:, None], after[:, None])
    assert np.abs(one - other).max() < 1
    between = math.sqrt(before[0].std() * after[0].std())
    assert one[0].std() == pytest.approx(between, rel=0.02)


@pytest.mark.parametrize("value", [0.0, 200.0])
def test_images_without_contrast_differ_nowhere(value: float) -> None:
    flat = np.full((4, 500), value, np.float32)
    alteration = find_alteration(flat, flat + 1)
    assert np.isfinite(distance(alteration, flat, flat + 1)).all()
    assert alteration.probability(distance(alteration, flat, flat + 1)).max() < 0.01
    assert NOISE_VARIANCE > 0
