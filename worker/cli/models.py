"""`landcast models`: which there are, what they promise, whether they are whole, adding and removing one's own."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from ...core.errors import ModelError
from ...core.model.contract import load_contract
from ...core.model.folder import CARD_NAME, find_model, known_models, shipped_models, verify_model
from ...core.model.own_models import add_model, own_models, remove_model
from .console import echo_json, warn


@click.group()
def models() -> None:
    """List, describe, verify, add and remove models."""


@models.command("list")
@click.option("--json", "has_json", is_flag=True, help="Print JSON.")
def list_models(has_json: bool) -> None:
    """List the models that come with the package, and those that were added."""
    shipped = shipped_models()
    contracts = {}
    for name, folder in known_models().items():
        try:
            contracts[name] = load_contract(folder)
        except ModelError as error:
            if name in shipped:
                raise
            warn(f"{error}; not listed")
    if has_json:
        echo_json([{**asdict(contract), "name": name} for name, contract in contracts.items()])
        return
    for name, contract in contracts.items():
        low, high = contract.gsd_range_m
        years = ", ".join(f"{value:g}" for value in contract.interval_years)
        click.echo(f"{name}\t{contract.region}\t{low:g} to {high:g} m a pixel\t{years} years")


@models.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", help="What it is to be called [as its folder].")
@click.option("--overwrite", "is_overwriting", is_flag=True, help="Replace an added model of that name.")
def add(folder: Path, name: str | None, is_overwriting: bool) -> None:
    """Add a model to those that predict, workers and QGIS know by name; it is verified and copied."""
    load_contract(folder)
    verify_model(folder)
    chosen = name or folder.resolve().name
    if chosen in shipped_models():
        raise ModelError(f"{chosen}: a model that comes with the package is called so; choose another --name")
    click.echo(add_model(folder, chosen, is_overwriting))


@models.command()
@click.argument("name")
def remove(name: str) -> None:
    """Remove a model that was added; the folder that it was added from stays."""
    if name in shipped_models() and name not in own_models():
        raise ModelError(f"{name}: comes with the package and stays with it; only added models can be removed")
    click.echo(remove_model(name))


@models.command()
@click.argument("name", metavar="NAME|DIR")
@click.option("--json", "has_json", is_flag=True, help="Print the contract as JSON.")
def info(name: str, has_json: bool) -> None:
    """Print a model's card."""
    folder = find_model(name)
    contract = load_contract(folder)
    if has_json:
        echo_json({"folder": str(folder), **asdict(contract)})
        return
    card = folder / CARD_NAME
    click.echo(card.read_text(encoding="utf-8") if card.is_file() else f"{name} has no card")


@models.command()
@click.argument("name", metavar="NAME|DIR")
def verify(name: str) -> None:
    """Compare every file of a model with its manifest."""
    folder = find_model(name)
    load_contract(folder)
    sizes = verify_model(folder)
    click.echo(f"{folder}: whole, {len(sizes)} files, {sum(sizes.values()) / 1e6:.1f} MB")
