"""Which tiles of a job are here."""

from __future__ import annotations

from collections.abc import Iterable

MOST_RANGES = 512
"""That a message may list."""


class ReceivedTiles:
    """Keeps each layer of each tile once, and tells which tiles are whole; used by one thread."""

    def __init__(self) -> None:
        self._whole: set[int] = set()
        self._layers: dict[int, set[str]] = {}

    def add(self, number: int, layer: str, layers: int) -> bool:
        """Note that a layer of a tile came; False where it was here before."""
        if number in self._whole:
            return False
        here = self._layers.setdefault(number, set())
        if layer in here:
            return False
        here.add(layer)
        if len(here) >= layers:
            self._whole.add(number)
            del self._layers[number]
        return True

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """Whole tiles as first and one past the last; the first of them where there are too many to list."""
        return list_ranges(self._whole)[:MOST_RANGES]

    def __len__(self) -> int:
        return len(self._whole)


def list_ranges(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Numbers as ranges, each from its first to before its second."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number:
            found[-1] = found[-1][0], number + 1
        else:
            found.append((number, number + 1))
    return tuple(found)
