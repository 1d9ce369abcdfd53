"""Runs the command line over rasters that break readers, each in a process of its own, and tells what came of it.

    python -m landcast.tests.torture [FOLDER]     prints the table: verdict wanted, verdict reached, seconds, memory

FOLDER holds `expected.tsv` with a verdict for each file: PREDICT, PREDICT+WARN, REFUSE or FAIL-CLEAN.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

LIMIT_BYTES = 2 * 10**9
"""Memory that no file may make a run take."""
LIMIT_S = 120
TINY_RANGE = {"gsd_range_m": (0.1, 200_000.0), "trained_gsd_m": (0.1, 200_000.0)}
"""A model for all pixels there are, so that only what is wrong with a file is warned of."""
SMALL_EXTENTS = {
    "gdal/tiff_with_subifds.tif": "10,40,14,44",
    "rasterio/goes.tif": "-400000,-400000,400000,400000",
    "rasterio/red.tif": "2,-6,6,-2",
    "rasterio/world.byte.tif": "10,44,12,46",
    "synthetic/epsg4326_0_360.tif": "190,-12,198,-4",
    "synthetic/one_strip_20000x20000.tif": "0,8999800,200,9000000",
    "synthetic/sparse_60000x60000_bigtiff.tif": "310000,5990000,310200,5990200",
}
"""A part of what spans the world, or is too large to predict as a whole in a test."""
PLACELESS = {
    "gdal/corrupted_deflate_singlestrip.tif",
    "gdal/corrupted_gtiff_tags.tif",
    "gdal/excessive-memory-TIFFFillStrip.tif",
}
"""Damaged files that also have no place: the damage shows once they are given a size."""
REFERENCE = "synthetic/pair_a.tif"
PAIRED = "synthetic/pair_b_"
ARGUED = {
    "rasterio/alpha.tif": "PREDICT+WARN",
    "rasterio/test_esri_wkt.tif": "PREDICT",
    "synthetic/epsg3031_southpole.tif": "PREDICT+WARN",
    "synthetic/pair_b_othercrs.tif": "REFUSE",
}
"""Files where another verdict is right: EPSG:3857 at 39.5 S and EPSG:3031 at the pole are not true to scale, so that
the result lies in another CRS, of which a careful user wants to know as elsewhere; and nothing is wrong with a CRS
that has no EPSG code as long as it is kept. The pair in two UTM zones does not overlap: equal northings of two zones
lie 17.6 km apart there."""


@dataclass(frozen=True)
class Case:
    """One file and how it is given to the command line.

    Attributes:
        path: of the file, relative to the folder.
        wanted: the verdict.
        arguments: of the command, without output and model.
    """

    path: str
    wanted: str
    arguments: tuple[str, ...]

    @property
    def is_match(self) -> bool:
        """Whether it is the second date of a pair."""
        return self.arguments[0] == "match"


@dataclass(frozen=True)
class Outcome:
    """What came of a run: exit code (negative for a signal), what it printed, what it left, seconds and memory."""

    code: int
    said: str
    left: tuple[str, ...]
    seconds: float
    peak_bytes: int

    @property
    def verdict(self) -> str:
        """The verdict reached, or what is wrong."""
        lines = self.said.splitlines()
        errors = [line for line in lines if line.startswith("error: ")]
        if self.code == 0 and "output.tif" in self.left and not errors:
            return "PREDICT+WARN" if any(line.startswith("warning: ") for line in lines) else "PREDICT"
        if self.code != 1 or len(errors) != 1 or self.left:
            return f"BROKEN (exit {self.code}, left {', '.join(self.left) or 'nothing'})"
        return "FAIL-CLEAN" if "cannot be read: " in errors[0] and "rows " in errors[0] else "REFUSE"


def read_cases(folder: Path) -> list[Case]:
    """All files of the folder with the verdict that is right for them."""
    with (folder / "expected.tsv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    return [Case(row["path"], ARGUED.get(row["path"], row["verdict"]), _arguments(row["path"], folder)) for row in rows]


def run_all(cases: Sequence[Case], model: Path, extra: Sequence[str] = ()) -> Iterator[Outcome]:
    """Run cases one after the other, each in a fork of this process, so that libraries are loaded once."""
    from ..worker.cli import predict as _predict  # noqa: F401 - loaded before the forks
    from ..worker.cli.main import group  # noqa: F401

    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            yield _run(case, model, Path(folder), extra)


def _arguments(path: str, folder: Path) -> tuple[str, ...]:
    if path.startswith(PAIRED):
        return ("match", str(folder / path), str(folder / REFERENCE))
    extent = SMALL_EXTENTS.get(path)
    return (
        "predict",
        str(folder / path),
        *(["--extent", extent] if extent else []),
        *(["--gsd", "1"] if path in PLACELESS else []),
    )


def _run(case: Case, model: Path, folder: Path, extra: Sequence[str]) -> Outcome:
    output, said = folder / "output.tif", folder / "said.txt"
    arguments = [*case.arguments, "-o", str(output), *extra]
    if not case.is_match:
        arguments += ["--model", str(model), "--device", "cpu", "--precision", "fp32"]
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        _be_command(arguments, said)
    status, usage = _wait(child, started)
    seconds = time.monotonic() - started
    left = tuple(sorted(path.name for path in folder.iterdir() if path != said))
    code = os.waitstatus_to_exitcode(status)
    return Outcome(code, said.read_text("utf-8", "replace"), left, seconds, usage.ru_maxrss * 1024)


def _be_command(arguments: list[str], said: Path) -> None:
    """In the child: be the command line, and end with its exit code."""
    descriptor = os.open(said, os.O_CREAT | os.O_WRONLY, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    sys.argv = ["landcast", *arguments]
    code = 70
    try:
        from ..worker.cli.main import main

        main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 70
    except BaseException:  # noqa: BLE001 - the parent shows it as what it is, a crash
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _wait(child: int, started: float) -> tuple[int, resource.struct_rusage]:
    while time.monotonic() - started < LIMIT_S:
        done, status, usage = os.wait4(child, os.WNOHANG)
        if done:
            return status, usage
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    return status, usage


def main() -> None:
    """Print the table, or with --json one object a line."""
    from .models import write_tiny_model

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shared = Path(os.environ.get("LANDCAST_DATA") or "../shared/data").parent / "torture"
    parser.add_argument("folder", nargs="?", type=Path, default=shared)
    parser.add_argument("--json", action="store_true", dest="has_json")
    asked = parser.parse_args()
    cases = read_cases(asked.folder.absolute())
    if not asked.has_json:
        print("| file | verdict wanted | verdict reached | s | MB |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        model = write_tiny_model(Path(place), "one_step", **TINY_RANGE)
        for case, outcome in zip(cases, run_all(cases, model), strict=True):
            if asked.has_json:
                strict = next(run_all([case], model, ["--strict"]))
                found = {"case": asdict(case), **asdict(outcome), "verdict": outcome.verdict, "strict": strict.verdict}
                print(json.dumps(found), flush=True)
                continue
            mark = " (argued)" if case.path in ARGUED else ""
            measured = f"{outcome.seconds:.1f} | {outcome.peak_bytes / 1e6:.0f}"
            print(f"| {case.path} | {case.wanted}{mark} | {outcome.verdict} | {measured} |", flush=True)


if __name__ == "__main__":
    main()
