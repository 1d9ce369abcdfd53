"""The report of a study: how it was made, plots, tables, and what the figures do not say."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from ..backtest.resampling import LEVEL
from ..skill import OCTAVES_CELLS
from .page import Page
from .plots import octave_name
from .study_plots import (
    FINE_BANDS,
    StudyPoint,
    plot_curves,
    plot_fine_power,
    plot_perceptual_scales,
    plot_power,
    plot_psnr,
    plot_skill,
)

TITLES = {"scales": "The same training at several ground scales", "depths": "The upscaler with several depths"}


def make_study_page(study: Mapping[str, Any]) -> Page:
    """Make the report of a study as `study.json` holds it."""
    page = Page(TITLES[study["kind"]])
    points: Sequence[StudyPoint] = study["points"]
    if not study["is_finished"]:
        page.paragraph(
            f"Unfinished: {len(points)} of {study['points_wanted']} trainings are measured so far; --resume goes on."
        )
    if study["kind"] == "scales":
        _scales(page, points)
    else:
        _depths(page, points, study["settings"]["upscaler"])
    _made(page, study)
    return page


def _scales(page: Page, points: Sequence[StudyPoint]) -> None:
    page.heading("Skill by ground scale")
    page.figure(plot_skill(points), "Fair CRPS and RMSE of the ensemble mean over the error of saying that nothing "
                f"changes; spread over skill and deviation of one member. Bars: {LEVEL:.0%} intervals of the CRPS over "
                "areas, where there are enough of them. Several marks at one scale are trainings from several "
                "seeds.")  # fmt: skip
    page.table(
        ("m a tile", "seed", "pairs", "measured tiles", "fair CRPS / persistence", "RMSE of the mean / persistence",
         "spread / skill", "deviation of a member / truth", "true change, levels (mean abs.)"),
        [_scale_row(point) for point in points],
        "What was measured on held-out tiles. Differences are of area means over cells of 4 px.",
    )  # fmt: skip
    page.figure(plot_power(points), "Power of one member's change over the true one's, by wavelength; below 1 a member "
                "is too smooth, above it too restless.")  # fmt: skip
    page.table(("m a tile", "seed", *(octave_name(*octave) for octave in OCTAVES_CELLS)),
               [(_m(point), point["seed"], *(f"{value:.2f}" for value in point["member_power_over_truth"]))
                for point in points], "The same as figures; wavelengths in cells of 4 px.")  # fmt: skip
    page.heading("Perceptual distance by ground scale")
    page.figure(plot_perceptual_scales(points), "Distance of pictures of the future from the true one: of single "
                "members, of their mean, of the first date as it is (nothing changes), and of the first date plus the "
                "true difference of its cells, which is as near as a forecast of cells can come.")  # fmt: skip
    names = ("member", "mean of the members", "persistence", "cells")
    rows = [(_m(point), point["seed"], *(f"{point['perceptual'][name]:.4f}" for name in names)) for point in points]
    page.table(("m a tile", "seed", "member", "mean of the members", "nothing changes", "the true cells"), rows,
               "Perceptual distance from the true second date; less is nearer.")  # fmt: skip
    page.heading("Learning curves")
    page.figure(plot_curves(points, "ground_scale_m"), "Left: fair CRPS on held-out tiles over persistence's "
                "error while the network is trained, with few members, the averaged weights and no turned "
                "views, so that its end is not quite the figure above. Right: the training "
                "loss, in units of each scale's own deviation, so that only its course can be compared.")  # fmt: skip
    _costs(page, points, "ground_scale_m", "m a tile")
    page.heading("What these figures do not say")
    page.points((
        "Errors are shares of what saying that nothing changes gets at the same scale. At coarser scales single trees "
        "and cars vanish in the cells, so persistence has another error there; the absolute one is in the table.",
        "Equal numbers of pairs cover more ground at coarser scales, and show more kinds of it.",
        "The ground that is held out is the same at every scale, but its tiles are not: intervals of two scales may "
        "overlap and the difference may still be real, or not. Several seeds tell how much is chance.",
        "The networks are as wide and were trained as long as stated above. A larger or longer training may order the "
        "scales in another way.",
        "Perceptual distances of two scales compare pictures of other content by one network; how far each lies "
        "between its own lines for nothing changes and the true cells says more than its height.",
    ))  # fmt: skip


def _scale_row(point: StudyPoint) -> list[object]:
    interval = point["crps_interval"]
    bounds = "" if interval is None else f" ({interval[0]:.3f} to {interval[1]:.3f})"
    return [
        _m(point), point["seed"], point["trained_pairs"], point["held_out_tiles"],
        f"{point['crps_over_persistence']:.3f}{bounds}", f"{point['rmse_mean_over_persistence']:.3f}",
        f"{point['spread_over_skill']:.2f}", f"{point['member_std_over_truth']:.2f}",
        f"{point['persistence_mae_levels']:.2f}",
    ]  # fmt: skip


def _depths(page: Page, points: Sequence[StudyPoint], own: Mapping[str, Any]) -> None:
    page.heading("Nearness by depth")
    page.figure(plot_psnr(points), "PSNR and perceptual distance of held-out tiles that were reduced to cells of 4 px "
                "and drawn again, beside bicubic enlargement. Several marks at one depth are trainings from several "
                "seeds.")  # fmt: skip
    page.table(
        ("blocks", "seed", "PSNR, dB", "bicubic, dB", "perceptual distance", "bicubic's", "parameters",
         "seconds a step"),
        [_depth_row(point) for point in points],
        "Equal steps of equal batches, so that a deeper network had more computing; on held-out images.",
    )  # fmt: skip
    page.heading("Fine detail")
    page.figure(plot_fine_power(points), "Power of the detail that cells do not hold, over the truth's; 1 is right in "
                "amount, not in place.")  # fmt: skip
    rows: list[Sequence[object]] = [
        (point["blocks"], point["seed"], *(f"{value:.3f}" for value in point["fine_power_over_truth_upscaler"]))
        for point in points
    ]
    bicubic = ("bicubic", "", *(f"{value:.3f}" for value in points[0]["fine_power_over_truth_bicubic"]))
    page.table(("blocks", "seed", *FINE_BANDS), [*rows, bicubic], "The same as figures; wavelengths in px.")
    page.heading("Learning curves")
    is_judged = own["adversarial_from_step"] < own["max_steps"]
    judge = f" From step {own['adversarial_from_step']} on a judge is part of it, and the loss is another one."
    page.figure(plot_curves(points, "blocks"), f"Training loss.{judge if is_judged else ''}")
    page.heading("What these figures do not say")
    page.points((
        "Depths are compared after equal steps. A deeper network may need more of them; where its curve still falls, "
        "it had not ended.",
        "PSNR rewards what is smooth; a judge makes detail that PSNR and pixels punish and the eye may want. Look at "
        "PSNR, perceptual distance and power together, and at pictures.",
        "Cells of real images are drawn here, not cells that a forecast made.",
    ))  # fmt: skip


def _depth_row(point: StudyPoint) -> list[object]:
    return [
        point["blocks"], point["seed"], f"{point['psnr_db_upscaler']:.2f}", f"{point['psnr_db_bicubic']:.2f}",
        f"{point['perceptual']['upscaler']:.4f}", f"{point['perceptual']['bicubic']:.4f}",
        f"{point['parameters']:,}", _seconds(point),
    ]  # fmt: skip


def _costs(page: Page, points: Sequence[StudyPoint], studied: str, unit: str) -> None:
    page.table((unit, "seed", "parameters", "seconds a step"),
               [(f"{point[studied]:g}", point["seed"], f"{point['parameters']:,}", _seconds(point))
                for point in points], "Size and cost; of this process on a CPU, of the clock on a GPU.")  # fmt: skip


def _made(page: Page, study: Mapping[str, Any]) -> None:
    page.heading("How it was made")
    settings = study["settings"]
    stage = "forecaster" if study["kind"] == "scales" else "upscaler"
    own, ruler = settings[stage], study["perceptual_distance"]
    share = study["held_out_share"]
    named = ", ".join(f"{one['before']} to {one['after']}" for one in study["held_out_sources"])
    width = own["unet"]["block_channels"] if stage == "forecaster" else own["channels"]
    rows = [
        ("perceptual distance by", ruler["words"]),
        ("preset", settings["preset"]),
        ("steps", f"{own['max_steps']}, {own['batch_size']} samples each"),
        ("channels", f"{width}"),
        ("held out", named or f"the validation part of datasets, or {share:.0%} of the ground of rasters, by its hash"),
        ("filter", f"{settings['tiles']['filter_kind']}, at most {settings['tiles']['max_changed_share']:.0%} changed"),
        ("trained on", study["hardware"]),
        ("versions", study["versions"]),
        ("command", shlex.join(study["command"]) or "not told"),
    ]
    if stage == "forecaster":
        rows.insert(4, ("members", f"{study['members']} of each held-out tile"))
        rows.insert(4, ("objective", own["objective"]))
    page.table(("", "found"), rows, "All of it, with every setting, stands in study.json.", words=(1,))
    sources = [(one["before"], one["after"], f"{one['years']:g}") for one in settings["pairs"]]
    sources += [(name, "dataset", "") for name in settings["datasets"]]
    page.table(("first date", "second date", "years"), sources, "Pairs that were trained on.", words=(1,))
    if stage == "forecaster":
        page.table(("m a tile", "pairs", "held out", "thrown out"),
                   [(f"{one['ground_scale_m']:g}", one["train"], one["held_out"],
                     ", ".join(f"{count} {why}" for why, count in one["thrown_out"].items()) or "none")
                    for one in study["cut"]],
                   "What the imagery gave at each scale, before equal numbers were drawn by chance.",
                   words=(3,))  # fmt: skip


def _m(point: StudyPoint) -> str:
    return f"{point['ground_scale_m']:g}"


def _seconds(point: StudyPoint) -> str:
    return "-" if point["seconds_a_step"] is None else f"{point['seconds_a_step']:.3f}"
