"""Which rasters show which date: as named, by folders, by a catalogue on loopback that answers well, badly or never."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from landcast.core.dates import ImageDate
from landcast.core.errors import RequestError, TrainingError, UnreadableSourceError
from landcast.core.scenes.inputs.stac import StacQuery
from landcast.tests.core.scenes.inputs.catalogues import Served, item, serve_api, serve_catalogue, serving, slowly
from landcast.tests.training.dataset.conftest import Image, Said, write_image
from landcast.training.dataset.inputs import (
    check_dates,
    dates_as_named,
    dates_of_catalogue,
    dates_of_folder,
    years_apart,
)


@pytest.fixture
def server() -> Iterator[Served]:
    with serving() as held:
        yield held


def test_dates_are_pooled_and_come_in_order(tmp_path: Path, before: Image) -> None:
    paths = [write_image(tmp_path / f"{name}.tif", before[:, :64, :64]) for name in "abc"]
    named = [("2020", str(paths[0])), ("2016-06", str(paths[1])), ("2020", str(paths[2])), ("2020", str(paths[0]))]
    dates = check_dates(dates_as_named(named))
    assert [(str(one.date), one.sources) for one in dates] == [
        ("2016-06", (str(paths[1]),)),
        ("2020", (str(paths[0]), str(paths[2]))),
    ]


def test_folders_of_dates_are_found_by_their_years_also_those_that_qgis_exports(tmp_path: Path, before: Image) -> None:
    for name in ("before_2016/x.tif", "after_2020/x.tif", "2018/y.tif", "2018/z.tif", "notes/n.tif", ".2014/h.tif"):
        write_image(tmp_path / name, before[:, :64, :64])
    found = {str(one.date): [Path(source).name for source in one.sources] for one in dates_of_folder(tmp_path)}
    assert found == {"2016": ["x.tif"], "2018": ["y.tif", "z.tif"], "2020": ["x.tif"]}
    with pytest.raises(TrainingError, match="no folder in it has a year in its name"):
        dates_of_folder(tmp_path / "notes")
    with pytest.raises(TrainingError, match="no such folder of dates"):
        dates_of_folder(tmp_path / "nowhere")


def test_pictures_in_a_folder_count_where_no_place_is_expected(tmp_path: Path, before: Image) -> None:
    write_image(tmp_path / "2016" / "x.png", before[:, :64, :64], crs=None)
    with pytest.raises(RequestError, match="no raster of a place"):
        dates_as_named([("2016", str(tmp_path / "2016"))])
    (date,) = dates_as_named([("2016", str(tmp_path / "2016"))], has_no_place=True)
    assert [Path(source).name for source in date.sources] == ["x.png"]


def test_one_date_only_is_an_error(tmp_path: Path, before: Image) -> None:
    path = write_image(tmp_path / "a.tif", before[:, :64, :64])
    with pytest.raises(
        TrainingError, match=r"one date only, 2016 \(1 raster\(s\)\): pairs need imagery of at least two"
    ):
        check_dates(dates_as_named([("2016", str(path)), ("2016", str(path))]))
    with pytest.raises(RequestError, match="'last summer' is not a date; --date takes a year"):
        dates_as_named([("last summer", str(path))])


def test_years_are_as_precise_as_the_dates() -> None:
    assert years_apart(ImageDate(2016), ImageDate(2020, 6)) == 4
    assert years_apart(ImageDate(2016, 6), ImageDate(2018, 12)) == 2.5
    assert years_apart(ImageDate(2016, 6, 14), ImageDate(2020, 6, 14)) == 4


ITEMS = [
    item("a", left=0, when="2007-06-01T00:00:00Z", href="http://example.org/a.tif", collection="naip"),
    item("b", left=0, when="2014-06-01T00:00:00Z", href="http://example.org/b.tif", collection="naip"),
    item("c", left=9, when="2014-06-01T00:00:00Z", href="http://example.org/c.tif", collection="naip"),
    item("d", left=0, when="2010-06-01T00:00:00Z", href="http://example.org/d.tif", collection="naip"),
]


@pytest.mark.parametrize("kind", ["api", "catalogue"])
def test_a_catalogue_is_searched_once_for_each_date(kind: str, server: Served, said: Said) -> None:
    if kind == "api":
        serve_api(server, ITEMS)
        url = server.url
    else:
        serve_catalogue(server, ITEMS)
        url = f"{server.url}/stac/catalog.json"
    query = StacQuery.read(url, ("naip",), "0.2,0.2,0.8,0.8", None, None, None)
    dates = dates_of_catalogue(query, ["2014", "2007"], said.append, said.append)
    assert [(str(one.date), one.sources) for one in dates] == [
        ("2007", ("http://example.org/a.tif",)),
        ("2014", ("http://example.org/b.tif",)),
    ]
    with pytest.raises(RequestError, match=r"no item matches --collection naip, .*--dates 2016"):
        dates_of_catalogue(query, ["2014", "2016"], said.append, said.append)


def test_an_item_that_cannot_be_read_from_is_told_and_stops_no_other(server: Served, said: Said) -> None:
    bad = item("bucket", left=0, when="2007-06-01T00:00:00Z", href="s3://bucket/a.tif", collection="naip")
    serve_api(server, [*ITEMS, bad])
    dates = dates_of_catalogue(StacQuery(server.url), ["2007", "2014"], said.append, said.append)
    assert [len(one.sources) for one in dates] == [1, 2]
    assert "bucket: left out: " in said.text
    assert "only http and https are read" in said.text


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (slowly(3.0), "does not answer in time"),
        (lambda body: (500, "text/plain", b"out of order"), "500"),
        (lambda body: (200, "text/html", b"<html>hello</html>"), "cannot be read|does not answer as"),
    ],
    ids=["slow", "fault", "page"],
)
def test_a_catalogue_that_answers_badly_is_told_in_one_line(
    answer: object, problem: str, server: Served, said: Said
) -> None:
    serve_api(server, ITEMS)
    server.files["/search"] = answer
    with pytest.raises(UnreadableSourceError, match=problem) as told:
        dates_of_catalogue(StacQuery(server.url, answer_s=0.5), ["2007", "2014"], said.append, said.append)
    assert str(told.value).startswith(f"--stac {server.url}: ")
    assert "\n" not in str(told.value)


def test_a_catalogue_that_is_not_there_is_told(said: Said) -> None:
    with pytest.raises(UnreadableSourceError, match="--stac http://127"):
        dates_of_catalogue(StacQuery("http://127.0.0.1:9/"), ["2007", "2014"], said.append, said.append)
