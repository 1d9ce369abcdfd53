"""`landcast predict`: a georeferenced image in, a georeferenced future layer out."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from ...core.device import DeviceChoice, PrecisionChoice
from ...core.errors import RequestError
from ...core.predict import DEFAULT_MODEL, Prediction, PredictionRequest
from ...core.predict import predict as run_prediction
from .console import ProgressDisplay, echo_json, progress_option, warn


@click.command(epilog="Exit codes: 0 done, 1 error, 2 wrong usage, 130 stopped.")
@click.argument("source", metavar="SRC", type=click.Path(path_type=Path))
@click.option("-o", "--output", metavar="OUT", type=click.Path(path_type=Path), help="GeoTIFF to write [SRC_pred.tif].")
@click.option("--ground-scale", type=float, metavar="M", help="Metres that one tile of 128 px covers [as the source].")
@click.option("--years", type=float, metavar="N", help="Years ahead.")
@click.option("--iterations", type=int, metavar="N", help="Steps of the model's shortest interval, instead of --years.")
@click.option("--extent", metavar="XMIN,YMIN,XMAX,YMAX", help="Area to predict [the whole source].")
@click.option("--extent-crs", metavar="CRS", help="CRS of --extent [that of the source].")
@click.option("--members", type=int, default=1, show_default=True, metavar="M", help="Futures to draw; with several, "
              "their spread and the probability of change are written too.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, metavar="S", help="Seed of the random numbers.")
@click.option("--model", default=DEFAULT_MODEL, show_default=True, metavar="NAME|DIR", help="Shipped model or folder.")
@click.option("--device", type=click.Choice(get_args(DeviceChoice)), default="auto", show_default=True)
@click.option("--precision", type=click.Choice(get_args(PrecisionChoice)), default="auto", show_default=True)
@click.option("--sampling-steps", type=click.IntRange(1), metavar="N", help="Network calls a member [the model's own].")
@click.option("--overwrite", "is_overwriting", is_flag=True, help="Replace existing results.")
@click.option("--json", "has_json", is_flag=True, help="Print what was made as JSON.")
@click.option("--quicklook", type=click.Path(path_type=Path), metavar="PNG", help="Picture of before and after.")
@progress_option
def predict(extent: str | None, ground_scale: float | None, has_json: bool, progress: Any, **options: Any) -> None:
    """Predict how the place in SRC may look some years later.

    SRC is an 8-bit RGB GeoTIFF. The result lies on its pixels, or on true metres where --ground-scale asks for it.
    """
    request = PredictionRequest(ground_scale_m=ground_scale, extent=parse_extent(extent), **options)
    with ProgressDisplay(progress, "call") as display:
        prediction = run_prediction(request, warn, display.show)
    if has_json:
        echo_json(describe(prediction))
    else:
        for path in prediction.paths.values():
            click.echo(path)


def parse_extent(text: str | None) -> tuple[float, float, float, float] | None:
    """Read four numbers with commas between them.

    Raises:
        RequestError: it is something else.
    """
    if text is None:
        return None
    try:
        x_min, y_min, x_max, y_max = map(float, text.split(","))
    except ValueError:
        raise RequestError(f"--extent needs four numbers XMIN,YMIN,XMAX,YMAX, not {text!r}") from None
    return x_min, y_min, x_max, y_max


def describe(prediction: Prediction) -> dict[str, Any]:
    """Turn a prediction into what `--json` prints."""
    return {
        "output": str(prediction.paths["prediction"]),
        "files": {name: str(path) for name, path in prediction.paths.items()},
        "crs": prediction.grid.crs.to_string(),
        "transform": prediction.transform,
        "width": prediction.shape_yx[1],
        "height": prediction.shape_yx[0],
        **prediction.facts,
        "warnings": prediction.warnings,
        "seconds": round(prediction.seconds, 2),
    }
