"""One HTML file that holds all it shows: text, tables, plots and pictures, without a network."""

from __future__ import annotations

import base64
import html
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core.errors import OutputError
from ...core.files import sync

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLOT_DPI = 110
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 2em auto; padding: 0 1em; color: #1c1c1c; }
table { border-collapse: collapse; margin: 1em 0; display: block; overflow-x: auto; }
th, td { border: 1px solid #cfcfcf; padding: .25em .6em; text-align: right; white-space: nowrap; }
th { background: #f1f1f1; } th:first-child, td:first-child { text-align: left; }
figure { margin: 1.2em 0; } figcaption { color: #555; font-size: .93em; } img { max-width: 100%; }
"""


class Page:
    """A page that grows from the top down; every method but `write` returns the page itself.

    Args:
        title: of the page.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self._parts: list[str] = [f"<h1>{html.escape(title)}</h1>"]

    def heading(self, text: str, level: int = 2) -> Page:
        """Begin a section; 2 is the highest level below the title."""
        self._parts.append(f"<h{level}>{html.escape(text)}</h{level}>")
        return self

    def text(self, text: str) -> Page:
        """Add a paragraph."""
        self._parts.append(f"<p>{html.escape(text)}</p>")
        return self

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Page:
        """Add a table; values are written as `str` has them."""
        head = "".join(f"<th>{html.escape(str(name))}</th>" for name in columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(value))}</td>" for value in row) + "</tr>\n" for row in rows
        )
        self._parts.append(f"<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>")
        return self

    def figure(self, figure: Figure, caption: str = "") -> Page:
        """Add a plot of matplotlib, as PNG."""
        stream = io.BytesIO()
        figure.savefig(stream, format="png", dpi=PLOT_DPI, bbox_inches="tight")
        return self._picture("png", stream.getvalue(), caption)

    def image(self, image: NDArray[np.uint8], caption: str = "") -> Page:
        """Add a picture, uint8 (y, x, 3), as PNG."""
        bgr: Any = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2BGR)
        _, data = cv2.imencode(".png", bgr)
        return self._picture("png", data.tobytes(), caption)

    def write(self, path: Path) -> Path:
        """Write the page, whole or not at all; its path comes back.

        Raises:
            OutputError: it cannot be written.
        """
        aside = path.with_name(f".{path.name}.{os.getpid()}.partial")
        try:
            aside.write_text(self._document(), encoding="utf-8")
            sync(aside)
            aside.replace(path)
        except OSError as error:
            raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
        finally:
            aside.unlink(missing_ok=True)
        return path

    def _picture(self, kind: str, data: bytes, caption: str) -> Page:
        encoded = base64.b64encode(data).decode("ascii")
        said = html.escape(caption)
        self._parts.append(
            f'<figure><img alt="{said}" src="data:image/{kind};base64,{encoded}">'
            f"<figcaption>{said}</figcaption></figure>"
        )
        return self

    def _document(self) -> str:
        body = "\n".join(self._parts)
        return (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            f"<title>{html.escape(self.title)}</title><style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
        )
