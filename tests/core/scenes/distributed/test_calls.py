"""What the scheduler loads of the program."""

from __future__ import annotations

import subprocess
import sys


def test_a_scheduler_that_reads_an_order_loads_neither_networks_nor_rasters() -> None:
    loads = "import landcast.core.scenes.distributed.calls, landcast.core.scenes.distributed.warm_scenes, sys"
    asks = "print([name for name in ('torch', 'rasterio', 'diffusers', 'cv2') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", f"{loads}; {asks}"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
