"""What is freed goes back to the system, whatever was freed before it."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import sys
import numpy as np
from landcast.core.large_arrays import MAPPED_BYTES, give_back_large_arrays

def resident_mb():
    lines = open("/proc/self/status", encoding="ascii").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024

if sys.argv[1] == "given back":
    assert give_back_large_arrays()
np.ones(3 * MAPPED_BYTES, np.uint8)  # freed at once: left alone, arrays of this size lie in the heap from now on
before = resident_mb()
arrays, between = [], []
for _ in range(8):
    arrays.append(np.ones(2 * MAPPED_BYTES, np.uint8))
    between.append(np.ones(100_000, np.uint8))  # stays, and keeps the heap from shrinking
arrays.clear()
print(resident_mb() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library than GNU's")
def test_freed_arrays_are_given_back_though_smaller_ones_stay() -> None:
    kept_mb = {
        way: float(subprocess.run([sys.executable, "-c", PROGRAM, way], check=True, capture_output=True).stdout)
        for way in ("left alone", "given back")
    }
    assert kept_mb["left alone"] > 60
    assert kept_mb["given back"] < 10
