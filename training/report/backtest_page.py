"""The report of a backtest: what was measured on what, against whom, how surely, and where the model fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...core.raster.provenance import versions_text
from ..backtest.backtest import Backtest, Figure, Stratum
from ..backtest.probability import brier_parts
from ..backtest.resampling import FEWEST_AREAS, LEVEL, REPLICATES, total
from ..backtest.sums import SCALES_CELLS
from ..dataset.part import DatasetPart
from ..settings import PairSource
from .examples import Sheet
from .failures import find_failures, told
from .page import Page
from .plots import plot_ranks, plot_reliability, plot_scales, plot_spectrum, plot_strata

HEADLINE = {
    "crps_over_persistence": "fair CRPS / persistence",
    "rmse_mean_over_persistence": "RMSE of the mean / persistence",
    "spread_over_skill": "spread / skill",
    "member_std_over_truth": "deviation of a member / truth",
    "brier_skill_score": "Brier skill score of change",
    "figure_of_merit": "figure of merit",
    "quantity_disagreement": "quantity disagreement",
    "allocation_disagreement": "allocation disagreement",
}


@dataclass(frozen=True)
class Circumstances:
    """What was measured on what; all of it is told in the report.

    Attributes:
        sources: the pairs.
        dressing: the training pairs whose differences rivals are made of.
        model_sha256: of the model.
        members: futures a tile.
        seed: of all noise and draws.
        sampling_steps: network calls a member.
        device: where it was computed, in words.
        parts: of datasets, beside the pairs.
    """

    sources: Sequence[PairSource]
    dressing: Sequence[PairSource]
    model_sha256: str
    members: int
    seed: int
    sampling_steps: int
    device: str
    parts: Sequence[DatasetPart] = ()


def make_page(backtest: Backtest, about: Circumstances, sheets: Sequence[Sheet]) -> Page:
    """Make the report of a backtest.

    Args:
        backtest: what was measured.
        about: on what.
        sheets: pictures of areas.
    """
    page = Page(f"Backtest of {backtest.model}")
    _measured_on(page, backtest, about)
    _headline(page, backtest)
    page.heading("Where the model fails")
    page.paragraph(
        "Every sentence is made of the figures by a fixed rule; what is not named here was not found wanting."
    )
    page.points(find_failures(backtest))
    _probability(page, backtest)
    _ensemble(page, backtest)
    _strata(page, backtest)
    page.heading("Areas to look at")
    for sheet in sheets:
        page.heading(sheet.title, 3).image(sheet.picture, sheet.caption)
    _definitions(page)
    return page


def command_of(backtest: Backtest, about: Circumstances) -> str:
    """The command that makes this again."""
    words = ["landcast evaluate"]
    if about.sources:
        first, *others = about.sources
        words += [first.before, first.after, f"--years {first.years:g}"]
        words += [f"--also {one.before} {one.after} {one.years:g}" for one in others]
    words += [f"--pairs {one.folder} --part {one.part}" for one in about.parts]
    words += [f"--dress-with {one.before} {one.after} {one.years:g}" for one in about.dressing]
    words += [f"--model {backtest.model} --members {about.members} --seed {about.seed}"]
    return " ".join([*words, f"--sampling-steps {about.sampling_steps} --out FOLDER"])


def _measured_on(page: Page, backtest: Backtest, about: Circumstances) -> None:
    page.heading("What was measured on what")
    calibration = backtest.calibration.place if backtest.calibration else "none"
    rows = [
        ("model", f"{backtest.model}, SHA-256 {about.model_sha256}"),
        ("calibration of its probability", calibration),
        ("tiles", f"{len(backtest.areas)} of 128 x 128 px, in {backtest.area_count} areas"),
        ("ground scale of a tile", ", ".join(one.name for one in backtest.by_ground_scale())),
        ("ensemble", f"{about.members} members, {about.sampling_steps} network call(s) each, seed {about.seed}"),
        ("intervals", f"{100 * LEVEL:g} %, over areas ({REPLICATES} draws, bias-corrected and accelerated)"),
        ("computed on", about.device),
        ("versions", versions_text()),
        ("command", command_of(backtest, about)),
    ]
    page.table(("", "found"), rows, "Circumstances of this backtest.", words=(1,))
    pairs = [(one.before, one.after, f"{one.years:g}") for one in about.sources]
    pairs += [(f"{one.folder}, part {one.part}", "as the dataset has it", "") for one in about.parts]
    page.table(("first date", "second date", "years"), pairs,
               "Pairs; the second date is matched to the first by one table for each pair of folders and "
               "band.", words=(1,))  # fmt: skip
    if about.dressing:
        training = [(one.before, one.after, f"{one.years:g}") for one in about.dressing]
        page.table(("first date", "second date", "years"), training,
                   "Training pairs of which dressed persistence and mean change are made.",
                   words=(1,))  # fmt: skip
    if backtest.area_count < FEWEST_AREAS:
        page.paragraph(f"With fewer than {FEWEST_AREAS} areas no interval can be told.")
    if backtest.is_fitted_here:
        page.paragraph("The model's probability of change was calibrated on these very pairs: what its calibration "
                       "shows below is no test of it.")  # fmt: skip


def _headline(page: Page, backtest: Backtest) -> None:
    page.heading("Skill beside the rivals")
    rows = []
    for name in backtest.sums:
        figures = backtest.figures(name)
        is_flat = figures["spread_over_skill"].value == 0
        rows.append([name, *(_shown(figures[key], key, is_flat) for key in HEADLINE)])
    page.table(("", *HEADLINE.values()), rows,
               "The first two columns are shares of persistence's error, below 1 is skill; the next two are right at "
               "1; the "
               "others compare maps of change (mean absolute difference above 20 levels). A forecast without spread "
               "has "
               "no spread to judge.")  # fmt: skip
    rows = [[name, told(backtest.against(name), 3, "+")] for name in backtest.sums if name != backtest.model]
    page.table(("rival", "CRPS of the model less the rival's"), rows,
               "Paired: both on the same draws of areas. Below 0 the model is better; an interval that holds 0 tells "
               "nothing.")  # fmt: skip


def _probability(page: Page, backtest: Backtest) -> None:
    page.heading("Probability of change")
    crossed = backtest.cross_fitted()
    words = "How often cells truly changed, by the share of members that say so."
    page.figure(plot_reliability(backtest, crossed), f"Reliability diagram. {words} On the diagonal it is calibrated. "
                "Squares: what isotonic calibration on other areas says of each part of these.")  # fmt: skip
    own_sums = total(backtest.own)
    brier = brier_parts(own_sums["cells"], own_sums["changed"]).as_dict()
    rows: list[Sequence[object]] = [["share of members", *(_plain(brier[key]) for key in BRIER)]]
    own = backtest.calibrated()
    if own is not None:
        rows.append([f"calibrated on {own['place']}", *(_plain(own["brier"][key]) for key in BRIER)])
    page.table(("", *BRIER), rows, "Brier score = reliability - resolution + uncertainty (Murphy 1973).")
    if crossed is not None:
        gain = crossed.gain()
        page.table(("", "Brier skill score", "mean distance from what came true, percent points"),
                   [("before", f"{gain.brier_skill_before:+.3f}", f"{100 * gain.calibration_error_before:.1f}"),
                    ("after", f"{gain.brier_skill_after:+.3f}", f"{100 * gain.calibration_error_after:.1f}")],
                   f"Calibration judged on areas left out, {gain.folds} parts in turn.")  # fmt: skip


BRIER = ("score", "reliability", "resolution", "uncertainty", "skill")


def _ensemble(page: Page, backtest: Backtest) -> None:
    page.heading("The ensemble")
    figures = backtest.figures(backtest.model)
    page.figure(plot_ranks(total(backtest.own)["ranks"]),
                f"Rank histogram, ties by lot: high ends tell of members too much alike, a slope of a bias. Outside "
                f"of all "
                f"members {told(figures['outlier_share'])} times as often as expected.")  # fmt: skip
    varied = {name: backtest.figures(name) for name in backtest.sums}
    page.figure(plot_spectrum(varied), "Power of one member's change over the true one's, by octave; 1 is right. "
                                       "Below it "
                "a member is too smooth.")  # fmt: skip
    skilled = backtest.scales_with_skill()
    words = f"from {skilled[0]} to {skilled[-1]} cells" if skilled else "nowhere"
    page.figure(plot_scales(varied), f"Fair CRPS over persistence's error of fields averaged over squares. Surely "
                                     f"better than "
                f"persistence {words} (of {', '.join(map(str, SCALES_CELLS))}).")  # fmt: skip
    seams = backtest.seams
    if seams and seams["ratio"] is not None:
        page.paragraph(f"Seams: over {seams['chips']} areas forecast as wholes, steps of the change across window "
                       f"edges are "
                       f"{seams['ratio']:.3f} of those elsewhere; of the true change on the same lines "
                       f"{seams['true_ratio'] or float('nan'):.3f}.")  # fmt: skip


def _strata(page: Page, backtest: Backtest) -> None:
    parts = (
        ("By true change", backtest.by_decile(), "tenth of the tiles, 1 changes least"),
        ("By interval", backtest.by_years(), "between the dates"),
        ("By ground scale", backtest.by_ground_scale(), "metres that a tile covers"),
    )
    for title, strata, what in parts:
        page.heading(title)
        if len(strata) > 1:
            page.figure(plot_strata(strata, what), f"{title}: errors beside persistence's, spread and deviation "
                                                   f"beside the "
                        "truth's, figure of merit of the map that most members agree on and of one "
                        "member.")  # fmt: skip
        page.table(("", "tiles", "true change, levels", *STRATUM.values()), [_row(one) for one in strata],
                   f"{title}, {what}.")  # fmt: skip


STRATUM = {
    "crps_over_persistence": "fair CRPS / persistence",
    "spread_over_skill": "spread / skill",
    "brier_skill_score": "Brier skill score",
    "figure_of_merit": "figure of merit",
    "bias_levels": "bias, levels",
}


def _row(one: Stratum) -> list[object]:
    figures = [told(one.figures[key], 1 if key == "bias_levels" else 2) for key in STRATUM]
    return [one.name, one.tiles, f"{one.mean_change_levels:.1f}", *figures]


def _definitions(page: Page) -> None:
    page.heading("How it is defined")
    page.points(
        (
            "Differences are of area means over cells of 4 px, second date less first, 0 to 1, after matching.",
            "Fair CRPS: Ferro 2014; over the mean absolute error of saying that nothing changes.",
            "Spread over skill: root of (M + 1) / M x mean unbiased variance, over the RMSE of the ensemble mean.",
            "Change: mean over the bands of the absolute difference above 20 of 255 levels.",
            "Figure of merit: hits over hits, misses and false alarms (Pontius et al. 2008); quantity and allocation "
            "disagreement: Pontius & Millones 2011; shares of all cells.",
            "Rank histogram: Hamill 2001. Calibration: isotonic regression on the number of members that change.",
            "Power: mean removed, Hann window, octaves of the wavelength in cells.",
            "Intervals: whole areas are drawn with replacement (blocks of at most 512 px of one file, all dates of it "
            "together), never tiles, as neighbours tell of the same ground.",
        )
    )


def _shown(figure: Figure, key: str, is_flat: bool) -> str:
    if is_flat and key in ("spread_over_skill", "member_std_over_truth"):
        return "-"
    return told(figure, 3)


def _plain(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
