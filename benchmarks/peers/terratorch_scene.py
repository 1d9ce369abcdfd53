"""terratorch: `tiled_inference` over a whole scene and `write_tiff`, which are what its command `predict` calls."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import torch
from measured import Trivial, declare_vision_operators, measured

declare_vision_operators()
from terratorch.cli_tools import open_tiff, write_tiff  # noqa: E402
from terratorch.tasks.tiled_inference import tiled_inference  # noqa: E402


def work(source: Path, output: Path, scratch: Path, network: Trivial) -> None:
    """Predict the scene in its own levels, with the crop, stride and blending that it has by default."""
    pixels, metadata = open_tiff(str(source))
    with torch.inference_mode():
        image = torch.from_numpy(pixels).float()[None]
        del pixels
        predicted = tiled_inference(network, image)
    metadata["compress"] = "lzw"
    write_tiff(predicted[0].to(torch.uint8).numpy(), str(output), metadata)


if __name__ == "__main__":
    measured({"terratorch": version("terratorch")}, work)
