"""The report of a dataset: what came in, what was thrown out and why, in tables, plots and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...core.radiometry.histogram import apply_tables
from ..report.page import Page
from .checks import side_by_side
from .gathering import Gathered
from .measures import MEASURES, Limit
from .records import PairRecord
from .storage import ShardReader
from .writing import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_LEFT_OUT, MOST_CUT = 100, 40
"""Rows of tables; `dataset.json` lists all."""
SHEET_TILES = 12
SHEET_COLUMNS = 3
GAP_PX = 10
BINS = 60
LEAST_RANGE = 0.01
"""Of a histogram whose values are all the same."""
PICTURE_SEED = 0
LEFT_OUT_COLUMNS = ("pair", "before", "after", "shift, px", "agreement", "tiles", "left out because")
CUT_COLUMNS = (
    "pair", "before", "after", "size, px", "GSD, m", "shift, px", "agreement", "empty, saturated, uniform", "apart",
    "tiles kept",
)  # fmt: skip
TITLES = {
    "shift": "Farthest beside each other",
    "agreement": "Least agreement of edges",
    "radiometry": "Histograms farthest apart, before matching",
    "saturated": "Most of it black or white: cloud, shadow, fill",
    "uniform": "Most of it uniform: cloud, water, fill",
    "empty": "Most of it masked",
}
BADNESS = {
    "shift": "{:.1f} px beside each other",
    "agreement": "edges correlate by {:.2f}",
    "radiometry": "histograms lie {:.2f} apart",
    "saturated": "{:.1%} saturated",
    "uniform": "{:.1%} uniform",
    "empty": "{:.1%} masked",
}
"""How bad a pair is, in words."""


def write_report(
    path: Path, name: str, gathered: Gathered, outcome: Outcome, pixels: ShardReader, facts: Mapping[str, Any]
) -> Path:
    """Write the report; its path comes back.

    Args:
        path: of the HTML file.
        name: of the dataset.
        gathered: what was cut, in the order of `pixels`.
        outcome: what became of it.
        pixels: as they were cut, before matching.
        facts: what `dataset.json` says.

    Raises:
        OutputError: it cannot be written.
    """
    page = Page(f"Training pairs: {name}")
    _add_summary(page, outcome, facts)
    _add_pairs(page, gathered, facts)
    _add_worst(page, gathered)
    page.heading("What the filters measured")
    page.figure(
        _histograms(outcome),
        f"All {len(gathered.tiles)} tiles that were cut; what lies in the red is thrown out.",
    )
    _add_sheets(page, gathered, outcome, pixels)
    if gathered.has_place:
        page.heading("The split").figure(_map(gathered, outcome), "Centres of the tiles, north up.")
    return page.write(path)


def _add_summary(page: Page, outcome: Outcome, facts: Mapping[str, Any]) -> None:
    counts, left_out = facts["pairs"], facts["left_out"]
    split = facts["split"]
    page.table(
        ("pairs of tiles", "number"),
        [
            ("cut", counts["cut"]),
            *(
                (f"thrown out: {reason}", count)
                for reason, count in left_out.items()
                if reason in outcome.thrown_counts
            ),
            ("kept", counts["kept"]),
            *((f"of these: {part}", number) for part, number in outcome.part_counts.items()),
        ],
    )
    page.paragraph(
        f"{left_out['not wholly seen']} places are not wholly seen at both dates and "
        f"{left_out['shown by another pair']} were shown by another pair of images; "
        f"neither were cut. {_rule(split)}; nothing within {split['buffer_m']:g} m of another part."
    )
    page.table(
        ("interval", "years", "pairs of images", "of these left out"),
        [
            (
                f"{interval['before']} to {interval['after']}",
                f"{interval['years']:g}",
                sum(pair["interval"] == number for pair in facts["image_pairs"]),
                sum(pair["interval"] == number and bool(pair["problems"]) for pair in facts["image_pairs"]),
            )
            for number, interval in enumerate(facts["intervals"])
        ],
    )
    if facts["remarks"]:
        page.heading("What was told", 3).points(facts["remarks"])


def _rule(split: Mapping[str, Any]) -> str:
    if "file" in split:
        return f"Ground shared out by the areas of {split['file']}"
    return f"Ground shared out by blocks of {split['block_m']:g} m and seed {split['seed']}"


def _add_pairs(page: Page, gathered: Gathered, facts: Mapping[str, Any]) -> None:
    pairs = facts["image_pairs"]
    refused = sorted((pair for pair in pairs if pair["problems"]), key=lambda pair: -_length(pair))
    cut = sorted((pair for pair in pairs if not pair["problems"] and pair["tiles"]), key=lambda pair: -_length(pair))
    page.heading("Pairs of images")
    told = _shift_text(gathered.records)
    if told:
        page.paragraph(told)
    if refused:
        words = [LEFT_OUT_COLUMNS.index(name) for name in ("before", "after", "left out because")]
        rows = [_left_out_row(pair) for pair in refused[:MOST_LEFT_OUT]]
        page.table(LEFT_OUT_COLUMNS, rows, _of(rows, refused, "that are left out, wholly or in part"), words)
    if cut:
        words = [CUT_COLUMNS.index(name) for name in ("before", "after")]
        rows = [_cut_row(pair) for pair in cut[:MOST_CUT]]
        caption = (
            f"{_of(rows, cut, 'that were cut, the farthest shifted first')}. Agreement: correlation of edges. Empty, "
            "saturated, uniform: shares of the pixels, in percent. Apart: distance of the histograms, 0 to 1, before "
            "and after matching."
        )
        page.table(CUT_COLUMNS, rows, caption, words)


def _of(rows: Sequence[Any], pairs: Sequence[Any], what: str) -> str:
    listed = "" if len(rows) == len(pairs) else f"{len(rows)} of "
    return f"{listed}{len(pairs)} pairs of images {what}{'; dataset.json lists all' if listed else ''}"


def _add_worst(page: Page, gathered: Gathered) -> None:
    page.heading("The worst pairs")
    for kind, pictures in gathered.worst.pictures().items():
        page.heading(TITLES[kind], 3)
        for number, score, picture in pictures:
            record = gathered.records[number]
            names = f"{_short(record.before.shown)} and {_short(record.after.shown)}"
            fate = f"{record.kept} of {record.cut} tiles kept" if record.cut else "left out"
            page.image(
                picture.transpose(1, 2, 0),
                f"Pair {number}, {names}: {BADNESS[kind].format(_worth(kind, score))}; {fate}.",
            )


def _add_sheets(page: Page, gathered: Gathered, outcome: Outcome, pixels: ShardReader) -> None:
    page.heading("What was kept").image(
        _sheet(gathered, outcome, pixels, outcome.kept), "Both dates of tiles drawn at random, the second one matched."
    )
    page.heading("What was thrown out")
    for number, limit in enumerate(outcome.limits):
        failed = np.flatnonzero(outcome.failed == number)
        if failed.size:
            sheet = _sheet(gathered, outcome, pixels, failed)
            page.image(sheet, f"{len(failed)} tiles are not {limit.text}: {_range(outcome, limit, failed)}.")


def _sheet(gathered: Gathered, outcome: Outcome, pixels: ShardReader, numbers: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Some tiles drawn at random, uint8 (y, x, 3)."""
    random = np.random.default_rng(PICTURE_SEED)
    chosen = np.sort(random.choice(numbers, min(SHEET_TILES, len(numbers)), replace=False))
    pictures = []
    for index in chosen:
        before, after = pixels.read(int(index))
        matched = apply_tables(after, outcome.tables[gathered.tiles[int(index)].interval])
        pictures.append(side_by_side(before, matched))
    height, width = (side + GAP_PX for side in pictures[0].shape[1:])
    rows = -(-len(pictures) // SHEET_COLUMNS)
    sheet = np.full((3, rows * height, min(SHEET_COLUMNS, len(pictures)) * width), 255, np.uint8)
    for place, picture in enumerate(pictures):
        top, left = place // SHEET_COLUMNS * height, place % SHEET_COLUMNS * width
        sheet[:, top : top + picture.shape[1], left : left + picture.shape[2]] = picture
    return sheet.transpose(1, 2, 0)


def _histograms(outcome: Outcome) -> Figure:
    from matplotlib.figure import Figure

    limits = {limit.measure: limit for limit in outcome.limits}
    figure = Figure(figsize=(11, 2.6 * -(-len(MEASURES) // 2)))
    axes = figure.subplots(-(-len(MEASURES) // 2), 2).ravel()
    for axis, (name, meaning) in zip(axes, MEASURES.items(), strict=False):
        values = outcome.values[name]
        first = float(values.min())
        axis.hist(values, bins=BINS, range=(first, max(float(values.max()), first + LEAST_RANGE)), color="#4a78b0")
        low, high = axis.get_xlim()
        if name in limits:
            for start, stop in ((low, limits[name].above), (limits[name].below, high)):
                if np.isfinite([start, stop]).all() and start < stop:
                    axis.axvspan(start, stop, color="#c0392b", alpha=0.18)
            for end in (limits[name].above, limits[name].below):
                if np.isfinite(end):
                    axis.axvline(end, color="#c0392b", linestyle="--")
        axis.set_title(f"{name}: {meaning}", fontsize=8)
        axis.tick_params(labelsize=8)
    for axis in axes[len(MEASURES) :]:
        axis.set_visible(False)
    figure.tight_layout()
    return figure


def _map(gathered: Gathered, outcome: Outcome) -> Figure:
    from matplotlib.figure import Figure

    places_km = np.array([tile.place_xy for tile in gathered.tiles]) / 1000
    places_km -= places_km.min(0)
    figure = Figure(figsize=(8, 8))
    axis = figure.subplots()
    for part, colour in (("buffer", "#bbbbbb"), ("train", "#4a78b0"), ("validation", "#e08a1e"), ("test", "#2e8b57")):
        own = places_km[outcome.parts == part]
        if len(own):
            axis.scatter(own[:, 0], own[:, 1], s=9, color=colour, label=f"{part} ({len(own)})")
    axis.set_aspect("equal", adjustable="datalim")
    axis.set_xlabel("km to the east")
    axis.set_ylabel("km to the north")
    axis.legend(loc="best", fontsize=8)
    return figure


def _left_out_row(pair: Mapping[str, Any]) -> list[str]:
    return [
        *_names(pair), _shift(pair), _number(pair.get("agreement")), str(pair["tiles"]), "; ".join(pair["problems"]),
    ]  # fmt: skip


def _cut_row(pair: Mapping[str, Any]) -> list[str]:
    rows, columns = pair["shape_yx"]
    shares = " / ".join(f"{pair[f'{name}_share']:.1%}".rstrip("%") for name in ("empty", "saturated", "uniform"))
    apart = " / ".join(_number(pair[f"distance_{when}_matching"]) for when in ("before", "after"))
    return [
        *_names(pair), _unbroken(f"{columns} x {rows}"), f"{pair['gsd_m']:.3g}", _shift(pair),
        _number(pair["agreement"]), _unbroken(shares), _unbroken(apart), _kept(pair),
    ]  # fmt: skip


def _names(pair: Mapping[str, Any]) -> list[str]:
    return [str(pair["number"]), _short(pair["before"]), _short(pair["after"])]


def _kept(pair: Mapping[str, Any]) -> str:
    return _unbroken(f"{pair['kept']} of {pair['tiles']}")


def _shift(pair: Mapping[str, Any]) -> str:
    """How far both dates lie beside each other, and by how much that deviates from place to place."""
    if pair.get("shift_right_px") is None:
        return _unbroken("not told")
    spread = pair["shift_spread_px"]
    deviating = f" ± {spread:.1f}" if spread else ""
    return _unbroken(f"{_length(pair):.2f}{deviating}") + (" (corrected)" if pair["moved"] else "")


def _unbroken(text: str) -> str:
    """With spaces at which no line ends."""
    return text.replace(" ", "\u00a0")


def _shift_text(records: Sequence[PairRecord]) -> str:
    lengths = [record.check.shift.length_px for record in records if record.check and record.check.shift]
    if not lengths:
        return ""
    middle, high = np.percentile(lengths, (50, 95))
    untold = sum(record.check is not None and record.check.shift is None for record in records)
    return (
        f"Shift of the second date beside the first: {middle:.2f} px in the median, {high:.2f} px in the worst "
        f"twentieth, {max(lengths):.2f} px at most; of {untold} pairs it cannot be told."
    )


def _worth(kind: str, score: float) -> float:
    """What was measured, of how bad it is."""
    return 1 - score if kind == "agreement" else score


def _range(outcome: Outcome, limit: Limit, numbers: NDArray[np.intp]) -> str:
    values = outcome.values[limit.measure][numbers]
    return f"{values.min():.3g} to {values.max():.3g}"


def _length(pair: Mapping[str, Any]) -> float:
    right, down = pair.get("shift_right_px"), pair.get("shift_down_px")
    return 0.0 if right is None or down is None else float(np.hypot(right, down))


def _short(name: str) -> str:
    return "/".join(name.replace("\\", "/").split("/")[-2:])


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
