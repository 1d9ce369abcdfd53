"""One block of a layer as a file: exact, equal for equal pixels, and marked as the whole result is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from landcast.core.errors import OutputError
from landcast.core.lattice import Rect
from landcast.core.raster.block_file import decode_block, encode_block
from landcast.core.raster.layer import DTYPES, LayerSpec, kept_pixels
from landcast.tests.core.raster.layers import CORNER, TAGS, make_pixels, make_spec


def part_of(spec: LayerSpec, rect: Rect) -> tuple[Any, Any]:
    pixels, valid = make_pixels(spec)
    rows, columns = rect.slices_in(spec.rect)
    return pixels[:, rows, columns], valid[rows, columns]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("bands", [1, 2, 3])
def test_decoding_gives_back_what_was_encoded(dtype: str, bands: int) -> None:
    spec = make_spec((700, 600), bands, dtype)
    rect = Rect(CORNER[0] + 3, CORNER[1] + 40, 530, 521)
    pixels, valid = part_of(spec, rect)
    found, is_valid = decode_block(encode_block(spec, rect, pixels, valid), spec, rect)
    np.testing.assert_array_equal(found, kept_pixels(pixels, valid))
    np.testing.assert_array_equal(is_valid, valid)
    assert found.dtype == dtype
    assert np.isfinite(found.astype(float)).all()


@pytest.mark.parametrize("shape_yx", [(1, 1), (1, 600), (600, 1), (512, 512)])
@pytest.mark.parametrize("is_valid", [True, False], ids=["whole", "masked"])
def test_any_size_and_validity_does(shape_yx: tuple[int, int], is_valid: bool) -> None:
    spec = make_spec(shape_yx)
    pixels, valid = make_pixels(spec)[0], np.full(shape_yx, is_valid)
    found, mask = decode_block(encode_block(spec, spec.rect, pixels, valid), spec, spec.rect)
    np.testing.assert_array_equal(found, pixels)
    np.testing.assert_array_equal(mask, valid)


def test_equal_blocks_make_equal_bytes() -> None:
    spec = make_spec((300, 300))
    one, other = (encode_block(spec, spec.rect, *make_pixels(spec)) for _ in range(2))
    assert one == other


def test_a_block_lies_where_it_belongs_and_says_all_that_the_result_says(tmp_path: Path) -> None:
    scaling = ((2.0, 0.5),) * 3
    spec = make_spec((700, 600), scaling=scaling)
    rect = Rect(CORNER[0] + 100, CORNER[1] + 200, 80, 70)
    path = tmp_path / "block.tif"
    path.write_bytes(encode_block(spec, rect, *part_of(spec, rect)))
    with rasterio.open(path) as block:
        assert block.bounds.left == pytest.approx(434400 + 200 * 0.6)
        assert block.bounds.top == pytest.approx(3774000 - 100 * 0.6)
        assert block.crs.to_epsg() == 32611
        assert TAGS.items() <= block.tags().items()
        assert block.descriptions == spec.bands
        assert block.scales == (2.0,) * 3
        assert block.offsets == (0.5,) * 3
        assert [band.name for band in block.colorinterp] == ["red", "green", "blue"]
        assert block.compression.name == "zstd"
    decoded = decode_block(path, spec, rect)
    np.testing.assert_array_equal(decoded[0], part_of(spec, rect)[0])


def test_a_damaged_or_foreign_block_is_named_with_what_to_do(tmp_path: Path) -> None:
    spec = make_spec((300, 300))
    whole = encode_block(spec, spec.rect, *make_pixels(spec))
    path = tmp_path / "000007.tif"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(OutputError, match=r"000007\.tif: cannot be read: .* remove it, and it is made again"):
        decode_block(path, spec, spec.rect)
    with pytest.raises(OutputError, match="gs://b/7: cannot be read"):
        decode_block(b"no file", spec, spec.rect, "gs://b/7")
    with pytest.raises(OutputError, match=r"is of another result: pixels must be \(3, 299, 300"):
        decode_block(whole, spec, Rect(*CORNER, 299, 300))
    with pytest.raises(OutputError, match="is of another result: pixels must be uint16"):
        decode_block(whole, make_spec((300, 300), dtype="uint16"), spec.rect)


def test_pixels_of_another_layer_are_a_mistake_of_the_caller() -> None:
    spec = make_spec((30, 30))
    pixels, valid = make_pixels(spec)
    with pytest.raises(ValueError, match="uint8"):
        encode_block(spec, spec.rect, pixels.astype(np.int16), valid)
    with pytest.raises(ValueError, match=r"\(3, 30, 30\)"):
        encode_block(spec, spec.rect, pixels[:2], valid)
