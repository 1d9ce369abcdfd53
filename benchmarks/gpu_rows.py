"""What a GPU takes for the networks of 100 megapixels, as it is, or held to what a Tesla T4 has.

Held means 14.5 GiB of memory, fp16, and neither flash nor cuDNN's attention, which a T4 (sm_75) does not have; nothing
here uses Triton in any case. It stands for what fits a T4, not for how fast that one is.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

import torch

from landcast.core.device import choose_device, choose_precision
from landcast.core.forecast.forecaster import Forecaster, ForecastSettings, count_calls
from landcast.core.lattice import Rect, split
from landcast.core.model.folder import find_model, load_model
from landcast.core.plan import BLOCK_PX

SIDE_PX = 10_000
T4_BYTES = 14.5 * 2**30
TRIES = 5


def measure(model: str, device: str, *, is_held: bool, side_px: int = SIDE_PX) -> dict[str, float]:
    """Seconds for all network calls of a square scene, transfers included, and the most memory on the GPU in MB."""
    chosen = choose_device(device)  # type: ignore[arg-type] # a name of one
    if is_held:
        _hold_to_a_t4(chosen)
    precision = choose_precision("fp16" if is_held else "auto", chosen)
    loaded = load_model(find_model(model), chosen, precision)
    settings = ForecastSettings(2.0, 0.6, sampling_steps=loaded.contract.sampling_steps)
    forecaster = Forecaster(loaded, chosen, settings)
    unet_s, upscaler_s = map(min, zip(*(forecaster.seconds_a_call() for _ in range(TRIES)), strict=True))
    blocks = split(Rect(0, 0, side_px, side_px), BLOCK_PX)
    has_upscaler = loaded.contract.has_upscaler
    calls = [count_calls(settings, forecaster.sizes, block, None, has_upscaler) for block in blocks]
    unet_calls, upscaler_calls = (sum(each) for each in zip(*calls, strict=True))
    memory = torch.cuda.max_memory_reserved(chosen) / 2**20 if chosen.type == "cuda" else 0.0
    return {
        "unet_s": unet_calls * unet_s, "upscaler_s": upscaler_calls * upscaler_s, "memory_mb": memory,
        "windows_a_call": forecaster.sizes.windows, "images_a_call": forecaster.sizes.drawn,
    }  # fmt: skip


def measure_apart(model: str, *, is_held: bool) -> dict[str, float]:
    """The same on the GPU in a process of its own, for what holds it down holds for all of a process."""
    command = [sys.executable, __file__, "--model", model, *(["--held"] if is_held else [])]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, float] = json.loads(told.splitlines()[-1])
    return found


def _hold_to_a_t4(device: torch.device) -> None:
    total = torch.cuda.get_device_properties(device).total_memory
    torch.cuda.set_per_process_memory_fraction(min(1.0, T4_BYTES / total), device)
    torch.backends.cuda.enable_flash_sdp(False)
    torch.backends.cuda.enable_cudnn_sdp(False)


def main() -> None:
    """Print as JSON what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--held", action="store_true")
    args = parser.parse_args()
    print(json.dumps(measure(args.model, "cuda", is_held=args.held)))


if __name__ == "__main__":
    main()
