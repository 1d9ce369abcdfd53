"""Makes the pictures of README and guides from the scene that Landcast renders: `python docs/make_pictures.py`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import cv2
import numpy as np
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyogrio import raw

from landcast.core.predict import predict
from landcast.core.request import PredictionRequest
from landcast.worker.demo.scene import write_scene

PICTURES = Path(__file__).parent / "pictures"
PANEL_PX = 512
HEAD_PX = 26
MEMBERS = 8


def main() -> None:
    """Make all pictures."""
    PICTURES.mkdir(exist_ok=True)
    show_layers()
    show_area_of_a_rotated_source()


def show_layers() -> None:
    """Predict the rendered scene and lay its layers side by side."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "scene.tif"
        write_scene(source, (768, 768), seed=4)
        request = PredictionRequest(source, Path(folder) / "pred.tif", years=4, members=MEMBERS, device="cpu")
        paths = predict(request, warn=print).paths
        now, later = read(source), read(paths["prediction"])
        spread, change = read(paths["spread"]), read(paths["change"])
    save("scene_before_after.png", [("now", now), ("4 years later, one predicted future", later)])
    maps = [
        (f"spread of {MEMBERS} futures, bright: far apart", colour(np.minimum(spread.astype(int) * 5, 255))),
        ("probability of change, calibrated: dark 0, bright 100 %", colour(change.astype(int) * 255 // 100)),
    ]
    save("scene_spread_change.png", maps)


def show_area_of_a_rotated_source() -> None:
    """Predict polygons of a source that is turned by 20 degrees, and show all of it beside them."""
    with tempfile.TemporaryDirectory() as folder:
        straight, turned, area = (Path(folder) / name for name in ("scene.tif", "turned.tif", "area.geojson"))
        write_scene(straight, (768, 768), seed=4)
        with rasterio.open(straight) as scene:
            middle = scene.transform @ (384, 384)
            transform = Affine.rotation(20, middle) @ scene.transform
            with rasterio.open(turned, "w", **(scene.profile | {"transform": transform})) as target:
                target.write(scene.read())
            crs = scene.crs
        rings = [shapely.Point(middle).buffer(150).difference(shapely.Point(middle).buffer(50))]
        rings += [shapely.Point(middle[0] + dx, middle[1] + 190).buffer(35) for dx in (-110, 110)]
        raw.write(area, np.array(shapely.to_wkb(rings), object), [], [], geometry_type="Polygon", crs=crs.to_string())
        settings = {"years": 4, "device": "cpu"}
        whole = predict(PredictionRequest(turned, Path(folder) / "whole.tif", **settings), warn=print)  # type: ignore[arg-type]
        asked = PredictionRequest(turned, Path(folder) / "part.tif", area=area, **settings)  # type: ignore[arg-type]
        part = predict(asked, warn=print)
        panels = [read_masked(made.paths["prediction"], whole.transform, whole.shape_yx) for made in (whole, part)]
    labels = ("all of a source that is turned by 20 degrees", "--area: two circles and a ring, the same pixels")
    save("rotated_area.png", list(zip(labels, panels, strict=True)))


def read_masked(path: Path, transform: tuple[float, ...], shape_yx: tuple[int, int]) -> NDArray[np.uint8]:
    """Read a result onto a larger grid, uint8 (y, x, 3), white where it is masked."""
    picture = np.full((*shape_yx, 3), 255, np.uint8)
    with rasterio.open(path) as dataset:
        top = round((dataset.transform.f - transform[3]) / transform[5])
        left = round((dataset.transform.c - transform[0]) / transform[1])
        part = picture[top : top + dataset.height, left : left + dataset.width]
        valid = dataset.read_masks(1) > 0
        part[valid] = dataset.read().transpose(1, 2, 0)[valid]
    return picture


def read(path: Path) -> NDArray[np.uint8]:
    """Read a layer as uint8 (y, x) or (y, x, 3)."""
    with rasterio.open(path) as dataset:
        pixels: NDArray[np.uint8] = dataset.read()
    return pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)


def colour(levels: NDArray[np.int_]) -> NDArray[np.uint8]:
    """Give levels 0 to 255, (y, x), a perceptually even colour; uint8 (y, x, 3)."""
    shown = cv2.applyColorMap(levels.astype(np.uint8), cv2.COLORMAP_VIRIDIS)
    return cv2.cvtColor(shown, cv2.COLOR_BGR2RGB)


def save(name: str, panels: list[tuple[str, NDArray[np.uint8]]]) -> None:
    """Write panels side by side under their labels."""
    columns = []
    for label, image in panels:
        small = cv2.resize(image, (PANEL_PX, PANEL_PX), interpolation=cv2.INTER_AREA)
        head = np.full((HEAD_PX, PANEL_PX, 3), 255, np.uint8)
        cv2.putText(head, label, (4, HEAD_PX - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
        columns += [np.concatenate([head, small]), np.full((PANEL_PX + HEAD_PX, 6, 3), 255, np.uint8)]
    picture = np.concatenate(columns[:-1], axis=1)
    cv2.imwrite(str(PICTURES / name), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main()
