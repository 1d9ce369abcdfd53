"""Where a model fails, in sentences that are made of its figures, and nothing else."""

from __future__ import annotations

from ..backtest.backtest import Backtest, Figure
from ..backtest.figures import BANDS
from ..backtest.probability import shares
from ..backtest.resampling import FEWEST_AREAS, total
from ..backtest.sums import SCALES_CELLS
from ..skill import OCTAVES_CELLS
from .plots import octave_name

WORST_AREAS = 5
SEAM_LIMIT = 0.02
"""How far steps at window edges may differ from others, as a share of these."""


def find_failures(backtest: Backtest) -> list[str]:
    """Say in sentences where the model is not better than its rivals, or not calibrated; the gravest kinds first."""
    return [
        *_against_rivals(backtest),
        *_scales(backtest),
        *_amount_of_change(backtest),
        *_probability(backtest),
        *_spread(backtest),
        *_bias(backtest),
        *_detail(backtest),
        *_worst(backtest),
        *_seams(backtest),
        *_little_seen(backtest),
    ]


def told(figure: Figure, digits: int = 2, sign: str = "") -> str:
    """A figure with its interval, `0.69 (0.68 to 0.70)`."""
    shown = f"{figure.value:{sign}.{digits}f}"
    if figure.interval is None:
        return shown
    return f"{shown} ({figure.interval.low:{sign}.{digits}f} to {figure.interval.high:{sign}.{digits}f})"


def _against_rivals(backtest: Backtest) -> list[str]:
    own = backtest.figures(backtest.model)
    said = []
    for rival in (name for name in backtest.sums if name != backtest.model):
        apart, theirs = backtest.against(rival), backtest.figures(rival)["crps_over_persistence"]
        words = f"fair CRPS {own['crps_over_persistence'].value:.3f} against {theirs.value:.3f} of persistence's error"
        if apart.interval is None:
            verdict = "better" if apart.value < 0 else "no better"
            said += [] if apart.value < 0 else [f"{verdict} than {rival}: {words}."]
        elif apart.interval.low > 0:
            said.append(f"Worse than {rival}: {words}; difference {told(apart, 3, '+')}.")
        elif apart.interval.high >= 0:
            said.append(f"Not to be told from {rival}: {words}; difference {told(apart, 3, '+')}.")
    mean = own["rmse_mean_over_persistence"]
    if mean.value >= 0.9:
        said.append(f"The mean of its members errs nearly as much as saying that nothing changes, or more: RMSE "
                    f"{told(mean, 3)} of persistence's.")  # fmt: skip
    return said


def _scales(backtest: Backtest) -> list[str]:
    if backtest.area_count < FEWEST_AREAS:
        return []
    said = []
    for rival in (name for name in backtest.sums if name != backtest.model):
        apart = {side: backtest.against(rival, side) for side in SCALES_CELLS[1:]}
        lost = [f"{side} cells ({told(one, 3, '+')})" for side, one in apart.items()
                if one.interval is not None and one.interval.high >= 0]  # fmt: skip
        if lost:
            said.append(f"Not surely better than {rival} where fields are averaged over squares of {', '.join(lost)}; "
                        f"CRPS over persistence's error less the rival's.")  # fmt: skip
    return said


def _amount_of_change(backtest: Backtest) -> list[str]:
    own = total(backtest.own)
    count = own["cells"].sum()
    true, said = own["changed"].sum() / count, own["cells"] @ shares(len(own["cells"]) - 1) / count
    figures = backtest.figures(backtest.model)
    more = "more" if said > true else "less"
    words = (
        f"It says {more} change than there is: a member changes {100 * said:.1f} % of the cells, the truth "
        f"{100 * true:.1f} %. The map that most members agree on has {told(figures['quantity_disagreement'])} of all "
        f"cells "
        f"too many or too few and {told(figures['allocation_disagreement'])} in the wrong place; its figure of merit "
        f"is "
        f"{told(figures['figure_of_merit'])}."
    )
    return [words] if abs(said / true - 1) > 0.05 else []


def _probability(backtest: Backtest) -> list[str]:
    own, figures = total(backtest.own), backtest.figures(backtest.model)
    skill = figures["brier_skill_score"]
    said = []
    if not skill.value > 0:
        said.append(f"As a probability the share of members is worse than always saying how often change is: Brier "
                    f"skill "
                    f"score {told(skill, 3, '+')}.")  # fmt: skip
    rate = own["changed"].sum() / own["cells"].sum()
    for number, words in ((0, "that no member changes"), (len(own["cells"]) - 1, "that every member changes")):
        if own["cells"][number] > 0:
            true = own["changed"][number] / own["cells"][number]
            if abs(true - (number > 0)) > 0.1:
                said.append(f"Of the cells {words}, {100 * true:.0f} % truly change (of all cells {100 * rate:.0f} %).")
    crossed = backtest.cross_fitted()
    if crossed is not None:
        gain = crossed.gain()
        if gain.brier_skill_after < 0.1:
            said.append(f"Calibration makes the probability honest, not sharp: on areas left out the Brier skill score "
                        f"is {gain.brier_skill_after:+.3f} then.")  # fmt: skip
    return said


def _spread(backtest: Backtest) -> list[str]:
    figures, deciles = backtest.figures(backtest.model), backtest.by_decile()
    spread, outside = figures["spread_over_skill"], figures["outlier_share"]
    said = []
    if abs(spread.value - 1) > 0.1:
        kind = "Underdispersed: the members are too much alike" if spread.value < 1 else "Overdispersed: too wide"
        said.append(f"{kind}. Their spread is {told(spread)} of the error of their mean, and the truth lies outside of "
                    f"all of them {told(outside)} times as often as it should.")  # fmt: skip
    least, most = deciles[0].figures["spread_over_skill"], deciles[-1].figures["spread_over_skill"]
    if abs(least.value - most.value) > 0.15:
        said.append(f"The spread does not follow the error: spread over skill is {told(least)} in the tenth of tiles "
                    f"that "
                    f"changes least and {told(most)} in that which changes most. No single factor mends "
                    f"that.")  # fmt: skip
    return said


def _bias(backtest: Backtest) -> list[str]:
    figures = backtest.figures(backtest.model)
    said = []
    for band in BANDS:
        bias = figures[f"bias_{band}_levels"]
        if bias.interval is not None and (bias.interval.low > 0 or bias.interval.high < 0):
            way = "bright" if bias.value > 0 else "dark"
            said.append(f"Too {way} in {band}, by {told(bias, 2, '+')} levels of 255 on average.")
    rank = figures["mean_rank"]
    if rank.interval is not None and not rank.interval.low <= 0.5 <= rank.interval.high:
        way = "high" if rank.value > 0.5 else "low"
        said.append(f"The truth lies {way} among the members: mean rank {told(rank, 3)} where a half is right.")
    return said


def _detail(backtest: Backtest) -> list[str]:
    figures = backtest.figures(backtest.model)
    said = []
    for number, (long, short) in enumerate(OCTAVES_CELLS, 1):
        power = figures[f"power_octave_{number}"]
        if power.interval is not None and (power.interval.high < 0.85 or power.interval.low > 1.15):
            kind = "too smooth" if power.value < 1 else "too rough"
            said.append(f"A member is {kind} at wavelengths of {octave_name(long, short)} cells: {told(power)} of the "
                        f"true "
                        f"power.")  # fmt: skip
    return said


def _worst(backtest: Backtest) -> list[str]:
    deciles, areas = backtest.by_decile(), backtest.by_area()
    key = "crps_over_persistence"
    worst = max(deciles, key=lambda one: one.figures[key].value)
    said = [f"Of the tenths by true change it is worst in number {worst.name} (1 changes least), with a mean true "
            f"change "
            f"of {worst.mean_change_levels:.1f} levels: fair CRPS {told(worst.figures[key])} of persistence's error, "
            f"bias "
            f"{told(worst.figures['bias_levels'], 1, '+')} levels."]  # fmt: skip
    lost = [one for one in areas if one.figures[key].value >= 1]
    if lost:
        said.append(f"In {len(lost)} of {len(areas)} areas it is no better than saying that nothing changes.")
    named = ", ".join(f"{one.name} ({one.figures[key].value:.2f})" for one in areas[::-1][:WORST_AREAS])
    said.append(f"Worst areas, by CRPS over persistence's error: {named}.")
    return said


def _seams(backtest: Backtest) -> list[str]:
    seams = backtest.seams
    if not seams or seams["ratio"] is None:
        return []
    chance = abs((seams["true_ratio"] or 1) - 1)
    if abs(seams["ratio"] - 1) <= max(SEAM_LIMIT, chance):
        return []
    return [f"Edges of windows show: steps across them are {seams['ratio']:.3f} of those elsewhere (true change on the "
            f"same lines: {seams['true_ratio']:.3f})."]  # fmt: skip


def _little_seen(backtest: Backtest) -> list[str]:
    if backtest.area_count >= FEWEST_AREAS:
        return []
    return [f"Measured on {backtest.area_count} area(s): too few for intervals (at least {FEWEST_AREAS}), so no "
            f"difference "
            f"here is a finding."]  # fmt: skip
