"""Two images of a place that are open at once, and what holds for both: options, names, marks, progress."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from . import PROGRAM
from .errors import NotGeoreferencedError, RequestError
from .raster.options import SourceOptions
from .raster.overlap import distance_apart_m
from .raster.result import check_output
from .raster.source import SourceImage, open_source

LIBRARIES = ("numpy", "rasterio")

Progress = Callable[[int, int], None]
"""Called with the blocks done and the blocks that there are."""
Say = Callable[[str], None]
"""Called with something to tell the user."""


class BlockCounter:
    """Counts blocks.

    Args:
        total: that there are.
        on_progress: called after each.
    """

    def __init__(self, total: int, on_progress: Progress) -> None:
        self._done, self._total, self._on_progress = 0, total, on_progress

    def tick(self) -> None:
        """One more is done."""
        self._done += 1
        self._on_progress(self._done, self._total)


def check_pair_output(path: Path, is_overwriting: bool, images: Mapping[str, Path | str]) -> None:
    """Make sure that a result may appear, and replaces none of the images that it is made from, by what they are.

    Raises:
        OutputError: the folder is missing, or the name is taken.
        RequestError: the result would replace an image.
    """
    check_output(path, is_overwriting)
    for what, name in images.items():
        other = Path(name)
        if path.exists() and other.exists() and path.samefile(other):
            raise RequestError(f"{path}: the result would replace its own {what}; choose another place with -o")


@contextmanager
def open_pair(
    first: Path | str, second: Path | str, options: SourceOptions, second_bands: tuple[int, ...] | None, option: str
) -> Iterator[tuple[SourceImage, SourceImage]]:
    """Open two images; what the user says of a place holds for those that need it.

    Args:
        first: name of an image.
        second: name of the other.
        options: what the user says of the first; CRS and GSD of the second too, where it needs them.
        second_bands: one-based numbers of the second's bands; by their meaning where None.
        option: that chooses these bands.

    Raises:
        SourceError: one of them cannot be read, or lies nowhere.
        RequestError: what the user says does not fit, or the images differ in their number of bands.
    """
    one, is_place_used = _open(first, options)
    with one:
        try:
            other, is_used_again = _open(second, replace(options, bands=second_bands))
        except RequestError as error:
            raise RequestError(of_second(str(error), option)) from error
        with other:
            if not (is_place_used or is_used_again) and (options.assume_crs or options.gsd_m):
                said = "--assume-crs" if options.assume_crs else "--gsd"
                raise RequestError(f"{said} is for images without a place, and {one.name} and {other.name} have one")
            if one.bands != other.bands:
                raise RequestError(
                    f"{one.name} has {one.bands} band(s) and {other.name} {other.bands}; "
                    f"--bands and {option} choose one or three of each"
                )
            yield one, other


def of_second(text: str, option: str) -> str:
    """Say of the second image what was said of a source."""
    return text.replace("--bands", option)


def is_synthetic(image: SourceImage) -> bool:
    """Whether an image is itself a prediction, or made of one."""
    return image.tags.get("LANDCAST_SYNTHETIC") == "YES"


def short_name(image: SourceImage) -> str:
    """What is recorded of an image's name."""
    return image.name if image.is_remote else Path(image.name).name


def apart_text(one: SourceImage, other: SourceImage) -> str:
    """Say that two images do not overlap, and how far they lie apart."""
    apart_m = distance_apart_m(one, other)
    where = "" if apart_m is None else f", their centres lie {apart_m / 1000:,.1f} km apart"
    return f"{one.name} and {other.name} do not overlap{where}"


def made_tags(description: str, marks: Mapping[str, str], facts: Mapping[str, object]) -> dict[str, str]:
    """Items of the default domain of what was made of two images; facts that are None are left out.

    No time and no machine stands among them, so that equal runs give equal bytes.
    """
    libraries = " ".join(f"{name}={version(name)}" for name in LIBRARIES)
    return {
        "TIFFTAG_IMAGEDESCRIPTION": description,
        "TIFFTAG_SOFTWARE": f"{PROGRAM} {version(PROGRAM)}",
        **marks,
        **{f"LANDCAST_{name.upper()}": f"{value}" for name, value in facts.items() if value is not None},
        "LANDCAST_VERSIONS": f"landcast={version(PROGRAM)} python={platform.python_version()} {libraries}",
    }


def _open(name: Path | str, options: SourceOptions) -> tuple[SourceImage, bool]:
    """Open an image, and tell whether it took a place that the user gave."""
    try:
        return open_source(name, replace(options, assume_crs=None, gsd_m=None)), False
    except NotGeoreferencedError:
        if options.assume_crs is None and options.gsd_m is None:
            raise
        return open_source(name, options), True
