"""The power of fine detail: what counts as detail, how its lack is told, and that flat images do no harm."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from landcast.training.spectrum import spectral_loss


@pytest.fixture
def detail() -> Tensor:
    """Noise of all wavelengths, far above what rounding adds."""
    return 0.2 * torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))


def test_an_image_has_the_power_of_itself_and_of_what_is_as_sharp(detail: Tensor) -> None:
    assert spectral_loss(detail, detail) == 0
    other = 0.2 * torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    assert spectral_loss(other, detail) < 0.3


@pytest.mark.parametrize("share", [0.5, 2.0])
def test_weaker_and_stronger_detail_are_told_by_their_ratio(detail: Tensor, share: float) -> None:
    assert spectral_loss(share * detail, detail) == pytest.approx(abs(math.log(share**2)), rel=0.01)


def test_forms_that_cells_hold_are_none_of_its_business(detail: Tensor) -> None:
    waves = torch.sin(torch.arange(64) * 2 * math.pi / 16).expand(2, 3, 64, 64)
    assert spectral_loss(detail + 0.3 * waves, detail) < 0.02


def test_a_blurred_image_is_pulled_towards_its_own_detail(detail: Tensor) -> None:
    blurred = torch.nn.functional.avg_pool2d(detail, 3, 1, 1).requires_grad_()
    spectral_loss(blurred, detail).backward()
    assert blurred.grad is not None
    assert (blurred.grad * (blurred - torch.nn.functional.avg_pool2d(blurred, 3, 1, 1))).sum() < 0


def test_a_flat_image_neither_divides_by_zero_nor_outweighs_all_others() -> None:
    flat = torch.full((1, 3, 32, 32), 0.5, requires_grad=True)
    rounded = 0.5 + (torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0)) - 0.5) / 255
    loss = spectral_loss(flat, rounded)
    loss.backward()
    assert loss < 1
    assert flat.grad is not None
    assert flat.grad.isfinite().all()
