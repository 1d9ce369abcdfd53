"""Makes the pictures of README and guides from the scene that Landcast renders: `python docs/make_pictures.py`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import cv2
import numpy as np
import rasterio
from numpy.typing import NDArray

from landcast.core.predict import predict
from landcast.core.request import PredictionRequest
from landcast.worker.demo.scene import write_scene

PICTURES = Path(__file__).parent / "pictures"
PANEL_PX = 512
HEAD_PX = 26
MEMBERS = 8


def main() -> None:
    """Predict the rendered scene and lay its layers side by side."""
    PICTURES.mkdir(exist_ok=True)
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
        (f"probability of change, bright: most of {MEMBERS}", colour(change.astype(int) * 255 // 100)),
    ]
    save("scene_spread_change.png", maps)


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
