"""`landcast serve`: a worker that keeps its model loaded, for QGIS and other programs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from ...core.errors import RequestError
from ...core.protocol.connection import ConnectionFile, default_path
from ..host.ask import ask_status, ask_to_end
from ..host.life import live_connection, run_host
from ..host.logs import LogFormat
from ..host.settings import HostSettings
from .console import echo_json, note

END_TIMEOUT_S = 15.0


@click.command()
@click.option("--bind", default="tcp://127.0.0.1:*", show_default=True, metavar="ADDRESS",
              help="Where to listen; `*` takes any free port. tcp://0.0.0.0:5600 is open to other machines whose keys "
              "are on the list (landcast keys).")  # fmt: skip
@click.option("--curve", "has_curve", is_flag=True, help="Demand keys and encrypt on the loopback too.")
@click.option("--connection-file", type=click.Path(dir_okay=False, path_type=Path), metavar="PATH",
              help="Where clients find the worker; in the user's cache folder unless given.")  # fmt: skip
@click.option("--lifeline", type=click.Choice(["stdin"]), help="End when standard input does: with the program that "
              "holds it.")  # fmt: skip
@click.option("--idle-exit", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS",
              help="End after so long without anything to do.")  # fmt: skip
@click.option("--log-format", type=click.Choice(["text", "jsonl"]), default="text", show_default=True,
              help="Of the log in the user's cache folder; jsonl: one JSON object a line.")  # fmt: skip
@click.option("--status", "wants_status", is_flag=True, help="Tell what the running worker does, as JSON.")
@click.option("--worker", metavar="ADDRESS", help="Ask that worker for its --status, on whatever machine it runs.")
@click.option("--stop", "wants_stop", is_flag=True, help="End the running worker.")
def serve(
    bind: str, has_curve: bool, connection_file: Path | None, lifeline: str | None, idle_exit: float | None,
    log_format: LogFormat, wants_status: bool, worker: str | None, wants_stop: bool,
) -> None:  # fmt: skip
    """Keep a worker running that predicts for QGIS and for `landcast predict --worker`."""
    path = (connection_file or default_path()).absolute()
    if worker is not None and not wants_status:
        raise click.UsageError("--worker belongs to --status; a worker is stopped on its own machine")
    if wants_status:
        echo_json(_status(_running(path), path) if worker is None else {"endpoint": worker, **ask_status(worker)})
    elif wants_stop:
        _stop(_running(path), path)
    else:
        settings = HostSettings(
            bind=bind, has_curve=has_curve, connection_file=path, has_lifeline=lifeline == "stdin",
            idle_exit_s=idle_exit, log_format=log_format,
        )  # fmt: skip
        note(f"ended: {run_host(settings, lambda connection: _announce(connection, settings))}")


def _announce(connection: ConnectionFile, settings: HostSettings) -> None:
    note(
        f"listening at {connection.endpoint}, process {connection.process}; "
        f"clients find it by {settings.connection_file}"
    )
    if settings.is_open_to_others:
        port = connection.endpoint.rpartition(":")[2]
        note(
            f"open to other machines by {settings.bind}, if they are on the list; "
            f"they know it by: landcast keys trust tcp://HOST:{port} {connection.server_key}"
        )


def _running(path: Path) -> ConnectionFile:
    connection = live_connection(path)
    if connection is None:
        raise RequestError(f"{path}: no worker is running; `landcast serve` starts one")
    return connection


def _status(connection: ConnectionFile, path: Path) -> dict[str, Any]:
    return {"endpoint": connection.endpoint, "process": connection.process, **ask_status(path)}


def _stop(connection: ConnectionFile, path: Path) -> None:
    ask_to_end(path)
    deadline = time.monotonic() + END_TIMEOUT_S
    while connection.is_live:
        if time.monotonic() > deadline:
            raise RequestError(f"the worker, process {connection.process}, did not end in {END_TIMEOUT_S:g} s")
        time.sleep(0.05)
