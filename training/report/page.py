"""A page of HTML that stands alone: text, tables, plots and pictures in one file, without any network.

    Page("A title").heading("Part").paragraph("Text.").table(("a", "b"), [(1, 2)], "What it shows").write(path)

Everything that is given is text and is escaped; plots and pictures are kept as PNG.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core.errors import OutputError
from ...core.files import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLOT_DPI = 130
STYLE = """
:root { color-scheme: light dark; --ink: #1a1d21; --paper: #fff; --faint: #5d6670; --line: #d5dae0; --stripe: #f5f7f9; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8ea; --paper: #16181b; --faint: #a2abb5; --line: #3a4047; --stripe: #1f2327; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 62rem; background: var(--paper); color: var(--ink);
       font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.35rem; margin: 2.6rem 0 .6rem; padding-top: .6rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.08rem; margin: 1.6rem 0 .4rem; }
p, li { max-width: 46rem; }
figure { margin: 1.2rem 0; overflow-x: auto; }
figcaption, caption { color: var(--faint); font-size: .9rem; text-align: left; padding: .35rem 0; max-width: 46rem; }
img { max-width: 100%; height: auto; display: block; }
img.plot { background: #fff; border-radius: 4px; }
img.picture { image-rendering: pixelated; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { caption-side: top; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
th:first-child, td.words, th.words { text-align: left; }
thead th { border-bottom: 2px solid var(--line); vertical-align: bottom; }
tbody tr:nth-child(even) { background: var(--stripe); }
tbody th { font-weight: 500; white-space: nowrap; }
nav ul { padding-left: 1.1rem; }
@media print {
  :root { --ink: #000; --paper: #fff; --faint: #444; --line: #bbb; --stripe: #fff; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  nav { display: none; }
  figure, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  @page { margin: 18mm 15mm; }
}
"""


class Page:
    """Collects parts in the order in which they are given; every method but `write` returns the page itself.

    Args:
        title: of the page.
        language: of its text, as HTML names it.
    """

    def __init__(self, title: str, language: str = "en") -> None:
        self.title, self.language = title, language
        self._parts: list[str] = []
        self._headings: list[tuple[str, str]] = []

    def heading(self, text: str, level: int = 2) -> Page:
        """Begin a part; those of level 2 stand in the contents."""
        if level not in (2, 3, 4):
            raise ValueError(f"a heading is of level 2, 3 or 4, not {level}; level 1 is the title")
        name = f"part-{len(self._headings) + 1}"
        if level == 2:
            self._headings.append((name, text))
        mark = f' id="{name}"' if level == 2 else ""
        return self._add(f"<h{level}{mark}>{_text(text)}</h{level}>")

    def paragraph(self, text: str) -> Page:
        """Add running text."""
        return self._add(f"<p>{_text(text)}</p>")

    def points(self, texts: Iterable[str]) -> Page:
        """Add a list; nothing where it is empty."""
        items = "\n".join(f"<li>{_text(text)}</li>" for text in texts)
        return self._add(f"<ul>\n{items}\n</ul>") if items else self

    def table(
        self, header: Sequence[Any], rows: Iterable[Sequence[Any]], caption: str = "", words: Collection[int] = ()
    ) -> Page:
        """Add a table; the first cell of a row names it.

        Args:
            header: above the columns.
            rows: of as many cells.
            caption: what the table shows.
            words: columns beside the first that hold words rather than figures.

        Raises:
            ValueError: a row has another number of cells than the header.
        """
        kinds = [' class="words"' if column in words else "" for column in range(len(header))]
        head = "".join(f'<th scope="col"{kind}>{_text(cell)}</th>' for kind, cell in zip(kinds, header, strict=True))
        body = []
        for row in rows:
            if len(row) != len(header):
                raise ValueError(f"a row of {len(row)} cells under a header of {len(header)}: {row!r}")
            cells = "".join(f"<td{kind}>{_text(cell)}</td>" for kind, cell in zip(kinds[1:], row[1:], strict=True))
            body.append(f'<tr><th scope="row">{_text(row[0])}</th>{cells}</tr>')
        lines, said = "\n".join(body), f"<caption>{_text(caption)}</caption>\n" if caption else ""
        return self._add(
            f"<figure><table>\n{said}<thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n</tbody></table></figure>"
        )

    def figure(self, plot: Figure, caption: str) -> Page:
        """Add a plot of matplotlib, which the caption also tells to who cannot see it."""
        stream = io.BytesIO()
        # without a date and a program's version equal plots are equal bytes
        plot.savefig(stream, format="png", dpi=PLOT_DPI, bbox_inches="tight", metadata={"Software": None})
        return self._picture(stream.getvalue(), caption, "plot")

    def image(self, pixels: NDArray[np.uint8], caption: str) -> Page:
        """Add a picture, uint8 (y, x, 3), red first.

        Raises:
            ValueError: it has another shape or type.
        """
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
            raise ValueError(f"a picture is uint8 (y, x, 3), not {pixels.dtype} {pixels.shape}")
        _, data = cv2.imencode(".png", cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2BGR))
        return self._picture(data.tobytes(), caption, "picture")

    def to_html(self) -> str:
        """The whole page."""
        parts = "\n".join(self._parts)
        contents = "\n".join(f'<li><a href="#{name}">{_text(text)}</a></li>' for name, text in self._headings)
        navigation = f'<nav aria-label="Contents"><ul>\n{contents}\n</ul></nav>\n' if len(self._headings) > 1 else ""
        title = _text(self.title)
        return (
            f'<!doctype html>\n<html lang="{_text(self.language)}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
            "style-src 'unsafe-inline'\">\n"
            f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
            f"{navigation}{parts}\n</main>\n</body>\n</html>\n"
        )

    def write(self, path: Path) -> Path:
        """Write the page aside and rename it; its path comes back.

        Raises:
            OutputError: it cannot be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, self.to_html())
        except OSError as error:
            raise OutputError(f"{path}: the report cannot be written: {error.strerror or error}") from error
        return path

    def _picture(self, png: bytes, caption: str, kind: str) -> Page:
        data, words = base64.b64encode(png).decode("ascii"), _text(caption)
        return self._add(
            f'<figure><img class="{kind}" alt="{words}" src="data:image/png;base64,{data}">'
            f"<figcaption>{words}</figcaption></figure>"
        )

    def _add(self, part: str) -> Page:
        self._parts.append(part)
        return self


def _text(value: Any) -> str:
    """Text as HTML shows it, safe within attributes too."""
    return html.escape(f"{value}", quote=True)
