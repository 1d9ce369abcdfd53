"""Pages that hold all they show."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from matplotlib.figure import Figure

from landcast.core.errors import OutputError
from landcast.training.report.page import Page


def test_a_page_holds_its_plots_and_pictures_and_escapes_what_it_is_told(tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    figure = Figure()
    figure.subplots().plot([1, 2])
    page = Page("A <title>").heading("One").table(("a", "b"), [(1, "<b>x</b>")]).figure(figure, "a plot")
    path = page.image(image, 'a "picture"').text("words & more").write(tmp_path / "page.html")
    text = path.read_text(encoding="utf-8")
    assert "<b>" not in text
    assert "A &lt;title&gt;" in text
    assert "http" not in text
    pictures = [base64.b64decode(data) for data in re.findall(r'src="data:image/png;base64,([^"]+)"', text)]
    assert len(pictures) == 2
    shown = cv2.cvtColor(cv2.imdecode(np.frombuffer(pictures[1], np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    assert (shown == image).all()
    assert [one.name for one in tmp_path.iterdir()] == ["page.html"]


def test_a_page_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"page\.html: cannot be written"):
        Page("a").write(tmp_path / "nowhere" / "page.html")
