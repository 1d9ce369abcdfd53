"""What a run is carried out with: threads, memory, processes and machines; alike for one scene and for many."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ...core.scenes.runner import BlockRunner

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "GDAL_NUM_THREADS")


@dataclass(frozen=True)
class RunOptions:
    """How a run is carried out.

    Attributes:
        threads: to compute with; all where None.
        memory_bytes: that it may take; any where None.
        workers: processes of this machine; this one alone where None.
        scheduler: address of a scheduler of many machines.
        cluster_keys: folder with the certificate to show there.
        is_cluster_insecure: whether a plain address may lead to another machine.
        worker: address of a running worker that predicts one scene.
        is_dry_run: whether nothing is written.
        has_json: whether JSON is printed.
        progress: how progress is shown.
    """

    threads: int | None
    memory_bytes: int | None
    workers: int | None
    scheduler: str | None
    cluster_keys: Path | None
    is_cluster_insecure: bool
    worker: str | None
    is_dry_run: bool
    has_json: bool
    progress: Any

    def __post_init__(self) -> None:
        if self.workers is not None and self.scheduler is not None:
            raise click.UsageError("--workers and --scheduler exclude each other; give one of them")
        if self.worker is not None and (self.workers or self.scheduler):
            raise click.UsageError("--worker names what predicts; --workers and --scheduler exclude it")
        if self.is_dry_run and self.worker is not None:
            raise click.UsageError("--dry-run and --worker exclude each other: a dry run is made by this process")
        if self.scheduler is not None and (self.threads is not None or self.memory_bytes is not None):
            raise click.UsageError(
                "--threads and --max-memory are for this machine; those of a cluster's workers are set where they start"
            )
        if self.scheduler is None and (self.cluster_keys or self.is_cluster_insecure):
            raise click.UsageError("--cluster-keys and --insecure-cluster belong to --scheduler ADDRESS")


def limit_threads(threads: int | None) -> None:
    """Compute with so many threads from now on, in this process and those that it starts."""
    if threads is None:
        return
    for name in THREAD_VARIABLES:
        os.environ[name] = str(threads)
    import cv2
    import torch

    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)


@contextmanager
def open_runner(run: RunOptions) -> Iterator[BlockRunner]:
    """Give what predicts blocks, for as many scenes as there are.

    Raises:
        LandcastError: machines cannot be had.
    """
    if run.workers is None and run.scheduler is None:
        from ...core.scenes.local_runner import LocalRunner
        from ...core.scenes.memory_cap import CappedRunner

        limit_threads(run.threads)
        local = LocalRunner()
        yield local if run.memory_bytes is None else CappedRunner(local, run.memory_bytes)
        return
    from ...core.scenes.distributed.choice import open_cluster

    with open_cluster(
        run.workers, run.scheduler, run.cluster_keys, run.is_cluster_insecure, run.threads, run.memory_bytes
    ) as runner:
        yield runner
