"""`landcast keys cluster`: keys by which the machines of a cluster know each other."""

from __future__ import annotations

from pathlib import Path

import click

from ...core.scenes.distributed.certificates import AUTHORITY_DAYS, CA_KEY, DAYS, make_cluster_keys
from .console import note


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--days", type=click.IntRange(1, AUTHORITY_DAYS), default=DAYS, show_default=True, metavar="N",
              help="How long the certificates hold.")  # fmt: skip
@click.option(
    "--renew", "is_renewing", is_flag=True, help="Replace certificates that are there, by the same authority."
)
def cluster(folder: Path, days: int, is_renewing: bool) -> None:
    """Make the keys of a cluster in DIR: one folder each for scheduler, workers and clients.

    Whoever holds one of them can run programs on every worker, as the user of that worker. Bring each to its machines
    by a way that you trust; ca-key.pem stays where it is.
    """
    made = make_cluster_keys(folder, days, is_renewing)
    if made.is_new_authority:
        note(f"a new authority; its key signs further certificates, and stays here: {folder / CA_KEY}")
    note(f"the certificates hold until {made.expires}")
    for path in made.parts.values():
        click.echo(path)
