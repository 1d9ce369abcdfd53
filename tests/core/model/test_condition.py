"""How the present is shown to the network."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor

from landcast.core.model.condition import IMAGE_MEAN, IMAGE_STD, coarsen, embed_interval, lay_out_condition


@pytest.fixture
def image() -> Tensor:
    return torch.rand(2, 3, 128, 128, generator=torch.Generator().manual_seed(0))


def test_quadrants_are_two_successive_halvings(image: Tensor) -> None:
    """channel = colour x 16 + coarse x 4 + fine, each index 2 x row + column of a half."""
    channels = lay_out_condition(image, "quadrants")
    assert channels.shape == (2, 48, 32, 32)
    for colour in range(3):
        for coarse, fine in itertools.product(range(4), repeat=2):
            half = image[:, colour]
            for index in (coarse, fine):
                size = half.shape[-1] // 2
                row, column = divmod(index, 2)
                half = half[:, row * size : (row + 1) * size, column * size : (column + 1) * size]
            assert torch.equal(channels[:, colour * 16 + coarse * 4 + fine], half)


@pytest.mark.parametrize("layout", ["quadrants", "unshuffle"])
def test_no_pixel_is_lost_or_shown_twice(layout: str) -> None:
    image = torch.arange(3 * 128 * 128, dtype=torch.float64).reshape(1, 3, 128, 128)
    channels = lay_out_condition(image, layout)  # type: ignore[arg-type]
    assert channels.shape == (1, 48, 32, 32)
    assert channels.unique().numel() == image.numel()


def test_unshuffled_channels_move_with_the_image(image: Tensor) -> None:
    moved = lay_out_condition(image.roll((8, -4), (2, 3)), "unshuffle")
    assert torch.equal(moved, lay_out_condition(image, "unshuffle").roll((2, -1), (2, 3)))


def test_each_unshuffled_cell_shows_its_own_sixteen_pixels(image: Tensor) -> None:
    channels = lay_out_condition(image, "unshuffle") * IMAGE_STD + IMAGE_MEAN
    for colour in range(3):
        cell = channels[1, colour * 16 : (colour + 1) * 16, 5, 7].sort().values
        torch.testing.assert_close(cell, image[1, colour, 20:24, 28:32].flatten().sort().values)


def test_an_unshuffled_image_is_of_order_one(image: Tensor) -> None:
    channels = lay_out_condition(image, "unshuffle")
    assert channels.abs().max() < 4
    assert channels.std() > 0.5


def test_the_interval_tells_years_and_pixel_sizes_apart() -> None:
    years = torch.tensor([0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 20.0])
    sizes = torch.tensor([0.3, 0.45, 0.6, 0.8, 1.0, 1.5, 2.4])
    pairs = torch.cartesian_prod(years, sizes)
    embedded = embed_interval(pairs[:, 0], pairs[:, 1], 256)
    assert embedded.shape == (len(pairs), 256)
    assert embedded.abs().max() <= 1
    apart = torch.cdist(embedded, embedded) + torch.eye(len(pairs)) * 1e9
    assert apart.min() > 0.5


def test_near_intervals_look_alike_and_only_their_own_half_changes() -> None:
    one = embed_interval(torch.tensor([4.0]), torch.tensor([0.6]), 64)
    near = embed_interval(torch.tensor([4.01]), torch.tensor([0.6]), 64)
    far = embed_interval(torch.tensor([6.0]), torch.tensor([0.6]), 64)
    assert 0 < (one - near).norm() < 0.1 * (one - far).norm()
    assert torch.equal(one[:, 32:], far[:, 32:])
    coarser = embed_interval(torch.tensor([4.0]), torch.tensor([1.2]), 64)
    assert torch.equal(one[:, :32], coarser[:, :32])
    assert not torch.allclose(one[:, 32:], coarser[:, 32:], atol=0.1)


def test_coarse_cells_are_means_of_four_by_four_pixels(image: Tensor) -> None:
    cells = coarsen(image)
    assert cells.shape == (2, 3, 32, 32)
    torch.testing.assert_close(cells[1, 2, 3, 4], image[1, 2, 12:16, 16:20].mean())
