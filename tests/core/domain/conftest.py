"""A model that knows a rendered town, and scenes to show it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from affine import Affine
from numpy.typing import NDArray

from landcast.core.domain.features import FeatureNetwork
from landcast.core.lattice import TILE_PX
from landcast.core.model.contract import load_contract
from landcast.core.model.domain import TrainingDomain
from landcast.core.model.folder import load_first_unet, store_domain
from landcast.training.domain_fit import learn_domain
from landcast.worker.demo.scene import render_scene

TOWN_PX = 384
PLACES = 4


def tiles_of(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Cut uint8 (3, y, x) into whole tiles (tile, 3, 128, 128)."""
    rows, columns = (side // TILE_PX for side in image.shape[1:])
    cut = image[:, : rows * TILE_PX, : columns * TILE_PX].reshape(3, rows, TILE_PX, columns, TILE_PX)
    return np.ascontiguousarray(cut.transpose(1, 3, 0, 2, 4).reshape(-1, 3, TILE_PX, TILE_PX))


def shown(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Bring levels to 0..1."""
    return (images / np.float32(255)).astype(np.float32)


@pytest.fixture(scope="session")
def network(tiny_model: Path) -> FeatureNetwork:
    return FeatureNetwork(load_first_unet(tiny_model, torch.device("cpu")), load_contract(tiny_model), 2.0, 0.6)


@pytest.fixture(scope="session")
def town_domain(network: FeatureNetwork) -> TrainingDomain:
    """What a network makes of four rendered towns."""
    towns = [tiles_of(render_scene((TOWN_PX, TOWN_PX), seed)) for seed in range(PLACES)]
    features = network.features(shown(np.concatenate(towns)))
    places = [f"town {number}" for number, town in enumerate(towns) for _ in town]
    return learn_domain(features, places, 0, (2.0, 0.6), "0" * 64)


@pytest.fixture(scope="session")
def town_model(tiny_model: Path, town_domain: TrainingDomain, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder that says it was trained on these towns; read it only."""
    folder = Path(shutil.copytree(tiny_model, tmp_path_factory.mktemp("knowing") / "model"))
    store_domain(folder, town_domain)
    return folder


@pytest.fixture
def write_image(tmp_path: Path) -> Callable[..., Path]:
    """Write uint8 (3, y, x) as a GeoTIFF of 0.6 m whose corner does not lie on the lattice."""

    def write(name: str, image: NDArray[np.uint8], valid: NDArray[np.bool_] | None = None) -> Path:
        path = tmp_path / name
        place = {"crs": "EPSG:26911", "transform": Affine(0.6, 0, 434412.6, 0, -0.6, 3774020.4)}
        shape = {"count": 3, "height": image.shape[1], "width": image.shape[2]}
        with (
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
            rasterio.open(path, "w", driver="GTiff", dtype="uint8", photometric="RGB", **shape, **place) as file,
        ):
            file.write(image)
            if valid is not None:
                file.write_mask(valid)
        return path

    return write
