"""The host starts at once, and no library of its own can take it down."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"torch", "numpy", "diffusers", "rasterio", "pyproj", "cv2"}


def test_the_host_loads_nothing_heavy() -> None:
    code = f"import sys, landcast.worker.cli.serve; print(*({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
