"""`landcast change`: two images of a place in, a map of what changed out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ...core.change.detection import AFTER_BANDS, THRESHOLD_PERCENT, Changed, ChangeRequest, detect_change
from ...core.errors import RequestError
from ...core.raster.options import SourceOptions
from .console import ProgressDisplay, echo_json, note, progress_option, warn
from .numbers import parse_bands

HECTARE_M2 = 10_000


@click.command(epilog="Exit codes: 0 done, 1 error, 2 wrong usage, 130 stopped.")
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@click.option("-o", "--output", metavar="OUT", type=click.Path(path_type=Path), required=True, help="GeoTIFF to write.")
@click.option("--threshold", type=int, default=THRESHOLD_PERCENT, show_default=True, metavar="PERCENT",
              help="Probability from which on ground counts as changed.")  # fmt: skip
@click.option("--bands", metavar="R,G,B", help="Bands of BEFORE to compare, three or one [by meaning].")
@click.option("--after-bands", metavar="R,G,B", help="Bands of AFTER to compare with them [by meaning].")
@click.option("--assume-crs", metavar="CRS", help="CRS of an image that names none.")
@click.option("--allow-remote", "is_remote_allowed", is_flag=True, help="Let a VRT lead to the network.")
@click.option("--strict", "is_strict", is_flag=True, help="Make warnings errors, before anything is written.")
@click.option("--overwrite", "is_overwriting", is_flag=True, help="Replace an existing result.")
@click.option("--json", "has_json", is_flag=True, help="Print what was found as JSON.")
@progress_option
def change(
    bands: str | None, after_bands: str | None, assume_crs: str | None, is_remote_allowed: bool, has_json: bool,
    progress: Any, **options: Any,
) -> None:  # fmt: skip
    """Map what changed between BEFORE and AFTER, two georeferenced images of one place.

    Both are of any format, grid, CRS and data type that `landcast predict` reads. The result lies on the pixels of
    the coarser one, over the ground that both cover. Band 1 is the probability of change in percent, band 2 its
    magnitude in 8-bit levels. Other light, brightness or contrast of the whole image is no change. No model is used.
    """
    request = ChangeRequest(
        source_options=SourceOptions(parse_bands(bands), assume_crs, None, is_remote_allowed),
        after_bands=_parse_after_bands(after_bands),
        **options,
    )
    with ProgressDisplay(progress, "tile") as display:
        changed = detect_change(request, warn, note, display.show)
    if has_json:
        echo_json(describe(changed, request.threshold))
    else:
        note(tell(changed, request.threshold))
        click.echo(changed.path)


def describe(changed: Changed, threshold: int) -> dict[str, Any]:
    """Turn a change map into what `--json` prints."""
    ground = changed.ground
    return {
        "output": str(changed.path),
        "crs": changed.crs,
        "transform": changed.transform,
        "width": changed.shape_yx[1],
        "height": changed.shape_yx[0],
        **{name: value for name, value in changed.facts.items() if value is not None},
        "threshold": threshold,
        "compared_pixels": ground.compared_px,
        "changed_pixels": ground.changed_px,
        "compared_ha": round(ground.compared_m2 / HECTARE_M2, 4),
        "changed_ha": round(ground.changed_m2 / HECTARE_M2, 4),
        "changed_share": round(ground.changed_share, 6),
        "correlations": [round(one, 4) for one in changed.correlations],
        "warnings": changed.warnings,
        "seconds": round(changed.seconds, 2),
    }


def tell(changed: Changed, threshold: int) -> str:
    """Turn a change map into a line to read."""
    ground = changed.ground
    changed_ha, compared_ha = ground.changed_m2 / HECTARE_M2, ground.compared_m2 / HECTARE_M2
    return (
        f"{100 * ground.changed_share:.3g} % of the ground changed, {changed_ha:.4g} of {compared_ha:.4g} ha, with a "
        f"probability of at least {threshold} %"
    )


def _parse_after_bands(text: str | None) -> tuple[int, ...] | None:
    """Read one band number or three.

    Raises:
        RequestError: it is something else.
    """
    try:
        return SourceOptions(parse_bands(text)).bands
    except RequestError as error:
        raise RequestError(str(error).replace("--bands", AFTER_BANDS)) from None
