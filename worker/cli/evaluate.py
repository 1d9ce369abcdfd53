"""`landcast evaluate`: how good a model is on pairs that it has not seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from ...core.device import DeviceChoice, PrecisionChoice
from ...core.errors import RequestError
from ...core.protocol.requests import EvaluateRequest, PairSource
from ...core.request import DEFAULT_MODEL
from ..long_jobs.needs import needs_training
from .console import ProgressDisplay, echo_json, progress_option


@click.command()
@click.argument("before", type=str, required=False)
@click.argument("after", type=str, required=False)
@click.option("--pairs", "datasets", multiple=True, metavar="DATASET",
              help="Folder that `landcast pairs` made, to measure on a part of it; may be repeated.")  # fmt: skip
@click.option("--part", type=click.Choice(["test", "validation", "train"]), default="test", show_default=True,
              help="Which part of --pairs.")  # fmt: skip
@click.option("--also", nargs=3, multiple=True, metavar="BEFORE AFTER YEARS", help="A further interval to pool.")
@click.option("--years", type=float, help="Years between BEFORE and AFTER [from years in the paths].")
@click.option("--model", default=DEFAULT_MODEL, show_default=True, metavar="NAME|DIR")
@click.option("--out", "folder", type=click.Path(path_type=Path), required=True, help="Folder for the results.")
@click.option("--members", type=click.IntRange(2), default=16, show_default=True, help="Futures a tile.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--sampling-steps", type=click.IntRange(1), help="Network calls a member [the model's own].")
@click.option("--dress-with", nargs=3, multiple=True, metavar="BEFORE AFTER YEARS",
              help="Training pairs whose residuals dress persistence.")  # fmt: skip
@click.option("--config", type=click.Path(), help="Settings whose pairs dress persistence.")
@click.option("--rival", "rivals", multiple=True, metavar="NAME|DIR",
              help="Another model for the same table; may be repeated.")  # fmt: skip
@click.option("--iterations", type=click.IntRange(1), default=1, show_default=True,
              help="Above 1: forecast the longest interval in so many steps as well: does it drift?")  # fmt: skip
@click.option("--into-card", metavar="PLACE", help="Add the figures, as measured on PLACE, to the model's card.")
@click.option("--device", type=click.Choice(get_args(DeviceChoice)), default="auto", show_default=True)
@click.option("--precision", type=click.Choice(get_args(PrecisionChoice)), default="auto", show_default=True)
@click.option("--json", "has_json", is_flag=True, help="Print the metrics as JSON instead of a table.")
@progress_option
def evaluate(
    before: str | None, after: str | None, datasets: tuple[str, ...], part: Any, years: float | None, folder: Path,
    also: Any, dress_with: Any, has_json: bool, progress: Any, **options: Any,
) -> None:  # fmt: skip
    """Measure a model on the pairs of BEFORE and AFTER (files, or folders with equal names), or of datasets.

    Writes metrics.json, tables (CSV), a sheet of examples, and report.html, which shows all of it and says where the
    model fails. Persistence says that nothing changes; dressed persistence adds residuals of training pairs, mean
    change what these did on average (--dress-with or --config).
    """
    with needs_training():
        from ...training.backtest.run import REPORT_NAME
        from ...training.dataset.part import DatasetPart
        from ...training.evaluate import METRICS_NAME, SHEET_NAME
        from ...training.requests import carry_out_evaluation
        from ...training.tables import drift_table, table
    if (before is None) != (after is None) or not (before or datasets):
        raise RequestError("two dates are needed: BEFORE and AFTER, or --pairs DATASET")
    first = () if before is None or after is None else (PairSource(before, after, years),)
    request = EvaluateRequest(
        pairs=(*first, *(PairSource(b, a, _years(y)) for b, a, y in also)),
        folder=str(folder),
        dress_with=tuple(PairSource(b, a, _years(y)) for b, a, y in dress_with),
        **options,
    )
    with ProgressDisplay(progress, "tile") as display:
        metrics = carry_out_evaluation(request, display.show, parts=[DatasetPart(name, part) for name in datasets])
    if has_json:
        echo_json(metrics)
    else:
        click.echo(table(metrics))
        if "drift" in metrics:
            click.echo(drift_table(metrics["drift"]))
        click.echo(folder / METRICS_NAME)
        click.echo(folder / SHEET_NAME)
        click.echo(folder / REPORT_NAME)


def _years(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise RequestError(f"years must be a number, not {text!r}") from None
