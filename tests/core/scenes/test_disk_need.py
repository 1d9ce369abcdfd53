"""Room for a scene: held against what its files really take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray

from landcast.core.errors import OutputError
from landcast.core.raster.cog import write_cog
from landcast.core.raster.layer import LayerSpec
from landcast.core.raster.mosaic import mosaic_folders, write_mosaic
from landcast.core.scenes.disk_need import DiskNeed, check_scene_disk, scene_disk_need
from landcast.tests.core.raster.layers import make_spec, write_blocks


@pytest.fixture(scope="module")
def imagery(naip: Path) -> NDArray[np.uint8]:
    """Chips put together, (3, 1536, 1536)."""
    chips = []
    for path in sorted((naip / "claremont" / "2016").glob("*.tif"))[:16]:
        with rasterio.open(path) as chip:
            chips.append(chip.read([1, 2, 3]))
    return np.concatenate([np.concatenate(chips[row * 4 : row * 4 + 4], axis=2) for row in range(4)], axis=1)


def sizes_of(folder: Path, pixels: NDArray[np.uint8]) -> tuple[LayerSpec, dict[str, int], int]:
    """What blocks, COG and mosaic of an image take, and how many blocks there are."""
    spec = make_spec((pixels.shape[1], pixels.shape[2]))
    blocks = write_blocks(folder / "b", spec, pixels, np.ones(spec.shape_yx, bool), 1024)
    cog = write_cog(folder / "a.tif", spec, blocks, overwrite=False)
    mosaic = write_mosaic(folder / "a.vrt", spec, blocks, overwrite=False)
    overviews = sum(path.stat().st_size for path in mosaic_folders(mosaic)[0].glob("overview_*.tif"))
    total = sum(path.stat().st_size for path in blocks.values())
    return spec, {"blocks": total, "cog": cog.stat().st_size, "overviews": overviews}, len(blocks)


def test_imagery_takes_what_is_expected_and_its_blocks_less_than_their_bound(
    tmp_path: Path, imagery: NDArray[np.uint8]
) -> None:
    spec, sizes, blocks = sizes_of(tmp_path, imagery)
    assert sizes["blocks"] <= 1.2 * sizes["cog"]
    need = scene_disk_need([spec], "cog", blocks)
    assert need.blocks_bytes == pytest.approx(sizes["blocks"], rel=0.15)
    assert need.result_bytes == pytest.approx(sizes["cog"], rel=0.15)
    assert need.scratch_bytes == pytest.approx(sizes["overviews"], rel=0.25)
    assert need.blocks_bytes <= 1.2 * need.result_bytes
    linked = scene_disk_need([spec], "blocks", blocks)
    assert linked.peak_bytes == need.blocks_bytes + need.scratch_bytes


def test_what_is_there_already_counts(tmp_path: Path) -> None:
    spec = make_spec((4096, 4096))
    whole = scene_disk_need([spec], "cog", 16)
    half = scene_disk_need([spec], "cog", 16, kept_bytes=whole.blocks_bytes // 2)
    done = scene_disk_need([spec], "cog", 16, kept_bytes=2 * whole.blocks_bytes)
    assert half.blocks_bytes == pytest.approx(whole.blocks_bytes / 2, abs=1)
    assert done.blocks_bytes == 0
    assert whole.result_bytes == half.result_bytes == done.result_bytes
    assert scene_disk_need([spec], "cog", 16, extra_bytes=999).blocks_bytes == whole.blocks_bytes + 999


def test_layers_are_put_together_one_after_another() -> None:
    image, small = make_spec((4096, 4096)), make_spec((4096, 4096), 1)
    both, alone, other = (scene_disk_need(layers, "cog", 16) for layers in ([image, small], [image], [small]))
    assert both.result_bytes == alone.result_bytes + other.result_bytes
    assert both.scratch_bytes == alone.scratch_bytes


def test_a_disk_too_small_is_refused_with_what_it_would_take(small_disk: Callable[[int], Path], tmp_path: Path) -> None:
    folder = small_disk(2**20)
    check_scene_disk(DiskNeed(300_000, 400_000, 100_000), "a.tif", folder, folder / "not" / "yet")
    with pytest.raises(OutputError) as raised:
        check_scene_disk(DiskNeed(500_000, 400_000, 200_000), "a.tif", folder, folder / "not" / "yet")
    for part in ("a.tif: needs 1.1 MB", "400 kB for the result", "500 kB for its blocks", f"{folder} has 1.0 MB", "-o"):
        assert part in str(raised.value)
    check_scene_disk(DiskNeed(500_000, 400_000, 200_000), "a.tif", folder, tmp_path)
    check_scene_disk(DiskNeed(500_000, 400_000, 200_000), "a.tif", folder, None)
    with pytest.raises(OutputError, match=r"its blocks need 1\.2 MB"):
        check_scene_disk(DiskNeed(1_200_000, 0, 0), "a.tif", tmp_path, folder)


def test_blocks_on_another_disk_than_their_vrt_are_copied_and_count(
    small_disk: Callable[[int], Path], tmp_path: Path
) -> None:
    folder = small_disk(2**20)
    check_scene_disk(DiskNeed(900_000, 100_000, 0, linked_bytes=900_000), "a.vrt", folder, folder)
    with pytest.raises(OutputError, match="needs"):
        check_scene_disk(DiskNeed(0, 200_000, 0, linked_bytes=900_000), "a.vrt", folder, tmp_path)
