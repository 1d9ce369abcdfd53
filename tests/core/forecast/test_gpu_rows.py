"""The benchmark of a GPU counts all calls of the networks: on a CPU, as here there may be none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from landcast.core.forecast.batches import BATCH_SIZES
from landcast.core.forecast.forecaster import Forecaster
from landcast.core.lattice import STRIDE_PX, UPSCALE_PX
from landcast.tests.programs import load_program

SIDE_PX = 1280


@pytest.fixture(scope="module")
def rows() -> ModuleType:
    """The measurement, which is a program of its own."""
    return load_program("benchmarks/gpu_rows.py")


@pytest.mark.parametrize(("objective", "steps"), [("one_step", 1), ("v_prediction", 3)])
def test_seconds_are_those_of_every_step_of_every_window(
    objective: str, steps: int, rows: ModuleType, make_tiny_model: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Forecaster, "seconds_a_call", lambda self: (0.5, 0.25))
    found = rows.measure(str(make_tiny_model(objective)), "cpu", is_held=False, side_px=SIDE_PX)
    least = steps * (SIDE_PX / STRIDE_PX) ** 2 / BATCH_SIZES["cpu"].windows
    # blocks see windows beyond their edges
    assert least <= found["unet_s"] / 0.5 <= 2 * least
    assert (SIDE_PX / UPSCALE_PX) ** 2 <= found["upscaler_s"] / 0.25 <= 2 * (SIDE_PX / UPSCALE_PX) ** 2


def test_a_call_is_timed(
    rows: ModuleType, make_tiny_model: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "TRIES", 1)
    found = rows.measure(str(make_tiny_model()), "cpu", is_held=False, side_px=256)
    assert found["unet_s"] > 0
    assert found["upscaler_s"] > 0
