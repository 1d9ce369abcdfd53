"""The blocks of a layer as one picture: where each lies, and a VRT over all of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from ..lattice import Rect
from .disk import BLOCK_PX
from .layer import LayerSpec
from .writing import to_rasterio_crs

BlockPaths = Mapping[Rect, Path]
"""Files of `encode_block` by what they cover of the grid."""
VRT_TYPES = {
    "uint8": "Byte", "uint16": "UInt16", "int16": "Int16", "uint32": "UInt32", "int32": "Int32",
    "float32": "Float32", "float64": "Float64",
}  # fmt: skip
COLOURS = ("Red", "Green", "Blue")


def check_cover(spec: LayerSpec, blocks: BlockPaths) -> None:
    """Make sure that blocks cover a layer, each pixel once.

    Raises:
        ValueError: they do not.
    """
    beyond = [rect for rect in blocks if rect.is_empty or rect.intersection(spec.rect) != rect]
    covered = sum(rect.height * rect.width for rect in blocks)
    if beyond or covered != spec.rect.height * spec.rect.width or _overlap(blocks):
        raise ValueError(f"{len(blocks)} blocks must cover all of {spec.rect} once; {len(beyond)} of them reach beyond")


def make_vrt(spec: LayerSpec, blocks: BlockPaths, overviews: tuple[Path, ...] = (), folder: Path | None = None) -> str:
    """Write a VRT over blocks; the same whatever the order in which they come.

    Args:
        spec: of the layer.
        blocks: cover it.
        overviews: files with smaller copies, each with a mask of its own, which GDAL takes for the mask's overview.
        folder: where the VRT is going to stand; it names files relative to it, absolute where None.
    """
    ordered = sorted(blocks.items(), key=lambda item: (item[0].top, item[0].left))
    height, width = spec.shape_yx
    numbers = ", ".join(repr(float(number)) for number in spec.transform.to_gdal())
    parts = [
        f'<VRTDataset rasterXSize="{width}" rasterYSize="{height}">',
        f"<SRS>{escape(to_rasterio_crs(spec.crs).to_wkt())}</SRS><GeoTransform>{numbers}</GeoTransform>",
        "<Metadata>",
        *(f"<MDI key={quoteattr(key)}>{escape(text)}</MDI>" for key, text in sorted(spec.tags.items())),
        "</Metadata>",
    ]
    for number in range(1, len(spec.bands) + 1):
        parts += [_band_head(spec, number), *_sources(spec, ordered, str(number), folder)]
        parts += [*(_overview(path, number, folder) for path in overviews), "</VRTRasterBand>"]
    parts += ['<MaskBand><VRTRasterBand dataType="Byte">', *_sources(spec, ordered, "mask,1", folder)]
    parts += ["</VRTRasterBand></MaskBand></VRTDataset>"]
    return "\n".join(parts) + "\n"


def _band_head(spec: LayerSpec, number: int) -> str:
    scale, offset = spec.scales[number - 1]
    scaling = f"<Offset>{offset!r}</Offset><Scale>{scale!r}</Scale>" if spec.is_scaled else ""
    first = "Gray" if number == 1 else "Undefined"
    colour = COLOURS[number - 1] if len(spec.bands) == len(COLOURS) else first
    return (
        f'<VRTRasterBand dataType="{VRT_TYPES[spec.dtype]}" band="{number}">'
        f"<Description>{escape(spec.bands[number - 1])}</Description>{scaling}<ColorInterp>{colour}</ColorInterp>"
    )


def _sources(spec: LayerSpec, ordered: list[tuple[Rect, Path]], band: str, folder: Path | None) -> Any:
    """Each block as a source of one band; sizes are told, so that no block is opened before it is read."""
    kind = "Byte" if band.startswith("mask") else VRT_TYPES[spec.dtype]
    for rect, path in ordered:
        size = f'xSize="{rect.width}" ySize="{rect.height}"'
        yield (
            f"<SimpleSource>{_file(path, folder)}<SourceBand>{band}</SourceBand>"
            f'<SourceProperties RasterXSize="{rect.width}" RasterYSize="{rect.height}" DataType="{kind}" '
            f'BlockXSize="{BLOCK_PX}" BlockYSize="{BLOCK_PX}"/><SrcRect xOff="0" yOff="0" {size}/>'
            f'<DstRect xOff="{rect.left - spec.rect.left}" yOff="{rect.top - spec.rect.top}" {size}/></SimpleSource>'
        )


def _overview(path: Path, number: int, folder: Path | None) -> str:
    return f"<Overview>{_file(path, folder)}<SourceBand>{number}</SourceBand></Overview>"


def _file(path: Path, folder: Path | None) -> str:
    name = str(path.absolute()) if folder is None else path.relative_to(folder).as_posix()
    return f'<SourceFilename relativeToVRT="{int(folder is not None)}">{escape(name)}</SourceFilename>'


def _overlap(blocks: BlockPaths) -> bool:
    """Whether two of them meet, found by sweeping down the rows."""
    starts = sorted(blocks, key=lambda rect: (rect.top, rect.left))
    open_rects: list[Rect] = []
    for rect in starts:
        open_rects = [other for other in open_rects if other.bottom > rect.top]
        if any(not rect.intersection(other).is_empty for other in open_rects):
            return True
        open_rects.append(rect)
    return False
