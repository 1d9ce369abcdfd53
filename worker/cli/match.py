"""`landcast match`: an image in, the same image with the colours of another out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ...core.errors import RequestError
from ...core.matching import Compared, Matched, MatchRequest
from ...core.matching import match as run_match
from ...core.raster.options import SourceOptions
from .console import ProgressDisplay, echo_json, note, progress_option, warn
from .numbers import parse_bands


@click.command(epilog="Exit codes: 0 done, 1 error, 2 wrong usage, 130 stopped.")
@click.argument("source", metavar="SRC")
@click.argument("reference", metavar="REF")
@click.option("-o", "--output", metavar="OUT", type=click.Path(path_type=Path), required=True, help="GeoTIFF to write.")
@click.option("--bands", metavar="R,G,B", help="Bands of SRC for red, green and blue, or one for grey [by meaning].")
@click.option("--reference-bands", metavar="R,G,B", help="Bands of REF to match them to [by meaning].")
@click.option("--assume-crs", metavar="CRS", help="CRS of an image that names none.")
@click.option("--gsd", "gsd_m", type=float, metavar="M", help="Metres a pixel covers, of an image without a place.")
@click.option("--allow-remote", "is_remote_allowed", is_flag=True, help="Let a VRT lead to the network.")
@click.option("--whole", "is_whole", is_flag=True, help="Compare all of both images, not only the ground that both "
              "cover.")  # fmt: skip
@click.option("--strict", "is_strict", is_flag=True, help="Make warnings errors, before anything is written.")
@click.option("--overwrite", "is_overwriting", is_flag=True, help="Replace an existing result.")
@click.option("--json", "has_json", is_flag=True, help="Print what was made as JSON.")
@progress_option
def match(
    bands: str | None, reference_bands: str | None, assume_crs: str | None, gsd_m: float | None,
    is_remote_allowed: bool, has_json: bool, progress: Any, **options: Any,
) -> None:  # fmt: skip
    """Give SRC the distribution of values of REF, band by band.

    Both are of any format and data type that `landcast predict` reads. The result lies on the pixels of SRC and
    is of the data type of REF. What is compared is every valid pixel of both on the ground that both cover.
    """
    request = MatchRequest(
        source_options=SourceOptions(parse_bands(bands), assume_crs, gsd_m, is_remote_allowed),
        reference_bands=_parse_reference_bands(reference_bands),
        **options,
    )
    with ProgressDisplay(progress, "block") as display:
        matched = run_match(request, warn, note, display.show)
    echo_json(describe(matched)) if has_json else click.echo(matched.path)


def describe(matched: Matched) -> dict[str, Any]:
    """Turn what was matched into what `--json` prints."""
    return {
        "output": str(matched.path),
        "crs": matched.crs,
        "transform": matched.transform,
        "width": matched.shape_yx[1],
        "height": matched.shape_yx[0],
        "dtype": matched.dtype,
        **{name: value for name, value in matched.facts.items() if value is not None},
        **_describe_part("source", matched.source),
        **_describe_part("reference", matched.reference),
        "distance_before": [round(before, 5) for before, _ in matched.distances],
        "distance_after": [round(after, 5) for _, after in matched.distances],
        "warnings": matched.warnings,
        "seconds": round(matched.seconds, 2),
    }


def _describe_part(name: str, part: Compared) -> dict[str, Any]:
    return {f"{name}_pixels": part.histogram.pixels, f"{name}_share": round(part.covered_share, 6)}


def _parse_reference_bands(text: str | None) -> tuple[int, ...] | None:
    """Read one band number or three.

    Raises:
        RequestError: it is something else.
    """
    try:
        return SourceOptions(parse_bands(text)).bands
    except RequestError as error:
        raise RequestError(str(error).replace("--bands", "--reference-bands")) from None
