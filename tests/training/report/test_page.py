"""The page: whole and alone, escaped, and never half-written."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from landcast.core.errors import OutputError
from landcast.training.report.page import Page

HOSTILE = "<script>alert(\"x\")</script> & 'quoted'"
VOID = {"meta", "img", "br"}


class Reader(HTMLParser):
    """Reads a page as a browser does, and holds it to being well formed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def plot() -> object:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([0, 1], [1, 0])
    return figure


def full_page() -> Page:
    page = Page(HOSTILE).heading(HOSTILE).paragraph(HOSTILE).points([HOSTILE]).heading("Two")
    page.table(("name", HOSTILE), [(HOSTILE, 1.5)], HOSTILE)
    return page.figure(plot(), HOSTILE).image(np.zeros((2, 3, 3), np.uint8), HOSTILE)  # type: ignore[arg-type]


def test_what_is_given_is_text_and_never_markup() -> None:
    reader = Reader(full_page().to_html())
    assert reader.all("script") == []
    # title, h1, contents, heading, paragraph, point, caption, head, cell, two captions
    assert reader.text.count(HOSTILE) == 11
    assert [image["alt"] for image in reader.all("img")] == [HOSTILE, HOSTILE]


def test_it_needs_nothing_but_itself() -> None:
    text = full_page().to_html()
    reader = Reader(text)
    addresses = [
        value for _, attributes in reader.tags for name, value in attributes.items() if name in ("src", "href")
    ]
    assert all(value and value.startswith(("data:image/png;base64,", "#part-")) for value in addresses)
    assert "http://" not in text
    assert "https://" not in text
    assert reader.all("link") == []
    targets = {attributes["id"] for attributes in reader.all("h2")}
    assert {attributes["href"] for attributes in reader.all("a")} == {f"#{name}" for name in targets}


def test_a_picture_comes_back_pixel_by_pixel() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (5, 7, 3), dtype=np.uint8)[:, ::-1]
    (data,) = re.findall(r"base64,([^\"]+)\"", Page("a").image(pixels, "noise").to_html())
    shown = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_COLOR)
    np.testing.assert_array_equal(cv2.cvtColor(shown, cv2.COLOR_BGR2RGB), pixels)


def test_equal_pages_are_equal_bytes() -> None:
    assert full_page().to_html() == full_page().to_html()


def test_a_table_names_its_rows_and_columns_and_holds_them_together() -> None:
    reader = Reader(Page("a").table(("x", "y"), [(1, 2), (3, 4)], "what").to_html())
    assert [cell["scope"] for cell in reader.all("th")] == ["col", "col", "row", "row"]
    assert Reader(Page("a").table(("x",), [(1,)]).to_html()).all("caption") == []
    with pytest.raises(ValueError, match="a row of 3 cells under a header of 2"):
        Page("a").table(("x", "y"), [(1, 2, 3)], "what")


def test_columns_of_words_are_told_from_those_of_figures() -> None:
    reader = Reader(Page("a").table(("", "found", "share"), [("model", "naip", 0.5)], words=(1,)).to_html())
    assert [cell.get("class") for cell in reader.all("td")] == ["words", None]
    assert [cell.get("class") for cell in reader.all("th")] == [None, "words", None, None]


@pytest.mark.parametrize("pixels", [np.zeros((2, 2), np.uint8), np.zeros((2, 2, 3)), np.zeros((3, 2, 2), np.uint8)])
def test_what_is_no_picture_is_refused(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="a picture is uint8"):
        Page("a").image(pixels, "what")


def test_a_page_that_cannot_be_written_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.html"
    assert Page("first").write(path) == path

    def fail(self: Path, *arguments: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutputError, match="No space left"):
        Page("second").write(path)
    assert "<h1>first</h1>" in path.read_text(encoding="utf-8")
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]
