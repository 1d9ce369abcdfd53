"""The Processing algorithm `landcast:exportpair`: two layers become a training pair on the same pixels."""

# ruff: noqa: N802 - QGIS gives the methods their names

from __future__ import annotations

import re
from pathlib import Path

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputFolder,
    QgsProcessingOutputNumber,
    QgsProcessingOutputRasterLayer,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsRasterLayer,
    QgsRectangle,
)

from ..area_file import AreaError
from ..compat import ADVANCED, NUMBER
from ..layers.drawing import layer_crs
from ..layers.prepared import crs_text
from ..layers.reader import LayerReadError, Reader, ReadStoppedError
from ..layers.sending import check_place, make_reader
from ..pairs.dates import DateError, ImageDate, find_layer_date, is_prediction, parse_date
from ..pairs.exporting import Half, export_pair
from ..pairs.file import PairFileError
from ..pairs.grid import TILE_PX, PairGrid, PairGridError, Wanted, choose_pair_grid
from ..pairs.mask import PolygonMask, bounds_of, read_geometries
from ..translation import tr
from .area_parameters import area_definitions, check_area, read_extent, read_polygons
from .base import LandcastAlgorithm, Parameters
from .layer_sources import is_seen, loading_feedback, read_raster
from .prediction_parameters import read_text

SMALL_SHARE = 0.5
FINER = 1.1
"""How much finer than an image's own pixels those of a pair are before it is said."""


class ExportPairAlgorithm(LandcastAlgorithm):
    """Copies both layers in the main thread, draws and writes them in the thread of the task; asks no worker."""

    BEFORE = "BEFORE"
    AFTER = "AFTER"
    BEFORE_DATE = "BEFORE_DATE"
    AFTER_DATE = "AFTER_DATE"
    GROUND_SCALE = "GROUND_SCALE"
    NAME = "NAME"
    OVERWRITE = "OVERWRITE"
    OUTPUT = "OUTPUT"
    BEFORE_FOLDER, AFTER_FOLDER = "BEFORE_FOLDER", "AFTER_FOLDER"
    BEFORE_FILE, AFTER_FILE = "BEFORE_FILE", "AFTER_FILE"
    YEARS, GSD, VALID_SHARE = "YEARS", "GSD", "VALID_SHARE"

    def name(self) -> str:
        return "exportpair"

    def displayName(self) -> str:
        return tr("Export a training pair")

    def group(self) -> str:
        return tr("Your own model")

    def groupId(self) -> str:
        return "model"

    def shortDescription(self) -> str:
        return tr("Writes two layers of one place at two dates on exactly the same pixels, to train or evaluate with.")

    def shortHelpString(self) -> str:
        return tr(
            "Writes two layers that show one place at two dates as two GeoTIFF files on exactly the same pixels: what "
            "“Train a model” and “Evaluate a model” take.\n\n"
            "The layers may be of any kind that QGIS shows, also XYZ tiles, WMS and layers in memory; mind the terms "
            "of a web service. The bands that a layer shows are the ones that are written. The area is an extent, or "
            "the polygons of a layer (what lies outside is masked), or all the ground on which both layers lie.\n\n"
            "Ground scale: how many metres of ground 128 pixels cover, measured in true metres whatever the CRS; 0 "
            "takes the pixels of the coarser layer. Where the layers count in true metres their CRS is kept, and an "
            "image whose own pixels serve is written without being resampled; else the result is in UTM. An area "
            "where one of the layers shows nothing is refused.\n\n"
            "Dates: a year (2016), month (2016-06) or day (2016-06-14), where the layer does not say it. The files "
            "land in two folders that are named by the years, as before_2016 and after_2020, under one name. Export "
            "several areas into the same folder to collect a training set. Name: of both files; by their place where "
            "it is empty."
        )

    def tags(self) -> list[str]:
        return tr("training,pair,before,after,export,dataset,grid,align").split(",")

    def initAlgorithm(self, configuration: Parameters | None = None) -> None:
        areas = area_definitions(tr("Extent to export"), tr("Area to export: polygons, instead of an extent"))
        for definition in (*self._layer_definitions(), *areas, *self._choice_definitions()):
            self.addParameter(definition)
        self.addParameter(QgsProcessingParameterFolderDestination(self.OUTPUT, tr("Folder of the training set")))
        self.addOutput(QgsProcessingOutputFolder(self.BEFORE_FOLDER, tr("Folder of the first date")))
        self.addOutput(QgsProcessingOutputFolder(self.AFTER_FOLDER, tr("Folder of the second date")))
        self.addOutput(QgsProcessingOutputRasterLayer(self.BEFORE_FILE, tr("Image of the first date")))
        self.addOutput(QgsProcessingOutputRasterLayer(self.AFTER_FILE, tr("Image of the second date")))
        self.addOutput(QgsProcessingOutputNumber(self.YEARS, tr("Years between the dates")))
        self.addOutput(QgsProcessingOutputNumber(self.GSD, tr("Metres a pixel")))
        self.addOutput(QgsProcessingOutputNumber(self.VALID_SHARE, tr("Share of pixels that both dates show")))

    def checkParameterValues(self, parameters: Parameters, context: QgsProcessingContext) -> tuple[bool, str]:
        is_valid, message = super().checkParameterValues(parameters, context)
        if not is_valid:
            return False, message
        problem = check_area(self, parameters, context)
        if problem is not None:
            return False, problem
        try:
            layers = self._layers(parameters, context)
            for layer in layers:
                check_place(layer)
            self._dates(parameters, context, layers)
            self._check_name(parameters, context)
        except (QgsProcessingException, LayerReadError) as error:
            return False, str(error)
        return True, ""

    def prepareAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        layers = self._layers(parameters, context)
        self._both_dates = self._dates(parameters, context, layers)
        readers = []
        for layer in layers:
            if is_prediction(layer):
                feedback.pushWarning(
                    tr("“{}” is itself a prediction: a model that learns from it learns what was made up.").format(
                        layer.name()
                    )
                )
            readers.append(self._copy(layer, context, feedback))
        if readers[0].bands != readers[1].bands:
            raise QgsProcessingException(
                tr("One of the layers is shown in colour and the other in grey: show both alike, then export them.")
            )
        self._readers = readers[0], readers[1]
        self._extent = read_extent(self, parameters, context, layers[0].crs())
        return True

    def processAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> Parameters:
        try:
            return self._export(parameters, context, feedback)
        except ReadStoppedError:
            return {}
        except (AreaError, LayerReadError, PairFileError, PairGridError) as error:
            raise QgsProcessingException(str(error)) from error
        finally:
            # their providers go in the thread that used them
            del self._readers

    def _export(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> Parameters:
        polygons = read_polygons(self, parameters, context)
        geometries = [] if polygons is None else read_geometries(polygons)
        wanted = self._wanted()
        if polygons is not None:
            wanted = Wanted(bounds_of(geometries), polygons.sourceCrs())
        scale_m = self.parameterAsDouble(parameters, self.GROUND_SCALE, context) or None
        grid = choose_pair_grid(self._readers, wanted, scale_m)
        mask = None if polygons is None else PolygonMask(geometries, polygons.sourceCrs(), grid.crs)
        halves = self._halves(parameters, context, grid)
        self._tell_grid(grid, feedback)
        feedback.setProgressText(tr("Reading both layers"))
        share = export_pair(
            halves, grid, mask, lambda done, total: feedback.setProgress(100 * done / total), feedback.isCanceled
        )
        if share < SMALL_SHARE:
            feedback.pushWarning(
                tr("Both dates show only {share:.0%} of the area; the rest is masked.").format(share=share)
            )
        return self._results(halves, grid, share)

    def _wanted(self) -> Wanted | None:
        if self._extent is None or self._extent.crs is None:
            return None
        return Wanted(QgsRectangle(*self._extent.bounds_xy), layer_crs(self._extent.crs))

    def _halves(self, parameters: Parameters, context: QgsProcessingContext, grid: PairGrid) -> tuple[Half, Half]:
        x, y = grid.grid.origin_xy
        name = read_text(self, parameters, self.NAME, context) or f"x{x:.0f}_y{y:.0f}"
        folder = Path(self.parameterAsString(parameters, self.OUTPUT, context)).absolute()
        is_replacing = self.parameterAsBoolean(parameters, self.OVERWRITE, context)
        halves = []
        for word, reader, date in zip(("before", "after"), self._readers, self._both_dates):
            path = folder / f"{word}_{date.year}" / f"{name}.tif"
            if path.exists() and not is_replacing:
                raise QgsProcessingException(
                    tr("{path} exists: give the pair another name, or tick that it is to be replaced.").format(
                        path=path
                    )
                )
            items = {"LANDCAST_SOURCE": reader.name, "LANDCAST_GSD_M": f"{grid.gsd_m:.6g}"}
            halves.append(Half(reader, date, path, items))
        return halves[0], halves[1]

    def _tell_grid(self, grid: PairGrid, feedback: QgsProcessingFeedback) -> None:
        height, width = grid.grid.shape_yx
        feedback.pushInfo(
            tr("{width} x {height} pixels of {gsd:.4g} m ({scale:.4g} m a tile) in {crs}").format(
                width=width, height=height, gsd=grid.gsd_m, scale=grid.gsd_m * TILE_PX, crs=grid.crs.description()
            )
        )
        if grid.native is not None:
            feedback.pushInfo(tr("The pixels are those of “{}” itself.").format(self._readers[grid.native].name))
        for reader, own_m in zip(self._readers, grid.own_gsds_m):
            if own_m is not None and own_m > grid.gsd_m * FINER:
                feedback.pushWarning(
                    tr("“{name}” has pixels of {own:.3g} m only, and is enlarged to {gsd:.3g} m.").format(
                        name=reader.name, own=own_m, gsd=grid.gsd_m
                    )
                )

    def _results(self, halves: tuple[Half, Half], grid: PairGrid, share: float) -> Parameters:
        before, after = halves
        return {
            # not read from the parameters again: a temporary folder would be another one
            self.OUTPUT: str(before.path.parents[1]),
            self.BEFORE_FOLDER: str(before.path.parent),
            self.AFTER_FOLDER: str(after.path.parent),
            self.BEFORE_FILE: str(before.path),
            self.AFTER_FILE: str(after.path),
            self.YEARS: before.date.years_until(after.date),
            self.GSD: grid.gsd_m,
            self.VALID_SHARE: share,
        }

    def _layer_definitions(self) -> list[QgsProcessingParameterDefinition]:
        return [
            QgsProcessingParameterRasterLayer(self.BEFORE, tr("Image of the first date")),
            QgsProcessingParameterString(
                self.BEFORE_DATE, tr("First date (empty: as the layer says)"), optional=True
            ),
            QgsProcessingParameterRasterLayer(self.AFTER, tr("Image of the second date")),
            QgsProcessingParameterString(
                self.AFTER_DATE, tr("Second date (empty: as the layer says)"), optional=True
            ),
        ]  # fmt: skip

    def _choice_definitions(self) -> list[QgsProcessingParameterDefinition]:
        replacing = QgsProcessingParameterBoolean(
            self.OVERWRITE, tr("Replace an earlier pair of this name"), defaultValue=False
        )
        replacing.setFlags(replacing.flags() | ADVANCED)
        return [
            QgsProcessingParameterNumber(
                self.GROUND_SCALE,
                tr("Ground scale: metres that one tile of 128 pixels covers (0: as the coarser layer has it)"),
                NUMBER.Double,
                optional=True,
                minValue=0,
            ),
            QgsProcessingParameterString(self.NAME, tr("Name of the pair (empty: by its place)"), optional=True),
            replacing,
        ]

    def _layers(self, parameters: Parameters, context: QgsProcessingContext) -> tuple[QgsRasterLayer, QgsRasterLayer]:
        return read_raster(self, parameters, self.BEFORE, context), read_raster(self, parameters, self.AFTER, context)

    def _dates(
        self, parameters: Parameters, context: QgsProcessingContext, layers: tuple[QgsRasterLayer, QgsRasterLayer]
    ) -> tuple[ImageDate, ImageDate]:
        """Both dates, of which the second is later.

        Raises:
            QgsProcessingException: one is not known, is none, or they are in the wrong order.
        """
        dates = []
        for layer, name in zip(layers, (self.BEFORE_DATE, self.AFTER_DATE)):
            text = read_text(self, parameters, name, context)
            try:
                date = find_layer_date(layer) if text is None else parse_date(text)
            except DateError as error:
                raise QgsProcessingException(str(error)) from error
            if date is None:
                raise QgsProcessingException(
                    tr("“{}” does not say when it was taken: give its date, the year will do.").format(layer.name())
                )
            dates.append(date)
        if not dates[0].years_until(dates[1]) > 0:
            raise QgsProcessingException(
                tr("The second date, {after}, must be later than the first, {before}.").format(
                    before=dates[0], after=dates[1]
                )
            )
        return dates[0], dates[1]

    def _check_name(self, parameters: Parameters, context: QgsProcessingContext) -> None:
        name = read_text(self, parameters, self.NAME, context)
        if name is not None and (re.search(r'[\\/:*?"<>|\x00-\x1f]', name) or name.startswith(".")):
            raise QgsProcessingException(tr("“{}” is no name of a file: use letters, digits and - _.").format(name))

    def _copy(self, layer: QgsRasterLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> Reader:
        """What is read of a layer in the background.

        Raises:
            QgsProcessingException: it cannot be read.
        """
        try:
            return make_reader(
                layer, crs_text(layer.crs()), is_seen(layer, context), loading_feedback(feedback), feedback.isCanceled
            )
        except LayerReadError as error:
            raise QgsProcessingException(str(error)) from error
