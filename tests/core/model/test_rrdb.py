"""The upscaler: its size, its shape, and what it starts from."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import interpolate

from landcast.core.model.rrdb import UPSCALE, RRDBNet


def test_sixteen_blocks_have_the_published_networks_size() -> None:
    with torch.device("meta"):
        network = RRDBNet()
    weights = [parameter for name, parameter in network.named_parameters() if name.endswith("weight")]
    # Wang et al. 2018: 15 convolutions a block, of 64 + 32 i channels; seven more around, of 3 and 64
    growing = sum((64 + 32 * i) * 32 * 9 for i in range(4)) + (64 + 32 * 4) * 64 * 9
    around = 2 * 3 * 64 * 9 + 4 * 64 * 64 * 9
    assert sum(weight.numel() for weight in weights) == 16 * 3 * growing + around
    assert sum(parameter.numel() for parameter in network.parameters()) == pytest.approx(11.7e6, rel=0.01)


@pytest.mark.parametrize("has_base", [False, True])
@pytest.mark.parametrize("shape_yx", [(32, 32), (5, 9)])
def test_the_output_is_four_times_finer(has_base: bool, shape_yx: tuple[int, int]) -> None:
    network = RRDBNet(blocks=1, channels=8, growth=4, has_bicubic_base=has_base)
    fine = network(torch.rand(2, 3, *shape_yx))
    assert fine.shape == (2, 3, UPSCALE * shape_yx[0], UPSCALE * shape_yx[1])
    assert fine.dtype == torch.float32


def test_with_a_bicubic_base_an_untrained_network_is_almost_an_enlargement() -> None:
    torch.manual_seed(0)
    network = RRDBNet(blocks=2, channels=8, growth=4, has_bicubic_base=True)
    coarse = torch.rand(1, 3, 16, 16)
    enlarged = interpolate(coarse, scale_factor=4.0, mode="bicubic")
    assert (network(coarse) - enlarged).abs().max() < 0.02


def test_a_network_without_output_weights_gives_the_base_alone() -> None:
    coarse = torch.rand(1, 3, 8, 8)
    for has_base, expected in (
        (True, interpolate(coarse, scale_factor=4.0, mode="bicubic")),
        (False, torch.full((1, 3, 32, 32), 0.5)),
    ):
        network = RRDBNet(blocks=1, channels=8, growth=4, has_bicubic_base=has_base)
        torch.nn.init.zeros_(network.conv_out.weight)
        torch.testing.assert_close(network(coarse), expected)


def test_the_sum_with_the_base_keeps_its_precision_where_the_body_has_less() -> None:
    torch.manual_seed(0)
    network = RRDBNet(blocks=1, channels=8, growth=4, has_bicubic_base=True).eval()
    coarse = torch.rand(1, 3, 16, 16)
    with torch.inference_mode():
        exact = network(coarse)
        rough = network.to(torch.bfloat16)(coarse)
    assert rough.dtype == torch.float32
    assert (rough - exact).abs().max() < 0.25 / 255


def test_residual_branches_are_scaled() -> None:
    torch.manual_seed(0)
    full, fifth = (RRDBNet(blocks=1, channels=8, growth=4, residual_scale=scale) for scale in (1.0, 0.2))
    fifth.load_state_dict(full.state_dict())
    features = torch.randn(1, 8, 6, 6)
    dense_full, dense_fifth = full.body[0].dense[0], fifth.body[0].dense[0]
    torch.testing.assert_close((dense_full(features) - features) * 0.2, dense_fifth(features) - features)


def test_every_weight_has_a_part_in_the_output() -> None:
    network = RRDBNet(blocks=2, channels=8, growth=4)
    network(torch.rand(1, 3, 8, 8)).square().mean().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())
