"""Areas, dates and strictness of `landcast:predict` in a real QGIS, with a real worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from osgeo import gdal, ogr
from qgis.core import (
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeatureSourceDefinition,
    QgsProject,
    QgsVectorLayer,
)

from landcast.qgis_plugin.area_file import write_area

from .algorithm_runs import (
    EPSG,
    ORIGIN_XY,
    PIXEL_M,
    RecordingFeedback,
    run,
    told_request,
    write_image,
)

MakeArea = Callable[..., QgsVectorLayer]
UseInterpreter = Callable[[Path], None]
pytestmark = pytest.mark.usefixtures("no_interpreter")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_image(tmp_path / "source.tif", 200, 180)


@pytest.fixture
def make_area() -> Iterator[MakeArea]:
    """Make a layer of geometries, each given as WKT, that the project owns."""
    layers = []

    def make_area(
        *wkts: str, crs: str = f"EPSG:{EPSG}", kind: str = "Polygon", name: str = "parcels"
    ) -> QgsVectorLayer:
        layer = QgsVectorLayer(f"{kind}?crs={crs}&field=owner:string", name, "memory")
        for wkt in wkts:
            feature = QgsFeature(layer.fields())
            feature.setGeometry(QgsGeometry.fromWkt(wkt))
            assert layer.dataProvider().addFeature(feature)
        layers.append(QgsProject.instance().addMapLayer(layer))
        return layer

    yield make_area
    QgsProject.instance().removeMapLayers([layer.id() for layer in layers])


def pixel_box(left: int, top: int, right: int, bottom: int) -> str:
    """A rectangle along the edges of pixels of the source, as WKT."""
    x, y = ORIGIN_XY
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return f"Polygon(({', '.join(f'{x + PIXEL_M * column} {y - PIXEL_M * row}' for column, row in corners)}))"


def valid_pixels(path: Path) -> list[list[bool]]:
    dataset = gdal.Open(str(path))
    mask = dataset.GetRasterBand(1).GetMaskBand().ReadRaster()
    return [
        [mask[y * dataset.RasterXSize + x] > 0 for x in range(dataset.RasterXSize)] for y in range(dataset.RasterYSize)
    ]


def test_only_the_polygons_of_an_area_are_predicted(
    source: Path,
    tmp_path: Path,
    interpreter: Path,
    model_folder: Path,
    use_interpreter: UseInterpreter,
    make_area: MakeArea,
) -> None:
    use_interpreter(interpreter)
    area = make_area(pixel_box(10, 20, 60, 50), pixel_box(80, 40, 90, 120), name="Größe: a/b!")
    output = tmp_path / "result.tif"
    run(source, output, AREA=area.id(), MODEL=str(model_folder))
    dataset = gdal.Open(str(output))
    assert (dataset.RasterXSize, dataset.RasterYSize) == (80, 100)
    assert dataset.GetGeoTransform()[0] == pytest.approx(ORIGIN_XY[0] + 10 * PIXEL_M)
    valid = valid_pixels(output)
    assert sum(map(sum, valid)) == 50 * 30 + 10 * 80
    assert all(valid[y][x] for y in range(30) for x in range(50))
    assert dataset.GetMetadata()["LANDCAST_AREA"] == "Größe_ a_b_.gpkg"


def test_only_chosen_features_of_an_area_in_another_crs_are_predicted(
    source: Path,
    tmp_path: Path,
    interpreter: Path,
    model_folder: Path,
    use_interpreter: UseInterpreter,
    make_area: MakeArea,
) -> None:
    use_interpreter(interpreter)
    own = make_area(pixel_box(10, 20, 60, 50), pixel_box(80, 40, 90, 120))
    file = tmp_path / "degrees.geojson"
    gdal.VectorTranslate(str(file), str(write_layer(own, tmp_path)), dstSRS="EPSG:4326")
    area = QgsProject.instance().addMapLayer(QgsVectorLayer(str(file), "degrees"))
    area.selectByIds([sorted(feature.id() for feature in area.getFeatures())[1]])
    chosen = QgsProcessingFeatureSourceDefinition(area.id(), selectedFeaturesOnly=True)
    output = tmp_path / "result.tif"
    run(source, output, AREA=chosen, MODEL=str(model_folder))
    QgsProject.instance().removeMapLayer(area.id())
    assert sum(map(sum, valid_pixels(output))) == pytest.approx(10 * 80, abs=90)


def write_layer(layer: QgsVectorLayer, folder: Path) -> Path:
    (folder / "written").mkdir(exist_ok=True)
    source = QgsProcessingFeatureSource(layer, QgsProcessingContext())
    return write_area(source, folder / "written", QgsCoordinateTransformContext())


def test_equal_areas_give_equal_bytes(make_area: MakeArea, tmp_path: Path) -> None:
    area = make_area(pixel_box(10, 20, 60, 50))
    first = write_layer(area, tmp_path).read_bytes()
    (tmp_path / "written" / "parcels.gpkg").unlink()
    assert write_layer(area, tmp_path).read_bytes() == first


def test_curves_become_straight_and_what_crosses_itself_is_written(make_area: MakeArea, tmp_path: Path) -> None:
    circle = "CurvePolygon(CircularString(0 0, 10 10, 20 0, 10 -10, 0 0))"
    bow = "CurvePolygon((0 0, 10 10, 10 0, 0 10, 0 0))"
    path = write_layer(make_area(circle, bow, kind="CurvePolygon"), tmp_path)
    dataset = ogr.Open(str(path))
    geometries = [feature.GetGeometryRef().Clone() for feature in dataset.GetLayer()]
    assert {geometry.GetGeometryName() for geometry in geometries} == {"MULTIPOLYGON"}
    assert geometries[0].Area() == pytest.approx(314.16, rel=1e-3)


def test_an_area_without_a_crs_is_refused(
    source: Path, tmp_path: Path, interpreter: Path, use_interpreter: UseInterpreter, make_area: MakeArea
) -> None:
    use_interpreter(interpreter)
    area = make_area(pixel_box(10, 20, 60, 50), crs="")
    with pytest.raises(QgsProcessingException, match="“parcels” has no CRS"):
        run(source, tmp_path / "result.tif", AREA=area.id())


def test_an_area_that_is_not_there_is_refused(
    source: Path, tmp_path: Path, interpreter: Path, use_interpreter: UseInterpreter
) -> None:
    use_interpreter(interpreter)
    with pytest.raises(QgsProcessingException, match=r"AREA|gone\.gpkg"):
        run(source, tmp_path / "result.tif", AREA=str(tmp_path / "gone.gpkg"))


def test_lines_are_no_area(
    source: Path,
    tmp_path: Path,
    interpreter: Path,
    model_folder: Path,
    use_interpreter: UseInterpreter,
    make_area: MakeArea,
) -> None:
    use_interpreter(interpreter)
    area = make_area("LineString(0 0, 5 5)", kind="LineString")
    with pytest.raises(QgsProcessingException, match="an area needs polygons"):
        run(source, tmp_path / "result.tif", AREA=area.id(), MODEL=str(model_folder))


def test_an_extent_and_an_area_exclude_each_other(
    source: Path, tmp_path: Path, interpreter: Path, use_interpreter: UseInterpreter, make_area: MakeArea
) -> None:
    use_interpreter(interpreter)
    area = make_area(pixel_box(10, 20, 60, 50))
    with pytest.raises(QgsProcessingException, match="exclude each other"):
        run(source, tmp_path / "result.tif", AREA=area.id(), EXTENT="430010,430050,3769950,3769990")


def test_the_file_of_an_area_is_gone_afterwards(
    source: Path, tmp_path: Path, interpreter: Path, use_interpreter: UseInterpreter, make_area: MakeArea
) -> None:
    use_interpreter(interpreter)
    area = told_request(source, tmp_path / "result.tif", AREA=make_area(pixel_box(10, 20, 60, 50)).id()).area
    assert area is not None
    assert area.name == "parcels.gpkg"
    assert not area.parent.exists()


def test_the_date_of_the_image_leads_to_that_of_the_result(
    source: Path, tmp_path: Path, interpreter: Path, model_folder: Path, use_interpreter: UseInterpreter
) -> None:
    use_interpreter(interpreter)
    output = tmp_path / "result.tif"
    run(source, output, SOURCE_DATE=" 2016-06 ", YEARS=4, MODEL=str(model_folder))
    items = gdal.Open(str(output)).GetMetadata()
    assert (items["LANDCAST_SOURCE_DATE"], items["LANDCAST_RESULT_DATE"]) == ("2016-06", "2020-06")


def test_notes_are_told_and_a_strict_run_stops_at_a_warning(
    tmp_path: Path, interpreter: Path, model_folder: Path, use_interpreter: UseInterpreter
) -> None:
    use_interpreter(interpreter)
    grey, five = tmp_path / "grey.tif", tmp_path / "five.tif"
    image = str(write_image(tmp_path / "source.tif", 150, 140))
    gdal.Translate(str(grey), image, bandList=[1])
    gdal.Translate(str(five), image, bandList=[1, 2, 3, 1, 2], creationOptions=["PHOTOMETRIC=MINISBLACK"])
    feedback = RecordingFeedback()
    run(grey, tmp_path / "result.tif", feedback, MODEL=str(model_folder))
    assert any("one grey band" in info for info in feedback.infos)
    assert not any("one grey band" in warning for warning in feedback.warnings)
    with pytest.raises(QgsProcessingException, match="none named red, green or blue"):
        run(five, tmp_path / "strict.tif", STRICT=True, MODEL=str(model_folder))
    assert not (tmp_path / "strict.tif").exists()
