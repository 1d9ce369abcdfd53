"""The record of a run: what was trained, on what, with what and how it ended, for whoever asks later.

`run.json` stands in the work folder once the pairs are read, and beside the model at the end. It holds paths only as
they were given.
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from ..core.files import write_whole
from .settings import TrainingSettings
from .stopping import TrainingStoppedError
from .validation import SUMMARY_NAME

RECORD_NAME = "run.json"
FORMAT, VERSION = "landcast run", 1
PACKAGES = ("landcast", "torch", "diffusers", "accelerate", "numpy", "rasterio", "safetensors", "scoringrules")

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class RunRecord:
    """What is known of a run so far, and its file.

    Args:
        work: folder of checkpoints, where the file stands.
        settings: of the training.
        command: as it was given; empty where none was.
        hardware: in words.
        is_resuming: whether the sessions before belong to it.
        clock: tells the time.
    """

    def __init__(
        self,
        work: Path,
        settings: TrainingSettings,
        command: Sequence[str],
        hardware: str,
        is_resuming: bool = False,
        clock: Clock = utc_now,
    ) -> None:
        self.path, self._clock = work / RECORD_NAME, clock
        earlier = _read(self.path) if is_resuming else {}
        self.facts: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "name": settings.name,
            "started": earlier.get("started") or self._now(),
            "ended": None,
            "status": "running",
            "why": "",
            "settings": asdict(settings),
            "seeds": {"training": settings.seed},
            "versions": {"python": platform.python_version(), **_versions()},
            "system": f"{platform.system()} {platform.machine()}",
            "hardware": hardware,
        }
        # a run that is gone on with has several
        self.facts["sessions"] = [
            *earlier.get("sessions", []), {"started": self._now(), "ended": None, "command": list(command)},
        ]  # fmt: skip
        self.write()

    def add(self, **facts: Any) -> None:
        """Note more, and write it."""
        self.facts |= facts
        self.write()

    def end(self, status: str, why: str, networks: Sequence[dict[str, Any]]) -> None:
        """Note how it ended, and what became of each network."""
        self.facts["ended"] = self.facts["sessions"][-1]["ended"] = self._now()
        self.add(status=status, why=why, networks=list(networks))

    def write(self) -> None:
        """Write the file whole, or leave the one before."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_record(self.path, self.facts)

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")


@contextmanager
def recorded(record: RunRecord | None, networks: Callable[[], Sequence[dict[str, Any]]]) -> Iterator[None]:
    """Note why a run ended, however it does; nothing where another process keeps the record."""
    if record is None:
        yield
        return
    try:
        yield
    except TrainingStoppedError as stopped:
        record.end("stopped", str(stopped), networks())
        raise
    except Exception as error:
        record.end("failed", str(error), networks())
        raise


def write_record(path: Path, facts: dict[str, Any]) -> None:
    """Write a record aside and rename it."""
    write_whole(path, json.dumps(facts, indent=1, ensure_ascii=False, default=str) + "\n")


def network_facts(folder: Path, seed: int, left_out: str, done: int, wanted: int) -> dict[str, Any]:
    """What is recorded of a network: its steps, and what validation found where it was measured."""
    measured = _read(folder / SUMMARY_NAME)
    why = measured.get("ended") or ("all steps taken" if done >= wanted else "not finished")
    facts = {"name": folder.name, "seed": seed, "steps": done, "steps_wanted": wanted, "why": why}
    if left_out:
        facts["left_out"] = left_out
    return {**facts, **({"validation": measured} if measured else {})}


def command_line() -> tuple[str, ...]:
    """How this process was called, without the folder that the program stands in."""
    return ("landcast", *sys.argv[1:])


def _read(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    if torch.version.cuda:
        found["cuda"] = torch.version.cuda
    return found
