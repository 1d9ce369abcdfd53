"""Small wheels under the names of PyTorch and Landcast: what pip does with them is real, what is in them is not."""

from __future__ import annotations

import zipfile
from pathlib import Path

TORCH = ("torch", "2.13.0")
LANDCAST = ("landcast", "0.1.0")


def write_wheel(folder: Path, name: str, version: str, size_mb: int = 0) -> Path:
    """Write a wheel that any Python takes; with `size_mb` one that takes a moment to install."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    names = [f"{name}/__init__.py", f"{info}/METADATA", f"{info}/WHEEL", f"{info}/RECORD"]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(names[0], f"raise SystemExit('{name} stands in')\n")
        archive.writestr(names[1], f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(names[2], "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        for index in range(size_mb):
            names.append(f"{name}/part{index}.bin")
            archive.writestr(names[-1], bytes(2**20))
        archive.writestr(f"{info}/RECORD", "".join(f"{one},,\n" for one in names))
    return path


def write_both(folder: Path, size_mb: int = 0) -> Path:
    """Write the wheels that an environment begins with, and give the folder."""
    write_wheel(folder, *TORCH, size_mb)
    write_wheel(folder, *LANDCAST)
    return folder
