"""Perceptual distance: by a user's weights, and by a network that learns the region."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch.nn.functional import conv2d, interpolate, relu

from landcast.core.errors import RequestError
from landcast.training.pairs import ChipPair
from landcast.training.perceptual import WIDTHS_OF_STAGES, WIDTHS_OF_VGG16, stage_layers
from landcast.training.study.distance import Ruler, VggDistance, region_distance, vgg_ruler
from landcast.training.study.region_features import (
    RegionFeatures,
    load_region_features,
    region_facts,
    save_region_features,
    told_apart,
    train_region_features,
)

CPU = torch.device("cpu")
VGGS = {"VGG16": WIDTHS_OF_VGG16, "VGG19": WIDTHS_OF_STAGES}


def ignore(step: int) -> None:
    """Take no notice of a step."""


def write_vgg(path: Path, kind: str) -> Path:
    """Weights of a whole VGG's convolutions under torchvision's names, untrained."""
    torch.manual_seed(0)
    layers = torch.nn.Sequential(*stage_layers(VGGS[kind]))
    save_file({f"features.{name}": value for name, value in layers.state_dict().items()}, path)
    return path


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    return torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("kind", VGGS)
def test_a_file_is_told_by_its_layers_and_equal_images_are_at_no_distance(
    kind: str, images: torch.Tensor, tmp_path: Path
) -> None:
    ruler = vgg_ruler(write_vgg(tmp_path / "weights.safetensors", kind), CPU)
    assert ruler.name.startswith(kind)
    assert ruler.facts["kind"] == kind
    assert ruler.mean(images.numpy(), images.numpy()) == 0
    assert ruler.mean(images.numpy(), images.flip(0).numpy()) > 0


def test_the_distance_is_the_sum_over_four_stages_of_the_mean_absolute_difference(
    images: torch.Tensor, tmp_path: Path
) -> None:
    network = VggDistance(write_vgg(tmp_path / "weights.safetensors", "VGG16"))
    state = network.features.state_dict()

    def stages(image: torch.Tensor) -> list[torch.Tensor]:
        mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
        hidden = interpolate((image - mean[:, None, None]) / deviation[:, None, None], (224, 224), mode="bilinear")
        found = []
        for stage in ((0, 2), (5, 7), (10, 12, 14), (17, 19, 21)):
            for layer in stage:
                hidden = relu(conv2d(hidden, state[f"{layer}.weight"], state[f"{layer}.bias"], padding=1))
            found.append(hidden)
            hidden = torch.nn.functional.max_pool2d(hidden, 2)
        return found

    apart = network(images, images.flip(0))
    pairs = list(zip(stages(images), stages(images.flip(0)), strict=True))
    wanted = torch.stack([(one - other).abs().mean((1, 2, 3)) for one, other in pairs]).sum(0)
    torch.testing.assert_close(apart, wanted)


def test_a_file_that_is_no_vgg_is_refused_by_name(tmp_path: Path) -> None:
    other = tmp_path / "other.safetensors"
    save_file({"features.0.weight": torch.zeros(8, 3, 3, 3)}, other)
    with pytest.raises(RequestError, match=r"features\.0\.weight has the shape"):
        vgg_ruler(other, CPU)
    other.write_bytes(b"no weights")
    with pytest.raises(RequestError, match="cannot be read as safetensors"):
        vgg_ruler(other, CPU)


@pytest.fixture(scope="module")
def region(town_tiles: list[ChipPair]) -> RegionFeatures:
    """A network that learnt a little of the town."""
    return train_region_features(town_tiles[:20], 0, CPU, ignore, steps=25)


def test_a_network_of_the_region_learns_to_tell_its_places_apart(
    region: RegionFeatures, town_tiles: list[ChipPair]
) -> None:
    untrained = train_region_features(town_tiles[:20], 0, CPU, ignore, steps=0)
    share, count = told_apart(region, town_tiles[20:], 0, CPU)
    before, _ = told_apart(untrained, town_tiles[20:], 0, CPU)
    assert count == 10
    assert share > max(before, 2 / count)


def test_the_further_an_image_is_spoilt_the_larger_its_distance(
    region: RegionFeatures, town_tiles: list[ChipPair]
) -> None:
    ruler = Ruler("region", {}, region_distance(region), CPU)
    real = np.stack([chip.before for chip in town_tiles[:4]]).astype(np.float32) / 255

    def blurred(size: int) -> np.ndarray:  # type: ignore[type-arg]
        return np.stack([[cv2.blur(band, (size, size)) for band in image] for image in real])

    found = [ruler.mean(real, real), *(ruler.mean(blurred(size), real) for size in (3, 7, 15))]
    assert found[0] == pytest.approx(0, abs=1e-6)
    assert found == sorted(found)
    assert ruler.mean(real, blurred(7)) == pytest.approx(found[2], rel=1e-5)


def test_a_network_is_kept_and_used_again_only_for_the_same_pairs(
    region: RegionFeatures, town_tiles: list[ChipPair], tmp_path: Path
) -> None:
    path, facts = tmp_path / "features.safetensors", region_facts(town_tiles, "abc", 0)
    assert load_region_features(path, facts, CPU) is None
    save_region_features(path, region, facts)
    again = load_region_features(path, facts, CPU)
    assert again is not None
    assert all(torch.equal(a, b) for a, b in zip(again.parameters(), region.parameters(), strict=True))
    assert load_region_features(path, region_facts(town_tiles, "other", 0), CPU) is None
    path.write_bytes(path.read_bytes()[:-100])
    assert load_region_features(path, facts, CPU) is None
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_training_a_network_of_the_region_is_the_same_each_time(town_tiles: list[ChipPair]) -> None:
    first, second = (train_region_features(town_tiles[:6], 3, CPU, ignore, steps=2) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
