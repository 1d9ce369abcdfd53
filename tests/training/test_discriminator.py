"""The judge of detail: its shape, its losses, and that it learns to tell real from drawn."""

from __future__ import annotations

import math

import pytest
import torch

from landcast.training.discriminator import (
    PatchDiscriminator,
    discriminator_loss,
    feature_loss,
    generator_loss,
)


@pytest.mark.parametrize("side", [32, 64, 128])
def test_a_rating_stands_for_every_eight_pixels(side: int) -> None:
    rating, features = PatchDiscriminator()(torch.rand(2, 3, side, side))
    assert rating.shape == (2, 1, side // 8, side // 8)
    assert [feature.shape[-1] for feature in features] == [side // 2, side // 4, side // 8, side // 8]


def test_a_judge_that_cannot_tell_loses_what_a_coin_loses() -> None:
    same = torch.full((2, 1, 4, 4), 0.7)
    assert float(discriminator_loss(same, same)) == pytest.approx(math.log(2), rel=1e-6)


def test_only_the_distance_between_the_ratings_counts() -> None:
    real, drawn = torch.randn(2, 2, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(discriminator_loss(real + 5, drawn + 5), discriminator_loss(real, drawn))


def test_what_the_judge_wins_the_generator_loses() -> None:
    high, low = torch.full((2, 1, 4, 4), 3.0), torch.full((2, 1, 4, 4), -3.0)
    assert float(discriminator_loss(high, low)) < 0.01
    assert float(generator_loss(high, low)) > 5
    assert float(generator_loss(low, high)) < 0.01


def test_equal_images_have_equal_features_and_only_the_drawn_ones_are_moved() -> None:
    with torch.no_grad():
        _, features = PatchDiscriminator()(torch.rand(1, 3, 32, 32))
    assert float(feature_loss(features, features)) == 0
    real, drawn = ([torch.rand(1, 4, 8, 8).requires_grad_()] for _ in range(2))
    feature_loss(real, drawn).backward()
    assert real[0].grad is None
    assert drawn[0].grad is not None


def test_its_judgement_is_smooth() -> None:
    """Spectral normalisation holds each layer's stretch near one, so the whole cannot amplify a difference much."""
    torch.manual_seed(0)
    judge = PatchDiscriminator()
    for _ in range(30):  # the power iteration of the normalisation settles
        judge(torch.rand(1, 3, 32, 32))
    judge.eval()
    image = torch.rand(1, 3, 32, 32)
    step = torch.randn_like(image) * 1e-2
    with torch.no_grad():
        apart = (judge(image + step)[0] - judge(image)[0]).norm() / step.norm()
    stretch = 1.0
    for layer in [*judge.layers, judge.rating]:
        weight = layer.weight.detach()
        assert float(torch.linalg.matrix_norm(weight.flatten(1), 2)) == pytest.approx(1, abs=0.05)
        # a kernel of k px at stride s sees each value (k / s) squared times
        stretch *= layer.kernel_size[0] / layer.stride[0]
    assert float(apart) <= stretch


def test_it_learns_to_tell_noise_from_smooth_images() -> None:
    torch.manual_seed(0)
    judge = PatchDiscriminator()
    optimiser = torch.optim.Adam(judge.parameters(), 1e-3)
    for _ in range(15):
        smooth = torch.rand(4, 3, 1, 1).expand(-1, -1, 32, 32)
        loss = discriminator_loss(judge(smooth)[0], judge(torch.rand(4, 3, 32, 32))[0])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert float(loss.detach()) < 0.3
