"""A host whose engines fail by an error that no user could cause: `failing.py SETTINGS`, `failing.py WHERE [...]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def serve(text: str) -> None:
    """Run a host to its end, with engines that are this file."""
    from landcast.worker.host.life import run_host
    from landcast.worker.host.settings import HostSettings

    asked: dict[str, Any] = json.loads(text)
    paths = {name: Path(asked.pop(name)) for name in ("connection_file", "cache")}
    engine = (sys.executable, __file__, asked.pop("problem"))
    run_host(HostSettings(engine=engine, **paths, **asked), lambda connection: None)


def fail(where: str, arguments: list[str]) -> int:
    """Run an engine that fails at its start, or inside a job."""
    from landcast.worker.engine import __main__ as program
    from landcast.worker.engine import engine, job

    def fail_inside(*_: object, **__: object) -> None:
        raise ZeroDivisionError("inside")

    def fail_at_start(*_: object) -> None:
        raise RuntimeError("no engine today")

    if where == "inside":
        job.predict = fail_inside  # type: ignore[assignment]
    else:
        engine.Engine.serve = fail_at_start  # type: ignore[method-assign, assignment]
    return program.main(arguments)


if __name__ == "__main__":
    if sys.argv[1].startswith("{"):
        serve(sys.argv[1])
    else:
        sys.exit(fail(sys.argv[1], sys.argv[2:]))
