"""Whether a tile covers the ground that was asked for, and whether places stay where they are.

    python benchmarks/ground.py

Small rendered sources with marks at known longitudes and latitudes are predicted, in several CRS and at several
latitudes. The result is measured without PROJ, which Landcast itself measures with: its pixels become degrees by the
series of Snyder for transverse Mercator, and distances on the ellipsoid follow Vincenty. Both are written out below.
The model is one that changes next to nothing, for marks that it redraws could not be found again.
Limits: 128 pixels within 0.5 % of the asked ground scale along x and y, marks within a quarter of a pixel.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray

from landcast.core.lattice import TILE_PX
from landcast.core.predict import predict
from landcast.core.request import PredictionRequest
from landcast.tests.models import write_tiny_model

SCALE_LIMIT, PLACE_LIMIT_PX = 0.005, 0.25
AXIS_M, FLATTENING = 6378137.0, 1 / 298.257223563
ECCENTRICITY_2 = FLATTENING * (2 - FLATTENING)
US_FOOT_M = 1200 / 3937
LONGITUDE = 11.3
"""Of all sources; neither in the middle of a zone nor at its edge."""
LATITUDES = 0.0, 45.0, 60.0, -45.0
SYSTEMS = "UTM", "web mercator", "degrees", "US feet"
GROUND_SCALES_M = 80.0, None
GSD_M = 0.45
SIDE_PX = 320
MARKS_M = ((0.0, 0.0), (-41.3, 23.7), (37.9, 40.2), (12.4, -44.6))
"""Metres east and north of the centre, roughly; the degrees that they stand for are exact."""
MARK_M = 2.0
"""Spread of a mark."""


@dataclass(frozen=True)
class TransverseMercator:
    """Where a projection counts from; lengths in metres."""

    meridian: float
    latitude: float
    scale: float
    false_xy: tuple[float, float]
    unit_m: float = 1.0

    def to_degrees(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Longitudes and latitudes.

        Source: Snyder 1987, Map projections, a working manual, equations 3-21, 3-24, 3-26, 7-19, 8-17 to 8-25.
        """
        x, y = np.asarray(x) * self.unit_m - self.false_xy[0], np.asarray(y) * self.unit_m - self.false_xy[1]
        e2 = ECCENTRICITY_2
        root = math.sqrt(1 - e2)
        e1 = (1 - root) / (1 + root)
        arc = meridian_arc_m(math.radians(self.latitude)) + y / self.scale
        mu = arc / (AXIS_M * (1 - e2 / 4 - 3 * e2**2 / 64 - 5 * e2**3 / 256))
        foot = (
            mu + (3 * e1 / 2 - 27 * e1**3 / 32) * np.sin(2 * mu) + (21 * e1**2 / 16 - 55 * e1**4 / 32) * np.sin(4 * mu)
            + 151 * e1**3 / 96 * np.sin(6 * mu) + 1097 * e1**4 / 512 * np.sin(8 * mu)
        )  # fmt: skip
        second = e2 / (1 - e2)
        c, t = second * np.cos(foot) ** 2, np.tan(foot) ** 2
        across = AXIS_M / np.sqrt(1 - e2 * np.sin(foot) ** 2)
        along = AXIS_M * (1 - e2) / (1 - e2 * np.sin(foot) ** 2) ** 1.5
        d = x / (across * self.scale)
        latitude = foot - across * np.tan(foot) / along * (
            d**2 / 2 - (5 + 3 * t + 10 * c - 4 * c**2 - 9 * second) * d**4 / 24
            + (61 + 90 * t + 298 * c + 45 * t**2 - 252 * second - 3 * c**2) * d**6 / 720
        )  # fmt: skip
        longitude = (
            d - (1 + 2 * t + c) * d**3 / 6
            + (5 - 2 * c + 28 * t - 3 * c**2 + 8 * second + 24 * t**2) * d**5 / 120
        ) / np.cos(foot)  # fmt: skip
        return self.meridian + np.degrees(longitude), np.degrees(latitude)


@dataclass(frozen=True)
class WebMercator:
    """The projection of web maps: a sphere's formulas with an ellipsoid's latitudes."""

    def to_degrees(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Longitudes and latitudes."""
        return np.degrees(x / AXIS_M), np.degrees(np.arctan(np.sinh(y / AXIS_M)))


Projection = TransverseMercator | WebMercator


@dataclass(frozen=True)
class Measured:
    """What was found: metres that 128 pixels of the result cover along x and y, and how far marks are off, pixels."""

    system: str
    latitude: float
    asked_m: float
    across_m: float
    down_m: float
    mark_px: float
    crs: str

    @property
    def error(self) -> float:
        """The larger deviation from the asked ground scale, as a share."""
        return max(abs(self.across_m / self.asked_m - 1), abs(self.down_m / self.asked_m - 1))


def main() -> None:
    """Measure all and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    print("| CRS | latitude | of the result | asked, m | along x, m | along y, m | error, % | marks off, px |")
    print("|---|---|---|---|---|---|---|---|")
    worst, farthest = 0.0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        for found in measure_all(Path(folder), str(still_model(Path(folder)))):
            print(
                f"| {found.system} | {found.latitude:g} | {found.crs} | {found.asked_m:.3f} | {found.across_m:.3f} | "
                f"{found.down_m:.3f} | {100 * found.error:.3f} | {found.mark_px:.3f} |"
            )
            worst, farthest = max(worst, found.error), max(farthest, found.mark_px)
    print(f"\nlargest error {100 * worst:.3f} % (limit {100 * SCALE_LIMIT} %), farthest mark {farthest:.3f} px")


def still_model(folder: Path) -> Path:
    """A model that changes next to nothing."""
    (folder / "model").mkdir()
    return write_tiny_model(
        folder / "model", difference_std=1e-3, gsd_range_m=(0.3, 2.0), trained_gsd_m=(0.45, 0.6, 1.0)
    )


def measure_all(folder: Path, model: str) -> Iterator[Measured]:
    """Measure every system at every latitude, at the asked and at the default ground scale."""
    for latitude in LATITUDES:
        for system in SYSTEMS:
            for ground_scale_m in GROUND_SCALES_M:
                yield measure(folder, model, system, latitude, ground_scale_m)


def measure(folder: Path, model: str, system: str, latitude: float, ground_scale_m: float | None) -> Measured:
    """Predict one source and measure the result."""
    path, output = folder / "source.tif", folder / "source_pred.tif"
    marks = write_marks(path, system, latitude)
    request = PredictionRequest(
        path, output, model=model, device="cpu", ground_scale_m=ground_scale_m, is_overwriting=True
    )
    predict(request, warn=lambda message: None)
    with rasterio.open(output) as result:
        image = result.read(2).astype(np.float64)
        transform, crs = result.transform, result.crs
        asked_m = float(result.tags()["LANDCAST_GROUND_SCALE_M"])
    projection = projection_named(crs.to_dict())
    rows, columns = image.shape
    left, top = (columns - TILE_PX) / 2, (rows - TILE_PX) / 2
    ends = [(left, rows / 2), (left + TILE_PX, rows / 2), (columns / 2, top), (columns / 2, top + TILE_PX)]
    west, east, north, south = (place_of(projection, transform, *end) for end in ends)
    gsd_m = asked_m / TILE_PX
    off_px = []
    for mark in marks:
        found = place_of(projection, transform, *find_mark(image, projection, transform, mark, gsd_m))
        off_px.append(distance_m(found, mark) / gsd_m)
    name = f"EPSG:{crs.to_epsg()}" if crs.to_epsg() else "its own"
    across_m, down_m = distance_m(west, east), distance_m(north, south)
    return Measured(system, latitude, ground_scale_m or asked_m, across_m, down_m, max(off_px), name)


def write_marks(path: Path, system: str, latitude: float) -> list[tuple[float, float]]:
    """Write a source about a latitude, and return the longitude and latitude of each of its marks."""
    along, across = radii_m(math.radians(latitude))
    parallel = across * math.cos(math.radians(latitude))
    marks = [(LONGITUDE + math.degrees(x / parallel), latitude + math.degrees(y / along)) for x, y in MARKS_M]
    crs, transform = place_source(system, latitude)
    columns, rows = np.meshgrid(np.arange(SIDE_PX) + 0.5, np.arange(SIDE_PX) + 0.5)
    across_m, down_m = transform @ (columns, rows)
    longitudes, latitudes = source_degrees(system, latitude, np.asarray(across_m), np.asarray(down_m))
    image = np.full((SIDE_PX, SIDE_PX), 90.0)
    for mark in marks:
        x = np.radians(longitudes - mark[0]) * parallel
        y = np.radians(latitudes - mark[1]) * along
        image += 120 * np.exp(-(x**2 + y**2) / (2 * MARK_M**2))
    profile = {"driver": "GTiff", "width": SIDE_PX, "height": SIDE_PX, "count": 3, "dtype": "uint8"}
    with rasterio.open(path, "w", **profile, crs=crs, transform=transform) as target:
        target.write(np.repeat(image.round().astype(np.uint8)[None], 3, axis=0))
    return marks


def place_source(system: str, latitude: float) -> tuple[str, Affine]:
    """CRS and transform of a source whose centre is about a place, of pixels of about the GSD on the ground."""
    half = SIDE_PX / 2
    cosine = math.cos(math.radians(latitude))
    if system == "degrees":
        step = GSD_M / 111_200 / math.sqrt(cosine)
        return "EPSG:4326", Affine(step, 0, LONGITUDE - half * step, 0, -step, latitude + half * step)
    if system == "web mercator":
        step = GSD_M / cosine
        x = AXIS_M * math.radians(LONGITUDE)
        y = AXIS_M * math.asinh(math.tan(math.radians(latitude)))
        return "EPSG:3857", Affine(step, 0, x - half * step, 0, -step, y + half * step)
    projection = projection_of(system, latitude)
    x, y = from_degrees(projection, LONGITUDE, latitude)
    step = GSD_M / projection.unit_m
    transform = Affine(step, 0, x - half * step, 0, -step, y + half * step)
    if system == "UTM":
        return f"EPSG:{32632 if latitude >= 0 else 32732}", transform
    return (
        f"+proj=tmerc +lat_0={projection.latitude} +lon_0={projection.meridian} +k={projection.scale} "
        f"+x_0={projection.false_xy[0]} +y_0={projection.false_xy[1]} +datum=WGS84 +units=us-ft +no_defs",
        transform,
    )


def source_degrees(
    system: str, latitude: float, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], ...]:
    """Longitudes and latitudes of places in the CRS of a source."""
    if system == "degrees":
        return x, y
    if system == "web mercator":
        return WebMercator().to_degrees(x, y)
    return projection_of(system, latitude).to_degrees(x, y)


def projection_of(system: str, latitude: float) -> TransverseMercator:
    """UTM zone 32, or one that counts in US survey feet as a State Plane zone does."""
    if system == "UTM":
        return TransverseMercator(9.0, 0.0, 0.9996, (500_000.0, 0.0 if latitude >= 0 else 10_000_000.0))
    return TransverseMercator(10.5, latitude - 1, 0.99995, (200_000.0, 50_000.0), US_FOOT_M)


def projection_named(parameters: dict[str, object]) -> Projection:
    """The projection of a result, from the parameters that its file names."""
    number = {key: float(value) for key, value in parameters.items() if isinstance(value, int | float)}
    unit_m = US_FOOT_M if parameters.get("units") == "us-ft" else 1.0
    if parameters["proj"] == "utm":
        false_y = 10_000_000.0 if "south" in parameters else 0.0
        return TransverseMercator(number["zone"] * 6 - 183, 0.0, 0.9996, (500_000.0, false_y))
    if parameters["proj"] == "merc":
        return WebMercator()
    return TransverseMercator(
        number["lon_0"], number.get("lat_0", 0.0), number["k"], (number["x_0"], number["y_0"]), unit_m
    )


def from_degrees(projection: TransverseMercator, longitude: float, latitude: float) -> tuple[float, float]:
    """Find the place that leads to these degrees, by steps of Newton."""
    x, y = projection.false_xy[0] / projection.unit_m, projection.false_xy[1] / projection.unit_m
    along, across = radii_m(math.radians(latitude))
    for _ in range(30):
        found = projection.to_degrees(np.array(x), np.array(y))
        x += math.radians(longitude - float(found[0])) * across * math.cos(math.radians(latitude)) / projection.unit_m
        y += math.radians(latitude - float(found[1])) * along / projection.unit_m
    return x, y


def find_mark(
    image: NDArray[np.float64],
    projection: Projection,
    transform: Affine,
    mark: tuple[float, float],
    gsd_m: float,
) -> tuple[float, float]:
    """Column and row of the middle of a mark, by its centre of mass near the place where it should be."""
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]] + 0.5
    longitudes, latitudes = projection.to_degrees(*(transform @ (columns, rows)))
    along, across = radii_m(math.radians(mark[1]))
    x = np.radians(longitudes - mark[0]) * across * math.cos(math.radians(mark[1]))
    y = np.radians(latitudes - mark[1]) * along
    is_near = np.hypot(x, y) < 4 * MARK_M + 2 * gsd_m
    mass = np.where(is_near, np.maximum(image - np.median(image[is_near]) - 20, 0), 0)
    return float((mass * columns).sum() / mass.sum()), float((mass * rows).sum() / mass.sum())


def place_of(projection: Projection, transform: Affine, column: float, row: float) -> tuple[float, float]:
    """Longitude and latitude of a column and row."""
    x, y = transform @ (column, row)
    longitude, latitude = projection.to_degrees(np.array(x), np.array(y))
    return float(longitude), float(latitude)


def meridian_arc_m(latitude: float) -> float:
    """Length of the meridian from the equator. Source: Snyder 1987, equation 3-21."""
    e2 = ECCENTRICITY_2
    return AXIS_M * (
        (1 - e2 / 4 - 3 * e2**2 / 64 - 5 * e2**3 / 256) * latitude
        - (3 * e2 / 8 + 3 * e2**2 / 32 + 45 * e2**3 / 1024) * math.sin(2 * latitude)
        + (15 * e2**2 / 256 + 45 * e2**3 / 1024) * math.sin(4 * latitude)
        - 35 * e2**3 / 3072 * math.sin(6 * latitude)
    )


def radii_m(latitude: float) -> tuple[float, float]:
    """Radii of curvature of the ellipsoid, along the meridian and across it."""
    root = math.sqrt(1 - ECCENTRICITY_2 * math.sin(latitude) ** 2)
    return AXIS_M * (1 - ECCENTRICITY_2) / root**3, AXIS_M / root


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Distance on the ellipsoid between two places in degrees.

    Source: Vincenty 1975, Direct and inverse solutions of geodesics on the ellipsoid, inverse formula.
    """
    f = FLATTENING
    polar_m = AXIS_M * (1 - f)
    difference = math.radians(other[0] - one[0])
    u1, u2 = (math.atan((1 - f) * math.tan(math.radians(place[1]))) for place in (one, other))
    sin1, cos1, sin2, cos2 = math.sin(u1), math.cos(u1), math.sin(u2), math.cos(u2)
    angle = difference
    for _ in range(100):
        sin_sigma = math.hypot(cos2 * math.sin(angle), cos1 * sin2 - sin1 * cos2 * math.cos(angle))
        if sin_sigma == 0:
            return 0.0
        cos_sigma = sin1 * sin2 + cos1 * cos2 * math.cos(angle)
        sigma = math.atan2(sin_sigma, cos_sigma)
        sin_alpha = cos1 * cos2 * math.sin(angle) / sin_sigma
        cos2_alpha = 1 - sin_alpha**2
        middle = cos_sigma - 2 * sin1 * sin2 / cos2_alpha if cos2_alpha > 1e-12 else 0.0
        c = f / 16 * cos2_alpha * (4 + f * (4 - 3 * cos2_alpha))
        last = angle
        angle = difference + (1 - c) * f * sin_alpha * (
            sigma + c * sin_sigma * (middle + c * cos_sigma * (2 * middle**2 - 1))
        )
        if abs(angle - last) < 1e-13:
            break
    u = cos2_alpha * (AXIS_M**2 - polar_m**2) / polar_m**2
    a = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)))
    b = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)))
    change = (
        b
        * sin_sigma
        * (
            middle
            + b / 4 * (cos_sigma * (2 * middle**2 - 1) - b / 6 * middle * (4 * sin_sigma**2 - 3) * (4 * middle**2 - 3))
        )
    )
    return polar_m * a * (sigma - change)


if __name__ == "__main__":
    main()
