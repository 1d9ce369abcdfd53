"""Each precision that a device computes in is held to fp32: the final image of the shipped model, in 8-bit levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from landcast.core.device import has_cpu_bf16
from landcast.core.forecast.forecaster import Forecaster, ForecastSettings, ReadImage
from landcast.core.lattice import Rect, image_need
from landcast.core.model.folder import find_model, load_model, shipped_models
from landcast.core.request import DEFAULT_MODEL
from landcast.worker.demo.scene import render_scene

CPU, CUDA = torch.device("cpu"), torch.device("cuda")
WANT = Rect(0, 0, 256, 256)
FINE_MEAN, FINE_MOST = 0.25, 2.0
"""Levels by which another precision may lie beside fp32: on the mean no more than rounding to 8 bits does to any image,
and 999 of 1,000 values within two steps, which is less than the noise of a camera and seen by nobody."""


@dataclass(frozen=True)
class Apart:
    """How far two images lie apart, in 8-bit levels."""

    mean: float
    most: float

    @classmethod
    def of(cls, first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Apart:
        """Mean and 99.9th percentile of the absolute difference."""
        difference = np.abs(first.astype(np.int16) - second.astype(np.int16))
        return cls(float(difference.mean()), float(np.percentile(difference, 99.9)))


@pytest.fixture(scope="module", autouse=True)
def _needs_the_shipped_model() -> None:
    if DEFAULT_MODEL not in shipped_models():
        pytest.skip(f"{DEFAULT_MODEL} is not in this tree")


@pytest.fixture(scope="module")
def read() -> ReadImage:
    """The rendered scene; all of it is what is read around the square that is predicted."""
    need = image_need(WANT)
    scene = render_scene(need.shape_yx, seed=4).astype(np.float32) / 255

    def read(rect: Rect) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        return scene[:, *rect.slices_in(need)], np.ones(rect.shape_yx, np.bool_)

    return read


def predict(read: ReadImage, device: torch.device, precision: torch.dtype) -> NDArray[np.uint8]:
    """The first member over the square."""
    model = load_model(find_model(DEFAULT_MODEL), device, precision)
    return Forecaster(model, device, ForecastSettings(4.0, 0.6, seed=3)).forecast(WANT, read).image


@pytest.fixture(scope="module")
def exact(read: ReadImage) -> NDArray[np.uint8]:
    """What fp32 makes on the CPU."""
    return predict(read, CPU, torch.float32)


def test_the_scene_changes_so_that_there_is_something_to_compare(read: ReadImage, exact: NDArray[np.uint8]) -> None:
    before = (read(WANT)[0] * 255).round().astype(np.uint8)
    assert Apart.of(before, exact).mean > 4 * FINE_MEAN


@pytest.mark.skipif(not has_cpu_bf16(), reason="this processor has no bf16 in hardware")
def test_bf16_on_a_cpu_is_near_fp32(read: ReadImage, exact: NDArray[np.uint8]) -> None:
    apart = Apart.of(predict(read, CPU, torch.bfloat16), exact)
    assert apart.mean <= FINE_MEAN
    assert apart.most <= FINE_MOST


@pytest.mark.skipif(not torch.cuda.is_available(), reason="PyTorch sees no CUDA GPU here")
def test_fp16_on_a_gpu_by_recorded_calls_is_near_fp32(read: ReadImage, exact: NDArray[np.uint8]) -> None:
    apart = Apart.of(predict(read, CUDA, torch.float16), exact)
    assert apart.mean <= FINE_MEAN
    assert apart.most <= FINE_MOST
