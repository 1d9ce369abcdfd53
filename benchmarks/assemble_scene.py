"""Put real chips side by side to one large scene: any number of pixels, always the same file.

    LANDCAST_DATA=DIR python benchmarks/assemble_scene.py OUT.tif [--size 8192] [--gaps SHARE] [--year YEAR ...]

Chips are those of `LANDCAST_DATA/naip/CITY/YEAR/NNN.tif` that share size, pixel size and zone with the first one. They
fill the scene row by row in the order of their paths and begin anew when all are used. Nothing lies beside what it
lay beside in the field, so edges of chips are edges of the scene: it serves to measure time, memory and files, not
skill. Gaps are chips left out, masked, at places that depend on the seed alone.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window

BLOCK_PX = 512
COMPRESSION = {"compress": "ZSTD", "zstd_level": "1", "predictor": "2"}


@dataclass(frozen=True)
class ChipKind:
    """What chips must share to lie in one raster."""

    shape_yx: tuple[int, int]
    crs: Any
    pixel_m: float
    bands: int
    dtype: str


def main(arguments: Sequence[str] | None = None) -> None:
    """Assemble one scene and say what it holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path)
    parser.add_argument("--size", type=int, default=8192, help="side in pixels")
    parser.add_argument("--gaps", type=float, default=0.0, help="share of the chips that are left out")
    parser.add_argument("--seed", type=int, default=0, help="of the gaps")
    parser.add_argument("--year", nargs="*", default=[], help="years to take [all]")
    args = parser.parse_args(arguments)
    chips = find_chips(years=args.year)
    assemble(args.output, chips, args.size, gaps=args.gaps, seed=args.seed)
    print(f"{args.output}: {args.size} x {args.size} px of {len(chips)} chips")


def find_chips(years: Sequence[str] = (), folder: Path | None = None) -> list[Path]:
    """List the chips, by path; of all years where none is named."""
    root = (folder or Path(os.environ.get("LANDCAST_DATA", ""))) / "naip"
    found = sorted(path for path in root.glob("*/*/*.tif") if not years or path.parent.name in years)
    if not found:
        sys.exit(f"{root}: holds no CITY/YEAR/NNN.tif; set LANDCAST_DATA to the folder with naip")
    kinds = [_kind_of(path) for path in found]
    # the first path may be of another zone than the most
    wanted = max(kinds, key=kinds.count)
    return [path for path, kind in zip(found, kinds, strict=True) if kind == wanted]


def assemble(path: Path, chips: Sequence[Path], side_px: int, *, gaps: float = 0.0, seed: int = 0) -> Path:
    """Write a square scene under its name once it is whole; the path comes back.

    Args:
        path: of the scene.
        chips: of one kind.
        side_px: of the scene; the last chips of a row or column are cut.
        gaps: share of the chips that are left out.
        seed: of the gaps.
    """
    kind = _kind_of(chips[0])
    aside = path.with_name(f".{path.name}.part")
    with rasterio.open(chips[0]) as first:
        corner = first.transform
    transform = rasterio.Affine(kind.pixel_m, 0, round(corner.c, 1), 0, -kind.pixel_m, round(corner.f, 1))
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(
            aside, "w", driver="GTiff", width=side_px, height=side_px, count=kind.bands, dtype=kind.dtype,
            crs=kind.crs, transform=transform, tiled=True, blockxsize=BLOCK_PX, blockysize=BLOCK_PX,
            interleave="pixel", BIGTIFF="IF_SAFER", **COMPRESSION,
        ) as scene,
    ):  # fmt: skip
        for top, rows, valid in _block_rows(chips, side_px, kind, gaps, random.Random(seed)):
            window = Window(0, top, side_px, valid.shape[0])
            scene.write(rows, window=window)
            if gaps:
                scene.write_mask(valid, window=window)
    aside.replace(path)
    return path


def _block_rows(
    chips: Sequence[Path], side_px: int, kind: ChipKind, gaps: float, draw: random.Random
) -> Iterator[tuple[int, NDArray[Any], NDArray[np.uint8]]]:
    """Whole rows of blocks: the first row's number, pixels (band, y, x), and the mask, 255 where valid."""
    height, width = kind.shape_yx
    count, number = -(-side_px // width), 0
    held, held_valid, top = [], [], 0
    step = -(-BLOCK_PX // height) * height
    for chip_top in range(0, side_px, height):
        parts, masks = [], []
        for _ in range(count):
            is_gap = draw.random() < gaps
            parts.append(np.zeros((kind.bands, *kind.shape_yx), kind.dtype) if is_gap else _read(chips, number))
            masks.append(np.full(kind.shape_yx, 0 if is_gap else 255, np.uint8))
            number += 1
        held.append(np.concatenate(parts, axis=2)[:, : side_px - chip_top, :side_px])
        held_valid.append(np.concatenate(masks, axis=1)[: side_px - chip_top, :side_px])
        if chip_top + height - top >= step or chip_top + height >= side_px:
            yield top, np.concatenate(held, axis=1), np.concatenate(held_valid)
            held, held_valid, top = [], [], chip_top + height


def _read(chips: Sequence[Path], number: int) -> NDArray[Any]:
    with rasterio.open(chips[number % len(chips)]) as dataset:
        return dataset.read()  # type: ignore[no-any-return]


def _kind_of(path: Path) -> ChipKind:
    with rasterio.open(path) as chip:
        return ChipKind(chip.shape, chip.crs, round(chip.transform.a, 3), chip.count, chip.dtypes[0])


if __name__ == "__main__":
    main()
