"""`landcast demo`: a rendered scene, its future, and a picture of both."""

from __future__ import annotations

from pathlib import Path

import click

from ...core.predict import predict as run_prediction
from ...core.request import PredictionRequest
from ..demo.scene import write_scene
from .console import ProgressDisplay, progress_option, warn

SCENE_SHAPE_YX = (768, 768)
SCENE_SEED = 4


@click.command()
@click.option("-o", "--output", "folder", type=click.Path(path_type=Path), default=Path("demo-output"),
              show_default=True, help="Folder for the results; made where it does not exist.")  # fmt: skip
@click.option("--source", type=click.Path(path_type=Path), help="Predict this image instead of the rendered scene.")
@click.option("--years", type=float, default=4, show_default=True, help="Years ahead.")
@click.option("--members", type=int, default=1, show_default=True, help="Futures to draw.")
@progress_option
def demo(folder: Path, source: Path | None, years: float, members: int, progress: str) -> None:
    """Predict a scene that Landcast renders itself; it shows no real place."""
    folder.mkdir(parents=True, exist_ok=True)
    if source is None:
        source = folder / "scene.tif"
        write_scene(source, SCENE_SHAPE_YX, SCENE_SEED)
    name = source.stem
    request = PredictionRequest(
        source,
        folder / f"{name}_pred.tif",
        years=years,
        members=members,
        is_overwriting=True,
        quicklook=folder / f"{name}_before_after.png",
    )
    with ProgressDisplay(progress, "call") as display:  # type: ignore[arg-type]
        prediction = run_prediction(request, warn, display.show)
    click.echo(f"{source}: predicted {prediction.facts['years_ahead']} years ahead in {prediction.seconds:.0f} s")
    for path in prediction.paths.values():
        click.echo(path)
