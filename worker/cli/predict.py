"""`landcast predict`: a georeferenced image in, a georeferenced future layer out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from ...core.device import DeviceChoice, PrecisionChoice
from ...core.radiometry.tones import Radiometry
from ...core.raster.disk import format_bytes
from ...core.raster.options import SourceOptions
from ...core.request import DEFAULT_MODEL, MAX_OUTPUT_PX, PredictionRequest
from .console import ProgressDisplay, echo_json, note, progress_option, warn
from .numbers import parse_bands, parse_extent, parse_numbers
from .remote import describe_remote, predict_by_worker

if TYPE_CHECKING:
    from ...core.predict import DryRun, Prediction

SHORT = 90
"""Seconds that are told as seconds."""


@click.command(epilog="Exit codes: 0 done, 1 error, 2 wrong usage, 130 stopped.")
@click.argument("source", metavar="SRC")
@click.option("-o", "--output", metavar="OUT", type=click.Path(path_type=Path), help="GeoTIFF to write [SRC_pred.tif].")
@click.option("--ground-scale", type=float, metavar="M", help="Metres that one tile of 128 px covers [as the source].")
@click.option("--crs", metavar="CRS", help="CRS of the result [the source's where it counts true metres, else UTM].")
@click.option("--years", type=float, metavar="N", help="Years ahead.")
@click.option("--iterations", type=int, metavar="N", help="Steps of the model's shortest interval, instead of --years.")
@click.option("--extent", metavar="XMIN,YMIN,XMAX,YMAX", help="Area to predict [the whole source].")
@click.option("--extent-crs", metavar="CRS", help="CRS of --extent [that of the source].")
@click.option(
    "--area", type=click.Path(path_type=Path), metavar="FILE", help="Polygons to predict, of any vector file."
)
@click.option("--area-layer", metavar="NAME", help="Layer of --area [the one with polygons].")
@click.option("--area-crs", metavar="CRS", help="CRS of --area, where the file names none or a wrong one.")
@click.option("--bands", metavar="R,G,B", help="Bands to take for red, green and blue, or one for grey [by meaning].")
@click.option("--assume-crs", metavar="CRS", help="CRS of a source that names none.")
@click.option("--gsd", "gsd_m", type=float, metavar="M", help="Metres a pixel covers, of an image without a place.")
@click.option("--allow-remote", "is_remote_allowed", is_flag=True, help="Let a VRT lead to the network.")
@click.option("--radiometry", type=click.Choice(get_args(Radiometry)), default="auto", show_default=True,
              help="How the model sees values; auto: 8-bit as is, faint or other stretched.")  # fmt: skip
@click.option("--stretch", metavar="LOW,HIGH", help="Values that are black and white; six numbers for three bands.")
@click.option("--source-date", metavar="DATE", help="When SRC was taken: 2016, 2016-06 or 2016-06-14 [as SRC says].")
@click.option("--members", type=int, default=1, show_default=True, metavar="M", help="Futures to draw; with several, "
              "their spread and the probability of change are written too.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, metavar="S", help="Seed of the random numbers.")
@click.option("--model", default=DEFAULT_MODEL, show_default=True, metavar="NAME|DIR", help="Shipped model or folder.")
@click.option("--device", type=click.Choice(get_args(DeviceChoice)), default="auto", show_default=True)
@click.option("--precision", type=click.Choice(get_args(PrecisionChoice)), default="auto", show_default=True)
@click.option("--sampling-steps", type=click.IntRange(1), metavar="N", help="Network calls a member [the model's own].")
@click.option("--max-output-px", type=int, default=MAX_OUTPUT_PX, show_default=True, metavar="N",
              help="Refuse results of more pixels.")  # fmt: skip
@click.option("--strict", "is_strict", is_flag=True, help="Make warnings errors, before any prediction.")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Tell grid, pixels, calls, time, memory and disk; write "
              "nothing.")  # fmt: skip
@click.option("--overwrite", "is_overwriting", is_flag=True, help="Replace existing results.")
@click.option("--keep-iterations", "is_keeping_iterations", is_flag=True, help="Write the image after each earlier "
              "iteration too, as OUT_iteration_1.tif and so on.")  # fmt: skip
@click.option("--json", "has_json", is_flag=True, help="Print what was made as JSON.")
@click.option("--quicklook", type=click.Path(path_type=Path), metavar="PNG", help="Picture of before and after.")
@click.option("--worker", metavar="ADDRESS|auto", help="Let a running worker predict: the one of this machine (auto), "
              "or any by its connection file or address (tcp://HOST:PORT).")  # fmt: skip
@progress_option
def predict(
    extent: str | None, ground_scale: float | None, bands: str | None, assume_crs: str | None, gsd_m: float | None,
    is_remote_allowed: bool, stretch: str | None, has_json: bool, is_dry_run: bool, worker: str | None, progress: Any,
    **options: Any,
) -> None:  # fmt: skip
    """Predict how the place in SRC may look some years later.

    SRC is a GeoTIFF, JPEG, PNG, JPEG 2000, HFA, WebP or BMP file, a VRT, or the http(s) address of a GeoTIFF; of any
    bands, 8 or 16 bit or float. The result lies on its pixels, or on true metres where --ground-scale or the
    source's CRS ask for it, and holds its values, so that it lies over SRC without a change of colour.
    """
    request = PredictionRequest(
        ground_scale_m=ground_scale,
        extent=parse_extent(extent),
        stretch=parse_numbers(stretch, "--stretch"),
        source_options=SourceOptions(parse_bands(bands), assume_crs, gsd_m, is_remote_allowed),
        **options,
    )
    if is_dry_run and worker is not None:
        raise click.UsageError("--dry-run and --worker exclude each other: a dry run is made by this process")
    if is_dry_run:
        from ...core.predict import dry_run

        tried = dry_run(request, warn, note)
        echo_json(describe_dry_run(tried)) if has_json else click.echo(tell_dry_run(tried))
        return
    with ProgressDisplay(progress, "call") as display:
        if worker is None:
            # torch is a part of it, which whoever has a worker does not wait for
            from ...core.predict import predict as run_prediction

            prediction = run_prediction(request, warn, display.show, note)
            paths, description = prediction.paths, describe(prediction)
        else:
            answer = predict_by_worker(request, worker, warn, display.show, note)
            paths, description = answer.paths, describe_remote(answer)
    if has_json:
        echo_json(description)
    else:
        for path in paths.values():
            click.echo(path)


def describe(prediction: Prediction) -> dict[str, Any]:
    """Turn a prediction into what `--json` prints."""
    return {
        "output": str(prediction.paths["prediction"]),
        "files": {name: str(path) for name, path in prediction.paths.items()},
        "crs": prediction.grid.crs.to_string(),
        "transform": prediction.transform,
        "width": prediction.shape_yx[1],
        "height": prediction.shape_yx[0],
        **{name: value for name, value in prediction.facts.items() if value is not None},
        "warnings": prediction.warnings,
        "seconds": round(prediction.seconds, 2),
    }


def describe_dry_run(tried: DryRun) -> dict[str, Any]:
    """Turn a dry run into what `--json` prints."""
    plan = tried.plan
    return {
        "crs": plan.grid.crs.to_string(),
        "transform": plan.grid.transform(plan.rect).to_gdal(),
        "width": plan.rect.width,
        "height": plan.rect.height,
        "pixels": plan.rect.width * plan.rect.height,
        "is_native": plan.grid.is_native,
        "gsd_m": plan.grid.gsd_m,
        "ground_scale_m": plan.grid.ground_scale_m,
        "bands": plan.bands,
        "dtype": plan.dtype,
        "radiometry": plan.tones.kind,
        "years_ahead": plan.interval.years_ahead,
        "iterations": plan.interval.iterations,
        "source_date": plan.source_date,
        "result_date": plan.result_date,
        "blocks": len(plan.blocks),
        "unet_calls": tried.unet_calls,
        "upscaler_calls": tried.upscaler_calls,
        "seconds": round(tried.seconds, 1),
        "memory_bytes": tried.memory_bytes,
        "disk_bytes_expected": plan.disk_bytes[0],
        "disk_bytes_at_most": plan.disk_bytes[1],
        "warnings": list(plan.caveats),
        "notes": list(plan.notes),
    }


def tell_dry_run(tried: DryRun) -> str:
    """Turn a dry run into lines to read."""
    plan = tried.plan
    size = f"{plan.rect.width} x {plan.rect.height} px, {plan.rect.width * plan.rect.height / 1e6:.2f} Mpx"
    where = "the source's own pixels" if plan.grid.is_native else "resampled"
    dates = f"; {plan.source_date} becomes {plan.result_date}" if plan.source_date else ""
    expected, most = map(format_bytes, plan.disk_bytes)
    calls = f"{tried.unet_calls} of the UNet, {tried.upscaler_calls} of the upscaler, at most"
    scale = f"{plan.grid.gsd_m:.4g} m a pixel ({plan.grid.ground_scale_m:.4g} m a tile)"
    lines = {
        "grid": f"{plan.grid.crs.name}, {scale}, {where}",
        "result": f"{size}, {plan.bands} band(s) of {plan.dtype}, values {plan.tones.kind}",
        "years": f"{plan.interval.years_ahead:g} ahead in {plan.interval.iterations} iteration(s){dates}",
        "calls": f"{calls}, in {len(plan.blocks)} block(s)",
        "time": f"{_duration(tried.seconds)}, by one timed call of each network",
        "memory": f"{format_bytes(tried.memory_bytes)} at most",
        "disk": f"{expected} expected, {most} at most",
    }
    return "\n".join(f"{name + ':':8} {text}" for name, text in lines.items())


def _duration(seconds: float) -> str:
    if seconds < SHORT:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 60 * SHORT else f"{seconds / 3600:.1f} h"
