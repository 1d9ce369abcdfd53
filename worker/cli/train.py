"""`landcast train`: a model of one's own from two dates of imagery."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import click

from ...core.device import DeviceChoice, PrecisionChoice, choose_device, choose_training_precision
from ...core.errors import RequestError
from .console import ProgressDisplay, progress_option
from .dates import years_between


@click.command()
@click.option("--before", multiple=True, metavar="RASTERS", help="File or folder of the first date; may be repeated.")
@click.option("--after", multiple=True, metavar="RASTERS", help="The second date, in the same order.")
@click.option("--years", multiple=True, type=float, help="Years between, in the same order [from years in the paths].")
@click.option("--out", "folder", type=click.Path(path_type=Path), required=True, help="Model folder to make; work in "
              "progress is kept beside it.")  # fmt: skip
@click.option("--config", type=click.Path(path_type=Path), help="Settings in TOML.")
@click.option("--preset", help="Settings to start from: fast, default or reference [the file's, else fast].")
@click.option("--max-steps", type=click.IntRange(1), help="Steps of the UNet; those of the upscaler in proportion.")
@click.option("--stage", type=click.Choice(["all", "forecaster", "upscaler"]), default="all", show_default=True,
              help="Train one network only; the model is made once both are trained.")  # fmt: skip
@click.option("--resume", is_flag=True, help="Go on where an earlier run stopped.")
@click.option("--device", type=click.Choice(get_args(DeviceChoice)), default="auto", show_default=True)
@click.option("--precision", type=click.Choice(get_args(PrecisionChoice)), default="auto", show_default=True)
@click.option("--threads", type=click.IntRange(1), help="CPU threads [all cores].")
@progress_option
def train(before: Any, after: Any, years: Any, folder: Path, progress: Any, **options: Any) -> None:
    """Train both networks on pairs of two dates and make a model folder.

    RASTERS is a GeoTIFF, or a folder whose file names pair the dates.
    """
    try:
        import torch

        from ...training.run import Hardware, TrainingPlan, run_training
        from ...training.settings import PairSource, find_preset, load_settings
    except ModuleNotFoundError as error:
        raise RequestError(f"{error.name} is missing: pip install 'landcast[training]'") from error
    if options["config"] is not None:
        settings = load_settings(options["config"], options["preset"])
    else:
        settings = replace(find_preset(options["preset"] or "fast"), name=folder.name)
    if before or after:
        if not len(before) == len(after) or (years and len(years) != len(before)):
            raise RequestError("--before, --after and --years must be given equally often")
        spans = years or [years_between(b, a) for b, a in zip(before, after, strict=True)]
        pairs = tuple(PairSource(b, a, y) for b, a, y in zip(before, after, spans, strict=True))
        settings = replace(settings, pairs=pairs)
    if options["max_steps"]:
        settings = settings.with_steps(options["max_steps"])
    if options["threads"]:
        torch.set_num_threads(options["threads"])
    device = choose_device(options["device"])
    hardware = Hardware(device, choose_training_precision(options["precision"], device))
    stages: Any = ("forecaster", "upscaler") if options["stage"] == "all" else (options["stage"],)
    with ProgressDisplay(progress, "step") as display:
        made = run_training(TrainingPlan(settings, folder, stages, options["resume"]), hardware, display.show)
    click.echo(made if made else f"{options['stage']} trained; train the other stage with --resume to make the model")
