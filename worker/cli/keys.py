"""`landcast keys`: who may use a worker on another machine, and which worker that is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import click

from ...core.errors import RequestError
from ...core.protocol.keys import ENDPOINT, KEY, MOST_LISTED, NAME, KeyFileError, default_keys
from ..host.access import read_or_make_pair
from .cluster_keys import cluster
from .console import echo_json, note


@click.group()
def keys() -> None:
    """Make and list the keys by which a worker and its clients on other machines know each other.

    They stand in the user's configuration folder. Only public keys are ever shown; those are no secret.
    """


keys.add_command(cluster)


@keys.command()
@click.option("--worker", "is_worker", is_flag=True, help="Those of the worker; `landcast serve` makes them itself.")
def make(is_worker: bool) -> None:
    """Make this user's keys where there are none, and print the public one."""
    folder = default_keys()
    pair, is_new = read_or_make_pair(folder, "worker" if is_worker else "client")
    note(f"{'made' if is_new else 'there already'}: {folder.pair_path('worker' if is_worker else 'client')}")
    if is_worker:
        note(f"on the client's machine: landcast keys trust tcp://HOST:PORT {pair.public}")
    else:
        note(f"on the worker's machine: landcast keys allow NAME {pair.public}")
    click.echo(pair.public)


@keys.command(name="list")
@click.option("--json", "has_json", is_flag=True, help="As JSON.")
def list_keys(has_json: bool) -> None:
    """List the public keys that are known here."""
    folder = default_keys()
    with _told():
        own = {owner: folder.read_pair(owner) for owner in ("client", "worker")}
        clients, workers = folder.read_clients(), folder.read_workers()
    public = {owner: None if pair is None else pair.public for owner, pair in own.items()}
    if has_json:
        echo_json({"folder": str(folder.path), **public, "clients": clients, "workers": workers})
        return
    for owner, key in public.items():
        click.echo(f"{key or '(none)':40}  this {'user' if owner == 'client' else 'worker'}")
    for name, key in clients.items():
        click.echo(f"{key:40}  client {name}")
    for address, key in workers.items():
        click.echo(f"{key:40}  worker {address}")


@keys.command()
@click.argument("name")
@click.argument("key")
def allow(name: str, key: str) -> None:
    """Let the client with the public KEY use this user's worker; a running one needs no restart."""
    _check(name, NAME, "a name has up to 64 characters, without spaces, slashes and colons")
    _check_key(key)
    folder = default_keys()
    with _told():
        clients = folder.read_clients()
        other = next((one for one, known in clients.items() if known == key and one != name), None)
        if other is not None:
            raise RequestError(f"{key}: is allowed already, as {other}; `landcast keys remove {other}` takes it off")
        if len(clients) >= MOST_LISTED and name not in clients:
            raise RequestError(f"{folder.clients_path}: holds {MOST_LISTED} clients, the most; remove one")
        folder.write_clients({**clients, name: key})
    note(f"{name} may use this user's worker: {folder.clients_path}")


@keys.command()
@click.argument("address")
@click.argument("key")
def trust(address: str, key: str) -> None:
    """Know the worker at ADDRESS by its public KEY from now on."""
    _check(address, ENDPOINT, "an address looks like tcp://gpu-machine:5600")
    _check_key(key)
    folder = default_keys()
    with _told():
        workers = folder.read_workers()
        if len(workers) >= MOST_LISTED and address not in workers:
            raise RequestError(f"{folder.workers_path}: holds {MOST_LISTED} workers, the most; remove one")
        folder.write_workers({**workers, address: key})
    note(f"{address} is known by that key: {folder.workers_path}")


@keys.command()
@click.argument("name", metavar="NAME|ADDRESS")
def remove(name: str) -> None:
    """Take a client off the list, or forget the worker at an address.

    A running worker answers that client no more from then on.
    """
    folder = default_keys()
    is_worker = "://" in name
    with _told():
        listed = folder.read_workers() if is_worker else folder.read_clients()
        path = folder.workers_path if is_worker else folder.clients_path
        if name not in listed:
            known = ", ".join(listed) or "nobody"
            raise RequestError(f"{name}: is not on the list {path}; there is: {known}")
        left = {one: key for one, key in listed.items() if one != name}
        folder.write_workers(left) if is_worker else folder.write_clients(left)
    note(f"{name} is off the list: {path}")


def _check(text: str, pattern: str, rule: str) -> None:
    if not re.fullmatch(pattern, text):
        raise RequestError(f"{text}: {rule}")


def _check_key(key: str) -> None:
    if not re.fullmatch(KEY, key):
        raise RequestError(f"{key}: a public key has 40 characters; copy all of it, and put it in single quotes")


@contextmanager
def _told() -> Iterator[None]:
    """Turn what is wrong with the files into an error for the user."""
    try:
        yield
    except KeyFileError as error:
        raise RequestError(str(error)) from error
    except OSError as error:
        raise RequestError(f"{error.filename}: cannot be written: {error.strerror}") from error
