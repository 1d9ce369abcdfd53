"""Preloaded by a worker process: it dies, or waits, at the blocks for which the folder FAULTS holds a file."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from landcast.core.scenes.prepared import OpenScene

FAULTS = "LANDCAST_TEST_FAULTS"
STEP_S = 0.02


def dask_setup(worker: Any) -> None:
    """Put the faults in front of every block that is computed."""
    compute, folder = OpenScene.compute, Path(os.environ[FAULTS])

    def faulty(scene: OpenScene, number: int, *args: Any) -> Any:
        if (folder / f"poison-{number}").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        if (folder / f"wait-{number}").exists():
            (folder / f"waits-{number}").write_text(str(os.getpid()))
        while (folder / f"wait-{number}").exists():
            time.sleep(STEP_S)
        return compute(scene, number, *args)

    OpenScene.compute = faulty  # type: ignore[method-assign]
