"""Turned and mirrored views: eight that differ, each undone exactly, alike before and after space to depth."""

from __future__ import annotations

import pytest
import torch

from landcast.core.model.condition import lay_out_condition
from landcast.core.model.contract import VIEWS
from landcast.core.model.views import turn, turn_back, turn_unshuffled


def test_eight_views_differ_and_the_first_is_the_image_itself() -> None:
    image = torch.arange(9.0).reshape(1, 3, 3)
    seen = [turn(image, view) for view in range(VIEWS)]
    assert torch.equal(seen[0], image)
    assert len({tuple(one.flatten().tolist()) for one in seen}) == VIEWS


@pytest.mark.parametrize("view", range(VIEWS))
def test_turning_back_undoes_a_view(view: int) -> None:
    field = torch.rand(2, 3, 8, 8)
    assert torch.equal(turn_back(turn(field, view), view), field)


@pytest.mark.parametrize("view", range(VIEWS))
def test_channels_turn_as_the_image_does(view: int) -> None:
    image = torch.rand(2, 3, 128, 128)
    shown = turn_unshuffled(lay_out_condition(image, "unshuffle"), view)
    assert torch.equal(shown, lay_out_condition(turn(image, view), "unshuffle"))
