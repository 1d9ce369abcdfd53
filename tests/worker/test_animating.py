"""Animations of pictures, read back by other programs' readers than the ones that wrote them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.errors import NotGeoreferencedWarning

from landcast.worker.animating import AnimationError, animate, main

RED, BLUE = (220, 30, 20), (20, 40, 210)


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """A red and a blue one, in a folder that no code page of Windows can write."""
    folder = tmp_path / "Пример 景"
    folder.mkdir()
    paths = [folder / "1.png", folder / "2.png"]
    for path, colour in zip(paths, (RED, BLUE), strict=True):
        Image.fromarray(np.full((48, 64, 3), colour, np.uint8)).save(path)
    return paths


def test_a_gif_holds_each_picture_for_its_time(pictures: list[Path], tmp_path: Path) -> None:
    output = tmp_path / "town.gif"
    assert main(["--output", str(output), "--seconds", "2", *map(str, pictures)]) == 0
    with Image.open(output) as gif:
        assert (gif.n_frames, gif.info["duration"], gif.info["loop"]) == (2, 2000, 0)
        gif.seek(1)
        assert np.abs(np.asarray(gif.convert("RGB")).astype(int) - BLUE).max() <= 4
    with pytest.warns(NotGeoreferencedWarning), rasterio.open(output, driver="GIF") as first:
        assert (first.width, first.height) == (64, 48)
    assert not list(tmp_path.glob(".*partial*"))


def test_a_film_shows_the_colours_of_the_pictures(pictures: list[Path], tmp_path: Path) -> None:
    output = tmp_path / "town.mp4"
    animate(pictures, output, 0.5)
    film = cv2.VideoCapture(str(output))
    frames = []
    while (read := film.read())[0]:
        frames.append(read[1][..., ::-1].astype(int))
    film.release()
    assert len(frames) == 10
    assert np.abs(frames[1].mean((0, 1)) - RED).max() < 15
    assert np.abs(frames[-1].mean((0, 1)) - BLUE).max() < 15


def test_what_cannot_be_animated_leaves_what_was_there(
    pictures: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "town.gif"
    output.write_bytes(b"an earlier one")
    Image.fromarray(np.zeros((20, 20, 3), np.uint8)).save(pictures[1])
    assert main(["--output", str(output), *map(str, pictures)]) == 1
    assert "differ in size" in capsys.readouterr().err
    assert output.read_bytes() == b"an earlier one"
    with pytest.raises(AnimationError, match=r"ends in \.gif or \.mp4"):
        animate(pictures, tmp_path / "town.avi", 1)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
