"""Starts a host with settings in JSON, whose engines may be told to misbehave."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from landcast.tests.worker.full_disk import fill_disk
from landcast.worker.host.life import run_host
from landcast.worker.host.settings import ENGINE, HostSettings, Patience

PROBLEM_ENGINE = Path(__file__).with_name("problem_engine.py")


def main(text: str) -> None:
    """Run a host to its end."""
    asked: dict[str, Any] = json.loads(text)
    problem = asked.pop("problem")
    if full := asked.pop("full", None):
        fill_disk(Path(full))
    engine = (sys.executable, str(PROBLEM_ENGINE), problem) if problem else ENGINE
    paths = {name: Path(asked.pop(name)) for name in ("connection_file", "cache")}
    patience = Patience(**asked.pop("patience", {}))
    run_host(HostSettings(engine=engine, patience=patience, **paths, **asked), lambda connection: None)


if __name__ == "__main__":
    main(sys.argv[1])
