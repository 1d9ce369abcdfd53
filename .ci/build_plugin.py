"""Packs the plugin as QGIS installs it: `python .ci/build_plugin.py dist/landcast.zip`.

The same tree gives the same bytes: names are sorted, times are fixed, nothing but the tree goes in.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from guide_pages import make_pages

ROOT = Path(__file__).resolve().parents[1]
FOLDER = "landcast"
"""The package's name, and of the folder in QGIS's folder of plugins."""
SINGLE = ("LICENSE", "__init__.py", "core/__init__.py", "metadata.txt")
PARTS = ("core/client", "core/protocol", "qgis_plugin")
SUFFIXES = {".py", ".svg", ".ts"}
"""Of files in these parts; others are a mistake."""
START = "docs/qgis.md"
MAX_BYTES = 25_000_000
"""Of the site of QGIS's plugins."""
EPOCH = (1980, 1, 1, 0, 0, 0)
PLAIN_FILE = 0o644 << 16
UNIX = 3


def shipped_files() -> dict[str, bytes]:
    """Every file of the plugin, by its name below the folder."""
    files = {name: (ROOT / name).read_bytes() for name in SINGLE}
    files |= {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in _files_of_parts()}
    return files | make_pages(ROOT, START)


def build(target: Path) -> None:
    """Write the zip, and refuse one that the site would."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in sorted(shipped_files().items()):
            entry = zipfile.ZipInfo(f"{FOLDER}/{name}", EPOCH)
            entry.external_attr, entry.create_system = PLAIN_FILE, UNIX
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    size = target.stat().st_size
    if size > MAX_BYTES:
        target.unlink()
        raise SystemExit(f"the plugin has {size} bytes; at most {MAX_BYTES} are accepted")
    sys.stdout.write(f"{target}: {size / 1e6:.2f} MB\n")


def _files_of_parts() -> Iterator[Path]:
    for part in PARTS:
        for path in (ROOT / part).rglob("*"):
            if path.is_dir() or "__pycache__" in path.parts:
                continue
            if path.suffix not in SUFFIXES:
                raise SystemExit(f"{path} is none of {', '.join(sorted(SUFFIXES))}: it cannot be shipped")
            yield path


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist" / "landcast.zip")
