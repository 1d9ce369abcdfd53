"""`landcast models`: which there are, what they promise, and whether they are whole."""

from __future__ import annotations

from dataclasses import asdict

import click

from ...core.model.contract import load_contract
from ...core.model.folder import CARD_NAME, find_model, shipped_models, verify_model
from .console import echo_json


@click.group()
def models() -> None:
    """List, describe and verify models."""


@models.command("list")
@click.option("--json", "has_json", is_flag=True, help="Print JSON.")
def list_models(has_json: bool) -> None:
    """List the models that come with the package."""
    contracts = [load_contract(find_model(name)) for name in shipped_models()]
    if has_json:
        echo_json([asdict(contract) for contract in contracts])
        return
    for contract in contracts:
        low, high = contract.gsd_range_m
        years = ", ".join(f"{value:g}" for value in contract.interval_years)
        click.echo(f"{contract.name}\t{contract.region}\t{low:g} to {high:g} m a pixel\t{years} years")


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
