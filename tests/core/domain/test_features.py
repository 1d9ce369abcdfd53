"""Features of tiles: those of the network's own forward pass, whatever stands beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from landcast.core.domain.features import COLOUR_FEATURES, LEVELS, FeatureNetwork, fill_tile
from landcast.core.model.contract import load_contract
from landcast.core.model.denoiser import call_unet, make_condition
from landcast.core.model.folder import load_first_unet


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(1).random((20, 3, 128, 128), dtype=np.float32)


@pytest.mark.parametrize(
    "changes", [{}, {"objective": "epsilon"}, {"change_grid": "pixels"}], ids=["default", "reference", "pixels"]
)
def test_they_are_statistics_of_what_the_whole_network_computes(
    changes: dict[str, str], make_tiny_model: object, images: np.ndarray
) -> None:
    """Hooks on diffusers' own forward pass give the independent answer."""
    folder: Path = make_tiny_model(**changes)  # type: ignore[operator]
    unet, contract = load_first_unet(folder, torch.device("cpu")), load_contract(folder)
    seen: list[torch.Tensor] = []
    hooks = [block.register_forward_hook(lambda _, __, out: seen.append(out[0])) for block in unet.down_blocks[:LEVELS]]
    shown = torch.from_numpy(images[:3])
    years, gsd_m = torch.full((3,), 2.0), torch.full((3,), 0.6)
    condition = make_condition(unet, contract.condition_layout, shown, years, gsd_m)
    nothing = torch.zeros(3, unet.config.out_channels, 32, 32)
    with torch.inference_mode():
        call_unet(unet, nothing, torch.full((3,), 99), condition)
    for hook in hooks:
        hook.remove()
    wanted = torch.cat([torch.cat([one.mean((2, 3)), one.std((2, 3))], 1) for one in seen], 1)
    found = FeatureNetwork(unet, contract, 2.0, 0.6).features(images[:3])[:, :-COLOUR_FEATURES]
    np.testing.assert_allclose(found, wanted.numpy(), rtol=1e-5, atol=1e-5)


def test_a_tile_has_the_same_features_alone_and_among_others(network: FeatureNetwork, images: np.ndarray) -> None:
    together = network.features(images)
    assert together.dtype == np.float32
    np.testing.assert_allclose(network.features(images[17:18])[0], together[17], rtol=1e-4, atol=1e-5)


def test_a_hole_takes_the_mean_of_what_is_around_it(images: np.ndarray) -> None:
    image, valid = images[0], np.ones((128, 128), np.bool_)
    assert fill_tile(image, valid) is image
    valid[:40] = False
    filled = fill_tile(np.where(valid, image, 0).astype(np.float32), valid)
    np.testing.assert_array_equal(filled[:, valid], image[:, valid])
    np.testing.assert_allclose(filled[:, 0, 0], image[:, 40:].mean((1, 2)), rtol=1e-4)
