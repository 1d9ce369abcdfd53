"""Where the guide stands that the Help buttons open: on this disk, so that it needs no network."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtCore import QUrl

DOCS = Path(__file__).parents[1] / "docs"
PAGE = "qgis.html"
"""Only in the packed plugin, which is made with pages."""
TEXT = "qgis.md"


def guide_url(place: str = "") -> QUrl:
    """The guide, or the place in it that has this name: that of an algorithm, of `dock`, of `first-run`."""
    page = DOCS / PAGE
    url = QUrl.fromLocalFile(str(page if page.is_file() else DOCS / TEXT))
    if place:
        url.setFragment(place)
    return url
