"""opengeos/geoai: `geoai.inference.predict_geotiff` as documented, with its own tile size, overlap and blending."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import numpy as np
from geoai.inference import predict_geotiff
from geoai.utils import get_device
from measured import Trivial, measured


def work(source: Path, output: Path, scratch: Path, network: Trivial) -> None:
    """Predict the scene in its own levels, so that no scaling has to be paid for."""
    get_device()
    predict_geotiff(
        network, str(source), str(output), num_classes=3, output_dtype="uint8", output_nodata=0, device="cpu",
        preprocess_fn=lambda tile: tile.astype(np.float32, copy=False), verbose=False,
    )  # fmt: skip


if __name__ == "__main__":
    measured({"geoai-py": version("geoai-py")}, work)
