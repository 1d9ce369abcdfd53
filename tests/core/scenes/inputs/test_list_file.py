"""Lists of scenes, as text and as tables."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from landcast.core.errors import RequestError
from landcast.core.scenes.inputs.list_file import read_list


def write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_text_names_one_scene_a_line_from_its_own_folder(tmp_path: Path) -> None:
    place = write(tmp_path / "list.txt", "\ufeff# tiles\na.tif\n\n  sub/b c.tif \r\nhttps://example.org/x.tif\n")
    scenes = read_list(place)
    assert [str(scene.source) for scene in scenes] == [
        str(tmp_path / "a.tif"), str(tmp_path / "sub" / "b c.tif"), "https://example.org/x.tif"
    ]  # fmt: skip
    assert scenes[1].origin == f"{place}, line 4"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_gives_names_and_dates(delimiter: str, tmp_path: Path) -> None:
    lines = ["Name|SOURCE|date|cloud", "north|a.tif|2016-06|3", '"so|uth"|b.tif||', "|||"]
    place = write(tmp_path / "list.csv", "\n".join(lines).replace("|", delimiter))
    first, second = read_list(place)
    assert (first.name, first.date, Path(first.source).name) == ("north", "2016-06", "a.tif")
    assert (second.name, second.date) == (f"so{delimiter}uth", None)


def test_standard_input_is_a_list_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a.tif\nb.tif\n"))
    assert [str(scene.source) for scene in read_list("-")] == ["a.tif", "b.tif"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("list.txt", "# nothing\n", "none in it"),
        ("list.csv", "name,date\na,2016\n", "needs a column `source` in its first line, found: name, date"),
        ("list.csv", "source,date\na.tif,2016-13\n", "line 2: 2016-13"),
        ("list.csv", "source,date\n,2016\n", "line 2: names no source"),
        ("list.txt", "# none\nnone*.tif\n", "line 2: .*no raster is called so"),
        ("missing.txt", None, "cannot be read: No such file"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(name: str, text: str | None, said: str, tmp_path: Path) -> None:
    if text is not None:
        write(tmp_path / name, text)
    with pytest.raises(RequestError, match=said):
        read_list(str(tmp_path / name))


def test_a_list_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(RequestError, match="no text in UTF-8"):
        read_list(str(path))


def test_a_line_that_names_what_is_not_there_stops_no_other(tmp_path: Path) -> None:
    place = write(tmp_path / "list.txt", "a.tif\nnone*.tif\n")
    first, second = read_list(place)
    assert first.refused is None
    assert second.refused is not None
    assert second.refused.startswith(f"{place}, line 2: ")
    assert "no raster is called so" in second.refused
