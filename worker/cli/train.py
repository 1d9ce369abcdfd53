"""`landcast train`: a model of one's own from two dates of imagery."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import click

from ...core.device import DeviceChoice, PrecisionChoice
from ...core.errors import RequestError
from ...core.protocol.requests import PairSource, TrainRequest
from ..long_jobs.needs import needs_training
from .console import ProgressDisplay, progress_option
from .numbers import parse_bytes


@click.command()
@click.option("--before", multiple=True, metavar="RASTERS", help="File or folder of the first date; may be repeated.")
@click.option("--after", multiple=True, metavar="RASTERS", help="The second date, in the same order.")
@click.option("--years", multiple=True, type=float, help="Years between, in the same order [from years in the paths].")
@click.option("--pairs", "datasets", multiple=True, type=click.Path(path_type=Path), metavar="DATASET",
              help="Folder that `landcast pairs` made; may be repeated.")  # fmt: skip
@click.option("--out", "folder", type=click.Path(path_type=Path), required=True, help="Model folder to make; work in "
              "progress is kept beside it.")  # fmt: skip
@click.option("--config", type=click.Path(), help="Settings in TOML.")
@click.option(
    "--preset",
    help="Settings to start from: default, fast, reference, native128 or regression [the file's, else default].",
)
@click.option("--from", "base", metavar="MODEL", help="Start from the weights of a model, by name or folder, and "
              "fine-tune it.")  # fmt: skip
@click.option("--max-steps", type=click.IntRange(1), help="Steps of the UNet; those of the upscaler in proportion.")
@click.option("--stage", type=click.Choice(["all", "forecaster", "upscaler"]), default="all", show_default=True,
              help="Train one network only; the model is made once both are trained.")  # fmt: skip
@click.option("--resume", "is_resuming", is_flag=True, help="Go on where an earlier run stopped.")
@click.option("--device", type=click.Choice(get_args(DeviceChoice)), default="auto", show_default=True)
@click.option("--precision", type=click.Choice(get_args(PrecisionChoice)), default="auto", show_default=True)
@click.option("--threads", type=click.IntRange(1), help="CPU threads [all cores].")
@click.option("--perceptual-weights", type=click.Path(exists=True, dir_okay=False), metavar="FILE",
              help="Weights of a VGG19, as safetensors: the upscaler is held to its features.")  # fmt: skip
@click.option("--tensorboard", "has_tensorboard", is_flag=True, help="Write curves for TensorBoard as well.")
@click.option("--memory-limit", metavar="SIZE", help="Refuse settings that would take more: 16GiB "
              "[what a GPU has free].")  # fmt: skip
@progress_option
def train(
    before: Any, after: Any, years: Any, datasets: tuple[Path, ...], folder: Path, base: str | None,
    memory_limit: str | None, progress: Any, **options: Any,
) -> None:  # fmt: skip
    """Train both networks on pairs of two dates and make a model folder.

    RASTERS is a GeoTIFF, or a folder whose file names pair the dates; DATASET is what `landcast pairs` makes of any
    imagery. `landcast models add` then makes the model known by its name to predict, workers and QGIS.
    """
    with needs_training():
        from ...training.record import command_line
        from ...training.requests import plan_training
        from ...training.run import run_training
    if len(before) != len(after) or (before and years and len(years) != len(before)):
        raise RequestError("--before, --after and --years must be given equally often")
    pairs = tuple(map(PairSource, before, after, years or [None] * len(before)))
    request = TrainRequest(
        str(folder), pairs, base=base, datasets=tuple(map(str, datasets)),
        memory_limit_bytes=parse_bytes(memory_limit, "--memory-limit"), **options,
    )  # fmt: skip
    plan, hardware = plan_training(request)
    plan = replace(plan, command=command_line())
    with ProgressDisplay(progress, "step") as display:
        made = run_training(plan, hardware, display.show)
    click.echo(made if made else f"{options['stage']} trained; train the other stage with --resume to make the model")
