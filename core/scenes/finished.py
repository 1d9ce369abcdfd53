"""Whether a result that stands there is the one that is asked for."""

from __future__ import annotations

from pathlib import Path

from rasterio.errors import RasterioError

from ..raster.layer import LayerSpec
from ..raster.writing import open_quietly, to_rasterio_crs
from .prepared import PreparedScene


def is_finished(scene: PreparedScene) -> bool:
    """Whether all result files of a scene are there, and say of themselves what this plan makes them say.

    Result files get their names only when they are whole and read back, so that it is what they hold, too.
    """
    return all(is_of(path, scene.layers[layer]) for layer, path in scene.targets.items())


def is_of(path: Path, spec: LayerSpec) -> bool:
    """Whether a result file is there, and says of itself what a plan makes it say of this layer."""
    try:
        with open_quietly(path) as dataset:
            tags = dataset.tags()
            return bool(
                all(tags.get(name, "") == text for name, text in spec.tags.items())
                and dataset.descriptions == spec.bands
                and dataset.shape == spec.shape_yx
                and set(dataset.dtypes) == {spec.dtype}
                and dataset.transform.almost_equals(spec.transform)
                and dataset.crs == to_rasterio_crs(spec.crs)
            )
    except (RasterioError, OSError):
        return False
