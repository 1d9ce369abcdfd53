"""Memory of large arrays goes back to the system as soon as they are freed."""

from __future__ import annotations

import ctypes
import platform

MAPPED_BYTES = 8 * 2**20
"""Arrays of so many bytes are mapped one by one: those of blocks, and the upscaler's at full resolution.

Smaller ones are many to a network call, and mapping costs time.
"""
M_MMAP_THRESHOLD = -3
"""In malloc.h of the GNU C library."""


def give_back_large_arrays() -> bool:
    """Let the GNU C library map large arrays for the rest of this process; whether it does.

    Left alone it raises that threshold to 32 MB once such an array was freed, and then blocks that are
    read and written beside the one that is computed lie in the heap among what stays: it grows by what is free between.

    Source: mallopt(3), M_MMAP_THRESHOLD, on the dynamic threshold.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    return bool(ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES))
