"""The memory that training is said to take beside what real steps take, on a CPU in fp32.

    python benchmarks/training_memory.py

Each size runs in a process of its own: the most resident memory after three steps, less what was resident before the
networks were made, beside the estimate with and without its margin.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

SIZES = (("forecaster", 4), ("forecaster", 16), ("upscaler", 2), ("upscaler", 8))
STEPS = 3
MIB = 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs=2, metavar=("STAGE", "BATCH"), help="One size, in this process.")
    only = parser.parse_args().only
    if only:
        print(measure(only[0], int(only[1])))
        return
    print(f"{'network':<12} {'batch':>5} {'estimate':>9} {'+ margin':>9} {'measured':>9}   MiB")
    for stage, batch in SIZES:
        command = [sys.executable, __file__, "--only", stage, str(batch)]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="", flush=True)


def measure(stage: str, batch: int) -> str:
    """One line of the table."""
    import numpy as np
    import torch

    from landcast.training.data import TrainingData
    from landcast.training.memory import MARGIN
    from landcast.training.pairs import ChipPair
    from landcast.training.presets import find_preset
    from landcast.training.processes import Processes
    from landcast.training.rehearsal import rehearse
    from landcast.training.run import Hardware, train_stage

    torch.set_num_threads(1)
    settings = replace(find_preset("fast"), sheet_rows=0, checkpoint_every=1000)
    own = replace(settings.forecaster, max_steps=STEPS, batch_size=batch)
    upscaler = replace(settings.upscaler, max_steps=STEPS, batch_size=batch, adversarial_from_step=0)
    settings = replace(settings, forecaster=own, upscaler=upscaler)
    random = np.random.default_rng(0)
    before = random.integers(0, 256, (3, 768, 768), dtype=np.uint8)
    chip = ChipPair(before, before // 2 + 40, np.ones((768, 768), np.bool_), 2.0, 0.6, "random")
    data = TrainingData([chip], [before], "")
    hardware = Hardware(torch.device("cpu"), torch.float32)
    # the libraries' own memory is there before the first network
    torch.nn.Conv2d(3, 3, 3)(torch.zeros(1, 3, 8, 8)).sum().backward()
    resident = _resident_bytes()
    with tempfile.TemporaryDirectory() as folder:
        train_stage(stage, settings, data, Path(folder), hardware, lambda step, loss: None)  # type: ignore[arg-type]
    measured = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - resident
    step = rehearse(stage, settings, torch.float32, Processes())  # type: ignore[arg-type]
    bare = step.total / (1 + MARGIN)
    return f"{stage:<12} {batch:>5} {bare / MIB:>9.0f} {step.total / MIB:>9.0f} {measured / MIB:>9.0f}"


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    main()
