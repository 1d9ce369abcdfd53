"""`landcast predict SCENE... -o FOLDER --dry-run`: hours, disk and memory over all scenes, and what would fail."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...core.errors import LandcastError
from ...core.raster.disk import format_bytes
from ...core.request import PredictionRequest
from ...core.scenes.inputs.areas import write_area
from ...core.scenes.summary import duration
from .console import ProgressDisplay, echo_json
from .runs import RunOptions, limit_threads

if TYPE_CHECKING:
    from ...core.scenes.estimate import Estimate
    from .scenes import Order

SOME_FAILED = 3


def tell_what_it_takes(order: Order, run: RunOptions) -> None:
    """Print what all scenes take; exits with 3 where some cannot be begun.

    Raises:
        LandcastError: none can.
    """
    from ...core.scenes.estimate import estimate

    limit_threads(run.threads)
    with _requests(order) as requests, ProgressDisplay(run.progress, "scene") as display:
        found = estimate(requests, order.wanted.form, display.show)
        found.failures.update({scene.name: scene.refused for scene in order.scenes if scene.refused is not None})
    described = describe_estimate(found, order.folder, run)
    echo_json(described) if run.has_json else click.echo(tell_estimate(found, described), nl=False)
    if found.failures and not found.scenes:
        raise LandcastError(f"none of {len(found.failures)} scene(s) can be begun")
    if found.failures:
        sys.exit(SOME_FAILED)


@contextmanager
def _requests(order: Order) -> Iterator[list[tuple[str, PredictionRequest]]]:
    """What is asked for of each scene, its area in a folder that is gone afterwards: nothing is written."""
    with tempfile.TemporaryDirectory(prefix="landcast-areas-") as folder:
        requests = []
        for scene in order.scenes:
            if scene.refused is not None:
                continue
            request = order.request(scene)
            if scene.area is not None:
                area = write_area(scene.area, Path(folder) / order.area_path(scene).name)
                request = replace(request, area=area)
            requests.append((scene.name, request))
        yield requests


def describe_estimate(found: Estimate, folder: Path, run: RunOptions) -> dict[str, Any]:
    """Turn an estimate into what `--json` prints."""
    expected, most = found.disk_bytes
    return {
        "scenes": len(found.scenes),
        "pixels": found.pixels,
        "unet_calls": sum(scene.calls[0] for scene in found.scenes),
        "upscaler_calls": sum(scene.calls[1] for scene in found.scenes),
        "blocks": sum(scene.blocks for scene in found.scenes),
        "seconds_one_process": round(found.seconds, 1),
        "memory_bytes_a_process": found.memory_bytes,
        "processes": run.workers or 1,
        "disk_bytes_expected": expected,
        "disk_bytes_at_most": most,
        "scratch_bytes_expected": found.scratch_bytes,
        "disk_bytes_free": _free(folder),
        "failures": found.failures,
        "warnings": list(dict.fromkeys(text for scene in found.scenes for text in scene.caveats)),
        "results": [
            {
                "name": scene.name,
                "width": scene.shape_yx[1],
                "height": scene.shape_yx[0],
                "blocks": scene.blocks,
                "seconds": round(scene.seconds, 1),
                "memory_bytes": scene.memory_bytes,
                "disk_bytes_expected": scene.disk_bytes[0],
            }
            for scene in found.scenes
        ],
    }


def tell_estimate(found: Estimate, described: dict[str, Any]) -> str:
    """Turn an estimate into lines to read."""
    expected, most, scratch = (
        format_bytes(described[name])
        for name in ("disk_bytes_expected", "disk_bytes_at_most", "scratch_bytes_expected")
    )
    free = described["disk_bytes_free"]
    lines = {
        "scenes": f"{len(found.scenes)}, {found.pixels / 1e6:,.1f} Mpx in {described['blocks']} block(s)",
        "calls": f"{described['unet_calls']} of the UNet, {described['upscaler_calls']} of the upscaler, at most",
        "time": f"{duration(found.seconds)} in one process of this machine, by one timed call of each network",
        "memory": f"{format_bytes(found.memory_bytes)} a process at most, {described['processes']} process(es)",
        "disk": f"{expected} expected, {most} at most; beside them meanwhile {scratch}"
        + ("" if free is None else f"; {format_bytes(free)} free"),
    }
    text = [f"{name + ':':8} {line}" for name, line in lines.items()]
    text += [f"warning: {said}" for said in described["warnings"]]
    text += [f"failed:  {name}: {reason}" for name, reason in found.failures.items()]
    return "\n".join(text) + "\n"


def _free(folder: Path) -> int | None:
    """Bytes free where the folder is, or is going to be."""
    place = folder.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return None
