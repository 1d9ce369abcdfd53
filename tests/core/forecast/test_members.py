"""Which network draws a member, and from which view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from landcast.core.forecast.forecaster import Forecaster, ForecastSettings
from landcast.core.lattice import TILE_PX, Rect
from landcast.core.model.contract import VIEWS
from landcast.core.model.folder import LoadedModel, load_model
from landcast.core.noise import NoiseKey, NoiseOctaves, lattice_noise

CPU = torch.device("cpu")
WINDOWS = [Rect(0, 0, TILE_PX, TILE_PX), Rect(64, 64, TILE_PX, TILE_PX)]


class CellByCell(nn.Module):
    """A UNet that looks at each cell alone, so that no view makes a difference."""

    def __init__(self, unet: nn.Module) -> None:
        super().__init__()
        self.config, self.weight = unet.config, nn.Parameter(torch.ones(1))

    def forward(self, shown: Tensor, timestep: Tensor, class_labels: Tensor | None) -> object:
        noise, colours = shown[:, :3], shown[:, 3:51].unflatten(1, (3, 16)).mean(2)
        return type("Output", (), {"sample": noise * (1 + colours)})


@pytest.fixture
def make_model(make_tiny_model: Callable[..., Path]) -> Callable[..., LoadedModel]:
    def make(**contract: object) -> LoadedModel:
        return load_model(make_tiny_model("one_step", difference_std=0.5, **contract), CPU, torch.float32)

    return make


def draw(model: LoadedModel, member: int) -> Tensor:
    """Two overlapping windows of one member, on an endless texture."""
    noise = NoiseOctaves((1, 5, 37), (0.5, 1.0, 1.0))
    texture = [lattice_noise(NoiseKey(9, 0), noise, 3, (w.top, w.left), w.shape_yx) for w in WINDOWS]
    images = torch.from_numpy(np.clip(0.5 + 0.12 * np.stack(texture), 0, 1))
    return Forecaster(model, CPU, ForecastSettings(2.0, 0.6, members=member + 1)).sample_windows(
        member, 0, images, WINDOWS
    )


def test_members_look_at_the_scene_from_eight_sides(make_model: Callable[..., LoadedModel]) -> None:
    plain, turned = make_model(), make_model(views=VIEWS)
    assert torch.equal(draw(plain, 0), draw(turned, 0))
    assert all(not torch.allclose(draw(plain, member), draw(turned, member)) for member in range(1, VIEWS))


@pytest.mark.parametrize("member", range(VIEWS))
def test_a_network_that_has_no_sides_draws_alike_from_all(make_model: Callable[..., LoadedModel], member: int) -> None:
    plain, turned = (replace(model, unet=CellByCell(model.unet)) for model in (make_model(), make_model(views=VIEWS)))
    torch.testing.assert_close(draw(turned, member), draw(plain, member))


def test_warmer_members_differ_more(make_model: Callable[..., LoadedModel]) -> None:
    # this network returns its noise, times what it is shown
    models = (make_model(temperature=temperature) for temperature in (1.0, 1.5))
    usual, warm = (draw(replace(model, unet=CellByCell(model.unet)), 0) for model in models)
    torch.testing.assert_close(warm, 1.5 * usual)


@pytest.mark.parametrize("member", range(VIEWS))
def test_overlapping_windows_of_one_member_agree_where_the_network_sees_alike(
    make_model: Callable[..., LoadedModel], member: int
) -> None:
    model = make_model(views=VIEWS)
    first, second = draw(replace(model, unet=CellByCell(model.unet)), member)
    torch.testing.assert_close(first[:, 16:, 16:], second[:, :16, :16])


@pytest.mark.parametrize(("networks", "views"), [(2, 1), (3, 1), (2, VIEWS), (3, VIEWS), (4, VIEWS)])
def test_every_network_draws_from_every_view_and_neighbours_differ(
    make_model: Callable[..., LoadedModel], networks: int, views: int
) -> None:
    model = make_model(networks=networks, views=views)
    forecaster = Forecaster(model, CPU, ForecastSettings(2.0, 0.6))
    drawn = [forecaster._network_of(member) for member in range(networks * views)]
    places = [(model.unets.index(unet), view) for unet, view in drawn]
    assert len(set(places)) == networks * views
    assert {index for index, _ in places[:networks]} == set(range(networks))
    assert [view for _, view in places[:views]] == list(range(views))


def test_each_network_of_a_folder_is_its_own(make_model: Callable[..., LoadedModel]) -> None:
    model = make_model(networks=2)
    alone = replace(model, unet=model.more_unets[0], more_unets=())
    assert torch.equal(draw(model, 1), draw(alone, 1))
    assert not torch.allclose(draw(model, 1), draw(replace(model, more_unets=()), 1))


def test_a_forecast_may_begin_with_a_later_member(make_tiny_model: Callable[..., Path]) -> None:
    """By its noise, its network and its view of the scene."""
    model = load_model(make_tiny_model(difference_std=0.5, networks=2, views=8), CPU, torch.float32)
    area = Rect(0, 0, 256, 256)
    present, valid = torch.rand(3, 512, 512, generator=torch.Generator().manual_seed(0)), torch.ones(512, 512).bool()
    have = Rect(-128, -128, 512, 512)
    first = Forecaster(model, CPU, ForecastSettings(2.0, 0.6, members=12))
    for member in (0, 3, 11):
        later = Forecaster(model, CPU, ForecastSettings(2.0, 0.6, first_member=member))
        expected = first.difference(member, 0, present, valid, have, area)
        assert torch.equal(later.difference(0, 0, present, valid, have, area), expected)
