"""Composition: what does not change keeps its pixels, what changes has the predicted means."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from landcast.core.forecast.compose import KEEP_BELOW, REPLACE_ABOVE, change_gate, compose_anchored, enlarge
from landcast.core.model.condition import coarsen


def wave(cells: int, length: float) -> Tensor:
    """A field of one wavelength in cells, float32 (1, 3, cells, cells), of amplitude one."""
    turn = 2 * math.pi * torch.arange(cells) / length
    return (turn.sin()[:, None] * turn.cos()[None]).expand(1, 3, cells, cells).clone()


@pytest.fixture
def present() -> Tensor:
    generator = torch.Generator().manual_seed(1)
    fine = 0.4 + 0.05 * torch.rand(1, 3, 128, 128, generator=generator)
    return fine + interpolate(0.1 * torch.rand(1, 3, 16, 16, generator=generator), scale_factor=8.0, mode="bilinear")


@pytest.fixture
def drawn() -> Tensor:
    return torch.rand(1, 3, 128, 128, generator=torch.Generator().manual_seed(2))


def test_without_a_difference_the_source_stays_bit_for_bit(present: Tensor, drawn: Tensor) -> None:
    assert torch.equal(compose_anchored(present, torch.zeros(1, 3, 32, 32), drawn), present)


def test_a_difference_too_small_to_be_a_change_leaves_the_source_bit_for_bit(present: Tensor, drawn: Tensor) -> None:
    signs = torch.randint(0, 2, (1, 3, 32, 32), generator=torch.Generator().manual_seed(3)) * 2 - 1
    assert torch.equal(compose_anchored(present, signs * KEEP_BELOW * 0.999, drawn), present)


@pytest.mark.parametrize("sign", [1, -1])
def test_where_much_changes_the_cell_means_are_the_predicted_ones(present: Tensor, sign: int) -> None:
    difference = sign * (0.15 + 0.05 * wave(32, 16))
    predicted = coarsen(present) + difference
    detailed = enlarge(predicted) + 0.05 * torch.rand(present.shape, generator=torch.Generator().manual_seed(4))
    composed = compose_anchored(present, difference, detailed)
    assert (coarsen(composed) - predicted).abs().max() < 2 / 255
    assert (coarsen(composed) - predicted).abs().mean() < 0.5 / 255


def test_where_much_changes_the_detail_is_the_drawn_one_and_not_the_sources(present: Tensor) -> None:
    generator = torch.Generator().manual_seed(4)
    texture = 0.1 * (torch.rand(present.shape, generator=generator) - 0.5)
    difference = torch.full((1, 3, 32, 32), 0.2)
    composed = compose_anchored(present, difference, enlarge(coarsen(present) + difference) + texture)

    def detail(image: Tensor) -> Tensor:
        return (image - enlarge(coarsen(image))).flatten()

    related = torch.corrcoef(torch.stack([detail(composed), detail(texture), detail(present)]))
    assert related[0, 1] > 0.99
    assert abs(related[0, 2]) < 0.05


def test_a_change_in_one_place_leaves_the_rest_bit_for_bit(present: Tensor, drawn: Tensor) -> None:
    difference = torch.zeros(1, 3, 32, 32)
    difference[..., 14:18, 14:18] = 0.2
    composed = compose_anchored(present, difference, drawn)
    changed = (composed != present).any(1)[0]
    rows, columns = changed.nonzero(as_tuple=True)
    margin = 4 * 3
    assert min(rows.min(), columns.min()) >= 14 * 4 - margin
    assert max(rows.max(), columns.max()) < 18 * 4 + margin
    assert changed[15 * 4 : 17 * 4, 15 * 4 : 17 * 4].all()


def test_the_result_stays_within_the_range_of_an_image(present: Tensor, drawn: Tensor) -> None:
    for size in (-1.0, 1.0):
        composed = compose_anchored(present, torch.full((1, 3, 32, 32), size), drawn)
        assert composed.min() >= 0
        assert composed.max() <= 1


def test_the_gate_opens_steadily_from_keeping_to_replacing() -> None:
    sizes = torch.linspace(0, 2 * REPLACE_ABOVE, 50)
    opened = torch.stack([change_gate(torch.full((1, 3, 4, 4), float(size))).mean() for size in sizes])
    assert (opened[sizes <= KEEP_BELOW] == 0).all()
    assert (opened[sizes >= REPLACE_ABOVE] == 1).all()
    assert (opened.diff() >= 0).all()
    assert change_gate(torch.full((1, 3, 4, 4), (KEEP_BELOW + REPLACE_ABOVE) / 2)).mean() == pytest.approx(0.5)


def test_the_gate_does_not_tell_brighter_from_darker() -> None:
    difference = 0.1 * torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    assert torch.equal(change_gate(difference), change_gate(-difference))


def test_a_flat_field_is_enlarged_exactly() -> None:
    flat = torch.tensor([0.1, -0.4, 0.9]).view(1, 3, 1, 1).expand(1, 3, 8, 8)
    torch.testing.assert_close(enlarge(flat), flat.repeat_interleave(4, 2).repeat_interleave(4, 3))


@pytest.mark.parametrize(("length", "error"), [(32, 0.001), (16, 0.005), (8, 0.03)])
def test_enlarging_keeps_the_cell_means_of_all_but_the_finest_detail(length: float, error: float) -> None:
    coarse = wave(64, length)
    inside = (..., slice(2, -2), slice(2, -2))
    assert (coarsen(enlarge(coarse)) - coarse)[inside].abs().max() < error


def test_enlarging_keeps_cell_means_better_than_interpolation_alone() -> None:
    coarse = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    plain = coarsen(interpolate(coarse, scale_factor=4.0, mode="bilinear"))
    assert (coarsen(enlarge(coarse)) - coarse).std() < 0.7 * (plain - coarse).std()


def test_the_number_of_threads_changes_no_bit(present: Tensor, drawn: Tensor) -> None:
    before, difference = torch.get_num_threads(), coarsen(drawn) - coarsen(present)
    made = []
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            made.append(compose_anchored(present, difference, drawn))
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(made[0], other) for other in made[1:])
