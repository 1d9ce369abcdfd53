"""Dates of images: as precise as they are known, and found where a file says its own."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landcast.core.dates import ImageDate, find_source_date
from landcast.core.errors import RequestError

DAYS = st.dates(date(1800, 1, 1), date(2200, 12, 31))
DATES = st.one_of(
    st.builds(lambda day: ImageDate(day.year), DAYS),
    st.builds(lambda day: ImageDate(day.year, day.month), DAYS),
    st.builds(lambda day: ImageDate(day.year, day.month, day.day), DAYS),
)
TIFF_DATE = {"TIFFTAG_DATETIME": "2019:03:04 05:06:07"}


def make_item(path: Path, href: str = "./image.tif", **properties: Any) -> Path:
    """Write a STAC item."""
    item = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": "image",
        "geometry": {"type": "Point", "coordinates": [0, 0]},
        "bbox": [0, 0, 0, 0],
        "properties": {"datetime": "2016-06-14T12:00:00Z"} | properties,
        "links": [],
        "assets": {"image": {"href": href}},
    }
    path.write_text(json.dumps(item))
    return path


@given(DATES)
def test_what_a_date_says_reads_as_the_same_date(day: ImageDate) -> None:
    assert ImageDate.parse(str(day)) == day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016", ImageDate(2016)),
        (" 2016-06 ", ImageDate(2016, 6)),
        ("2016-06-14", ImageDate(2016, 6, 14)),
        ("20160614", ImageDate(2016, 6, 14)),
        ("2016-06-14T12:00:00Z", ImageDate(2016, 6, 14)),
        ("2016-06-14T23:59:59.123456-07:00", ImageDate(2016, 6, 14)),
        ("2016-06-14 12:30", ImageDate(2016, 6, 14)),
        ("20160614T120000Z", ImageDate(2016, 6, 14)),
        ("2016:06:14 12:00:00", ImageDate(2016, 6, 14)),
        ("2016:06:14 12:00:00\0", ImageDate(2016, 6, 14)),
        ("2016-02-29", ImageDate(2016, 2, 29)),
    ],
)
def test_a_date_keeps_the_precision_that_it_was_written_with(text: str, expected: ImageDate) -> None:
    assert ImageDate.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "June 2016",
        "16",
        "2016-6",
        "2016-13",
        "2016-00",
        "2015-02-29",
        "2016-06-00",
        "2016-06-31",
        "2016-06:14",
        "1799",
        "2201-01-01",
        "0000:00:00 00:00:00",
        "2016-06-14Tnoon",
        "٢٠١٦",
        "2016-06-14 or so",
        "2016:06",
    ],
)
def test_what_is_no_date_is_refused_with_the_way_to_write_one(text: str) -> None:
    with pytest.raises(RequestError, match="--source-date takes a year, month or day"):
        ImageDate.parse(text)


@pytest.mark.parametrize("parts", [(2016, None, 3), (2016, 0, None), (2016, 2, 30), (0, None, None), (2016, 1, 0)])
def test_a_date_that_does_not_exist_cannot_be_made(parts: tuple[int, int | None, int | None]) -> None:
    with pytest.raises(RequestError, match="there is no such date"):
        ImageDate(*parts)


@given(DATES, st.integers(0, 100))
def test_whole_years_later_is_the_same_day_month_or_year_then(day: ImageDate, years: int) -> None:
    later = day.later(years)
    assert (later.year, later.month) == (day.year + years, day.month)
    assert later.day == day.day or (day.month, day.day, later.day) == (2, 29, 28)


@given(DATES, st.floats(0, 100))
def test_a_later_date_is_as_precise_and_no_earlier(day: ImageDate, years: float) -> None:
    later = day.later(years)
    assert len(str(later)) == len(str(day))
    assert not later < day


@given(DAYS, st.floats(0, 100))
def test_a_day_some_years_later_is_that_many_mean_years_away(day: date, years: float) -> None:
    later = ImageDate(day.year, day.month, day.day).later(years).first_day
    assert abs((later - day).days - years * 365.2425) < 2.5


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        ("2016-02-29", 1, "2017-02-28"),
        ("2016-02-29", 4, "2020-02-29"),
        ("2016-06-14", 0.5, "2016-12-14"),
        ("2016-06-14", 3.9999999, "2020-06-14"),
        ("2016-11", 0.25, "2017-02"),
        ("2016-01", 1.5, "2017-07"),
        ("2016", 1.4, "2017"),
        ("2016", 1.5, "2018"),
        ("2016", 0.2, "2016"),
    ],
)
def test_a_fraction_of_a_year_counts_as_far_as_the_date_is_known(day: str, years: float, expected: str) -> None:
    assert str(ImageDate.parse(day).later(years)) == expected


@pytest.mark.parametrize("years", [-1, float("nan"), float("inf"), 1e9, 8000])
def test_years_that_lead_nowhere_are_refused(years: float) -> None:
    with pytest.raises(RequestError, match="--years"):
        ImageDate(2016).later(years)


def test_dates_are_ordered_by_their_first_day() -> None:
    dates = [ImageDate(2016, 6, 14), ImageDate(2015, 12), ImageDate(2016), ImageDate(2016, 7)]
    assert [str(day) for day in sorted(dates)] == ["2015-12", "2016", "2016-06-14", "2016-07"]


def test_nothing_is_found_where_nothing_is_said(tmp_path: Path) -> None:
    assert find_source_date(tmp_path / "image.tif", {}, {}) is None


def test_what_is_better_known_comes_first(tmp_path: Path) -> None:
    image = tmp_path / "image.tif"
    tags = {"LANDCAST_RESULT_DATE": "2024", **TIFF_DATE}
    imagery = {"ACQUISITIONDATETIME": "2018-02-03 04:05:06"}
    make_item(tmp_path / "image.json")
    assert find_source_date(image, tags, imagery) == (ImageDate(2024), "tag LANDCAST_RESULT_DATE")
    assert find_source_date(image, TIFF_DATE, imagery) == (ImageDate(2016, 6, 14), "STAC item image.json")
    (tmp_path / "image.json").unlink()
    assert find_source_date(image, TIFF_DATE, imagery) == (ImageDate(2018, 2, 3), "IMAGERY tag ACQUISITIONDATETIME")
    assert find_source_date(image, TIFF_DATE, {}) == (ImageDate(2019, 3, 4), "TIFF tag DateTime")


def test_a_result_that_reaches_beyond_the_years_of_sources_is_still_dated(tmp_path: Path) -> None:
    found = find_source_date(tmp_path / "image.tif", {"LANDCAST_RESULT_DATE": "2216-06"}, {})
    assert found is not None
    assert found[0] == ImageDate(2216, 6)


@pytest.mark.parametrize(
    "text",
    [
        "0000:00:00 00:00:00",
        "1970:01:01 00:00:00",
        "1980:01:01 00:00:00",
        "    :  :     :  :  ",
        "yesterday",
        "",
        "9999:12:31 00:00:00",
        "2016:13:45 00:00:00",
    ],
)
def test_clocks_that_were_never_set_and_garbage_say_nothing(tmp_path: Path, text: str) -> None:
    tags = {"TIFFTAG_DATETIME": text, "LANDCAST_RESULT_DATE": "soon"}
    assert find_source_date(tmp_path / "image.tif", tags, {"ACQUISITIONDATETIME": "?"}) is None


@pytest.mark.parametrize("name", ["image.json", "image.stac.json"])
def test_an_item_named_after_the_image_speaks_for_it(tmp_path: Path, name: str) -> None:
    make_item(tmp_path / name, href="https://example.com/elsewhere.tif")
    assert find_source_date(tmp_path / "image.tif", {}, {}) == (ImageDate(2016, 6, 14), f"STAC item {name}")


@pytest.mark.parametrize("name", ["stac.json", "item.json"])
def test_an_item_of_the_folder_speaks_for_the_images_among_its_assets_alone(tmp_path: Path, name: str) -> None:
    image = tmp_path / "image.tif"
    for href in ("image.tif", "./image.tif", str(image), image.as_uri(), "../" + tmp_path.name + "/image.tif"):
        make_item(tmp_path / name, href=href)
        assert find_source_date(image, {}, {}) == (ImageDate(2016, 6, 14), f"STAC item {name}"), href
    for href in ("other.tif", "https://example.com/image.tif", "file://server/image.tif", "../image.tif"):
        make_item(tmp_path / name, href=href)
        assert find_source_date(image, {}, {}) is None, href


def test_an_image_given_by_a_relative_path_is_known_among_the_assets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make_item(tmp_path / "item.json")
    assert find_source_date(Path("image.tif"), {}, {}) is not None


@pytest.mark.parametrize(
    ("at", "start", "end", "expected"),
    [
        (None, "2016-06-14T08:00:00Z", "2016-06-14T09:00:00Z", "2016-06-14"),
        (None, "2016-06-14T00:00:00Z", "2016-06-15T00:00:00Z", "2016-06-14"),
        (None, "2016-06-01T00:00:00Z", "2016-06-30T23:59:59Z", "2016-06"),
        (None, "2016-01-01T00:00:00Z", "2017-01-01T00:00:00Z", "2016"),
        ("2016-01-01T00:00:00Z", "2016-01-01T00:00:00Z", "2016-12-31T23:59:59Z", "2016"),
        (None, "2014-01-01T00:00:00Z", "2017-01-01T00:00:00Z", "2015"),
        ("2014-01-01T00:00:00Z", "2014-01-01T00:00:00Z", "2017-01-01T00:00:00Z", "2014"),
        ("2016-06-14T00:00:00Z", "2018-01-01T00:00:00Z", "2017-01-01T00:00:00Z", "2016-06-14"),
    ],
)
def test_a_range_of_time_gives_as_much_of_a_date_as_it_holds(
    tmp_path: Path, at: str | None, start: str, end: str, expected: str
) -> None:
    make_item(tmp_path / "image.json", datetime=at, start_datetime=start, end_datetime=end)
    found = find_source_date(tmp_path / "image.tif", {}, {})
    assert found is not None
    assert str(found[0]) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[1, 2]",
        b'{"type": "FeatureCollection", "features": []}',
        b'{"type": "Feature", "stac_version": "1.0.0"}',
        b'{"type": "Feature", "stac_version": 7, "id": [], "properties": 3, "assets": [], "links": {}}',
        b'{"type": "Feature", "stac_version": "1.0.0", "id": "a", "properties": {"datetime": "1-1-1"}, "links": []}',
        b'{"type": "Feature", "stac_version": "1.0.0", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"type": "Feature", "stac_version": "1.0.0", "x": ' + b"[" * 700 + b"]" * 700 + b"}",
        b'{"type": "Feature", "stac_version": ' + b"9" * 10_000 + b"}",
        b"\xff\xfe\x00\x80",
        b" " * 5_000_001,
    ],
)
def test_json_that_is_no_item_is_passed_over(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "image.json").write_bytes(content)
    assert find_source_date(tmp_path / "image.tif", TIFF_DATE, {}) == (ImageDate(2019, 3, 4), "TIFF tag DateTime")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("2016-06-14T00:00:00Z"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=200)
@given(
    st.dictionaries(
        st.sampled_from(["id", "geometry", "bbox", "properties", "links", "assets", "stac_extensions", "stac_version"]),
        JSON | st.dictionaries(st.sampled_from(["datetime", "start_datetime", "end_datetime", "href", "a"]), JSON),
    ),
    st.sampled_from(["image.json", "item.json"]),
)
def test_no_item_however_wrong_stops_a_prediction(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, Any], name: str
) -> None:
    folder = tmp_path_factory.mktemp("item")
    path = make_item(folder / name)
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    find_source_date(folder / "image.tif", {}, {})


@given(st.text(), st.text(), st.text())
def test_no_tag_however_wrong_stops_a_prediction(result: str, acquired: str, made: str) -> None:
    tags = {"LANDCAST_RESULT_DATE": result, "TIFFTAG_DATETIME": made}
    find_source_date(Path("nowhere/image.tif"), tags, {"ACQUISITIONDATETIME": acquired})


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_in_place_of_an_item_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "image.json")
    assert find_source_date(tmp_path / "image.tif", {}, {}) is None


def test_a_path_too_long_for_a_file_has_no_item() -> None:
    assert find_source_date(Path("a" * 250 + ".tif"), {}, {}) is None
    assert find_source_date(Path(), {}, {}) is None
