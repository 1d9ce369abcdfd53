"""A whole match: an image with the distribution of values of another, as a verified result file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window

from . import PROGRAM
from .errors import RequestError, strict_error
from .image_pair import (
    BlockCounter,
    Progress,
    Say,
    apart_text,
    check_pair_output,
    is_synthetic,
    made_tags,
    of_second,
    open_pair,
    short_name,
)
from .lattice import Rect, split
from .radiometry.histogram import Histogram, Matching, distance
from .raster.access import ENVIRONMENT
from .raster.disk import check_disk, estimate_result_bytes
from .raster.options import SourceOptions
from .raster.overlap import Overlap, grid_caveats
from .raster.result import ResultFile
from .raster.source import SourceImage
from .raster.survey import pixel_caveats, survey

BLOCK_PX = 1024
"""Side of what is read at once; memory grows with it and with the width of the result, and not with its height."""
COVERED_SHARE = 0.99
"""An image that covers at least so much of another covers it."""
COLOURS = ("red", "green", "blue")
CARRIED_ALWAYS = ("TIFFTAG_DATETIME",)
CARRIED_IF_SYNTHETIC = ("LANDCAST_MODEL", "LANDCAST_MODEL_SHA256", "LANDCAST_YEARS_AHEAD", "LANDCAST_SOURCE_DATE",
                        "LANDCAST_RESULT_DATE")  # fmt: skip
"""What a source says of itself that is true of it in other colours."""
REFERENCE_BANDS = "--reference-bands"


@dataclass(frozen=True)
class MatchRequest:
    """What is asked for.

    Attributes:
        source: path or address of the image that gets other values.
        reference: path or address of the image whose values it gets.
        output: where the result will stand.
        source_options: what the user says of the source; CRS and GSD of the reference too, where it needs them.
        reference_bands: one-based numbers of the reference's bands; by their meaning where None.
        is_whole: whether all of both images is compared, rather than the ground that both cover.
        is_strict: whether warnings are errors.
        is_overwriting: whether an existing result is replaced.
    """

    source: Path | str
    reference: Path | str
    output: Path
    source_options: SourceOptions = field(default_factory=SourceOptions)
    reference_bands: tuple[int, ...] | None = None
    is_whole: bool = False
    is_strict: bool = False
    is_overwriting: bool = False


@dataclass(frozen=True)
class Compared:
    """The part of an image whose values were compared.

    Attributes:
        histogram: of its valid pixels.
        covered_share: of all pixels of the image, those on the ground of the other; 1 where that cannot be told.
    """

    histogram: Histogram
    covered_share: float


@dataclass(frozen=True)
class Matched:
    """What came of a request.

    Attributes:
        path: of the result.
        crs: of the result, as text.
        transform: six numbers of the affine transform, in GDAL's order.
        shape_yx: rows and columns.
        dtype: of the result.
        is_whole: whether all of both images was compared.
        source: what was compared of the source.
        reference: what was compared of the reference.
        distances: for each band, how far the distributions lay apart before and lie after, 0 to 1.
        facts: as recorded in the file.
        seconds: wall time.
        warnings: what the user should know.
    """

    path: Path
    crs: str
    transform: tuple[float, ...]
    shape_yx: tuple[int, int]
    dtype: str
    is_whole: bool
    source: Compared
    reference: Compared
    distances: tuple[tuple[float, float], ...]
    facts: dict[str, object]
    seconds: float
    warnings: list[str] = field(default_factory=list)


def match(
    request: MatchRequest,
    warn: Say,
    note: Say = lambda message: None,
    on_progress: Progress = lambda done, total: None,
) -> Matched:
    """Give an image the distribution of values of another, band by band, and write it on its own grid.

    Every valid pixel that is compared counts. Peak memory is that of the histograms, a block, and two rows of blocks
    of the result, whatever its height.

    Args:
        request: what is asked for.
        warn: called with each caveat, before anything is written.
        note: called with what the user may like to know.
        on_progress: called after each block.

    Raises:
        LandcastError: anything that the user can mend; no file stands under the final name then.

    Source: Gonzalez & Woods, Digital Image Processing, histogram specification.
    """
    started = time.monotonic()
    check_pair_output(
        request.output, request.is_overwriting, {"source": request.source, "reference": request.reference}
    )
    # GDAL's own limit of what it keeps grows with the machine's memory
    both = open_pair(
        request.source, request.reference, request.source_options, request.reference_bands, REFERENCE_BANDS
    )
    with rasterio.Env(**ENVIRONMENT), both as (source, reference):
        pair = _Pair(request, source, reference)
        counter = BlockCounter(2 * _count_blocks(source) + _count_blocks(reference), on_progress)
        parts = pair.compare(counter.tick)
        caveats = pair.announce(parts, warn, note)
        matching = Matching(parts[0].histogram, parts[1].histogram)
        facts = pair.facts()
        path = _write(request, source, matching, _make_tags(facts, source, reference), counter.tick)
    if path != request.output:
        caveats.append(f"{request.output} is held open by another program; written as {path}")
        warn(caveats[-1])
    return Matched(
        path=path,
        crs=source.crs.to_string(),
        transform=source.transform.to_gdal(),
        shape_yx=source.shape_yx,
        dtype=matching.dtype.name,
        is_whole=pair.is_whole,
        source=parts[0],
        reference=parts[1],
        distances=_distances(parts[0].histogram, parts[1].histogram, matching),
        facts=facts,
        seconds=time.monotonic() - started,
        warnings=caveats,
    )


class _Pair:
    """A source and a reference that are open, and what there is to say about them."""

    def __init__(self, request: MatchRequest, source: SourceImage, reference: SourceImage) -> None:
        self.request, self.source, self.reference = request, source, reference
        needed_bytes, _ = estimate_result_bytes(source.shape_yx, source.bands, reference.dtype.name)
        check_disk(request.output.parent, needed_bytes, str(request.output))
        self.seen = survey(source), survey(reference)
        self.is_whole = request.is_whole or not (source.has_place and reference.has_place)

    def compare(self, tick: Callable[[], None]) -> tuple[Compared, Compared]:
        """Count the values of both images, over the ground that is asked for.

        Raises:
            RequestError: there is no such ground, or no valid pixel on it.
        """
        parts = []
        has_place = self.source.has_place and self.reference.has_place
        for image, other in ((self.source, self.reference), (self.reference, self.source)):
            part = _compare(image, Overlap(image, other) if has_place else None, self.is_whole, tick)
            if not (part.covered_share or self.is_whole):
                raise RequestError(
                    f"{apart_text(self.source, self.reference)}; --whole compares all of both images instead"
                )
            if not part.histogram.pixels:
                where = "" if self.is_whole else f" where {other.name} lies; --whole compares all of both images"
                raise RequestError(f"{image.name}: no valid pixel{where}")
            parts.append(part)
        return parts[0], parts[1]

    def announce(self, parts: tuple[Compared, Compared], warn: Say, note: Say) -> list[str]:
        """Tell all that there is to say before anything is written; what the user should know comes back.

        Raises:
            RequestError: there are warnings, and they are to be errors.
        """
        caveats = self._caveats(parts)
        for message in self._notes():
            note(message)
        for message in caveats:
            warn(message)
        if self.request.is_strict and caveats:
            raise strict_error(caveats, "written")
        return caveats

    def facts(self) -> dict[str, object]:
        """What is recorded in the result; what is None is left out."""
        (source, reference), options = (self.source, self.reference), self.request.source_options
        return {
            "source": short_name(source),
            "source_pixels_sha256": self.seen[0].pixels_sha256,
            "source_bands": ",".join(map(str, source.band_numbers)),
            "reference": short_name(reference),
            "reference_pixels_sha256": self.seen[1].pixels_sha256,
            "reference_bands": ",".join(map(str, reference.band_numbers)),
            "compared": "whole" if self.is_whole else "overlap",
            "source_crs": options.assume_crs,
            "source_gsd_m": options.gsd_m,
            "place": None if source.has_place else "none",
        }

    def _caveats(self, parts: tuple[Compared, Compared]) -> list[str]:
        source, reference = self.source, self.reference
        caveats = [*source.caveats, *pixel_caveats(source, self.seen[0])]
        if reference.name != source.name:
            caveats += [*_all_of_reference(reference.caveats), *pixel_caveats(reference, self.seen[1])]
        if source.has_place and reference.has_place:
            caveats += grid_caveats(source, reference)
        elif source.has_place or reference.has_place:
            nowhere = reference.name if source.has_place else source.name
            caveats.append(f"{nowhere}: has no place on Earth, so all of both images is compared")
        caveats += self._coverage_caveats(parts)
        if source.dtype != reference.dtype:
            caveats.append(
                f"{source.name} is of {source.dtype} and {reference.name} of {reference.dtype}; "
                f"the result is of {reference.dtype}"
            )
        if is_synthetic(reference):
            caveats.append(f"{reference.name}: is itself a prediction, not what was seen")
        return caveats

    def _coverage_caveats(self, parts: tuple[Compared, Compared]) -> list[str]:
        source, reference = self.source, self.reference
        if not all(part.covered_share for part in parts):
            return [f"{apart_text(self.source, self.reference)}; what differs between them may be the ground"]
        what = "all of both images" if self.is_whole else "only the ground that both cover"
        return [
            f"{image.name}: covers {max(0.1, 100 * part.covered_share):.3g} % of {other.name}; {what} is compared"
            for part, image, other in ((parts[0], reference, source), (parts[1], source, reference))
            if part.covered_share < COVERED_SHARE
        ]

    def _notes(self) -> list[str]:
        notes = [*self.source.notes, *_all_of_reference(self.reference.notes)]
        if is_synthetic(self.source):
            notes.append(f"{self.source.name}: is itself a prediction, and so the result is marked as one")
        return list(dict.fromkeys(notes))


def _compare(image: SourceImage, overlap: Overlap | None, is_whole: bool, tick: Callable[[], None]) -> Compared:
    """Count the valid pixels of an image, or those of them that lie on the ground of another."""
    histogram, covered = Histogram(image.bands, image.dtype), 0
    for block in _blocks(image):
        everywhere = np.ones(block.shape_yx, np.bool_)
        inside = everywhere if overlap is None else overlap.mask(block)
        covered += 0 if inside is None else int(np.count_nonzero(inside))
        wanted = everywhere if is_whole else inside
        if wanted is not None:
            pixels = image.read_native(_window(block))
            histogram.add(pixels.values, pixels.valid & wanted)
        tick()
    return Compared(histogram, covered / (image.shape_yx[0] * image.shape_yx[1]))


def _write(
    request: MatchRequest, source: SourceImage, matching: Matching, tags: dict[str, str], tick: Callable[[], None]
) -> Path:
    """Bring all of a source to its new values; the name of the verified file comes back."""
    names = _band_names(source)
    with ResultFile(
        request.output, names, source.shape_yx, source.transform, source.crs, tags, dtype=matching.dtype.name
    ) as result:
        for _, row in groupby(_blocks(source), key=lambda block: block.top):
            result.write_rows(*_match_row(source, matching, list(row), tick))
        result.close()
        return result.publish(request.is_overwriting)


def _match_row(
    source: SourceImage, matching: Matching, row: list[Rect], tick: Callable[[], None]
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """New values (band, y, x) of a row of blocks, zero where not valid, and bool (y, x)."""
    shape = row[0].height, source.shape_yx[1]
    values, valid = np.zeros((source.bands, *shape), matching.dtype), np.zeros(shape, np.bool_)
    for block in row:
        pixels, columns = source.read_native(_window(block)), slice(block.left, block.right)
        values[..., columns] = np.where(pixels.valid, matching(pixels.values), np.zeros((), matching.dtype))
        valid[:, columns] = pixels.valid
        tick()
    return values, valid


def _distances(source: Histogram, reference: Histogram, matching: Matching) -> tuple[tuple[float, float], ...]:
    """For each band, how far the distributions of what was compared lay apart before and lie after."""
    after = matching.matched(source)
    return tuple(
        (distance(source.distribution(band), wanted), distance(after[band], wanted))
        for band in range(len(after))
        for wanted in (reference.distribution(band),)
    )


def _make_tags(facts: dict[str, object], source: SourceImage, reference: SourceImage) -> dict[str, str]:
    """Items of the default domain: what was done, and what holds for the source in any colours."""
    is_prediction, tags = is_synthetic(source), source.tags
    mark = "SYNTHETIC, not a photograph: " if is_prediction else ""
    carried = (*CARRIED_ALWAYS, *(CARRIED_IF_SYNTHETIC if is_prediction else ()))
    marks = {
        "LANDCAST_MATCHED": "YES",
        **({"LANDCAST_SYNTHETIC": "YES"} if is_prediction else {}),
        **{name: tags[name] for name in carried if name in tags},
    }
    description = (
        f"{mark}{short_name(source)} with the distribution of values of {short_name(reference)}, by {PROGRAM}."
    )
    return made_tags(description, marks, facts)


def _band_names(source: SourceImage) -> tuple[str, ...]:
    colours = COLOURS if source.bands == len(COLOURS) else ("grey",)
    if is_synthetic(source):
        return tuple(f"Predicted {colour}, matched" for colour in colours)
    return tuple(f"Matched {colour}" for colour in colours)


def _all_of_reference(messages: Iterable[str]) -> list[str]:
    return [of_second(message, REFERENCE_BANDS) for message in messages]


def _blocks(image: SourceImage) -> Iterator[Rect]:
    return split(Rect(0, 0, *image.shape_yx), BLOCK_PX)


def _count_blocks(image: SourceImage) -> int:
    rows, columns = image.shape_yx
    return -(-rows // BLOCK_PX) * -(-columns // BLOCK_PX)


def _window(block: Rect) -> Window:
    return Window(block.left, block.top, block.width, block.height)
