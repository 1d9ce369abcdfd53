"""How results look: a prediction as its source, spread and change in colours that everybody can tell apart."""

from __future__ import annotations

from qgis.core import (
    QgsColorRampShader,
    QgsContrastEnhancement,
    QgsMultiBandColorRenderer,
    QgsRasterLayer,
    QgsRasterMinMaxOrigin,
    QgsRasterRenderer,
    QgsRasterShader,
    QgsSingleBandGrayRenderer,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt.QtGui import QColor

from ..compat import COLOUR
from ..shown_bands import RGB_BANDS, shown_bands
from ..translation import tr

VIRIDIS = ("#440154", "#3b528b", "#21918c", "#5ec962", "#fde725")
INFERNO = ("#420a68", "#932667", "#dd513a", "#fca50a", "#fcffa4")
"""Both are told apart with any colour vision, and in print without colours."""
BLUE_TO_RED = ("#2c7bb6", "#abd9e9", "#fdae61", "#d7191c")
DISTANCES = ((0.5, "0-0.5"), (1.0, "0.5-1"), (1.5, "1-1.5"), (float("inf"), "> 1.5"))
"""Up to which distance a colour goes; 1 is as far as 95 % of the training lies from the rest of it."""
SEEN_THROUGH = 0.6
MOST_SPREAD = 50
"""Levels of 255 that have the last colour; a spread above is rare."""
MOST_CHANGE = 100


def style_prediction(layer: QgsRasterLayer, source: QgsRasterLayer | None) -> None:
    """Show a prediction as its source is shown, so that what did not change looks the same.

    Args:
        layer: of the prediction.
        source: of the image; where None, or shown in colours that are no bands, the values are shown as QGIS would.
    """
    opacity = _opacity_band(layer)
    renderer = None if source is None else _renderer_like(layer, source)
    if renderer is None:
        _style_plainly(layer)
    else:
        renderer.setAlphaBand(opacity)
        layer.setRenderer(renderer)
        assert source is not None
        _copy_filters(layer, source)
    layer.triggerRepaint()


def show_bands(source: QgsRasterLayer, bands: tuple[int, ...], prediction: QgsRasterLayer) -> None:
    """Show those bands of an image that its prediction holds, stretched by the values of the prediction.

    Args:
        source: a layer of the image; stays as it is where the prediction has not as many bands.
        bands: their numbers.
        prediction: any layer of its file; changed as well.
    """
    if _colours(prediction) != len(bands):
        return
    _style_plainly(prediction)
    if prediction.dataProvider().dataTypeSize(1) > 1:
        # a setting may keep QGIS from stretching by itself
        prediction.setContrastEnhancement(
            QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum,
            QgsRasterMinMaxOrigin.Limits.CumulativeCut,
        )
    renderer, opacity = prediction.renderer().clone(), source.renderer().alphaBand()
    _set_bands(renderer, bands)
    renderer.setAlphaBand(opacity)
    source.setRenderer(renderer)


def style_spread(layer: QgsRasterLayer) -> None:
    """Show how far the members of a prediction lie apart."""
    unit = tr("levels of 255")
    _style_by_ramp(layer, VIRIDIS, MOST_SPREAD, unit)


def style_change(layer: QgsRasterLayer, is_calibrated: bool | None = None) -> None:
    """Show how probable it is that a place changes, or how many members say so where that is all that is known."""
    unit = tr("% of futures") if is_calibrated is False else "%"
    _style_by_ramp(layer, INFERNO, MOST_CHANGE, unit)


def style_domain(layer: QgsRasterLayer) -> None:
    """Show how far each tile is from what the model was trained on, so that the image is seen through it."""
    names = (tr("much like the training"), tr("like the training"), tr("unlike the training"), tr("far from it"))
    items = [
        QgsColorRampShader.ColorRampItem(most, QColor(colour), f"{text} {name}")
        for (most, text), colour, name in zip(DISTANCES, BLUE_TO_RED, names)
    ]
    ramp = QgsColorRampShader(0, DISTANCES[-2][0])
    ramp.setColorRampType(QgsColorRampShader.Type.Discrete)
    ramp.setColorRampItemList(items)
    shader = QgsRasterShader()
    shader.setRasterShaderFunction(ramp)
    renderer = QgsSingleBandPseudoColorRenderer(layer.dataProvider(), 1, shader)
    renderer.setAlphaBand(_opacity_band(layer))
    renderer.setOpacity(SEEN_THROUGH)
    layer.setRenderer(renderer)
    layer.triggerRepaint()


def _renderer_like(layer: QgsRasterLayer, source: QgsRasterLayer) -> QgsRasterRenderer | None:
    """A renderer that shows the bands of a result as the source shows those that it was made from."""
    bands = shown_bands(source)
    if bands is None or len(bands) != _colours(layer):
        return None
    renderer = source.renderer().clone()
    _set_bands(renderer, RGB_BANDS[: len(bands)])
    return renderer


def _set_bands(renderer: QgsRasterRenderer, bands: tuple[int, ...]) -> None:
    """Of colours three, of grey one."""
    if isinstance(renderer, QgsMultiBandColorRenderer):
        renderer.setRedBand(bands[0])
        renderer.setGreenBand(bands[1])
        renderer.setBlueBand(bands[2])
    elif hasattr(renderer, "setInputBand"):
        # QGIS 3.38 gave the band another name
        renderer.setInputBand(bands[0])
    else:
        renderer.setGrayBand(bands[0])


def _colours(layer: QgsRasterLayer) -> int:
    """How many bands there are without opacity."""
    return int(layer.bandCount()) - (1 if _opacity_band(layer) > 0 else 0)


def _style_plainly(layer: QgsRasterLayer) -> None:
    """Bytes as they are, other values stretched by what they are."""
    opacity = _opacity_band(layer)
    provider = layer.dataProvider()
    if layer.bandCount() >= len(RGB_BANDS):
        renderer: QgsRasterRenderer = QgsMultiBandColorRenderer(provider, *RGB_BANDS)
    else:
        renderer = QgsSingleBandGrayRenderer(provider, 1)
        enhancement = QgsContrastEnhancement(provider.dataType(1))
        enhancement.setContrastEnhancementAlgorithm(
            QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum
        )
        enhancement.setMinimumValue(0)
        enhancement.setMaximumValue(255)
        renderer.setContrastEnhancement(enhancement)
    renderer.setAlphaBand(opacity)
    layer.setRenderer(renderer)
    if provider.dataTypeSize(1) > 1:
        layer.setDefaultContrastEnhancement()


def _style_by_ramp(layer: QgsRasterLayer, colours: tuple[str, ...], most: float, unit: str) -> None:
    """Nothing at zero, then the colours in even steps."""
    items = [QgsColorRampShader.ColorRampItem(0, _clear(colours[0]), f"0 {unit}")]
    for number, colour in enumerate(colours, 1):
        value = most * number / len(colours)
        items.append(QgsColorRampShader.ColorRampItem(value, QColor(colour), f"{value:g} {unit}"))
    ramp = QgsColorRampShader(0, most)
    ramp.setColorRampType(QgsColorRampShader.Type.Interpolated)
    ramp.setColorRampItemList(items)
    legend = ramp.legendSettings()
    legend.setSuffix(f" {unit}")
    # one colour beside each value, with its unit
    legend.setUseContinuousLegend(False)
    ramp.setLegendSettings(legend)
    shader = QgsRasterShader(0, most)
    shader.setRasterShaderFunction(ramp)
    renderer = QgsSingleBandPseudoColorRenderer(layer.dataProvider(), 1, shader)
    renderer.setClassificationMin(0)
    renderer.setClassificationMax(most)
    renderer.setAlphaBand(_opacity_band(layer))
    layer.setRenderer(renderer)
    layer.triggerRepaint()


def _copy_filters(layer: QgsRasterLayer, source: QgsRasterLayer) -> None:
    """Brightness, saturation, resampling, opacity and blending."""
    brightness, theirs = layer.brightnessFilter(), source.brightnessFilter()
    if brightness is not None and theirs is not None:
        brightness.setBrightness(theirs.brightness())
        brightness.setContrast(theirs.contrast())
        brightness.setGamma(theirs.gamma())
    hue, theirs = layer.hueSaturationFilter(), source.hueSaturationFilter()
    if hue is not None and theirs is not None:
        hue.setSaturation(theirs.saturation())
        hue.setGrayscaleMode(theirs.grayscaleMode())
        hue.setColorizeOn(theirs.colorizeOn())
        hue.setColorizeColor(theirs.colorizeColor())
        hue.setColorizeStrength(theirs.colorizeStrength())
        if hasattr(hue, "setInvertColors"):
            hue.setInvertColors(theirs.invertColors())
    resampling, theirs = layer.resampleFilter(), source.resampleFilter()
    if resampling is not None and theirs is not None:
        for get, set_ in (
            (theirs.zoomedInResampler, resampling.setZoomedInResampler),
            (theirs.zoomedOutResampler, resampling.setZoomedOutResampler),
        ):
            kernel = get()
            set_(None if kernel is None else kernel.clone())
        resampling.setMaxOversampling(theirs.maxOversampling())
    layer.setBlendMode(source.blendMode())


def _opacity_band(layer: QgsRasterLayer) -> int:
    """Number of the band that says what counts; -1 where there is none."""
    provider = layer.dataProvider()
    for number in range(1, provider.bandCount() + 1):
        if provider.colorInterpretation(number) == COLOUR.AlphaBand:
            return number
    return -1


def _clear(colour: str) -> QColor:
    clear = QColor(colour)
    clear.setAlpha(0)
    return clear
