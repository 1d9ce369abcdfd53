"""`landcast doctor`: what this installation has and can do."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click
import torch
from rasterio.env import GDALVersion

from ...core.device import choose_device, choose_precision, has_cpu_bf16, precision_name
from ...core.errors import LandcastError
from ...core.model.folder import find_model, shipped_models, verify_model
from .console import echo_json

LIBRARIES = (
    "torch",
    "diffusers",
    "numpy",
    "rasterio",
    "pyproj",
    "pyogrio",
    "shapely",
    "opencv-python-headless",
    "kornia",
    "scoringrules",
)


@click.command()
@click.option("--json", "has_json", is_flag=True, help="Print JSON.")
def doctor(has_json: bool) -> None:
    """Tell what this installation has and can do; exit code 1 where something is broken."""
    facts = gather()
    if has_json:
        echo_json(facts)
    else:
        for name, value in facts.items():
            click.echo(f"{name}: {value}")
    if any(str(value).startswith("BROKEN") for value in facts.values()):
        raise LandcastError("something is broken; see the lines that say BROKEN")


def gather() -> dict[str, Any]:
    """Collect versions, devices and the state of the shipped models."""
    device = choose_device("auto")
    facts: dict[str, Any] = {
        "landcast": version("landcast"),
        "python": f"{platform.python_version()} on {platform.system()} {platform.machine()} ({sys.executable})",
        **{name: _version_of(name) for name in LIBRARIES},
        "gdal": str(GDALVersion.runtime()),
        "cpu": f"{os.cpu_count()} cores, {'with' if has_cpu_bf16() else 'without'} bf16 in hardware",
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else "none that PyTorch sees",
        "device chosen": f"{device.type}, {precision_name(choose_precision('auto', device))}",
        "matrix product": _try_matrix_product(device),
    }
    for name in shipped_models():
        try:
            size = sum(verify_model(find_model(name)).values())
            facts[f"model {name}"] = f"whole, {size / 1e6:.1f} MB"
        except LandcastError as error:
            facts[f"model {name}"] = f"BROKEN: {error}"
    return facts


def _version_of(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed (needed for training and evaluation only: pip install 'landcast[training]')"


def _try_matrix_product(device: torch.device) -> str:
    """A driver can be seen and still not compute, so compute."""
    try:
        ones = torch.ones(64, 64, device=device)
        return "right" if float((ones @ ones).sum()) == 64.0**3 else "BROKEN: wrong result"
    except RuntimeError as error:
        return f"BROKEN: {error}"
