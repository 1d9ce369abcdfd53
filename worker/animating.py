"""Makes an animation of pictures: `python -m landcast.worker.animating --output town.gif --seconds 1.5 1.png 2.png`.

Run by the plugin as a child process, because QGIS's Python may lack what is needed. Nothing but the animation is
written, under a temporary name first.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILM_FRAMES_A_SECOND = 10
COLOURS = 256
Picture = NDArray[np.uint8]


class AnimationError(Exception):
    """There is no animation; the message says why."""


def main(arguments: list[str]) -> int:
    """Make an animation; the exit code is 1 where there is none, and the reason stands on standard error."""
    parser = argparse.ArgumentParser(prog="landcast.worker.animating")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("pictures", type=Path, nargs="+")
    given = parser.parse_args(arguments)
    try:
        animate(given.pictures, given.output, given.seconds)
    except (AnimationError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def animate(pictures: list[Path], output: Path, seconds: float) -> None:
    """Write pictures of one size as a GIF that repeats, or as an MP4.

    Args:
        pictures: in their order.
        output: ends in `.gif` or `.mp4`; replaced where it exists.
        seconds: that each is shown.

    Raises:
        AnimationError: the ending is another, the sizes differ, or there is no encoder.
        OSError: a file cannot be read or written.
    """
    writers = {".gif": _write_gif, ".mp4": _write_film}
    write = writers.get(output.suffix.lower())
    if write is None:
        raise AnimationError(f"{output.name}: an animation ends in .gif or .mp4")
    aside = output.with_name(f".{output.stem}.{secrets.token_hex(4)}.partial{output.suffix.lower()}")
    try:
        write(pictures, aside, seconds)
        aside.replace(output)
    finally:
        aside.unlink(missing_ok=True)


def _write_gif(pictures: list[Path], path: Path, seconds: float) -> None:
    """One palette for all pictures: what does not change must not flicker."""
    from PIL import Image

    images = [Image.open(picture).convert("RGB") for picture in pictures]
    _check_sizes({image.size for image in images})
    strip = Image.new("RGB", (images[0].width, images[0].height * len(images)))
    for number, image in enumerate(images):
        strip.paste(image, (0, number * image.height))
    palette = strip.quantize(COLOURS, Image.Quantize.MEDIANCUT)
    frames = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
    frames[0].save(
        path,
        save_all=True,
        append_images=frames[1:],
        duration=round(seconds * 1000),
        loop=0,
        optimize=False,
        disposal=1,
    )


def _write_film(pictures: list[Path], path: Path, seconds: float) -> None:
    import cv2
    from PIL import Image

    # OpenCV reads blue first, and on Windows no path with letters beyond its code page
    images: list[Picture] = [
        np.ascontiguousarray(np.asarray(Image.open(picture).convert("RGB"))[..., ::-1]) for picture in pictures
    ]
    _check_sizes({image.shape[:2] for image in images})
    height, width = images[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), FILM_FRAMES_A_SECOND, (width, height))
    try:
        if not writer.isOpened():
            raise AnimationError("this OpenCV has no encoder for MP4; choose GIF")
        for image in images:
            for _ in range(max(1, round(seconds * FILM_FRAMES_A_SECOND))):
                writer.write(image)
    finally:
        writer.release()
    if not path.exists() or path.stat().st_size == 0:
        raise AnimationError("OpenCV wrote no film; is the disk full?")


def _check_sizes(sizes: set[tuple[int, ...]]) -> None:
    if len(sizes) > 1:
        raise AnimationError("the pictures differ in size")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
