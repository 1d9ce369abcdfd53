"""`landcast domain`: how far an area is from what a model was trained on, and learning that of a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from ...core.device import DeviceChoice, choose_device
from ...core.errors import RequestError
from ...core.protocol.requests import PairSource
from ...core.raster.options import SourceOptions
from ...core.request import DEFAULT_MODEL, PredictionRequest
from ..long_jobs.needs import needs_training
from .console import ProgressDisplay, ProgressStyle, echo_json, note, progress_option, warn
from .numbers import parse_bands, parse_extent

if TYPE_CHECKING:
    from ...core.domain.mapping import MappedDomain
    from ...core.model.domain import TrainingDomain


@click.command(epilog="Exit codes: 0 done, 1 error, 2 wrong usage, 130 stopped.")
@click.argument("scene", metavar="[SCENE]", required=False)
@click.option("-o", "--output", metavar="OUT.tif", type=click.Path(path_type=Path), help="Layer to write, one distance "
              "a tile [only the figure is told].")  # fmt: skip
@click.option("--model", default=DEFAULT_MODEL, show_default=True, metavar="NAME|DIR", help="Shipped model or folder.")
@click.option("--ground-scale", "ground_scale_m", type=float, metavar="M", help="Metres that one tile of 128 px covers "
              "[as the source].")  # fmt: skip
@click.option("--extent", metavar="XMIN,YMIN,XMAX,YMAX", help="Area to look at [the whole source].")
@click.option("--extent-crs", metavar="CRS", help="CRS of --extent [that of the source].")
@click.option("--area", type=click.Path(path_type=Path), metavar="FILE", help="Polygons to look at.")
@click.option("--bands", metavar="R,G,B", help="Bands to take for red, green and blue, or one for grey [by meaning].")
@click.option("--assume-crs", metavar="CRS", help="CRS of a source that names none.")
@click.option("--gsd", "gsd_m", type=float, metavar="M", help="Metres a pixel covers, of an image without a place.")
@click.option("--allow-remote", "is_remote_allowed", is_flag=True, help="Let a VRT lead to the network.")
@click.option("--strict", "is_strict", is_flag=True, help="Make warnings errors, before anything is written.")
@click.option("--overwrite", "is_overwriting", is_flag=True, help="Replace an existing layer.")
@click.option("--fit", "is_fitting", is_flag=True, help="Learn what --model was trained on, from the pairs of its "
              "training, and keep it in the model's folder.")  # fmt: skip
@click.option("--config", type=click.Path(path_type=Path), help="With --fit: the settings of the training in TOML.")
@click.option("--before", multiple=True, metavar="RASTERS", help="With --fit: file or folder of the first date, in the "
              "place of the pairs of --config; may be repeated.")  # fmt: skip
@click.option("--after", multiple=True, metavar="RASTERS", help="With --fit: the second date, in the same order.")
@click.option("--years", multiple=True, type=float, help="With --fit: years between [from years in the paths].")
@click.option("--device", type=click.Choice(get_args(DeviceChoice)), default="auto", show_default=True,
              help="With --fit: where to compute.")  # fmt: skip
@click.option("--json", "has_json", is_flag=True, help="Print what was found as JSON.")
@progress_option
def domain(
    scene: str | None, output: Path | None, is_fitting: bool, config: Path | None, before: tuple[str, ...],
    after: tuple[str, ...], years: tuple[float, ...], device: DeviceChoice, has_json: bool, progress: ProgressStyle,
    **options: Any,
) -> None:  # fmt: skip
    """Tell how far the area of SCENE is from what a model was trained on, before anything is predicted.

    The unit of distance: of the places of the training, each left out in turn, 95 % of the tiles lie within 1 of the
    others. Ground like that of the training has about one tile in twenty beyond 1.
    """
    if is_fitting:
        if scene is not None or output is not None:
            raise click.UsageError("--fit learns from the pairs of a training; leave SCENE and -o out")
        _fit(str(options["model"]), config, (before, after, years), device, has_json, progress)
        return
    if config is not None or before or after or years:
        raise click.UsageError("--config, --before, --after and --years belong to --fit")
    if scene is None:
        raise click.UsageError("name a SCENE, or --fit to learn what a model was trained on")
    # torch is a part of it
    from ...core.domain.mapping import map_domain

    source_options = SourceOptions(
        parse_bands(options.pop("bands")), options.pop("assume_crs"), options.pop("gsd_m"),
        options.pop("is_remote_allowed"),
    )  # fmt: skip
    extent = parse_extent(options.pop("extent"))
    # a name for the result, which sources in the network have none of
    named = output or Path("domain.tif")
    request = PredictionRequest(scene, named, source_options, extent=extent, **options)
    with ProgressDisplay(progress, "row") as display:
        mapped = map_domain(request, output, warn, note, display.show)
    _tell(mapped, has_json)


def _tell(mapped: MappedDomain, has_json: bool) -> None:
    figure = mapped.figure
    if has_json:
        echo_json(
            {
                "output": None if mapped.path is None else str(mapped.path),
                "model": mapped.model,
                "crs": mapped.grid.crs.to_string(),
                "gsd_m": round(mapped.grid.gsd_m, 6),
                "tiles_yx": list(mapped.shape_yx),
                "looked_at": figure.tiles,
                "unlike_share": round(figure.unlike_share, 4),
                "median_distance": round(figure.median, 4),
                "is_notable": figure.is_notable,
                "training_left_out": mapped.left_out,
                "warnings": mapped.warnings,
                "seconds": round(mapped.seconds, 2),
            }
        )
        return
    click.echo(
        f"{figure.unlike_share:.0%} of {figure.tiles} tile(s) are unlike the training of {mapped.model}; median "
        f"distance {figure.median:.2f}"
    )
    if mapped.path is not None:
        click.echo(mapped.path)


def _fit(
    model: str, config: Path | None, pairs: tuple[tuple[str, ...], tuple[str, ...], tuple[float, ...]],
    device: DeviceChoice, has_json: bool, progress: ProgressStyle,
) -> None:  # fmt: skip
    with needs_training():
        from dataclasses import replace

        from ...training.data import load_data
        from ...training.domain_fit import fit_domain, store_fitted_domain, with_places
        from ...training.presets import find_preset
        from ...training.requests import read_pair
        from ...training.run import make_sampler
        from ...training.settings_file import load_settings
    from ...core.model.folder import find_model, verify_model

    before, after, years = pairs
    if len(before) != len(after) or (years and len(years) != len(before)):
        raise RequestError("--before, --after and --years must be given equally often")
    settings = load_settings(config) if config else find_preset()
    if before:
        asked = zip(before, after, years or [None] * len(before), strict=True)
        settings = replace(settings, pairs=tuple(read_pair(PairSource(*pair)) for pair in asked))
    settings = with_places(replace(settings, single_dates=()))
    folder = find_model(model)
    verify_model(folder)
    data = load_data(settings)
    with ProgressDisplay(progress, "tile") as display:
        fitted = fit_domain(folder, make_sampler(settings, data), choose_device(device), display.show)
    store_fitted_domain(folder, fitted)
    _tell_fitted(folder, fitted, has_json)


def _tell_fitted(folder: Path, fitted: TrainingDomain, has_json: bool) -> None:
    facts = fitted.facts
    if has_json:
        echo_json(
            {"tiles": len(fitted.network.tiles), "left_out": dict(facts.left_out), "data_sha256": facts.data_sha256}
        )
        return
    click.echo(f"{folder}: {len(fitted.network.tiles)} training tiles; seen from the other places, unlike them are:")
    for place, share in facts.left_out.items():
        click.echo(f"{share:6.1%} of {place}")
