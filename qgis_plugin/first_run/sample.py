"""The sample to begin with: a scene that Landcast renders, which shows no real place."""

from __future__ import annotations

import os
from pathlib import Path

from qgis import utils
from qgis.core import QgsApplication, QgsProject, QgsRasterLayer

from ..environment.problems import StepError
from ..environment.running import build_environment, run
from ..kept_task import KeptTask
from ..translation import tr

NAME = "sample_scene.tif"
RENDER = """
import sys
from landcast.worker.cli.demo import SCENE_SEED, SCENE_SHAPE_YX
from landcast.worker.demo.scene import write_scene
write_scene(sys.argv[1], SCENE_SHAPE_YX, SCENE_SEED)
"""


class SampleTask(KeptTask):
    """Renders the sample scene, unless that was done before.

    Args:
        interpreter: that Landcast is installed in.

    Attributes:
        path: of the scene, in the user's profile.
    """

    PROBLEMS = (StepError, OSError)

    def __init__(self, interpreter: Path) -> None:
        super().__init__(tr("Render the sample scene"))
        self._interpreter = interpreter
        self.path = sample_folder() / NAME

    def work(self) -> None:
        if self.path.is_file():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_name(f"part-{os.getpid()}.tif")
        lines: list[str] = []
        try:
            command = [str(self._interpreter), "-c", RENDER, str(part)]
            if run(command, build_environment(os.environ, {}), lines.append, self.isCanceled) != 0:
                raise StepError(tr("The sample scene was not rendered: {}").format(" ".join(lines[-3:])))
            part.replace(self.path)
        finally:
            part.unlink(missing_ok=True)


def sample_folder() -> Path:
    """Where the sample scene is kept."""
    return Path(QgsApplication.qgisSettingsDirPath()) / "landcast" / "sample"


def add_sample(path: Path) -> QgsRasterLayer:
    """The layer of the sample scene in the project, added where it is not there yet; the map shows it."""
    project = QgsProject.instance()
    layers = project.mapLayers().values()
    layer = next((one for one in layers if isinstance(one, QgsRasterLayer) and one.source() == str(path)), None)
    if layer is None:
        layer = project.addMapLayer(QgsRasterLayer(str(path), tr("Sample scene (rendered, no real place)")))
    if utils.iface is not None:
        utils.iface.setActiveLayer(layer)
        utils.iface.zoomToActiveLayer()
    return layer
