"""The `landcast` command: finds subcommands, and turns errors into one line and an exit code."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from importlib.metadata import version

import click

from .stopping import listen_for_stop

SUBCOMMANDS = {
    "predict": "Predict future layers from georeferenced images.",
    "match": "Give an image the colours of another.",
    "change": "Map what changed between two images of a place.",
    "pairs": "Make a dataset of training pairs from imagery of two or more dates.",
    "train": "Train a model from two dates of imagery.",
    "evaluate": "Measure a model on pairs that it has not seen.",
    "study": "Repeat one training at several ground scales, or with several depths.",
    "domain": "Tell how far an area is from what a model was trained on.",
    "calibrate": "Fit a model's probability of change to what came true.",
    "serve": "Keep a worker running for QGIS and other programs.",
    "keys": "Make and list the keys of a worker and its clients on other machines.",
    "models": "List, describe, verify and add models.",
    "doctor": "Tell what this installation has and can do.",
    "demo": "Render a scene, predict it, and write picture and GeoTIFF.",
}
ERROR, USAGE, STOPPED = 1, 2, 130


class LazyGroup(click.Group):
    """Imports the module of a subcommand when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order in which people meet them."""
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one subcommand."""
        if cmd_name not in SUBCOMMANDS:
            return None
        command = getattr(importlib.import_module(f".{cmd_name}", __package__), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List subcommands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(SUBCOMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("landcast"), prog_name="landcast")
def group() -> None:
    """Show how a landscape may look some years later."""


def main() -> None:
    """Run the command line and exit."""
    os.environ.setdefault("DIFFUSERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    logging.basicConfig(level=logging.WARNING, format="warning: %(message)s", stream=sys.stderr)
    listen_for_stop()
    sys.exit(_run())


def _run() -> int:
    from ...core.errors import CancelledError, LandcastError

    try:
        group.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return USAGE
    except click.ClickException as error:
        click.echo(f"error: {' '.join(error.format_message().split())} (see --help)", err=True)
        return USAGE
    except LandcastError as error:
        click.echo(f"error: {' '.join(str(error).split())}", err=True)
        return STOPPED if isinstance(error, CancelledError) else ERROR
    except (KeyboardInterrupt, click.Abort) as stop:
        # click puts its own exception in the place of the one that may say where it goes on
        words = str(stop.__cause__ or stop) or "stopped as asked; nothing half-done was left"
        click.echo(f"error: {words}", err=True)
        return STOPPED
    except click.exceptions.Exit as stop:
        return stop.exit_code
    return 0
