"""What a person or a program wants to know of a run: done, failed and why, how fast, and when it ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..files import write_whole
from .manifest import Entry
from .run_log import iso_time
from .totals import Totals

SUMMARY_JSON, SUMMARY_TEXT = "summary.json", "summary.txt"
SHORT_S = 90
"""Seconds that are told as seconds."""


def describe_run(totals: Totals, entries: Sequence[Entry], now: float, is_ended: bool) -> dict[str, Any]:
    """Turn a run into what programs read.

    Args:
        totals: how far it is.
        entries: of its scenes.
        now: seconds since the epoch.
        is_ended: whether nothing more is done.
    """
    pace, left = totals.seconds_per_megapixel, None if is_ended else totals.remaining_seconds
    return {
        "state": _state(totals, is_ended),
        "scenes": totals.scenes,
        "done": totals.done + totals.kept,
        "done_before": totals.kept,
        "failed": totals.failed,
        "to_do": totals.waiting,
        "megapixels": round(totals.megapixels, 3),
        "seconds": round(totals.seconds, 1),
        "seconds_per_megapixel": None if pace is None else round(pace, 3),
        "written_at": iso_time(now),
        "expected_finish": None if left is None else iso_time(now + left),
        "failures": [
            {"name": entry.name, "source": entry.source, "origin": entry.origin, "reason": entry.reason}
            for entry in entries
            if entry.state == "failed"
        ],
        "stopped": [entry.name for entry in entries if entry.state == "stopped"],
    }


def tell_run(described: dict[str, Any]) -> str:
    """Turn what programs read into lines to read."""
    done, scenes = described["done"], described["scenes"]
    before = f" ({described['done_before']} of them before)" if described["done_before"] else ""
    lines = [f"scenes:   {done} of {scenes} done{before}, {described['failed']} failed, {described['to_do']} to do"]
    if described["seconds_per_megapixel"] is not None:
        lines.append(
            f"pace:     {described['seconds_per_megapixel']:.3g} s a megapixel; {described['megapixels']:.4g} Mpx "
            f"finished in {duration(described['seconds'])}"
        )
    if described["expected_finish"]:
        lines.append(f"finish:   expected {described['expected_finish']} (written {described['written_at']})")
    else:
        lines.append(f"state:    {described['state']} {described['written_at']}")
    if described["stopped"]:
        lines.append(f"stopped:  {', '.join(described['stopped'])}; the same command goes on with it")
    lines += [f"failed:   {one['name']}: {one['reason']}" for one in described["failures"]]
    return "\n".join(lines) + "\n"


def write_summary(folder: Path, described: dict[str, Any]) -> None:
    """Write both forms into the folder of the results.

    Raises:
        OSError: they cannot be written.
    """
    write_whole(folder / SUMMARY_JSON, json.dumps(described, indent=2, ensure_ascii=False) + "\n")
    write_whole(folder / SUMMARY_TEXT, tell_run(described))


def duration(seconds: float) -> str:
    """Write a time as people read it: `45 s`, `12 min`, `3.4 h`, `5.2 days`."""
    if seconds < SHORT_S:
        return f"{seconds:.0f} s"
    if seconds < 60 * SHORT_S:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 72 * 3600 else f"{seconds / 86400:.1f} days"


def _state(totals: Totals, is_ended: bool) -> str:
    if not is_ended:
        return "running"
    if totals.waiting:
        return "stopped"
    return "finished" if not totals.failed else "finished, some failed" if totals.failed < totals.scenes else "failed"
