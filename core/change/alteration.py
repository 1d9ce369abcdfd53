"""Where two images agree and how closely: iteratively reweighted multivariate alteration detection."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOISE_VARIANCE = 1.5
"""Of each feature, in levels squared: rounding and the sensor. Differences as small as this are none."""
MAX_ROUNDS = 50
SETTLED = 1e-5
"""Correlations that change by less have settled."""
LEAST_VARIANCE = 1e-9

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Alteration:
    """Brings the features of two images to variates that agree where nothing changed.

    Attributes:
        before: (feature, variate); weights of the features of the image before.
        after: as `before`, of the image after.
        means: features that are zero in the variates, of the image before and of the image after.
        contrasts: deviations of the features where nothing changed, of the image before and of the image after.
        correlations: of the variates of both images, largest first.
        rounds: of reweighting that it took.
    """

    before: Doubles
    after: Doubles
    means: tuple[Doubles, Doubles]
    contrasts: tuple[Doubles, Doubles]
    correlations: tuple[float, ...]
    rounds: int

    def variates(
        self, before: NDArray[np.float32], after: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Variates of both images, float32 (variate, y, x); unchanged pixels differ by 1 in each, root mean square."""
        return _apply(self.before, before, self.means[0]), _apply(self.after, after, self.means[1])

    def matched(
        self, before: NDArray[np.float32], after: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Both images, float32 (feature, y, x), brought to one brightness and contrast, which lie between theirs."""
        between = np.sqrt(self.contrasts[0] * self.contrasts[1])
        first, second = (np.diag(between / contrast) for contrast in self.contrasts)
        return _apply(first, before, self.means[0]), _apply(second, after, self.means[1])

    def probability(self, distance: NDArray[np.float32]) -> NDArray[np.float64]:
        """Chi-square probability of change, 0 to 1, of a distance between variates."""
        squared = np.square(distance, dtype=np.float64)
        return 1 - chi_square_survival(squared, len(self.correlations))


def find_alteration(before: NDArray[np.float32], after: NDArray[np.float32]) -> Alteration:
    """Learn from a sample what two images look like where nothing changed.

    The canonical correlation of both is computed over and over, and what differs counts less each time. Where all
    pixels count by the chi-square probability alone, the rounds close in on the few that agree best, and nearly all
    others appear changed; so the scale is that of the median pixel: at least half of the ground is unchanged.
    Affine changes of the bands, as of brightness and contrast, and an exchange of the images change nothing.

    Args:
        before: float32, (feature, sample) in levels.
        after: as `before`, of the same ground.

    Source: Nielsen 2007, The regularized iteratively reweighted MAD method for change detection in multi- and
    hyperspectral data; the noise of `NOISE_VARIANCE` is its regularization.
    """
    both = np.concatenate([before, after]).astype(np.float64)
    features = len(before)
    weight, settled = np.ones(both.shape[1]), np.full(features, np.inf)
    rounds, is_settled = 0, False
    while not is_settled and rounds < MAX_ROUNDS:
        rounds += 1
        mean, covariance = _weighted(both, weight)
        first, second, correlations = _canonical(covariance, features)
        centred = both - mean[:, None]
        variance = np.maximum(2 * (1 - correlations), LEAST_VARIANCE)
        squared = (np.square(first.T @ centred[:features] - second.T @ centred[features:]) / variance[:, None]).sum(0)
        scale = max(1.0, float(np.median(squared)) / chi_square_median(features))
        weight = chi_square_survival(squared / scale, features)
        is_settled = bool(np.abs(correlations - settled).max() < SETTLED)
        settled = correlations
    deviation = np.sqrt(variance * scale)
    contrast = np.sqrt(np.diagonal(covariance) + NOISE_VARIANCE)
    return Alteration(
        before=first / deviation,
        after=second / deviation,
        means=(mean[:features], mean[features:]),
        contrasts=(contrast[:features], contrast[features:]),
        correlations=tuple(float(one) for one in correlations),
        rounds=rounds,
    )


def chi_square_survival(squared: Doubles, degrees: int) -> Doubles:
    """Probability that a chi-square of an even number of degrees exceeds a value.

    Source: Abramowitz & Stegun 26.4.5.
    """
    half = squared / 2
    total: Doubles = np.zeros_like(half)
    for power in range(degrees // 2):
        total += half**power / math.factorial(power)
    return np.exp(-half) * total


def chi_square_median(degrees: int) -> float:
    """Value that a chi-square of an even number of degrees exceeds as often as not."""
    low, high = 0.0, 2.0 * degrees
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if chi_square_survival(np.array(middle), degrees) > 0.5 else (low, middle)
    return high


def _weighted(values: Doubles, weight: Doubles) -> tuple[Doubles, Doubles]:
    total = max(float(weight.sum()), LEAST_VARIANCE)
    mean = (values * weight).sum(1) / total
    centred = values - mean[:, None]
    return mean, (centred * weight) @ centred.T / total


def _canonical(covariance: Doubles, features: int) -> tuple[Doubles, Doubles, Doubles]:
    """Weights of the features of both images, (feature, variate) each, and the correlations of the variates.

    Source: Hotelling 1936, by the singular values of the whitened cross-covariance.
    """
    noise = NOISE_VARIANCE * np.eye(features)
    first = np.linalg.inv(np.linalg.cholesky(covariance[:features, :features] + noise))
    second = np.linalg.inv(np.linalg.cholesky(covariance[features:, features:] + noise))
    left, correlations, right = np.linalg.svd(first @ covariance[:features, features:] @ second.T)
    return first.T @ left, second.T @ right.T, correlations


def _apply(weights: Doubles, features: NDArray[np.float32], mean: Doubles) -> NDArray[np.float32]:
    centred = features - mean.astype(np.float32)[:, None, None]
    return np.tensordot(weights.T.astype(np.float32), centred, 1)
