"""Which tones a source gets, and what the user is told of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from landcast.core.errors import RequestError
from landcast.core.model.contract import load_contract
from landcast.core.model.folder import find_model
from landcast.core.radiometry.choice import (
    FAR_LEVELS,
    choose_tones,
    is_faint,
    tone_caveats,
    tone_notes,
)
from landcast.core.radiometry.tones import (
    SHARES,
    Radiometry,
    ToneReference,
    as_is,
    match_to,
    stretch_to,
    tone_contrast,
    tone_distance,
)
from landcast.core.raster.source import open_source
from landcast.core.raster.survey import survey_all
from landcast.core.request import DEFAULT_MODEL
from landcast.training.pairs import raster_files

REFERENCE = ToneReference(SHARES, (tuple((0.1 + 0.8 * np.array(SHARES)).tolist()),) * 3)
LEVELS = np.array(REFERENCE.levels) * 255
RADIOMETRIES: tuple[Radiometry, ...] = ("auto", "as-is", "stretch", "match")


@dataclass(frozen=True)
class Source:
    """All that the choice asks of a source."""

    bands: int = 3
    is_eight_bit: bool = True
    name: str = "scene.tif"


@dataclass(frozen=True)
class Seen:
    """All that the choice asks of a look at it."""

    quantiles: NDArray[np.float64]


def scaled(contrast: float) -> Seen:
    """The training images with this share of their contrast, about the same middle."""
    return Seen(127.5 + contrast * (LEVELS - 127.5))


@pytest.mark.parametrize("bands", [1, 3])
@pytest.mark.parametrize("contrast", [0.62, 0.8, 1.0, 1.3])
def test_8_bit_values_are_shown_as_they_are(bands: int, contrast: float) -> None:
    source, seen = Source(bands), Seen(scaled(contrast).quantiles[:bands])
    assert choose_tones(source, seen, REFERENCE) == as_is(bands)
    assert tone_notes(source, seen, REFERENCE) == []


@pytest.mark.parametrize("bands", [1, 3])
@pytest.mark.parametrize("contrast", [0.12, 0.4, 0.58])
def test_a_faint_8_bit_source_is_stretched_and_the_user_told(bands: int, contrast: float) -> None:
    source, seen = Source(bands), Seen(scaled(contrast).quantiles[:bands])
    assert choose_tones(source, seen, REFERENCE) == stretch_to(seen.quantiles, SHARES, REFERENCE)
    (note,) = tone_notes(source, seen, REFERENCE)
    assert f"scene.tif: has {contrast:.0%} of the contrast" in note
    assert "--radiometry as-is" in note


@pytest.mark.parametrize("quantiles", [LEVELS * 0, LEVELS * 0 + 255, LEVELS * 0.05, LEVELS * np.nan], ids=str)
def test_an_image_without_contrast_or_without_a_pixel_is_left_as_it_is(quantiles: NDArray[np.float64]) -> None:
    assert choose_tones(Source(), Seen(quantiles), REFERENCE) == as_is(3)
    assert tone_notes(Source(), Seen(quantiles), REFERENCE) == []


def test_a_model_that_does_not_tell_its_tones_is_shown_8_bit_values_as_they_are() -> None:
    assert choose_tones(Source(), scaled(0.4), None) == as_is(3)
    assert tone_notes(Source(), scaled(0.4), None) == []
    assert tone_caveats(Source(), scaled(0.4), None, as_is(3)) == []


@pytest.mark.parametrize("reference", [None, REFERENCE])
def test_other_values_are_stretched_whatever_they_are(reference: ToneReference | None) -> None:
    for seen in (scaled(1), scaled(0.4), Seen(LEVELS * 40 + 300)):
        source = Source(is_eight_bit=False)
        tones = choose_tones(source, seen, reference)
        assert tones == stretch_to(seen.quantiles, SHARES, reference)
        assert tone_notes(source, seen, reference) == []
        assert tone_caveats(source, seen, reference, tones) == []


def test_what_the_user_asks_for_is_done_and_not_told() -> None:
    seen = scaled(0.4)
    assert choose_tones(Source(), seen, REFERENCE, "as-is") == as_is(3)
    assert choose_tones(Source(), seen, REFERENCE, "stretch") == stretch_to(seen.quantiles, SHARES, REFERENCE)
    assert choose_tones(Source(), seen, REFERENCE, "match") == match_to(seen.quantiles, SHARES, REFERENCE)
    for radiometry in RADIOMETRIES[1:]:
        assert tone_notes(Source(), seen, REFERENCE, radiometry) == []
    assert tone_notes(Source(), seen, REFERENCE, "auto", (0, 200)) == []


def test_given_limits_are_those_of_all_bands_or_of_each() -> None:
    one = choose_tones(Source(), scaled(1), REFERENCE, limits=(10, 90))
    assert one == choose_tones(Source(), scaled(1), REFERENCE, limits=(10, 90, 10, 90, 10, 90))
    assert one.values == ((10, 90),) * 3
    with pytest.raises(RequestError, match=r"2 pairs of numbers for 3 band\(s\) of scene.tif"):
        choose_tones(Source(), scaled(1), REFERENCE, limits=(10, 90, 10, 90))
    with pytest.raises(RequestError, match="LOW < HIGH"):
        choose_tones(Source(), scaled(1), REFERENCE, limits=(90, 10))


def test_what_cannot_be_done_says_why() -> None:
    with pytest.raises(RequestError, match=r"scene\.tif does not hold 8-bit values"):
        choose_tones(Source(is_eight_bit=False), scaled(1), REFERENCE, "as-is")
    with pytest.raises(RequestError, match="does not say which tones"):
        choose_tones(Source(), scaled(1), None, "match")


def test_tones_far_from_those_of_the_training_images_are_told_of_where_they_are_left() -> None:
    near, far = Seen(LEVELS + FAR_LEVELS - 1), Seen(LEVELS + FAR_LEVELS + 1)
    assert tone_caveats(Source(), near, REFERENCE, as_is(3)) == []
    (caveat,) = tone_caveats(Source(), far, REFERENCE, as_is(3))
    assert "scene.tif: its tones lie 51 of 255 levels from" in caveat
    assert tone_caveats(Source(), far, REFERENCE, stretch_to(far.quantiles, SHARES, REFERENCE)) == []
    assert tone_caveats(Source(), Seen(LEVELS * np.nan), REFERENCE, as_is(3)) == []


def test_every_place_and_date_of_the_shared_imagery_is_shown_as_it_is() -> None:
    if "LANDCAST_DATA" not in os.environ:
        pytest.skip("LANDCAST_DATA is not set")
    reference = load_contract(find_model(DEFAULT_MODEL)).tones
    assert reference is not None
    dates = sorted((Path(os.environ["LANDCAST_DATA"]) / "naip").glob("*/*"))
    assert dates
    for folder in dates:
        # every fourth chip says much the same as all of them
        seen = survey_all(open_source(path) for path in raster_files(folder)[::4])
        assert not is_faint(seen, reference), folder
        assert 0.75 < tone_contrast(seen.quantiles, reference) < 1.25, folder
        assert tone_distance(seen.quantiles, reference) < FAR_LEVELS, folder
