"""A worker's log: lines to read, or one JSON object a line; that of its engine goes through the host into the same."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Literal

LogFormat = Literal["text", "jsonl"]
LOG_BYTES, LOG_FILES = 1_000_000, 3
KEPT_LOGS = 20
TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
CURRENT_JOB: ContextVar[str | None] = ContextVar("CURRENT_JOB", default=None)
"""Id of the job that the calling thread carries out; a record may name another one as `job`."""

logger = logging.getLogger(__name__)


class JsonLines(logging.Formatter):
    """One JSON object a record: time with its zone, level, logger, message; job and exception where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, in ASCII, without its end."""
        entry = {
            "time": datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        job = getattr(record, "job", None) or CURRENT_JOB.get()
        if job is not None:
            entry["job"] = job
        exception = self.formatException(record.exc_info) if record.exc_info else record.exc_text
        if exception:
            entry["exception"] = exception
        return json.dumps(entry)


def read_json_line(line: str) -> logging.LogRecord | None:
    """Return the record that `JsonLines` made a line of; None for any other line."""
    try:
        entry: dict[str, Any] = json.loads(line)
        level = logging.getLevelNamesMapping()[entry["level"]]
        found = {
            "name": str(entry["logger"]),
            "levelno": level,
            "levelname": entry["level"],
            "msg": str(entry["message"]),
            "created": datetime.fromisoformat(entry["time"]).timestamp(),
            "exc_text": entry.get("exception"),
            "job": entry.get("job"),
        }
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return logging.makeLogRecord(found)


@contextlib.contextmanager
def write_log(folder: Path, log_format: LogFormat) -> Iterator[None]:
    """Write a rotating log of this host, and remove the oldest ones of earlier hosts."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"worker-{os.getpid()}.log"
    _remove_old_logs(folder)
    handler = RotatingFileHandler(
        path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", errors="backslashreplace", delay=True
    )
    handler.setFormatter(JsonLines() if log_format == "jsonl" else logging.Formatter(TEXT))
    root = logging.getLogger(__name__.rpartition(".")[0])
    level, propagates = root.level, root.propagate
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    root.propagate = False
    try:
        logger.info("host %d starts, Python %s", os.getpid(), sys.version.split()[0])
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        root.propagate = propagates
        handler.close()


def _remove_old_logs(folder: Path) -> None:
    logs = sorted(folder.glob("worker-*.log*"), key=lambda path: path.stat().st_mtime)
    for path in logs[:-KEPT_LOGS]:
        path.unlink(missing_ok=True)
