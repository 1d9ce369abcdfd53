"""`landcast pairs`: a dataset of training pairs from imagery of two or more dates."""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from ...core.errors import RequestError
from ...core.raster.options import SourceOptions
from ..long_jobs.needs import needs_training
from .console import ProgressDisplay, echo_json, note, progress_option, warn
from .numbers import parse_bands, parse_numbers
from .option_groups import GroupedCommand, grouped

INPUTS, CHECKS, TILES, SPLIT = "Inputs", "Checks of every pair of images", "Tiles", "Split by area"
DATE = "--date"
inputs, checks, tiles, split = map(grouped, (INPUTS, CHECKS, TILES, SPLIT))


class DatesCommand(GroupedCommand):
    """Lets `--date DATE A B C` stand for `--date DATE A --date DATE B --date DATE C`, as a shell expands patterns."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat the option for each of its rasters."""
        return super().parse_args(ctx, spread_dates(args))


def spread_dates(args: list[str]) -> list[str]:
    """Repeat each `--date` for every raster that follows it, up to the next option."""
    spread: list[str] = []
    waiting = list(args)
    while waiting:
        word = waiting.pop(0)
        if word != DATE:
            spread.append(word)
            continue
        values: list[str] = []
        while waiting and not waiting[0].startswith("-"):
            values.append(waiting.pop(0))
        if len(values) < 2:
            raise click.UsageError(f"{DATE} needs a date and at least one raster, as {DATE} 2016 before.tif")
        for raster in values[1:]:
            spread += [DATE, values[0], raster]
    return spread


@click.command(cls=DatesCommand, epilog="Exit codes: 0 done, 1 error, 2 wrong usage, 130 stopped.")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option("--out", "folder", type=click.Path(path_type=Path), required=True, help="Dataset folder to make.")
@inputs(DATE, "named", nargs=2, multiple=True, metavar="DATE RASTERS...",
        help="A year, month or day, and its files, folders, patterns or addresses; twice or more.")  # fmt: skip
@inputs("--stac", metavar="URL", help="STAC API or catalogue to take the rasters from.")
@inputs("--collection", "collections", multiple=True, metavar="ID", help="Collection of --stac; may be repeated.")
@inputs("--dates", metavar="DATE,DATE...", help="Dates to search --stac for, as 2007,2014.")
@inputs("--asset", metavar="NAME", help="Asset of the items of --stac [the only image].")
@inputs("--stac-limit", type=click.IntRange(1), help="Items a date at most.")
@inputs("--bbox", metavar="WEST,SOUTH,EAST,NORTH", help="Degrees beyond which nothing is searched or cut.")
@inputs("--bands", metavar="R,G,B", help="Bands for red, green and blue, or one for grey [by meaning].")
@inputs("--assume-crs", metavar="CRS", help="CRS of rasters that name none.")
@inputs("--gsd", "gsd_m", type=float, metavar="M", help="Metres a pixel of images without a place covers; they are "
        "paired by name, and of equal size.")  # fmt: skip
@inputs("--allow-remote", "is_remote_allowed", is_flag=True, help="Let a VRT lead to the network.")
@checks("--max-shift-px", type=float, help="Leave out pairs that lie farther beside each other [4 px of the coarser "
        "image].")  # fmt: skip
@checks("--align", "is_aligned", is_flag=True, help="Move the second date back by the shift that was found.")
@checks("--min-agreement", "least_agreement", type=float, help="Leave out pairs whose edges correlate less [0.15].")
@checks("--strict", "is_strict", is_flag=True, help="Make it an error where a pair would be left out.")
@tiles("--ground-scale", "scales", multiple=True, metavar="M[,M...]", help="Metres a tile of 128 px covers; several "
       "are cut each [the pixels of the coarser image].")  # fmt: skip
@tiles("--filter", "filter_name", type=click.Choice(["reference", "share", "none"]), default="reference",
       show_default=True, help="Which tiles are kept: by published limits; by true change, clouds; all.")  # fmt: skip
@tiles("--limit", "limits", multiple=True, metavar="NAME=ABOVE:BELOW", help="A threshold of your own, as "
       "changed_share=:0.5; the report shows all measures.")  # fmt: skip
@tiles("--min-pairs", "least_pairs", type=click.IntRange(1), help="Fewer pairs after filtering are an error [16].")
@tiles("--max-pairs", "most_pairs", type=click.IntRange(1), help="Keep at most so many, taken evenly.")
@split("--split", "shares", default="0.2", show_default=True, metavar="SHARE[,SHARE]|FILE",
       help="Share of the ground that validates, and that tests; or split.geojson of another dataset, or polygons with "
       "a field `part`, whose areas are held out.")  # fmt: skip
@split("--block-m", type=float, default=1024.0, show_default=True, help="Side of the blocks that are shared out.")
@split("--buffer-m", type=float, default=256.0, show_default=True, help="Least distance between parts.")
@split("--seed", type=int, default=0, show_default=True, help="Of the hash that shares out.")
@click.option("--overwrite", "is_overwriting", is_flag=True, help="Replace an existing dataset.")
@click.option("--json", "has_json", is_flag=True, help="Print what was made as JSON.")
@progress_option
def pairs(folders: tuple[Path, ...], folder: Path, has_json: bool, progress: Any, **options: Any) -> None:
    """Make a dataset of training pairs from imagery of two or more dates.

    FOLDERS hold a folder for each date with its year in the name: 2016 and 2020, or before_2016 and after_2020 as QGIS
    exports pairs. Rasters may differ in grid, CRS, resolution and extent; each pair is checked, brought to the coarser
    resolution, matched in colour, and cut into tiles. `landcast train --pairs` takes the result.
    """
    with needs_training():
        # missed before the work rather than after it
        for name in ("matplotlib", "kornia"):
            if find_spec(name) is None:
                raise ModuleNotFoundError(name=name)

        from ...training.dataset.build import build_dataset, check_folder
        from ...training.dataset.inputs import check_dates
    settings = _settings(options)
    # before a catalogue is asked
    check_folder(folder, settings.is_overwriting)
    dates = check_dates(_dates(folders, settings.options, options))
    with ProgressDisplay(progress, "step") as display:
        built = build_dataset(dates, folder, settings, warn, note, display.show, sys.argv)
    if has_json:
        echo_json(vars(built))
        return
    counts = ", ".join(f"{number} {part}" for part, number in built.parts.items() if number)
    note(f"{sum(built.parts.values())} of {built.cut} tiles kept: {counts}")
    click.echo(folder)


def _settings(options: dict[str, Any]) -> Any:
    """What is asked for, from what was given; the defaults are the settings' own."""
    from ...core.scenes.inputs.stac import StacQuery
    from ...training.dataset.build import DatasetSettings
    from ...training.dataset.measures import Limit

    if options["bbox"] is not None and options["gsd_m"] is not None:
        raise RequestError("--bbox is in degrees, and images of --gsd have no place on Earth")
    names = ("max_shift_px", "least_agreement", "least_pairs", "most_pairs")
    return DatasetSettings(
        options=SourceOptions(
            parse_bands(options["bands"]), options["assume_crs"], options["gsd_m"], options["is_remote_allowed"]
        ),
        ground_scales_m=tuple(
            scale for text in options["scales"] for scale in parse_numbers(text, "--ground-scale") or ()
        ),
        bbox=StacQuery.read("", (), options["bbox"], None, None, None).bbox,
        filter_name=options["filter_name"],
        limits=tuple(map(Limit.read, options["limits"])),
        split=_split(options),
        is_aligned=options["is_aligned"],
        is_strict=options["is_strict"],
        is_overwriting=options["is_overwriting"],
        **{name: options[name] for name in names if options[name] is not None},
    )


def _split(options: dict[str, Any]) -> Any:
    """How ground is shared out: by shares, or by the areas of a file."""
    from ...training.dataset.split_file import read_split
    from ...training.dataset.splitting import SplitSettings

    text, buffer_m, seed = options["shares"], options["buffer_m"], options["seed"]
    if not re.fullmatch(r"[-+\d.,eE\s]*", text):
        return SplitSettings(buffer_m=buffer_m, seed=seed, areas=read_split(Path(text)))
    shares = parse_numbers(text, "--split") or (0.0,)
    if len(shares) > 2:
        raise RequestError(f"--split needs one share or two, of validation and of test, not {text}")
    return SplitSettings(shares[0], shares[1] if len(shares) > 1 else 0.0, options["block_m"], buffer_m, seed)


def _dates(folders: tuple[Path, ...], source_options: SourceOptions, options: dict[str, Any]) -> list[Any]:
    """All rasters by their dates, from wherever they are named.

    Raises:
        RequestError: nothing is named, or options of a catalogue without one.
    """
    from ...core.scenes.inputs.stac import StacQuery
    from ...training.dataset.inputs import dates_as_named, dates_of_catalogue, dates_of_folder

    has_no_place = source_options.gsd_m is not None
    found = dates_as_named(options["named"], has_no_place)
    for folder in folders:
        found += dates_of_folder(folder, has_no_place)
    if options["stac"] is not None:
        if not options["dates"]:
            raise RequestError("--stac needs --dates, as --dates 2007,2014")
        query = StacQuery.read(
            options["stac"], options["collections"], options["bbox"], None, options["stac_limit"], options["asset"]
        )
        wanted = [text.strip() for text in options["dates"].split(",")]
        found += dates_of_catalogue(query, wanted, note, warn)
    elif options["dates"] or options["collections"] or options["asset"]:
        raise RequestError("--dates, --collection and --asset are for --stac; --date DATE RASTERS names files")
    if not found:
        raise RequestError("no imagery: give FOLDERS of dates, --date DATE RASTERS twice, or --stac URL")
    return found
