"""Which bands of a source are red, green and blue, or grey, or colours of a palette."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp
from rasterio.io import DatasetReader

from ..errors import RequestError, UnsupportedSourceError

DTYPES = ("uint8", "uint16", "int16", "uint32", "int32", "float32", "float64")
PALETTE_SIZE = 256
RGB = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)


@dataclass(frozen=True)
class BandChoice:
    """The bands that are read.

    Attributes:
        numbers: one-based; of red, green and blue, or of one band.
        alpha: one-based number of the band of opacity, None where there is none.
        palette: uint8, (256, 4); red, green, blue and opacity of each value of the one band, None without one.
        caveats: what the user should know of the choice.
        notes: what the user may like to know of it.
    """

    numbers: tuple[int, ...]
    alpha: int | None
    palette: NDArray[np.uint8] | None
    caveats: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def choose_bands(name: str, dataset: DatasetReader, wanted: tuple[int, ...] | None) -> BandChoice:
    """Choose by what the user wants, by the meaning of the bands, or by their order.

    Raises:
        RequestError: a wanted band does not exist.
        UnsupportedSourceError: two bands, of which none is opacity, or a data type that is no brightness.
    """
    meanings = list(dataset.colorinterp)
    alpha = next((number for number, meaning in enumerate(meanings, 1) if meaning == ColorInterp.alpha), None)
    colours = [number for number, meaning in enumerate(meanings, 1) if meaning != ColorInterp.alpha]
    choice = _choose(name, dataset, meanings, colours, alpha, wanted)
    for number in choice.numbers:
        dtype = dataset.dtypes[number - 1]
        if dtype not in DTYPES:
            raise UnsupportedSourceError(
                f"{name}: band {number} is of {dtype}, and {', '.join(DTYPES)} are read; convert it first "
                "(gdal_translate -ot), or name other bands with --bands"
            )
    return choice


def _choose(
    name: str,
    dataset: DatasetReader,
    meanings: list[ColorInterp],
    colours: list[int],
    alpha: int | None,
    wanted: tuple[int, ...] | None,
) -> BandChoice:
    if wanted is not None:
        if max(wanted) > dataset.count:
            raise RequestError(f"--bands {','.join(map(str, wanted))}: {name} has {dataset.count} band(s)")
        return BandChoice(wanted, alpha if alpha not in wanted else None, None)
    if all(meanings.count(meaning) == 1 for meaning in RGB):
        return _by_meaning(name, meanings, colours, alpha)
    if meanings[0] == ColorInterp.palette:
        note = f"{name}: the colours are those of its palette"
        return BandChoice((1,), alpha, _palette(name, dataset), notes=(note,))
    if len(colours) == 1:
        return BandChoice((colours[0],), alpha, None)
    if len(colours) == 2:
        raise UnsupportedSourceError(
            f"{name}: 2 bands, and one or three are needed; --bands 1 or --bands 1,2,2 says which to use"
        )
    caveats: tuple[str, ...] = ()
    if len(colours) > 3:
        caveats = (
            f"{name}: {len(colours)} bands and none named red, green or blue; the first three are taken for them "
            "(--bands R,G,B says which)",
        )
    return BandChoice(tuple(colours[:3]), alpha, None, caveats)


def _by_meaning(name: str, meanings: list[ColorInterp], colours: list[int], alpha: int | None) -> BandChoice:
    numbers = tuple(meanings.index(meaning) + 1 for meaning in RGB)
    if list(numbers) == sorted(numbers):
        return BandChoice(numbers, alpha, None)
    said = f"{name}: bands {','.join(map(str, numbers))} are red, green and blue, as the file says"
    # satellites deliver blue, green, red and infrared; three bands in that order are more often an accident
    if len(colours) == 3:
        return BandChoice(numbers, alpha, None, caveats=(f"{said} (--bands R,G,B says otherwise)",))
    return BandChoice(numbers, alpha, None, notes=(said,))


def _palette(name: str, dataset: DatasetReader) -> NDArray[np.uint8]:
    if dataset.dtypes[0] not in ("uint8",):
        raise UnsupportedSourceError(f"{name}: a palette of {dataset.dtypes[0]}; only 8-bit palettes are read")
    palette = np.zeros((PALETTE_SIZE, 4), np.uint8)
    try:
        colours = dataset.colormap(1)
    except ValueError as error:
        raise UnsupportedSourceError(
            f"{name}: a palette without colours; --bands 1 takes its values as grey"
        ) from error
    for value, colour in colours.items():
        if value < PALETTE_SIZE:
            palette[value] = colour
    return palette
