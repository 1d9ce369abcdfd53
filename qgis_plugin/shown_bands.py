"""Which bands a raster layer shows, and whether Landcast would choose others by itself."""

from __future__ import annotations

from typing import Optional

from qgis.core import QgsMultiBandColorRenderer, QgsRasterDataProvider, QgsRasterLayer, QgsSingleBandGrayRenderer

from .compat import COLOUR

Bands = Optional[tuple[int, ...]]

RGB_BANDS = (1, 2, 3)
RGB = (COLOUR.RedBand, COLOUR.GreenBand, COLOUR.BlueBand)


def choose_bands(layer: QgsRasterLayer) -> Bands:
    """Numbers of red, green and blue, or of one grey band, to predict what the user sees.

    None where Landcast is to choose: it would choose these, or the layer is shown in another way.
    """
    shown = shown_bands(layer)
    return None if shown == default_bands(layer.dataProvider()) else shown


def shown_bands(layer: QgsRasterLayer) -> Bands:
    """Numbers of the bands shown as red, green and blue, or as grey; None where it is neither."""
    renderer = layer.renderer()
    if isinstance(renderer, QgsMultiBandColorRenderer):
        bands: tuple[int, ...] = (renderer.redBand(), renderer.greenBand(), renderer.blueBand())
    elif isinstance(renderer, QgsSingleBandGrayRenderer):
        # QGIS 3.38 gave the band another name
        bands = (renderer.inputBand() if hasattr(renderer, "inputBand") else renderer.grayBand(),)
    else:
        return None
    return bands if min(bands) > 0 else None


def default_bands(provider: QgsRasterDataProvider) -> Bands:
    """What Landcast chooses by itself: by the meaning of the bands, else the first three."""
    meanings = [provider.colorInterpretation(number) for number in range(1, provider.bandCount() + 1)]
    if all(meanings.count(meaning) == 1 for meaning in RGB):
        return tuple(meanings.index(meaning) + 1 for meaning in RGB)
    if meanings[0] == COLOUR.PaletteIndex:
        return (1,)
    colours = [number for number, meaning in enumerate(meanings, 1) if meaning != COLOUR.AlphaBand]
    return None if len(colours) == 2 else tuple(colours[:3])
