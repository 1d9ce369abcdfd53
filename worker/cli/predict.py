"""`landcast predict`: georeferenced images in, georeferenced future layers out; one, or as many as there are."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from ...core.device import DeviceChoice, PrecisionChoice
from ...core.errors import RequestError
from ...core.radiometry.tones import Radiometry
from ...core.raster.options import SourceOptions
from ...core.request import DEFAULT_MODEL, MAX_OUTPUT_PX, PredictionRequest
from .console import progress_option
from .numbers import parse_bands, parse_bytes, parse_extent, parse_numbers
from .option_groups import GroupedCommand, grouped
from .runs import RunOptions
from .scene_options import FORMS, SceneOptions

FILE_SUFFIXES = (".tif", ".tiff")
OTHER_FILES = frozenset({".vrt", ".png", ".jpg", ".jpeg", ".jp2", ".img", ".webp", ".bmp", ".json", ".gpkg"})
"""What somebody means a file by, and no folder."""

results = grouped("Results")
scenes_in = grouped("Scenes")
ground = grouped("Ground and grid")
image = grouped("The source image")
future = grouped("The future")
machine = grouped("Machine")
told = grouped("What is told")


@click.command(
    cls=GroupedCommand, epilog="Exit codes: 0 done, 1 error, 2 wrong usage, 3 some scenes failed, 130 stopped."
)
@click.argument("sources", metavar="SCENE...", nargs=-1)
@results("-o", "--output", metavar="OUT", type=click.Path(path_type=Path), help="GeoTIFF to write (OUT.tif), or folder "
         "for the results of any number of scenes [SCENE_pred.tif].")  # fmt: skip
@results("--form", type=click.Choice(FORMS), default="cog", show_default=True, help="One COG a scene, or its blocks "
         "with a VRT over them.")  # fmt: skip
@results("--stac-items", "has_stac_items", is_flag=True, help="Write a STAC item beside each result.")
@results("--keep-iterations", "is_keeping_iterations", is_flag=True, help="Write the image after each earlier "
         "iteration too, as OUT_iteration_1.tif and so on.")  # fmt: skip
@results("--typical", "is_drawing_typical", is_flag=True, help="Write the most typical of several members "
         "too, place by place, as OUT_typical.tif.")  # fmt: skip
@results("--quicklook", type=click.Path(path_type=Path), metavar="PNG", help="Picture of before and after, of one "
         "scene.")  # fmt: skip
@results("--statistics", metavar="TABLE", type=click.Path(path_type=Path), multiple=True, help="Table (.gpkg or .csv) "
         "of predicted change in hectares over all scenes, with the interval between members.")  # fmt: skip
@results("--statistics-areas", metavar="FILE", type=click.Path(path_type=Path), help="Areas that are the rows of that "
         "table [each scene].")  # fmt: skip
@results("--overwrite", "is_overwriting", is_flag=True, help="Replace existing results.")
@scenes_in("--scenes-file", metavar="LIST", help="Text with a scene a line, table (.csv: source, name, date), or - for "
           "standard input.")  # fmt: skip
@scenes_in("--areas", metavar="FILE", type=click.Path(path_type=Path), help="Vector file: one result for each area in "
           "it.")  # fmt: skip
@scenes_in("--area-name", metavar="FIELD", help="Field of --areas that names them [name].")
@scenes_in("--stac", metavar="URL", help="STAC API or catalogue: its items are the scenes.")
@scenes_in("--collection", "collections", metavar="C", multiple=True, help="Collection of --stac; may come repeatedly.")
@scenes_in("--bbox", metavar="W,S,E,N", help="Longitudes and latitudes that items of --stac meet.")
@scenes_in(
    "--datetime", metavar="TIME", help="When items of --stac were taken: 2016, 2016-06 or 2016-06-01/2016-08-31."
)
@scenes_in("--stac-limit", type=click.IntRange(1), metavar="N", help="Items of --stac at most [all].")
@scenes_in("--asset", metavar="NAME", help="Asset of each item to predict from [the only image].")
@ground("--ground-scale", type=float, metavar="M", help="Metres that one tile of 128 px covers [as the source].")
@ground("--crs", metavar="CRS", help="CRS of the result [the source's where it counts true metres, else UTM].")
@ground("--extent", metavar="XMIN,YMIN,XMAX,YMAX", help="Area to predict [the whole source].")
@ground("--extent-crs", metavar="CRS", help="CRS of --extent [that of the source].")
@ground("--area", type=click.Path(path_type=Path), metavar="FILE", help="Polygons to predict, of any vector file.")
@ground("--area-layer", metavar="NAME", help="Layer of --area or --areas [the one with polygons].")
@ground("--area-crs", metavar="CRS", help="CRS of --area or --areas, where the file names none or a wrong one.")
@ground("--max-output-px", type=int, default=MAX_OUTPUT_PX, show_default=True, metavar="N",
        help="Refuse results of more pixels.")  # fmt: skip
@image("--bands", metavar="R,G,B", help="Bands to take for red, green and blue, or one for grey [by meaning].")
@image("--assume-crs", metavar="CRS", help="CRS of a source that names none.")
@image("--gsd", "gsd_m", type=float, metavar="M", help="Metres a pixel covers, of an image without a place.")
@image("--allow-remote", "is_remote_allowed", is_flag=True, help="Let a VRT lead to the network.")
@image("--radiometry", type=click.Choice(get_args(Radiometry)), default="auto", show_default=True,
       help="How the model sees values; auto: 8-bit as is, faint or other stretched.")  # fmt: skip
@image("--stretch", metavar="LOW,HIGH", help="Values that are black and white; six numbers for three bands.")
@image("--source-date", metavar="DATE", help="When it was taken: 2016, 2016-06 or 2016-06-14 [as the source says].")
@future("--years", type=float, metavar="N", help="Years ahead.")
@future("--iterations", type=int, metavar="N", help="Steps of the model's shortest interval, instead of --years.")
@future("--members", type=int, default=1, show_default=True, metavar="M", help="Futures to draw; with several, "
        "their spread and the probability of change are written too.")  # fmt: skip
@future("--seed", type=int, default=0, show_default=True, metavar="S", help="Seed of the random numbers.")
@future("--model", default=DEFAULT_MODEL, show_default=True, metavar="NAME|DIR", help="Shipped model or folder.")
@future("--sampling-steps", type=click.IntRange(1), metavar="N", help="Network calls a member [the model's own].")
@future("--replay", metavar="OUTPUT", type=click.Path(path_type=Path), help="Make this result again from what it "
        "records (SCENE: its source, where that lies elsewhere by now), and compare.")  # fmt: skip
@machine("--device", type=click.Choice(get_args(DeviceChoice)), default="auto", show_default=True)
@machine("--precision", type=click.Choice(get_args(PrecisionChoice)), default="auto", show_default=True)
@machine("--threads", type=click.IntRange(1), metavar="N", help="Threads to compute with [all].")
@machine("--max-memory", metavar="SIZE", help="Refuse what would take more memory, such as 2GB; cap of --workers.")
@machine("--workers", type=click.IntRange(1), metavar="N", help="Predict blocks in N processes of this machine.")
@machine("--scheduler", metavar="ADDRESS", help="Predict blocks on the machines of a Dask scheduler, as "
         "tls://HOST:8786; see docs/cluster.md.")  # fmt: skip
@machine("--cluster-keys", metavar="DIR", type=click.Path(path_type=Path), help="Certificate to show there [the "
         "user's].")  # fmt: skip
@machine("--insecure-cluster", "is_cluster_insecure", is_flag=True, help="Let --scheduler tcp://... lead to another "
         "machine.")  # fmt: skip
@machine("--blocks-url", metavar="URL", help="Where finished blocks are kept meanwhile, as s3://bucket/run [beside the "
         "result].")  # fmt: skip
@machine("--worker", metavar="ADDRESS|auto", help="Let a running worker predict one scene: that of this machine "
         "(auto), or any by its connection file or address (tcp://HOST:PORT).")  # fmt: skip
@told("--dry-run", "is_dry_run", is_flag=True, help="Tell pixels, hours, memory and disk; write nothing.")
@told("--strict", "is_strict", is_flag=True, help="Make warnings errors, before any prediction.")
@told("--json", "has_json", is_flag=True, help="Print what was made as JSON.")
@progress_option
def predict(
    sources: tuple[str, ...], output: Path | None, quicklook: Path | None, replay: Path | None, worker: str | None,
    is_dry_run: bool, has_json: bool, progress: Any, **options: Any,
) -> None:  # fmt: skip
    """Predict how the place in each SCENE may look some years later.

    A SCENE is a GeoTIFF, JPEG, PNG, JPEG 2000, HFA, WebP or BMP file, a VRT, or the http(s) address of a GeoTIFF; of
    any size and bands, 8 or 16 bit or float. A folder stands for the images in it, and "*" in quotes for what it
    matches. A result lies on its source's pixels, or on true metres where --ground-scale or the source's CRS ask for
    it, and holds its values, so that it lies over the source without a change of colour.

    A run that was ended in any way goes on where it stopped when the same command is given again. A folder OUT gets
    a manifest, a summary and a log beside the results.
    """
    run = RunOptions(
        threads=options.pop("threads"),
        memory_bytes=parse_bytes(options.pop("max_memory"), "--max-memory"),
        workers=options.pop("workers"),
        scheduler=options.pop("scheduler"),
        cluster_keys=options.pop("cluster_keys"),
        is_cluster_insecure=options.pop("is_cluster_insecure"),
        worker=worker,
        is_dry_run=is_dry_run,
        has_json=has_json,
        progress=progress,
    )
    wanted = SceneOptions.taken_from(sources, options)
    settings = _settings(options)
    if replay is not None:
        from .replaying import replay_result

        replay_result(replay, wanted, run, settings)
    elif _is_one(wanted, output):
        from .one_scene import predict_one

        request = PredictionRequest(sources[0], output, quicklook=quicklook, **settings)
        predict_one(request, wanted, run)
    else:
        from .scenes import predict_many

        predict_many(_folder(output, quicklook, worker), wanted, run, settings)


def _settings(options: dict[str, Any]) -> dict[str, Any]:
    """What is asked for of each scene alike, by the names of `PredictionRequest`."""
    source_options = SourceOptions(
        parse_bands(options.pop("bands")), options.pop("assume_crs"), options.pop("gsd_m"),
        options.pop("is_remote_allowed"),
    )  # fmt: skip
    own = {
        "ground_scale_m": options.pop("ground_scale"),
        "extent": parse_extent(options.pop("extent")),
        "stretch": parse_numbers(options.pop("stretch"), "--stretch"),
        "source_options": source_options,
    }
    return {**options, **own}


def _is_one(wanted: SceneOptions, output: Path | None) -> bool:
    """Whether the result is a file of its own, and no folder.

    Raises:
        UsageError: what is given does not say which.
    """
    is_file = output is None or output.suffix.lower() in FILE_SUFFIXES
    if wanted.is_single and is_file and not Path(wanted.sources[0]).is_dir():
        return True
    if not wanted.sources and not wanted.has_further:
        raise click.UsageError("name a SCENE, or --scenes-file, or --stac")
    if is_file:
        found = "OUT.tif is one file" if output is not None else "there is none"
        raise click.UsageError(f"several scenes, areas or a folder of them need -o FOLDER for the results, and {found}")
    return False


def _folder(output: Path | None, quicklook: Path | None, worker: str | None) -> Path:
    """The folder of the results.

    Raises:
        UsageError: something goes with one scene alone.
        RequestError: it is meant as a file.
    """
    assert output is not None
    for value, option in ((quicklook, "--quicklook"), (worker, "--worker")):
        if value is not None:
            raise click.UsageError(f"{option} is for one SCENE with -o OUT.tif, not for a folder of results")
    if output.suffix.lower() in OTHER_FILES and not output.is_dir():
        raise RequestError(f"-o {output}: results are GeoTIFF; name OUT.tif, or a folder")
    return output
