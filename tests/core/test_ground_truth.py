"""A tile covers the ground that was asked for, and places stay where they are: measured without PROJ."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from pyproj import Geod, Transformer

from landcast.tests.programs import load_program

LATITUDES = 0.0, 45.0, 60.0, -45.0
SYSTEMS = "UTM", "web mercator", "degrees", "US feet"


@pytest.fixture(scope="module")
def ground() -> ModuleType:
    """The measurement, which is a program of its own."""
    return load_program("benchmarks/ground.py")


@pytest.mark.parametrize("ground_scale_m", [80.0, None, 160.0])
@pytest.mark.parametrize("latitude", LATITUDES)
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_tile_covers_the_asked_ground_and_places_stay(
    ground: ModuleType,
    make_tiny_model: Callable[..., Path],
    tmp_path: Path,
    system: str,
    latitude: float,
    ground_scale_m: float | None,
) -> None:
    # a model that hardly changes anything, so that the marks are still there
    model = str(make_tiny_model(difference_std=1e-4, gsd_range_m=(0.3, 10.0), trained_gsd_m=(0.6, 1.0)))
    found = ground.measure(tmp_path, model, system, latitude, ground_scale_m)
    assert found.across_m == pytest.approx(found.asked_m, rel=ground.SCALE_LIMIT)
    assert found.down_m == pytest.approx(found.asked_m, rel=ground.SCALE_LIMIT)
    assert found.mark_px < ground.PLACE_LIMIT_PX
    if ground_scale_m is None:
        assert found.asked_m == pytest.approx(ground.GSD_M * 128, rel=0.01)


def test_the_measurement_agrees_with_geodesics_of_proj(ground: ModuleType) -> None:
    geod = Geod(ellps="WGS84")
    for latitude in LATITUDES:
        for step in ((0.001, 0.0), (0.0, 0.001), (0.3, -0.2)):
            other = ground.LONGITUDE + step[0], latitude + step[1]
            expected = geod.inv(ground.LONGITUDE, latitude, *other)[2]
            assert ground.distance_m((ground.LONGITUDE, latitude), other) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("latitude", LATITUDES)
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_measurement_places_what_proj_places(ground: ModuleType, system: str, latitude: float) -> None:
    crs, transform = ground.place_source(system, latitude)
    x, y = transform @ (np.array([0.0, 150.0, 320.0]), np.array([320.0, 10.0, 200.0]))
    expected = Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y)
    np.testing.assert_allclose(ground.source_degrees(system, latitude, x, y), expected, rtol=0, atol=2e-8)
