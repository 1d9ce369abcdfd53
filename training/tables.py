"""The figures of an evaluation as a table, and as a section of a model card."""

from __future__ import annotations

from typing import Any

from .skill import OCTAVES_CELLS

_OCTAVES = ", ".join(f"{long:g} to {short:g}" for long, short in OCTAVES_CELLS)


def table(metrics: dict[str, Any]) -> str:
    """The figures as a table in Markdown, the rivals beside the model."""
    rows = [(metrics["model"], metrics)]
    rows += [(f"{name} (rival)", figures) for name, figures in metrics.get("rivals", {}).items()]
    if "dressed" in metrics:
        rows.append(("dressed persistence", metrics["dressed"]))
    lines = [
        f"| | RMSE of the mean | fair CRPS | spread / skill | std of a member | power of a member, {_OCTAVES} cells |",
        "|---|---|---|---|---|---|",
        "| persistence | 1 | 1 | 0 | 0 | 0 0 0 0 |",
        *(_row(name, figures) for name, figures in rows),
    ]
    return "\n".join(lines)


def drift_table(drift: dict[str, Any]) -> str:
    """How finished images compare with what was drawn, and iteration with one step, as a table in Markdown.

    Args:
        drift: as `measure_drift` returns it.
    """
    lines = [
        f"| {drift['years']:g} years, {drift['pairs']} tiles, {drift['members']} members "
        f"| RMSE of the mean | fair CRPS | std of a member | power, {_OCTAVES} cells "
        "| mean change less the true one, levels by band |",
        "|---|---|---|---|---|---|",
    ]
    for name, words in (("drawn", "drawn, not composed"), ("direct", "direct"), ("iterated", "iterated")):
        figures = drift[name]
        bias = " ".join(f"{value:+.2f}" for value in figures["bias_levels"])
        lines.append(
            f"| {words}, {figures['iterations']} x {figures['years_per_iteration']:g} years "
            f"| {figures['rmse_mean_over_persistence']:.3f} | {figures['crps_over_persistence']:.3f} "
            f"| {figures['member_std_over_truth']:.2f} | {_power(figures)} | {bias} |"
        )
    return "\n".join(lines)


def card_section(metrics: dict[str, Any], place: str) -> str:
    """The figures as a section of a model card.

    Args:
        metrics: as `evaluate` returns them.
        place: what it was measured on, in words.
    """
    return f"""## Figures on held-out data

Measured on {place}: {metrics["pairs"]} tiles, {metrics["members"]} members, seed {metrics["seed"]}. RMSE of the mean
and fair CRPS are shares of what saying that nothing changes gets; the other columns are right at 1.

{table(metrics)}
{_upscaler_words(metrics["upscaler"]) if "upscaler" in metrics else ""}"""


def _row(name: str, figures: dict[str, Any]) -> str:
    return (
        f"| {name} | {figures['rmse_mean_over_persistence']:.3f} | {figures['crps_over_persistence']:.3f} "
        f"| {figures['spread_over_skill']:.2f} | {figures['member_std_over_truth']:.2f} | {_power(figures)} |"
    )


def _power(figures: dict[str, Any]) -> str:
    return " ".join(f"{value:.2f}" for value in figures["member_power_over_truth"])


def _upscaler_words(upscaler: dict[str, Any]) -> str:
    power = ", ".join(f"{value:.2f}" for value in upscaler["fine_power_over_truth_upscaler"])
    bicubic = ", ".join(f"{value:.2f}" for value in upscaler["fine_power_over_truth_bicubic"])
    return f"""
Upscaler, from area means of real tiles: PSNR {upscaler["psnr_db_upscaler"]} dB, bicubic enlargement
{upscaler["psnr_db_bicubic"]} dB; power of its fine detail over the truth's at wavelengths of 8 to 4, 4 to 2.8 and below
2.8 px: {power}, bicubic {bicubic}.
"""
