"""What a worker keeps between blocks: the model in memory, and the last scenes open."""

from __future__ import annotations

import hashlib
import os
import pickle
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from distributed.diagnostics.plugin import WorkerPlugin

from .orders import SceneOrder

if TYPE_CHECKING:
    import torch
    from distributed import Worker

    from ...model.folder import LoadedModel
    from ..local_runner import WarmModel
    from ..prepared import OpenScene

ENVIRONMENT = {"DIFFUSERS_VERBOSITY": "error", "HF_HUB_OFFLINE": "1"}
"""As the command line sets it: a model is taken from its folder, and nothing is asked of the network."""
MOST_OPEN = 4
"""Scenes that stay open; each holds a few file handles and GDAL's block cache is shared."""


class HeldScene:
    """An open scene that several threads of a worker use.

    Attributes:
        scene: whose blocks are predicted.
        reading: held by who reads from it.
        probes: of the runs whose folder of blocks was seen to be the client's own.
    """

    def __init__(self, scene: OpenScene) -> None:
        self.scene = scene
        self.reading = threading.Lock()
        self.probes: set[str] = set()
        self.users = 0


class WarmScenes:
    """Opens scenes once and closes the one that was not used for longest; holds one model.

    Attributes:
        computing: held by who computes: the device is for one block at a time.

    Args:
        threads: that torch computes with.
        most_open: scenes that stay open.
    """

    def __init__(self, threads: int, most_open: int = MOST_OPEN) -> None:
        self.computing = threading.Lock()
        self._threads, self._most_open = threads, most_open
        self._changing = threading.Lock()
        self._open: OrderedDict[str, HeldScene] = OrderedDict()
        self._model: WarmModel | None = None

    @contextmanager
    def use(self, order: SceneOrder) -> Iterator[HeldScene]:
        """Open a scene, or take it as it stands open; it is not closed meanwhile.

        Raises:
            LandcastError: source or model cannot be opened, or are others than the client's.
        """
        key = hashlib.sha256(order.scene).hexdigest()
        with self._changing:
            held = self._open.get(key) or self._open_new(key, order)
            self._open.move_to_end(key)
            held.users += 1
        try:
            yield held
        finally:
            with self._changing:
                held.users -= 1
                self._close_oldest()

    def close(self) -> None:
        """Close all scenes that nobody uses."""
        with self._changing:
            for key in [key for key, held in self._open.items() if held.users == 0]:
                self._open.pop(key).scene.close()

    def _open_new(self, key: str, order: SceneOrder) -> HeldScene:
        from ..prepared import PreparedScene, open_scene

        prepared = pickle.loads(order.scene)
        assert isinstance(prepared, PreparedScene)
        held = HeldScene(open_scene(prepared, load=self._load))
        self._open[key] = held
        return held

    def _close_oldest(self) -> None:
        for key in list(self._open):
            if len(self._open) <= self._most_open:
                return
            if self._open[key].users == 0:
                self._open.pop(key).scene.close()

    def _load(self, folder: Path, device: torch.device, precision: torch.dtype) -> LoadedModel:
        """The model of a folder, which is loaded again only where its files are others by now."""
        import torch

        if self._model is None:
            from ..local_runner import WarmModel

            torch.set_num_threads(self._threads)
            self._model = WarmModel()
        return self._model(folder, device, precision)


class WarmWorker(WorkerPlugin):
    """Gives each worker its `WarmScenes` when it joins, and again when it was started anew.

    Args:
        torch_threads: threads that torch computes with; as many as the worker has where None.
    """

    name = "landcast"
    idempotent = True

    def __init__(self, torch_threads: int | None = None) -> None:
        self._torch_threads = torch_threads

    def setup(self, worker: Worker) -> None:
        """Hear that a worker is there; nothing is loaded before the first block."""
        for name, value in ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        self.scenes = WarmScenes(self._torch_threads or worker.state.nthreads)

    def teardown(self, worker: Worker) -> None:
        """Hear that it ends."""
        self.scenes.close()


def scenes_here() -> WarmScenes:
    """Those of the worker that runs this thread."""
    from distributed import get_worker

    plugin = get_worker().plugins[WarmWorker.name]
    assert isinstance(plugin, WarmWorker)
    return plugin.scenes
