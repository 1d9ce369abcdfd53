"""From the values of a source to what a model knows, and back."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from landcast.core.errors import RequestError
from landcast.core.radiometry.histogram import count_levels
from landcast.core.radiometry.tones import (
    SHARES,
    SMALLEST_RISE,
    ToneReference,
    Tones,
    as_is,
    match_to,
    stretch,
    stretch_to,
    tone_distance,
    tones_of,
)
from landcast.core.raster.bands import DTYPES

BANDS = st.sampled_from([1, 3])
LEVELS = arrays(np.float32, (3, 4, 5), elements=st.floats(0, 1, width=32))


@st.composite
def curves(draw: st.DrawFn) -> Tones:
    """Any tones that can come of a source and a model, some of them strange: few levels, black and white alone."""
    bands = draw(BANDS)
    quantiles = np.sort(draw(arrays(np.float64, (bands, len(SHARES)), elements=st.floats(0, 255, width=16))))
    levels = np.sort(draw(arrays(np.float64, (3, len(SHARES)), elements=st.floats(0, 1, width=16))))
    reference = ToneReference(SHARES, tuple(tuple(band) for band in levels.tolist()))
    return draw(st.sampled_from([stretch_to, match_to]))(quantiles, SHARES, reference)


def spread_over(dtype: np.dtype[np.generic], bands: int) -> NDArray[np.generic]:
    """Values of a data type from its smallest to its largest, many of them of the size of common imagery."""
    if dtype.kind == "f":
        ends = [-3e38, -1.0, 0.0, 0.25, 1.0, 7.5, 1234.5, 9999.0, 65535.0, 3e38]
    else:
        limits = np.iinfo(dtype)
        ends = [limits.min, limits.min + 1, 0, 1, 17, 100, 101, 127, limits.max - 1, limits.max]
    return np.array([np.roll(np.array(ends, dtype), band) for band in range(bands)])[:, None]


@pytest.fixture
def reference() -> ToneReference:
    """Tones that lie as those of aerial images do, no band like another."""
    dark, bright = np.array([0.1, 0.13, 0.18]), np.array([0.83, 0.8, 0.75])
    bent = np.array(SHARES) ** 1.3
    return ToneReference(
        SHARES, tuple(tuple(band) for band in (dark[:, None] + np.outer(bright - dark, bent)).tolist())
    )


@pytest.fixture
def source_quantiles(reference: ToneReference) -> NDArray[np.float64]:
    """Of a source of 16-bit reflectance."""
    return np.array(reference.levels) ** 1.5 * [[3000], [2600], [2000]] + [[150], [250], [400]]


@given(curves(), st.data())
def test_brighter_values_never_become_darker_and_all_lie_within_0_to_1(tones: Tones, data: st.DataObject) -> None:
    values = np.sort(
        data.draw(arrays(np.float64, (len(tones.values), 1, 30), elements=st.floats(-1e4, 1e4))), axis=2
    )  # fmt: skip
    levels = tones.to_model(values)
    assert levels.dtype == np.float32
    assert levels.shape == (3, 1, 30)
    assert levels.min() >= 0
    assert levels.max() <= 1
    assert (np.diff(levels, axis=2) >= 0).all()


@given(curves())
def test_both_sides_of_a_curve_rise_so_that_it_can_be_read_both_ways(tones: Tones) -> None:
    for values, levels in zip(tones.values, tones.levels, strict=True):
        assert (np.diff(values) > 0).all()
        assert (np.diff(levels) > 0).all()
        assert (np.diff(np.float32(levels)) > 0).all()


@pytest.mark.parametrize("dtype", DTYPES)
@given(curves(), LEVELS)
def test_what_the_prediction_leaves_comes_back_as_it_was(dtype: str, tones: Tones, after: NDArray[np.float32]) -> None:
    """Even values that were clipped."""
    values = spread_over(np.dtype(dtype), len(tones.values))
    before = tones.to_model(values)
    np.testing.assert_array_equal(tones.to_source(values, before, before.copy(), np.dtype(dtype)), values)
    changed = before.copy()
    changed[:, :, ::2] = after[:, :1, :5]
    brought = tones.to_source(values, before, changed, np.dtype(dtype))
    assert brought.dtype == dtype
    np.testing.assert_array_equal(brought[:, :, 1::2], values[:, :, 1::2])


@pytest.mark.parametrize("bands", [1, 3])
def test_every_8_bit_level_comes_back_as_it_was_as_is(bands: int) -> None:
    values = np.stack([np.roll(np.arange(256, dtype=np.uint8), band) for band in range(bands)])[:, None]
    tones = as_is(bands)
    shown = tones.to_model(values)
    np.testing.assert_array_equal(shown, np.broadcast_to(values.astype(np.float32) / np.float32(255), (3, 1, 256)))
    brought = tones.to_source(values, shown, shown, np.dtype(np.uint8))
    assert brought.dtype == np.uint8
    np.testing.assert_array_equal(brought, values)


def test_values_between_levels_are_rounded_as_is() -> None:
    values = np.full((3, 1, 4), [10.2, 10.8, 254.9, 0.4], np.float32)
    shown = as_is(3).to_model(values)
    np.testing.assert_array_equal(
        as_is(3).to_source(values, shown, shown, np.dtype(np.uint8))[0, 0], [10, 11, 255, 0]
    )  # fmt: skip


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "float32"])
@given(curves(), LEVELS)
def test_a_prediction_in_the_sources_values_shows_the_model_what_it_predicted(
    dtype: str, tones: Tones, after: NDArray[np.float32]
) -> None:
    kind = np.dtype(dtype)
    values = np.full((len(tones.values), 4, 5), 100, kind)
    before = tones.to_model(values)
    if len(tones.values) == 1:
        after = np.repeat(after.mean(0, keepdims=True), 3, axis=0)
    brought = tones.to_source(values, before, after, kind)
    step = 0.5 if kind.kind != "f" else 1e-4
    # half a level of the source, and as much as float32 holds of what the model says
    low, high = tones.to_model(brought - step) - 1e-5, tones.to_model(brought + step) + 1e-5
    ends = np.array([(y[0], y[-1]) for y in tones.levels])
    is_clipped = (after < ends[:, :1, None]) | (after > ends[:, 1:, None])
    is_clipped |= np.array([not x[0] <= 100 <= x[-1] for x in tones.values])[:, None, None]
    if kind.kind != "f":
        is_clipped |= (brought <= np.iinfo(kind).min) | (brought >= np.iinfo(kind).max)
    assert (((low <= after) & (after <= high)) | is_clipped).all()


def test_what_was_clipped_stays_as_far_beyond_the_end_of_the_curve() -> None:
    tones = stretch([(0, 1000)], [(0, 1)])
    values = np.array([[[1500, 1000, -300]]], np.int16)
    before = tones.to_model(values)
    after = before + np.array([-0.5, -0.5, 0.25], np.float32)
    assert tones.to_source(values, before, after, np.dtype(np.int16)).tolist() == [[[1000, 500, -50]]]


def test_a_match_gives_a_source_the_distribution_of_the_training_images(
    reference: ToneReference, source_quantiles: NDArray[np.float64]
) -> None:
    shown = match_to(source_quantiles, SHARES, reference).to_model(source_quantiles[:, None])
    np.testing.assert_allclose(shown[:, 0], reference.levels, atol=len(SHARES) * SMALLEST_RISE)


def test_a_match_shares_a_level_out_where_many_pixels_have_one_value(reference: ToneReference) -> None:
    quantiles = np.repeat([[10.0, 20.0, 30.0]], [9, 9, 9], axis=1).repeat(3, axis=0)
    tones = match_to(quantiles, SHARES, reference)
    assert [len(x) for x in tones.values] == [3, 3, 3]
    middle = (reference.levels[0][9] + reference.levels[0][17]) / 2
    assert tones.to_model(np.full((3, 1, 1), 20))[0, 0, 0] == pytest.approx(middle, abs=1e-3)


def test_a_match_to_saturated_training_images_can_be_undone() -> None:
    """Values that are all shown as white lead back to themselves and to their neighbours, not to the brightest."""
    levels = tuple(min(1.0, 2 * share) for share in SHARES)
    values = np.linspace(0, 4000, len(SHARES)).round()
    tones = match_to(np.array([values]), SHARES, ToneReference(SHARES, (levels,) * 3))
    source = values[None, None, 15:].astype(np.uint16)
    before = tones.to_model(source)
    assert before.min() > 0.99
    one_level_darker = tones.to_source(source, before, before - np.float32(1e-6), np.dtype(np.uint16))
    assert np.abs(one_level_darker.astype(int) - source).max() <= 4


def test_a_stretch_brings_two_percent_at_both_ends_to_those_of_the_training_images(
    reference: ToneReference, source_quantiles: NDArray[np.float64]
) -> None:
    shown = stretch_to(source_quantiles, SHARES, reference).to_model(source_quantiles[:, None])[:, 0]
    for share in (0.02, 0.98):
        at = SHARES.index(share)
        np.testing.assert_allclose(shown[:, at], [band[at] for band in reference.levels], atol=1e-6)


def test_a_stretch_without_training_images_goes_from_black_to_white(source_quantiles: NDArray[np.float64]) -> None:
    shown = stretch_to(source_quantiles, SHARES, None).to_model(source_quantiles[:, None])[:, 0]
    np.testing.assert_allclose(shown[:, SHARES.index(0.02)], 0, atol=1e-6)
    np.testing.assert_allclose(shown[:, SHARES.index(0.98)], 1, atol=1e-6)


def test_a_given_stretch_goes_through_its_points_in_each_band() -> None:
    tones = stretch([(100, 200), (0, 1), (-5, 5)], [(0, 1)] * 3)
    shown = tones.to_model(np.array([[[100, 150, 999]], [[0, 0.5, 9]], [[-5, 0, 99]]]))
    np.testing.assert_allclose(shown[:, 0], [[0, 0.5, 1]] * 3, atol=1e-7)


@pytest.mark.parametrize("limits", [(5, 5), (6, 5), (float("nan"), 5), (0, float("inf"))])
def test_a_stretch_that_does_not_rise_is_refused(limits: tuple[float, float]) -> None:
    with pytest.raises(RequestError, match="LOW < HIGH"):
        stretch([limits], [(0, 1)])


def test_a_grey_source_shows_three_equal_bands_and_gets_their_mean_back(reference: ToneReference) -> None:
    quantiles = np.linspace(200, 900, len(SHARES))[None]
    for tones in (stretch_to(quantiles, SHARES, reference), match_to(quantiles, SHARES, reference), as_is(1)):
        values = np.array([[[200 if tones.kind == "as-is" else 550]]], np.uint8 if tones.kind == "as-is" else np.uint16)
        before = tones.to_model(values)
        assert before.shape == (3, 1, 1)
        assert len(set(before.ravel().tolist())) == 1
        after = before + np.array([0.2, 0.1, -0.3], np.float32)[:, None, None] / 4
        brought = tones.to_source(values, before, after, values.dtype)
        assert brought.shape == (1, 1, 1)
        assert abs(int(brought[0, 0, 0]) - int(values[0, 0, 0])) <= 1
        darker = tones.to_source(values, before, before - np.float32(0.1), values.dtype)
        assert darker[0, 0, 0] < values[0, 0, 0]


@pytest.mark.parametrize("bands", [1, 3])
def test_a_source_without_a_valid_pixel_has_tones_all_the_same(bands: int, reference: ToneReference) -> None:
    quantiles = np.full((bands, len(SHARES)), np.nan)
    for tones in (stretch_to(quantiles, SHARES, reference), match_to(quantiles, SHARES, reference)):
        values = np.zeros((bands, 2, 2), np.uint16)
        before = tones.to_model(values)
        assert np.isfinite(before).all()
        assert (tones.to_source(values, before, before, values.dtype) == 0).all()


@pytest.mark.parametrize("value", [0.0, 7.0, -3.0, 1e6])
@pytest.mark.parametrize("make", [stretch_to, match_to])
def test_a_constant_band_lies_amid_the_tones_of_the_training_images(
    value: float, make: object, reference: ToneReference
) -> None:
    quantiles = np.full((3, len(SHARES)), value)
    quantiles[1] = np.linspace(0, 100, len(SHARES))
    tones = make(quantiles, SHARES, reference)  # type: ignore[operator]
    shown = tones.to_model(np.full((3, 1, 1), value))
    low, high = (np.interp(share, SHARES, reference.levels[0]) for share in (0.02, 0.98))
    assert shown[0, 0, 0] == pytest.approx((low + high) / 2, abs=1e-3)


def test_training_images_of_one_level_stand_for_black_to_white(source_quantiles: NDArray[np.float64]) -> None:
    flat = ToneReference(SHARES, ((0.5,) * len(SHARES),) * 3)
    assert stretch_to(source_quantiles, SHARES, flat) == stretch_to(source_quantiles, SHARES, None)


@given(curves())
def test_tones_come_back_from_what_is_recorded_of_them(tones: Tones) -> None:
    said = json.loads(tones.to_json())
    again = Tones(said["kind"], *(tuple(tuple(band) for band in said[key]) for key in ("values", "levels")))
    assert again == tones
    assert "\n" not in tones.to_json()


def test_of_levels_as_they_are_nothing_but_that_is_recorded() -> None:
    assert json.loads(as_is(3).to_json()) == {"kind": "as-is"}


@given(arrays(np.uint8, st.tuples(st.just(3), st.integers(1, 20), st.integers(1, 20))))
def test_recorded_levels_are_the_quantiles_of_the_pixels(image: NDArray[np.uint8]) -> None:
    recorded = tones_of(count_levels(image))
    wanted = np.quantile(image, SHARES, axis=(1, 2), method="inverted_cdf").T / 255
    np.testing.assert_allclose(recorded.levels, wanted, atol=1e-4)
    assert recorded.shares == SHARES


@pytest.mark.parametrize(
    ("shares", "band"),
    [((0.0, 1.0), (0.1, 0.2, 0.3)), ((0.0, 1.0), (0.3, 0.2)), ((1.0, 0.0), (0.1, 0.2)), ((0.0, 1.0), (0.1, 25.0)),
     ((0.0, 2.0), (0.1, 0.2)), ((0.0, 1.0), (0.1, float("nan"))), ((), ())],
)  # fmt: skip
def test_tones_of_a_model_that_make_no_sense_are_refused(shares: tuple[float, ...], band: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="tones"):
        ToneReference(shares, (band,) * 3)


def test_a_source_like_the_training_images_lies_no_way_off(reference: ToneReference) -> None:
    same = np.array(reference.levels) * 255
    assert tone_distance(same, reference) == pytest.approx(0, abs=1e-9)
    assert tone_distance(same - 20, reference) == pytest.approx(20)
    assert tone_distance(same.mean(0, keepdims=True) + 7, reference) == pytest.approx(7)
    outlier = same.copy()
    outlier[:, -1] = 1000
    assert tone_distance(outlier, reference) == pytest.approx(0, abs=1e-9)
    assert np.isnan(tone_distance(np.full_like(same, np.nan), reference))
