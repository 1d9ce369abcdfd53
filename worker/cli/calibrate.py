"""`landcast calibrate`: a model's probability of change fitted to what came true on validation areas."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import click

from ...core.device import DeviceChoice, PrecisionChoice, choose_device, choose_precision
from ...core.errors import RequestError
from ...core.model.folder import find_model, load_model
from ...core.protocol.requests import PairSource
from ..long_jobs.needs import needs_training
from .console import ProgressDisplay, echo_json, note, progress_option


@click.command()
@click.argument("model", metavar="NAME|DIR")
@click.option("--before", multiple=True, metavar="RASTERS", help="File or folder of the first date; may be "
              "repeated.")  # fmt: skip
@click.option("--after", multiple=True, metavar="RASTERS", help="The second date, in the same order.")
@click.option("--years", multiple=True, type=float, help="Years between, in the same order [from years in the paths].")
@click.option("--config", type=click.Path(path_type=Path), help="Settings in TOML whose pairs are validation areas.")
@click.option("--place", metavar="WORDS", help="What the areas are, for the card [the paths].")
@click.option("--members", type=click.IntRange(2, 256), default=16, show_default=True, help="Futures a tile; smaller "
              "ensembles are calibrated by the same table.")  # fmt: skip
@click.option("--temperature", "is_fitting_temperature", is_flag=True, help="Fit as well how strong the noise is that "
              "members start from, so that they differ as much as their mean errs.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Fit and tell; leave the model as it is.")
@click.option("--device", type=click.Choice(get_args(DeviceChoice)), default="auto", show_default=True)
@click.option("--precision", type=click.Choice(get_args(PrecisionChoice)), default="auto", show_default=True)
@click.option("--json", "has_json", is_flag=True, help="Print table and figures as JSON.")
@progress_option
def calibrate(
    model: str, before: Any, after: Any, years: Any, config: Path | None, place: str | None, members: int,
    is_fitting_temperature: bool, seed: int, is_dry_run: bool, device: DeviceChoice, precision: PrecisionChoice,
    has_json: bool, progress: Any,
) -> None:  # fmt: skip
    """Fit the probability of change of MODEL to what came true, and keep the table in the model's folder.

    Give areas that the training never saw. The pairs are those of --before and --after (files, or folders with equal
    names) and those of --config. What it gains is told on areas that are left out in turn. The model's SHA-256 is
    another one afterwards, as its layer of probability is; images and spread stay what they were, unless with
    --temperature.
    """
    with needs_training():
        from ...training.backtest.fitted import fit_model, store_fitted
        from ...training.requests import read_pair
        from ...training.settings_file import load_settings
    if len(before) != len(after) or (years and len(years) != len(before)):
        raise RequestError("--before, --after and --years must be given equally often")
    pairs = [read_pair(PairSource(*pair)) for pair in zip(before, after, years or [None] * len(before), strict=True)]
    pairs += load_settings(config).pairs if config else ()
    if not pairs:
        raise RequestError("no validation areas: give --before and --after, or --config")
    folder, where = find_model(model), choose_device(device)
    loaded = load_model(folder, where, choose_precision(precision, where))
    named = place or ", ".join(f"{Path(pair.before).name} to {Path(pair.after).name}" for pair in pairs)
    with ProgressDisplay(progress, "tile") as display:
        fitted = fit_model(
            pairs, loaded, where, members, seed, named, display.show, is_fitting_temperature=is_fitting_temperature
        )
    digest = None if is_dry_run else store_fitted(folder, fitted)
    if has_json:
        table, gains = dict(enumerate(fitted.calibration.probability)), fitted.gain.as_dict()
        if fitted.temperature is not None:
            gains["temperature"] = asdict(fitted.temperature)
        echo_json({"model_sha256": digest, "members": members, "probability": table, **gains})
        return
    click.echo(fitted.in_words())
    for changing, probability in enumerate(fitted.calibration.probability):
        click.echo(f"{changing:3} of {members} members: {100 * probability:5.1f} %")
    note(
        "nothing was written (--dry-run)"
        if digest is None
        else f"{folder}: calibrated; its SHA-256 is now {digest[:16]}"
    )
