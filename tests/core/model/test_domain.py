"""The domain of a model: distances, its file, and what it is bound to."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from landcast.core.errors import ModelError
from landcast.core.model.domain import (
    DOMAIN_NAME,
    DomainFacts,
    FeatureSpace,
    KnownTiles,
    TrainingDomain,
    load_domain,
    nearest_distances,
)
from landcast.core.model.folder import hash_model, hash_unet, store_domain, verify_model, write_manifest

FACTS = DomainFacts(2.0, 3, 2.0, 0.6, {"here": 0.02, "there": 0.08}, "0" * 64)


@pytest.fixture
def domain() -> TrainingDomain:
    random = np.random.default_rng(0)
    axes = np.linalg.qr(random.standard_normal((7, 4)))[0].astype(np.float32)
    space = FeatureSpace(np.arange(7, dtype=np.float32), np.full(7, 0.5, np.float32), axes)
    colours = FeatureSpace(np.zeros(2, np.float32), np.ones(2, np.float32), np.eye(2, dtype=np.float32))
    tiles = random.standard_normal((50, 4)).astype(np.float32), random.standard_normal((50, 2)).astype(np.float32)
    return TrainingDomain(KnownTiles(space, tiles[0], 1.5), KnownTiles(colours, tiles[1], 0.5), FACTS)


@pytest.fixture
def model(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def test_the_distance_is_the_mean_to_the_nearest_whatever_is_asked_beside_it() -> None:
    random = np.random.default_rng(2)
    points, known = random.standard_normal((1500, 5)), random.standard_normal((40, 5))
    wanted = np.sort(np.linalg.norm(points[:, None] - known[None], axis=2), 1)[:, :3].mean(1)
    found = nearest_distances(points.astype(np.float32), known.astype(np.float32), 3)
    np.testing.assert_allclose(found, wanted, rtol=1e-4)


def test_the_unit_divides_and_features_of_another_network_are_refused(domain: TrainingDomain) -> None:
    features = np.random.default_rng(3).standard_normal((9, 9)).astype(np.float32)
    doubled = replace(domain, facts=replace(FACTS, unit=4.0))
    np.testing.assert_allclose(domain.distances(features), 2 * doubled.distances(features), rtol=1e-6)
    with pytest.raises(ValueError, match="9 features"):
        domain.distances(features[:, :6])


def test_a_tile_is_as_far_as_the_further_of_both_says(domain: TrainingDomain) -> None:
    features = np.random.default_rng(5).standard_normal((9, 9)).astype(np.float32)
    plain = domain.distances(features)
    features[0, 7:] += 100
    features[1, :7] += 100
    moved = domain.distances(features)
    assert (moved[:2] > 10 * plain[:2]).all()
    np.testing.assert_allclose(moved[2:], plain[2:], rtol=1e-5)


def test_a_model_keeps_it_and_stays_the_same_model(model: Path, domain: TrainingDomain) -> None:
    assert load_domain(model, hash_unet(model)) is None
    plain = hash_model(model)
    store_domain(model, domain)
    verify_model(model)
    assert hash_model(model) == plain
    read = load_domain(model, hash_unet(model))
    assert read is not None
    assert read.facts == FACTS
    features = np.random.default_rng(4).standard_normal((20, 9)).astype(np.float32)
    np.testing.assert_allclose(read.distances(features), domain.distances(features), rtol=5e-3)
    first = (model / DOMAIN_NAME).read_bytes()
    store_domain(model, domain)
    assert (model / DOMAIN_NAME).read_bytes() == first


def test_a_model_of_other_weights_has_another_domain(model: Path, domain: TrainingDomain) -> None:
    store_domain(model, domain)
    config = model / "unet" / "config.json"
    config.write_text(config.read_text() + "\n")
    write_manifest(model)
    with pytest.raises(ModelError, match=r"fitted with another network .*landcast domain --fit"):
        load_domain(model, hash_unet(model))


@pytest.mark.parametrize("bytes_", [b"", b"\x00" * 40, b"not a safetensors file at all, but some words of text"])
def test_a_damaged_file_is_named(model: Path, domain: TrainingDomain, bytes_: bytes) -> None:
    store_domain(model, domain)
    (model / DOMAIN_NAME).write_bytes(bytes_)
    with pytest.raises(ModelError, match=f"{DOMAIN_NAME}: cannot be read as a domain"):
        load_domain(model, hash_unet(model))
    with pytest.raises(ModelError, match="not the bytes that the manifest names"):
        verify_model(model)


def test_what_does_not_fit_together_is_refused(domain: TrainingDomain) -> None:
    few = replace(domain.colours, tiles=domain.colours.tiles[:2])
    with pytest.raises(ValueError, match="at least 3 tiles are needed in both spaces, not 50 and 2"):
        replace(domain, colours=few)
    with pytest.raises(ValueError, match="finite points on 4 axes"):
        replace(domain.network, tiles=domain.colours.tiles)
    with pytest.raises(ValueError, match="deviation must be above 0"):
        replace(domain.network.space, deviation=np.zeros(7, np.float32))
    with pytest.raises(ValueError, match="must be above 0"):
        replace(FACTS, unit=float("nan"))
