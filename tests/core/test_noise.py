"""Noise that depends on its place alone."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from landcast.core.noise import BLOCK_NODES, WHITE, NoiseKey, NoiseOctaves, batch_noise, lattice_noise

WIDE = NoiseOctaves((1, 8, 32), (1.0, 0.5, 0.7))
KEY = NoiseKey(seed=11, member=2, step=3)
PLACES = st.tuples(st.integers(-200, 200), st.integers(-200, 200))
SIZES = st.tuples(st.integers(1, 70), st.integers(1, 70))
OCTAVES = st.sampled_from([WHITE, WIDE, NoiseOctaves((3,), (2.0,))])

KNOWN_SHA256 = "210bfbc82f763e44e306cc6d1880977d552df6fca79347abfd8384e40d6a7071"


@settings(deadline=None, max_examples=60)
@given(OCTAVES, PLACES, SIZES, st.tuples(st.integers(0, 60), st.integers(0, 60)), SIZES)
def test_two_overlapping_rectangles_agree_exactly(
    octaves: NoiseOctaves,
    place: tuple[int, int],
    size: tuple[int, int],
    shift: tuple[int, int],
    other_size: tuple[int, int],
) -> None:
    one = lattice_noise(KEY, octaves, 2, place, size)
    other = lattice_noise(KEY, octaves, 2, (place[0] + shift[0], place[1] + shift[1]), other_size)
    seen = one[:, shift[0] :, shift[1] :][:, : other_size[0], : other_size[1]]
    np.testing.assert_array_equal(seen, other[:, : seen.shape[1], : seen.shape[2]])


def test_a_rectangle_put_together_from_single_cells_is_the_same() -> None:
    place = (-BLOCK_NODES - 2, BLOCK_NODES - 2)
    whole = lattice_noise(KEY, WIDE, 3, place, (4, 4))
    for y in range(4):
        for x in range(4):
            cell = lattice_noise(KEY, WIDE, 3, (place[0] + y, place[1] + x), (1, 1))
            np.testing.assert_array_equal(cell[:, 0, 0], whole[:, y, x])


@pytest.mark.parametrize("spacing", [1, 2, 3, 8, 32])
def test_mean_is_zero_and_variance_one_at_every_phase_between_nodes(spacing: int) -> None:
    side = spacing * 160
    noise = lattice_noise(KEY, NoiseOctaves((spacing,), (0.3,)), 1, (-side // 2, -side // 2), (side, side))[0]
    by_phase = noise.reshape(160, spacing, 160, spacing)
    # neighbours share a node, so that about a third of the 25,600 values of a phase are independent
    assert np.abs(by_phase.mean((0, 2))).max() < 0.05
    assert np.abs(by_phase.var((0, 2)) - 1).max() < 0.07


def test_octaves_together_keep_unit_variance() -> None:
    noise = lattice_noise(KEY, NoiseOctaves((1, 4, 8), (1.0, 0.5, 2.0)), 4, (0, 0), (512, 512))
    assert abs(noise.mean()) < 0.03
    assert abs(noise.var() - 1) < 0.05


def test_white_noise_is_normal_and_without_relation_to_its_neighbours() -> None:
    noise = lattice_noise(KEY, WHITE, 1, (-300, -300), (600, 600))[0].astype(float)
    assert abs(noise.mean()) < 0.01
    assert abs(noise.var() - 1) < 0.01
    assert abs((noise**3).mean()) < 0.03
    assert abs((noise**4).mean() - 3) < 0.1
    for shifted in (noise[1:] * noise[:-1], noise[:, 1:] * noise[:, :-1], noise[32:] * noise[:-32]):
        assert abs(shifted.mean()) < 0.01


def test_an_octave_has_the_length_it_is_named_for() -> None:
    noise = lattice_noise(KEY, NoiseOctaves((8,), (1.0,)), 1, (0, 0), (800, 800))[0]
    near, far = (noise[:-2] * noise[2:]).mean(), (noise[:-20] * noise[20:]).mean()
    assert near > 0.8
    assert abs(far) < 0.05


@pytest.mark.parametrize(
    "changed",
    [{"seed": 12}, {"seed": KEY.seed + 2**32}, {"member": 3}, {"step": 4}, {"step": KEY.step + 1024}],
    ids=lambda changed: str(changed),
)
def test_noise_of_another_seed_member_or_step_is_independent(changed: dict[str, int]) -> None:
    one = lattice_noise(KEY, WHITE, 3, (-64, 64), (256, 256))
    other = lattice_noise(replace(KEY, **changed), WHITE, 3, (-64, 64), (256, 256))
    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.01


def test_channels_octaves_and_places_are_independent_of_one_another() -> None:
    one = lattice_noise(KEY, WHITE, 3, (0, 0), (256, 256))
    beside = lattice_noise(KEY, WHITE, 3, (256, 0), (256, 256))
    assert np.abs(np.corrcoef(one.reshape(3, -1)) - np.eye(3)).max() < 0.015
    assert abs(np.corrcoef(one.ravel(), beside.ravel())[0, 1]) < 0.01
    both = lattice_noise(KEY, NoiseOctaves((1, 1), (1.0, 1.0)), 3, (0, 0), (256, 256))
    second = both * np.sqrt(2) - one
    assert abs(np.corrcoef(one.ravel(), second.ravel())[0, 1]) < 0.01


def test_noise_across_a_border_of_blocks_does_not_repeat() -> None:
    noise = lattice_noise(KEY, WHITE, 1, (-BLOCK_NODES, -BLOCK_NODES), (2 * BLOCK_NODES, 2 * BLOCK_NODES))[0]
    quarters = noise.reshape(2, BLOCK_NODES, 2, BLOCK_NODES).transpose(0, 2, 1, 3).reshape(4, -1)
    assert np.abs(np.corrcoef(quarters) - np.eye(4)).max() < 0.12


def test_the_numbers_of_a_known_block_are_what_they_always_were() -> None:
    """Fails where a library gives other numbers, and recorded seeds would no longer make the same result."""
    noise = lattice_noise(NoiseKey(7, 1, 2), NoiseOctaves((1, 8), (1.0, 0.5)), 3, (-40, 1000), (64, 64))
    rounded = np.round(noise.astype(np.float64) * 100).astype("<i4")
    assert hashlib.sha256(rounded.tobytes()).hexdigest() == KNOWN_SHA256


def test_what_a_caller_does_with_noise_leaves_later_noise_alone() -> None:
    first = lattice_noise(KEY, WHITE, 1, (0, 0), (32, 32))
    kept = first.copy()
    first *= 0
    np.testing.assert_array_equal(lattice_noise(KEY, WHITE, 1, (0, 0), (32, 32)), kept)


@pytest.mark.parametrize("octaves", [WHITE, NoiseOctaves((1, 8), (1.0, 0.5)), NoiseOctaves((32,), (1.0,))])
def test_noise_for_training_has_the_same_mean_and_variance_at_every_place(octaves: NoiseOctaves) -> None:
    generator = torch.Generator().manual_seed(5)
    noise = torch.cat([batch_noise(generator, octaves, (64, 3, 32, 32)) for _ in range(16)])
    assert noise.shape == (1024, 3, 32, 32)
    assert noise.mean((0, 1)).abs().max() < 0.11
    assert (noise.var((0, 1)) - 1).abs().max() < 0.18
    assert abs(noise.var() - 1) < 0.03


def test_noise_for_training_is_related_to_its_neighbours_as_the_lattice_noise_is() -> None:
    octaves = NoiseOctaves((1, 8), (1.0, 1.0))
    on_lattice = lattice_noise(KEY, octaves, 3, (0, 0), (640, 640))
    generator = torch.Generator().manual_seed(5)
    in_batch = torch.cat([batch_noise(generator, octaves, (32, 3, 32, 32)) for _ in range(24)]).numpy()
    for step in (1, 4, 12):
        ours = (on_lattice[..., step:] * on_lattice[..., :-step]).mean()
        theirs = (in_batch[..., step:] * in_batch[..., :-step]).mean()
        assert ours == pytest.approx(theirs, abs=0.03)


@given(st.integers(0, 2**31), st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 2, 3, 8, 32]))
def test_noise_for_training_can_have_any_size(seed: int, height: int, width: int, spacing: int) -> None:
    noise = batch_noise(torch.Generator().manual_seed(seed), NoiseOctaves((spacing,), (1.0,)), (1, 1, height, width))
    assert noise.shape == (1, 1, height, width)
    assert noise.isfinite().all()


def test_octaves_without_one_weight_each_are_refused() -> None:
    with pytest.raises(ValueError, match="one weight"):
        NoiseOctaves((1, 8), (1.0,))
    with pytest.raises(ValueError, match="one weight"):
        NoiseOctaves((), ())


@pytest.mark.parametrize("place", [(-6_290_016, 724_000), (-(2**40), -(2**40)), (0, -1)])
def test_places_far_from_the_origin_have_noise_of_their_own(place: tuple[int, int]) -> None:
    """Rows of a northern UTM zone are millions of pixels above the origin."""
    noise = lattice_noise(KEY, WHITE, 1, place, (BLOCK_NODES * 2, BLOCK_NODES * 2))[0]
    for repeated in (noise[BLOCK_NODES:] * noise[:-BLOCK_NODES], noise[:, BLOCK_NODES:] * noise[:, :-BLOCK_NODES]):
        assert abs(repeated.mean()) < 0.1
    assert abs(noise.var() - 1) < 0.1
