"""ESAOpenSR/opensr-utils: `opensr_utils.super_resolve` as documented, at the source's own pixel size.

Its output has uint16 values, which is what it writes for every model.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from measured import Trivial, declare_vision_operators, measured

declare_vision_operators()
import opensr_utils  # noqa: E402
import opensr_utils.pipeline  # noqa: E402  # the framework itself, which it otherwise loads when it is called


def work(source: Path, output: Path, scratch: Path, network: Trivial) -> None:
    """Predict the scene; what it writes beside the output lands in the scratch folder through a link."""
    linked = scratch / source.name
    linked.symlink_to(source)
    opensr_utils.super_resolve(str(linked), model=network, output=str(output), factor=1, device="cpu")


if __name__ == "__main__":
    measured({"opensr-utils": version("opensr-utils")}, work)
