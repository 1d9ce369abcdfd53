"""What a result says of itself."""

from __future__ import annotations

from landcast.core.raster.provenance import BAND_NAMES, CHANGE_NAME, SPREAD_NAME, make_tags

FACTS = {"model": "tiny", "years_ahead": "4", "seed": 3, "source_date": None, "members": 1}


def test_a_result_says_first_that_it_is_synthetic() -> None:
    tags = make_tags(FACTS)
    assert tags["LANDCAST_SYNTHETIC"] == "YES"
    assert tags["TIFFTAG_IMAGEDESCRIPTION"].startswith("SYNTHETIC")
    assert "not a photograph" in tags["TIFFTAG_IMAGEDESCRIPTION"]
    assert "4 years" in tags["TIFFTAG_IMAGEDESCRIPTION"]
    assert tags["TIFFTAG_SOFTWARE"].startswith("landcast ")


def test_every_known_fact_is_an_item_and_unknown_ones_are_none() -> None:
    tags = make_tags(FACTS)
    assert tags["LANDCAST_MODEL"] == "tiny"
    assert tags["LANDCAST_SEED"] == "3"
    assert "LANDCAST_SOURCE_DATE" not in tags
    assert all(isinstance(value, str) for value in tags.values())


def test_the_versions_that_made_it_are_named() -> None:
    versions = make_tags(FACTS)["LANDCAST_VERSIONS"]
    for name in ("landcast=", "python=", "torch=", "diffusers=", "numpy=", "rasterio="):
        assert name in versions


def test_equal_facts_give_equal_tags() -> None:
    assert make_tags(FACTS) == make_tags(dict(FACTS))


def test_every_band_is_described_as_predicted() -> None:
    assert len(BAND_NAMES) == 3
    assert all(name.startswith("Predicted") for name in (*BAND_NAMES, *SPREAD_NAME, *CHANGE_NAME))
