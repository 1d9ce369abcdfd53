"""What each peer's script runs in: hears from the benchmark when to begin, and tells what the work cost.

It stands alone, for it is imported by the interpreters of the peers' own environments.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch


def declare_vision_operators() -> None:
    """Let torchvision be imported where its compiled operators do not fit the installed torch.

    None of them is called by what is measured here, but two are named when it is imported.
    """
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _KEPT.append(library)


_KEPT: list[torch.library.Library] = []
"""What is declared is forgotten with its library."""


class Trivial(torch.nn.Module):
    """A network that copies its input, and counts the CPU seconds that this takes."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(1), requires_grad=False)
        self.cpu_s = 0.0

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return the image as it is, in memory of its own."""
        started = time.thread_time()
        copied = image.clone()
        self.cpu_s += time.thread_time() - started
        return copied


def measured(
    versions: dict[str, str],
    work: Callable[[Path, Path, Path, Trivial], object],
    prepare: Callable[[Trivial], object] = lambda network: None,
) -> None:
    """Carry out `work` from a source to an output, in a folder for scratch, when told to.

    Prints `ready` with the versions once everything is loaded, waits for a line, and prints CPU seconds as JSON at
    the end.

    Args:
        versions: of what is measured, by name.
        work: takes source, output, scratch folder and network.
        prepare: what is loaded before anything is measured.
    """
    source, output, scratch = map(Path, sys.argv[1:4])
    torch.set_num_threads(1)
    network = Trivial()
    source, output, scratch = source.absolute(), output.absolute(), scratch.absolute()
    os.chdir(scratch)
    said, sys.stdout = sys.stdout, sys.stderr  # the peers print, too
    prepare(network)
    print("ready", json.dumps(versions), file=said, flush=True)
    sys.stdin.readline()
    before = os.times()
    work(source, output, scratch, network)
    spent = [now - then for now, then in zip(os.times()[:4], before[:4], strict=True)]
    print(json.dumps({"cpu_s": sum(spent), "network_cpu_s": network.cpu_s}), file=said, flush=True)
