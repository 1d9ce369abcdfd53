"""The networks that predict the difference: their size and what does not reach them."""

from __future__ import annotations

import pytest
import torch

from landcast.core.model.denoiser import call_unet, make_condition
from landcast.core.model.unet import DEFAULT_UNET, DIFFERENCE_CHANNELS, REFERENCE_UNET, UNetShape, build_unet
from landcast.tests.models import TINY_UNET


def parameter_count(shape: UNetShape) -> int:
    """Count without taking the memory."""
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in build_unet(shape).parameters())


def test_the_reference_has_the_authors_275_million_parameters() -> None:
    assert parameter_count(REFERENCE_UNET) == pytest.approx(275e6, rel=0.005)


def test_the_default_has_at_most_27_million_parameters() -> None:
    assert 1e6 < parameter_count(DEFAULT_UNET) <= 27e6


def test_the_reference_takes_51_channels_and_attends_at_every_level() -> None:
    with torch.device("meta"):
        unet = build_unet(REFERENCE_UNET)
    assert unet.config.in_channels == 51
    assert unet.config.block_out_channels == (224, 448, 672, 896)
    assert all("Attn" in kind for kind in (*unet.config.down_block_types, *unet.config.up_block_types))


def test_the_default_attends_at_eight_by_eight_cells_and_below_only() -> None:
    with torch.device("meta"):
        config = build_unet(DEFAULT_UNET).config
    assert ["Attn" in kind for kind in config.down_block_types] == [False, False, True, True]
    assert ["Attn" in kind for kind in config.up_block_types] == [True, True, False, False]


def test_reserved_channels_start_without_weight_and_do_not_reach_the_output() -> None:
    torch.manual_seed(0)
    unet = build_unet(TINY_UNET).eval()
    reserved = TINY_UNET.reserved_channels
    weight = unet.conv_in.weight
    assert (weight[:, -reserved:] == 0).all()
    assert (weight[:, :-reserved] != 0).any(dim=(0, 2, 3)).all()
    shown = torch.randn(1, weight.shape[1], 32, 32)
    other = shown.clone()
    other[:, -reserved:] = 100
    interval = torch.randn(1, 64)
    with torch.inference_mode():
        one, two = (unet(x, torch.tensor([50]), class_labels=interval).sample for x in (shown, other))
        assert torch.equal(one, two)
        other[:, 0] = 100
        assert not torch.allclose(one, unet(other, torch.tensor([50]), class_labels=interval).sample)


def test_a_network_may_have_no_reserved_channels_and_no_interval() -> None:
    shape = UNetShape((16, 16), 1, 2, 8, norm_groups=8)
    unet = build_unet(shape).eval()
    condition = make_condition(unet, "quadrants", torch.rand(2, 3, 128, 128), torch.ones(2), torch.ones(2))
    assert condition.interval is None
    assert condition.channels.shape == (2, 48, 32, 32)
    noisy = torch.randn(2, DIFFERENCE_CHANNELS, 32, 32)
    with torch.inference_mode():
        assert call_unet(unet, noisy, torch.tensor([3, 70]), condition).shape == noisy.shape


def test_the_prediction_depends_on_image_time_years_and_pixel_size() -> None:
    torch.manual_seed(0)
    unet = build_unet(TINY_UNET).eval()
    noisy, image = torch.randn(1, 3, 32, 32), torch.rand(1, 3, 128, 128)

    def predict(image: torch.Tensor = image, time: int = 99, years: float = 2, gsd_m: float = 0.6) -> torch.Tensor:
        condition = make_condition(unet, "unshuffle", image, torch.tensor([years]), torch.tensor([gsd_m]))
        with torch.inference_mode():
            return call_unet(unet, noisy, torch.tensor([time]), condition)

    first = predict()
    assert first.shape == noisy.shape
    for other in (predict(image=1 - image), predict(time=10), predict(years=4.0), predict(gsd_m=1.0)):
        assert not torch.allclose(first, other, atol=1e-6)
