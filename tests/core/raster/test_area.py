"""The area to predict: read from any vector file that is safe to open, and laid over a grid pixel by pixel."""

from __future__ import annotations

import json
import logging
import zipfile
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyogrio import raw
from pyproj import CRS, Transformer
from rasterio.features import geometry_mask
from shapely import Point, Polygon, box

from landcast.core.errors import RequestError
from landcast.core.lattice import Rect
from landcast.core.raster.area import Area, PixelArea
from landcast.core.raster.area_file import FORMATS, load_area

UTM = CRS.from_epsg(32611)
DEGREES = CRS.from_epsg(4326)
LATTICE = Affine(0.6, 0, 434400.0, 0, -0.6, 3774000.0)
SQUARE = box(434_410, 3_773_950, 434_440, 3_773_980)
HOLE = box(434_420, 3_773_960, 434_430, 3_773_970)
WITH_HOLE = SQUARE.difference(HOLE)
LOCAL = 'LOCAL_CS["site",UNIT["metre",1]]'
VIRTUAL = '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
DRIVERS = {
    "gpkg": "GPKG",
    "shp": "ESRI Shapefile",
    "geojson": "GeoJSON",
    "json": "GeoJSON",
    "geojsonl": "GeoJSONSeq",
    "fgb": "FlatGeobuf",
    "kml": "LIBKML",
    "kmz": "LIBKML",
    "gdb": "OpenFileGDB",
    "csv": "CSV",
}


@pytest.fixture
def make_area(tmp_path: Path) -> Callable[..., Path]:
    """Write geometries to a vector file of the kind that its name says."""

    def make(
        geometries: Sequence[object] = (SQUARE,),
        name: str = "area.gpkg",
        crs: str | None = "EPSG:32611",
        kind: str = "Unknown",
        layer: str | None = None,
        **options: Any,
    ) -> Path:
        path = tmp_path / name
        driver = DRIVERS[path.suffix[1:]]
        if driver == "CSV":
            options = {"layer_options": {"GEOMETRY": "AS_WKT"}}
        with pytest.warns(UserWarning, match="'crs' was not provided") if crs is None else nullcontext():
            raw.write(
                path,
                geometry=np.array([None if one is None else shapely.to_wkb(one) for one in geometries], object),
                field_data=[],
                fields=[],
                driver=driver,
                crs=crs,
                geometry_type=kind,
                layer=layer,
                **options,
            )
        return path

    return make


def star(
    vertices: int, seed: int = 0, centre: tuple[float, float] = (434_600, 3_773_800), radius: float = 150
) -> Polygon:
    """A polygon with a jagged edge."""
    angles = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    radii = radius * np.random.default_rng(seed).uniform(0.6, 1, vertices)
    return Polygon(np.stack([centre[0] + radii * np.cos(angles), centre[1] + radii * np.sin(angles)], 1))


def centres_of(rect: Rect, lattice: Affine = LATTICE) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """X and y of each pixel's centre, (y, x) each."""
    rows, columns = np.mgrid[rect.top : rect.bottom, rect.left : rect.right] + 0.5
    return lattice.a * columns + lattice.b * rows + lattice.c, lattice.d * columns + lattice.e * rows + lattice.f


def is_area_or_one_line(path: Path) -> bool:
    """Whether a file gives a valid area or an error of one line."""
    try:
        return bool(shapely.is_valid(load_area(path).geometry))
    except RequestError as error:
        return "\n" not in str(error)


def rect_around(area: PixelArea) -> Rect:
    """All pixels that the area touches, and some more."""
    x_min, y_min, x_max, y_max = area.bounds_xy
    (left, top), (right, bottom) = ~area.lattice @ (x_min, y_max), ~area.lattice @ (x_max, y_min)
    return Rect(int(top) - 5, int(left) - 5, int(bottom - top) + 12, int(right - left) + 12)


# ---- which pixels


@pytest.mark.parametrize("vertices", [3, 20, 3000])
def test_a_pixel_belongs_if_its_centre_lies_inside(vertices: int) -> None:
    geometry = star(vertices).difference(Point(434_600, 3_773_800).buffer(40))
    area = PixelArea(geometry, LATTICE)
    rect = rect_around(area)
    mask = area.mask(rect)
    assert mask.any()
    np.testing.assert_array_equal(mask, shapely.contains_xy(geometry, *centres_of(rect)))


def test_gdal_finds_the_same_pixels() -> None:
    geometry = star(500)
    area = PixelArea(geometry, LATTICE)
    rect = rect_around(area)
    transform = LATTICE @ Affine.translation(rect.left, rect.top)
    np.testing.assert_array_equal(
        area.mask(rect), geometry_mask([geometry], rect.shape_yx, transform, invert=True, all_touched=False)
    )


def test_pixels_of_a_rotated_grid_are_found_by_their_centre() -> None:
    lattice = LATTICE @ Affine.rotation(30)
    geometry = star(200).difference(box(434_590, 3_773_700, 434_610, 3_773_900))
    rect = Rect(-100, 0, 700, 800)
    mask = PixelArea(geometry, lattice).mask(rect)
    assert mask.any()
    np.testing.assert_array_equal(mask, shapely.contains_xy(geometry, *centres_of(rect, lattice)))


def test_a_centre_on_the_boundary_belongs() -> None:
    area = PixelArea(box(0.5, -3.5, 3.5, -0.5), Affine(1, 0, 0, 0, -1, 0))
    mask = area.mask(Rect(-1, -1, 6, 6))
    assert mask.sum() == 16
    assert mask[1:5, 1:5].all()


BIG = star(4000, radius=400).difference(Point(434_600, 3_773_800).buffer(60))
ON_CENTRES = box(434_400.3, 3_773_400.3, 434_700.3, 3_773_880.3)


@settings(deadline=None, max_examples=60)
@given(st.integers(-400, 900), st.integers(-400, 1200), st.integers(0, 600), st.integers(0, 600), st.booleans())
def test_a_window_of_the_mask_is_the_mask_of_the_window(
    top: int, left: int, height: int, width: int, is_on_centres: bool
) -> None:
    area, whole = (ON_CENTRES_AREA, ON_CENTRES_MASK) if is_on_centres else (BIG_AREA, BIG_MASK)
    window = Rect(top, left, height, width)
    inside = window.intersection(WHOLE)
    mask = area.mask(window)
    assert mask.shape == window.shape_yx
    if inside.is_empty:
        assert not mask.any()
    else:
        np.testing.assert_array_equal(mask[inside.slices_in(window)], whole[inside.slices_in(WHOLE)])
        assert mask.sum() == whole[inside.slices_in(WHOLE)].sum()


WHOLE = Rect(-450, -450, 1600, 2000)
BIG_AREA, ON_CENTRES_AREA = PixelArea(BIG, LATTICE), PixelArea(ON_CENTRES, LATTICE)
BIG_MASK, ON_CENTRES_MASK = BIG_AREA.mask(WHOLE), ON_CENTRES_AREA.mask(WHOLE)


def test_blocks_wholly_inside_and_outside_are_filled_and_empty() -> None:
    area = PixelArea(box(434_400, 3_770_000, 438_000, 3_774_000), LATTICE)
    assert area.mask(Rect(10, 10, 1500, 1500)).all()
    assert not area.mask(Rect(-2000, -2000, 1500, 1500)).any()
    assert area.mask(Rect(10, 10, 0, 5)).shape == (0, 5)


def test_an_area_between_the_centres_holds_no_pixel() -> None:
    area = PixelArea(box(434_400.4, 3_773_999.7, 434_400.8, 3_773_999.9), LATTICE)
    assert not area.mask(Rect(-10, -10, 30, 30)).any()


# ---- which ground


def test_an_area_in_the_grids_own_crs_stays_as_it_is() -> None:
    area = Area(WITH_HOLE, UTM, Path("a.gpkg"), "a")
    assert area.in_crs(CRS.from_epsg(32611)) is WITH_HOLE


@pytest.mark.parametrize("within", [False, True])
def test_an_area_in_degrees_covers_the_same_ground_point_by_point(within: bool) -> None:
    geometry = Polygon([(9, 60), (15, 60.0), (15.5, 61), (9, 61)], [[(11, 60.2), (12, 60.2), (12, 60.8), (11, 60.8)]])
    utm = CRS.from_epsg(32633)
    bounds = (100_000.0, 6_500_000.0, 600_000.0, 6_900_000.0) if within else None
    projected = Area(geometry, DEGREES, Path("a.gpkg"), "a").in_crs(utm, bounds)
    assert shapely.is_valid(projected)
    points = np.random.default_rng(0).uniform((150_000, 6_640_000), (550_000, 6_790_000), (20_000, 2))
    longitudes, latitudes = Transformer.from_crs(utm, DEGREES, always_xy=True).transform(*points.T)
    inside = shapely.contains_xy(geometry, longitudes, latitudes)
    assert 0 < inside.sum() < len(points)
    np.testing.assert_array_equal(shapely.contains_xy(projected, *points.T), inside)


def test_long_edges_follow_the_ground_within_a_centimetre() -> None:
    utm = CRS.from_epsg(32633)
    projected = Area(box(12, 60, 18, 61), DEGREES, Path("a.gpkg"), "a").in_crs(utm)
    along = np.linspace(12, 18, 5001)
    x, y = Transformer.from_crs(DEGREES, utm, always_xy=True).transform(along, np.full(5001, 60.0))
    chord_m = shapely.distance(shapely.linestrings([(x[0], y[0]), (x[-1], y[-1])]), shapely.points(x, y)).max()
    edge_m = shapely.distance(projected.exterior, shapely.points(x, y)).max()
    assert chord_m > 1000
    assert edge_m < 0.0101


def test_the_antimeridian_may_be_crossed_by_longitudes_beyond_180_or_by_two_parts() -> None:
    utm = CRS.from_epsg(32701)
    beyond = Area(box(179, -18, 181, -17), DEGREES, Path("a.gpkg"), "a").in_crs(utm)
    parts = shapely.MultiPolygon([box(179, -18, 180, -17), box(-180, -18, -179, -17)])
    split = Area(parts, DEGREES, Path("a.gpkg"), "a").in_crs(utm)
    assert shapely.is_valid(split)
    assert shapely.symmetric_difference(beyond, split).area < 1e-5 * beyond.area
    near = Area(parts, DEGREES, Path("a.gpkg"), "a").in_crs(utm, (160_000, 8_000_000, 230_000, 8_120_000))
    x, y = np.random.default_rng(0).uniform((165_000, 8_005_000), (225_000, 8_115_000), (5000, 2)).T
    np.testing.assert_array_equal(shapely.intersects_xy(split, x, y), shapely.intersects_xy(near, x, y))


def test_a_polygon_around_the_pole_covers_the_pole() -> None:
    north = CRS.from_epsg(32661)
    projected = Area(box(-180, 80, 180, 90), DEGREES, Path("a.gpkg"), "a").in_crs(north)
    x, y = Transformer.from_crs(DEGREES, north, always_xy=True).transform([10, 100, -50], [89.99, 80.5, 79.5])
    assert shapely.contains_xy(projected, x, y).tolist() == [True, True, False]


def test_an_area_larger_than_the_crs_can_show_is_cut_to_the_source_or_refused() -> None:
    world = Area(box(-180, -90, 180, 90), DEGREES, Path("world.gpkg"), "world")
    near = world.in_crs(UTM, (430_000.0, 3_760_000.0, 440_000.0, 3_780_000.0))
    assert near.contains(box(430_000, 3_760_000, 440_000, 3_780_000))
    with pytest.raises(RequestError, match=r"world.gpkg: .* cut it to the surroundings of the source"):
        world.in_crs(UTM)


def test_an_area_far_from_the_source_is_refused_with_a_hint_at_its_crs() -> None:
    far = Area(box(10, 50, 11, 51), DEGREES, Path("far.gpkg"), "far")
    with pytest.raises(RequestError, match=r"far.gpkg: the area does not meet the source; is its CRS really WGS 84\?"):
        far.in_crs(UTM, (430_000.0, 3_760_000.0, 440_000.0, 3_780_000.0))


def test_an_area_on_a_local_grid_goes_with_that_grid_alone() -> None:
    area = Area(box(0, 0, 1, 1), CRS.from_user_input(LOCAL), Path("site.gpkg"), "site")
    assert area.in_crs(CRS.from_user_input(LOCAL)) is area.geometry
    for own, other in ((area.crs, UTM), (UTM, area.crs)):
        with pytest.raises(RequestError, match="site has no place on Earth"):
            Area(area.geometry, own, Path("site.gpkg"), "site").in_crs(other)


# ---- which file


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "fgb", "gdb", "csv"])
def test_polygons_and_their_holes_are_read_from_files_of_any_crs(make_area: Callable[..., Path], suffix: str) -> None:
    path = make_area([WITH_HOLE], f"area.{suffix}", kind="MultiPolygon" if suffix == "gdb" else "Polygon")
    area = load_area(path, crs="EPSG:32611" if suffix == "csv" else None)
    assert area.geometry.symmetric_difference(WITH_HOLE).area < 0.1
    assert area.crs.to_epsg() == 32611
    assert (area.path, area.name) == (path, path.name)


@pytest.mark.parametrize("suffix", ["geojson", "json", "geojsonl", "kml", "kmz"])
def test_polygons_and_their_holes_are_read_from_files_in_degrees(make_area: Callable[..., Path], suffix: str) -> None:
    geometry = box(10, 60, 11, 61).difference(box(10.2, 60.2, 10.4, 60.4))
    area = load_area(make_area([geometry], f"area.{suffix}", "EPSG:4326"))
    assert area.geometry.symmetric_difference(geometry).area < 1e-9
    assert area.crs == DEGREES


@pytest.mark.parametrize("name", ["area.zip", "area.shp.zip", "area.shz"])
def test_a_zipped_shapefile_is_read(make_area: Callable[..., Path], tmp_path: Path, name: str) -> None:
    make_area([WITH_HOLE], "area.shp", kind="Polygon")
    with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in tmp_path.glob("area.???"):
            if part.suffix in (".shp", ".shx", ".dbf", ".prj"):
                archive.write(part, f"folder/{part.name}")
                archive.writestr(f"__MACOSX/._{part.name}", b"")
    area = load_area(tmp_path / name)
    assert area.geometry.equals(WITH_HOLE)
    assert area.crs == UTM


def test_a_zipped_geojson_is_read(make_area: Callable[..., Path], tmp_path: Path) -> None:
    make_area([box(10, 60, 11, 61)], "area.geojson", "EPSG:4326")
    with zipfile.ZipFile(tmp_path / "area.zip", "w") as archive:
        archive.write(tmp_path / "area.geojson", "area.geojson")
    assert load_area(tmp_path / "area.zip").geometry.equals(box(10, 60, 11, 61))


def test_several_features_that_overlap_are_one_area(make_area: Callable[..., Path]) -> None:
    parts = [box(0, 0, 2, 2), box(1, 1, 3, 3), shapely.MultiPolygon([box(5, 5, 6, 6), box(7, 7, 8, 8)]), None]
    area = load_area(make_area([*parts, Polygon()]))
    assert area.geometry.area == pytest.approx(9)
    assert shapely.is_valid(area.geometry)


def test_heights_and_collections_of_polygons_are_no_obstacle(make_area: Callable[..., Path]) -> None:
    high = shapely.force_3d(SQUARE, 7.0)
    area = load_area(make_area([shapely.GeometryCollection([high, shapely.GeometryCollection([high])])]))
    assert not area.geometry.has_z
    assert area.geometry.equals(SQUARE)


def test_polygons_that_cross_themselves_are_repaired_and_it_is_said(
    make_area: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    bow = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    twice = shapely.MultiPolygon([box(10, 0, 12, 2), box(11, 0, 13, 2)])
    area = load_area(make_area([bow, twice, SQUARE]))
    assert shapely.is_valid(area.geometry)
    assert area.geometry.area == pytest.approx(2 + 6 + 900)
    assert "repaired 2 of 3 polygons" in caplog.text


def test_a_ring_left_open_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    path.write_text('WKT,id\n"POLYGON ((0 0, 0 1, 1 1, 1 0))",1\n')
    assert load_area(path, crs="EPSG:32611").geometry.equals(box(0, 0, 1, 1))


def test_the_only_layer_with_polygons_is_taken(make_area: Callable[..., Path]) -> None:
    make_area([Point(0, 0)], layer="wells", kind="Point")
    make_area([Point(0, 0)], layer="anything", append=True)
    path = make_area([SQUARE], layer="fields", kind="Polygon", append=True)
    area = load_area(path)
    assert area.geometry.equals(SQUARE)
    assert area.name == "area.gpkg, layer fields"


def test_of_several_layers_with_polygons_one_must_be_named(make_area: Callable[..., Path]) -> None:
    make_area([box(0, 0, 1, 1)], layer="parks", kind="Polygon")
    path = make_area([SQUARE], layer="fields", append=True)
    with pytest.raises(RequestError, match="several layers with polygons; name one by --area-layer: parks, fields"):
        load_area(path)
    assert load_area(path, "parks").geometry.equals(box(0, 0, 1, 1))
    with pytest.raises(RequestError, match=r"--area-layer woods: not in .*: parks \(Polygon\), fields \(Unknown\)"):
        load_area(path, "woods")


def test_layers_without_polygons_are_listed(make_area: Callable[..., Path]) -> None:
    make_area([Point(0, 0)], layer="wells", kind="Point")
    path = make_area([shapely.LineString([(0, 0), (1, 1)])], layer="roads", kind="LineString", append=True)
    with pytest.raises(
        RequestError, match=r"no layer with polygons; its layers: wells \(Point\), roads \(LineString\)"
    ):
        load_area(path)


@pytest.mark.parametrize(
    ("geometries", "found"),
    [
        ([Point(0, 0), Point(1, 1)], "2 points"),
        ([shapely.LineString([(0, 0), (1, 1)])], "1 lines"),
        ([SQUARE, Point(0, 0)], "1 points and 1 polygons"),
        ([shapely.GeometryCollection([SQUARE, shapely.MultiPoint([(0, 0)])])], "1 points and 1 polygons"),
    ],
)
def test_other_things_than_polygons_are_refused_by_name(
    make_area: Callable[..., Path], geometries: list[object], found: str
) -> None:
    with pytest.raises(RequestError, match=f"area.gpkg: layer area holds {found}; an area needs polygons alone"):
        load_area(make_area(geometries))


@pytest.mark.parametrize("geometries", [[], [None], [Polygon(), shapely.MultiPolygon()]])
def test_a_file_without_geometry_is_refused(make_area: Callable[..., Path], geometries: list[object]) -> None:
    with pytest.raises(RequestError, match="holds no geometry; an area needs at least one polygon"):
        load_area(make_area(geometries))


def test_a_table_without_geometry_is_refused(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    with pytest.raises(RequestError, match="holds no geometry"):
        load_area(tmp_path / "table.csv")


def test_polygons_that_cover_nothing_are_refused(make_area: Callable[..., Path]) -> None:
    with pytest.raises(RequestError, match="the polygons of layer area cover nothing"):
        load_area(make_area([Polygon([(0, 0), (1, 1), (0, 0)])]))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e200])
def test_coordinates_that_are_not_on_earth_are_refused(make_area: Callable[..., Path], value: float) -> None:
    with np.errstate(invalid="ignore"):
        odd = Polygon([(0, 0), (value, 1), (1, 0)])
    with pytest.raises(RequestError, match="a coordinate is not finite or larger than any on Earth"):
        load_area(make_area([odd]))


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "fgb"])
def test_a_file_that_does_not_say_its_crs_needs_to_be_told(make_area: Callable[..., Path], suffix: str) -> None:
    path = make_area([SQUARE], f"area.{suffix}", crs=None, kind="Polygon")
    with pytest.raises(RequestError, match="does not say its coordinate reference system; name it by --area-crs"):
        load_area(path)
    assert load_area(path, crs="EPSG:32611").crs == UTM


def test_the_crs_that_a_person_names_wins_and_it_is_said(
    make_area: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    path = make_area([SQUARE], "area.geojson", "EPSG:4326", layer_options={"RFC7946": False})
    with pytest.raises(RequestError, match=r"are no longitudes and latitudes .WGS 84.; name its CRS by --area-crs"):
        load_area(path)
    assert load_area(path, crs="EPSG:32611").crs == UTM
    assert "taken to be in WGS 84 / UTM zone 11N, as asked, though it says WGS 84" in caplog.text


def test_a_crs_that_does_not_exist_is_refused(make_area: Callable[..., Path]) -> None:
    with pytest.raises(RequestError, match="--area-crs EPSG:0: not a CRS"):
        load_area(make_area(), crs="EPSG:0")


def test_a_crs_with_heights_counts_as_the_flat_one(make_area: Callable[..., Path]) -> None:
    assert load_area(make_area([box(10, 60, 11, 61)], crs="EPSG:4979")).crs == DEGREES


def test_a_local_crs_is_read(make_area: Callable[..., Path]) -> None:
    area = load_area(make_area([box(0, 0, 1, 1)], crs=LOCAL))
    assert area.in_crs(area.crs).equals(box(0, 0, 1, 1))


def test_an_edge_around_half_of_the_earth_is_refused(make_area: Callable[..., Path]) -> None:
    across = Polygon([(179, -18), (-179, -18), (-179, -17), (179, -17)])
    with pytest.raises(RequestError, match="cut the polygon at the antimeridian"):
        load_area(make_area([across], crs="EPSG:4326"))
    assert load_area(make_area([box(-180, -90, 180, 90)], "world.gpkg", "EPSG:4326")).geometry.area == 360 * 180


def test_a_missing_file_and_an_unknown_kind_are_named(tmp_path: Path) -> None:
    for name in ("missing.gpkg", "/vsicurl/http://localhost/a.gpkg", "http://localhost/a.geojson"):
        with pytest.raises(RequestError, match="no such file"):
            load_area(Path(name))
    (tmp_path / "area.txt").write_text("hello")
    with pytest.raises(RequestError, match=r"files of type .txt are not read as an area; give a GeoPackage"):
        load_area(tmp_path / "area.txt")


@pytest.mark.parametrize("suffix", sorted({*DRIVERS, "zip", "shz"} - {"gdb"}))
@pytest.mark.parametrize("kind", ["virtual", "pipeline", "service", "empty"])
def test_lists_of_other_files_are_refused_under_any_name(
    make_area: Callable[..., Path], tmp_path: Path, suffix: str, kind: str
) -> None:
    secret = make_area([SQUARE], "secret.gpkg", kind="Polygon")
    (tmp_path / f"area.{suffix}").write_text(
        {
            "virtual": VIRTUAL.format(secret),
            "pipeline": json.dumps(
                {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {secret}"}
            ),
            "service": "<OGRWFSDataSource><URL>http://localhost:1/wfs</URL></OGRWFSDataSource>",
            "empty": "",
        }[kind]
    )
    with pytest.raises(RequestError):
        load_area(tmp_path / f"area.{suffix}", crs="EPSG:32611")


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("area.fgb", b"fgb\x03fgb\x01"),
        ("area.kml", b"<kml></kml>"),
        ("area.kml", b"<!-- <kml> -->"),
        ("area.kmz", b"PK\x03\x04"),
        ("area.geojson", b'{"type":1}'),
        ("area.csv", b"WKT\n"),
    ],
)
def test_lists_of_other_files_are_refused_behind_a_start_of_another_kind(
    make_area: Callable[..., Path], tmp_path: Path, name: str, start: bytes
) -> None:
    secret = make_area([SQUARE], "secret.gpkg", kind="Polygon")
    (tmp_path / name).write_bytes(start + VIRTUAL.format(secret).encode())
    with pytest.raises(RequestError):
        load_area(tmp_path / name, crs="EPSG:32611")


def test_a_list_of_other_files_in_a_zip_is_refused(make_area: Callable[..., Path], tmp_path: Path) -> None:
    secret = make_area([SQUARE], "secret.gpkg", kind="Polygon")
    for name in ("a.csv", "a.kml", "../a.kml", "a.vrt"):
        with zipfile.ZipFile(tmp_path / "area.zip", "w") as archive:
            archive.writestr(name, VIRTUAL.format(secret))
        with pytest.raises(RequestError, match=r"area\.zip"):
            load_area(tmp_path / "area.zip", crs="EPSG:32611")


def test_a_zip_with_several_files_says_which(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "area.zip", "w") as archive:
        archive.writestr("a.geojson", "{}")
        archive.writestr("b.geojson", "{}")
    with pytest.raises(RequestError, match=r"one vector file in it is needed, found: a.geojson, b.geojson"):
        load_area(tmp_path / "area.zip")


def test_a_path_that_reads_as_an_address_is_refused_or_read(make_area: Callable[..., Path], tmp_path: Path) -> None:
    plain = make_area([SQUARE], "area.gpkg", kind="Polygon")
    odd = tmp_path / "a!b;c.gpkg"
    odd.write_bytes(plain.read_bytes())
    with pytest.raises(RequestError, match="copy the file elsewhere"):
        load_area(odd)
    for name in ("größe ?#%20.gpkg", "a:b.gpkg", "zip+x.gpkg"):
        other = tmp_path / name
        other.write_bytes(plain.read_bytes())
        assert load_area(other).geometry.equals(SQUARE)


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "fgb", "geojson", "kml", "kmz", "csv"])
def test_a_damaged_file_is_one_line_or_an_area(
    make_area: Callable[..., Path], suffix: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    path = make_area([box(10, 60, 11, 61)], f"area.{suffix}", "EPSG:4326", kind="Polygon")
    content, generator = path.read_bytes(), np.random.default_rng(0)
    for trial in range(40):
        damaged = bytearray(content[: int(generator.integers(1, len(content)))] if trial % 2 else content)
        for place in generator.integers(0, len(damaged), 20 if trial % 4 < 2 else 0):
            damaged[place] = generator.integers(256)
        path.write_bytes(damaged)
        assert is_area_or_one_line(path)


def test_the_formats_promised_are_those_that_gdal_has_here() -> None:
    available = pyogrio.list_drivers()
    assert {driver for form in FORMATS.values() for driver in form.drivers} <= set(available)
