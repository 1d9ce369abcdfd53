"""`landcast study`: one training at several ground scales, or with several depths of the upscaler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import click

from ...core.device import DeviceChoice, PrecisionChoice
from ...core.errors import RequestError
from ...core.protocol.requests import PairSource, TrainRequest
from ..long_jobs.needs import needs_training
from .console import ProgressDisplay, note, progress_option
from .numbers import parse_numbers
from .option_groups import GroupedCommand, grouped
from .stopping import stop_if_asked

EPILOG = "Exit codes: 0 done, 1 error, 2 wrong usage, 130 stopped."

pairs, training, measuring = grouped("Pairs"), grouped("Training"), grouped("Measuring")


def _common(command: Callable[..., None]) -> Callable[..., None]:
    """Options that both studies have."""
    path = click.Path(path_type=Path)
    options = (
        pairs("--before", multiple=True, metavar="RASTERS", help="File or folder of the first date; may be repeated."),
        pairs("--after", multiple=True, metavar="RASTERS", help="The second date, in the same order."),
        pairs("--years", multiple=True, type=float, help="Years between, in the same order [from years in the paths]."),
        pairs("--pairs", "datasets", multiple=True, type=path, metavar="DATASET",
              help="Folder that `landcast pairs` made; may be repeated."),
        pairs("--held-out", nargs=3, multiple=True, metavar="BEFORE AFTER YEARS",
              help="Pairs of a place to measure on; may be repeated [the validation part of datasets, a share of the "
              "ground of rasters]."),
        training("--config", type=click.Path(), help="Settings of the training in TOML, its pairs too."),
        training("--preset", help="Settings to start from [the file's, else default]."),
        training("--steps", type=click.IntRange(1), help="Of each training [the settings']."),
        training("--batch", type=click.IntRange(1), help="Samples a step [the settings']."),
        training("--seeds", type=click.IntRange(1), default=1, show_default=True,
                 help="Trainings of each point; what they differ by is no finding."),
        measuring("--tiles", type=click.IntRange(1), default=96, show_default=True,
                  help="Held-out tiles measured at a point, at most."),
        measuring("--perceptual-weights", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
                  help="Weights of a VGG16 or VGG19, as safetensors, to measure perceptual distance by [a network "
                  "trained on the region]."),
        measuring("--feature-steps", type=click.IntRange(1), default=400, show_default=True,
                  help="Steps of the region's own network."),
        click.option("--out", "folder", type=path, required=True, help="Folder for the results."),
        click.option("--resume", "is_resuming", is_flag=True, help="Go on where an earlier run stopped."),
        click.option("--device", type=click.Choice(get_args(DeviceChoice)), default="auto", show_default=True),
        click.option("--precision", type=click.Choice(get_args(PrecisionChoice)), default="auto", show_default=True),
        click.option("--threads", type=click.IntRange(1), help="CPU threads [all cores]."),
        progress_option,
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def study() -> None:
    """Repeat one training at several settings, and measure each on the same held-out ground.

    A study writes study.json, study.csv, curves.csv and report.html into its folder after each training, and goes on
    with --resume after a kill.
    """


@study.command(cls=GroupedCommand, epilog=EPILOG)
@_common
@training("--channels", metavar="N,N,...", help="Channels of the UNet's levels, finest first [the settings'].")
@pairs("--scales", metavar="M,M,...", help="Metres that a tile of 128 px covers [40,50,60,70,80,100,120, those that "
       "the imagery is fine enough for].")  # fmt: skip
@pairs("--count", type=click.IntRange(1), help="Pairs at each scale [as many as the scale with the fewest has].")
@measuring("--members", type=click.IntRange(2), default=8, show_default=True, help="Futures of each held-out tile.")
def scales(**options: Any) -> None:
    """Train the UNet on equally many pairs at each ground scale.

    Measured at each: learning curve, perceptual distance, fair CRPS and RMSE over those of saying that nothing
    changes, spread, deviation and power of a member.
    """
    with needs_training():
        from ...training.study.plan import with_channels
        from ...training.study.scales import ScaleStudy, run_scale_study
    chosen = parse_numbers(options["scales"], "--scales")
    channels = _whole(options["channels"], "--channels")
    settings, hardware = _settings(options)
    if options["batch"]:
        settings = replace(settings, forecaster=replace(settings.forecaster, batch_size=options["batch"]))
    if options["steps"]:
        settings = settings.with_steps(options["steps"])
    if channels:
        settings = with_channels(settings, channels)
    asked = ScaleStudy(_plan(settings, options), chosen, options["count"])
    with ProgressDisplay(options["progress"], "step") as display:
        run_scale_study(asked, hardware, display.show, note, stop_if_asked)
    _say_where(options["folder"])


@study.command(cls=GroupedCommand, epilog=EPILOG, short_help="Train the upscaler with each number of RRDB blocks.")
@_common
@training("--channels", type=click.IntRange(1), metavar="N", help="Channels of the upscaler's body [the settings'].")
@training("--blocks", default="1,4,16,23", show_default=True, metavar="N,N,...", help="Numbers of RRDB blocks.")
def depths(**options: Any) -> None:
    """Train the upscaler with each number of RRDB blocks for equally many steps.

    Measured for each: PSNR, perceptual distance and power of the detail beside bicubic enlargement, parameters,
    seconds a step, training curve.
    """
    with needs_training():
        from ...training.study.depths import DepthStudy, run_depth_study, with_upscaler_steps
    blocks = _whole(options["blocks"], "--blocks") or ()
    settings, hardware = _settings(options)
    named = {"batch_size": options["batch"], "channels": options["channels"]}
    own = replace(settings.upscaler, **{name: value for name, value in named.items() if value})
    settings = replace(settings, upscaler=own)
    if options["steps"]:
        settings = with_upscaler_steps(settings, options["steps"])
    asked = DepthStudy(_plan(settings, options), blocks)
    with ProgressDisplay(options["progress"], "step") as display:
        run_depth_study(asked, hardware, display.show, note, stop_if_asked)
    _say_where(options["folder"])


def _settings(options: dict[str, Any]) -> tuple[Any, Any]:
    """The settings of what is trained, but for what is studied, and where; training is imported here and not above."""
    from ...training.requests import plan_training

    before, after, years = (options[name] for name in ("before", "after", "years"))
    if len(before) != len(after) or (before and years and len(years) != len(before)):
        raise RequestError("--before, --after and --years must be given equally often")
    request = TrainRequest(
        str(options["folder"]), tuple(map(PairSource, before, after, years or [None] * len(before))),
        **{name: options[name] for name in ("config", "preset", "device", "precision", "threads")},
        datasets=tuple(map(str, options["datasets"])),
    )  # fmt: skip
    plan, hardware = plan_training(request)
    if hardware.processes.count > 1:
        raise RequestError(
            f"a study trains in one process, not in {hardware.processes.count}; start it without accelerate"
        )
    return plan.settings, hardware


def _plan(settings: Any, options: dict[str, Any]) -> Any:
    from ...training.record import command_line
    from ...training.requests import read_pair
    from ...training.study.plan import StudyPlan

    held_out = tuple(read_pair(PairSource(one, other, _years(said))) for one, other, said in options["held_out"])
    names = ("folder", "seeds", "tiles", "perceptual_weights", "feature_steps", "is_resuming")
    named = {name: options[name] for name in names}
    if "members" in options:
        named["members"] = options["members"]
    return StudyPlan(settings, held_out=held_out, command=command_line(), **named)


def _years(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise RequestError(f"--held-out: years must be a number, not {text!r}") from None


def _whole(text: str | None, option: str) -> tuple[int, ...] | None:
    numbers = parse_numbers(text, option)
    if numbers is not None and not all(number.is_integer() for number in numbers):
        raise RequestError(f"{option} needs whole numbers, not {text!r}")
    return None if numbers is None else tuple(map(int, numbers))


def _say_where(folder: Path) -> None:
    from ...training.study.results import CSV_NAME, JSON_NAME, REPORT_NAME

    for name in (JSON_NAME, CSV_NAME, REPORT_NAME):
        click.echo(folder / name)
