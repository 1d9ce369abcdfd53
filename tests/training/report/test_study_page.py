"""Pages of studies: made of what `study.json` holds, also of a study that is not finished."""

from __future__ import annotations

import re
from typing import Any

import pytest

from landcast.training.report.study_page import make_study_page

SETTINGS: dict[str, Any] = {
    "preset": "fast",
    "pairs": [{"before": "a_2016", "after": "a_2020", "years": 4.0}],
    "datasets": [],
    "tiles": {"filter_kind": "share", "max_changed_share": 0.75},
    "forecaster": {"max_steps": 4, "batch_size": 2, "objective": "one_step", "unet": {"block_channels": [16, 32]}},
    "upscaler": {"max_steps": 4, "batch_size": 2, "channels": 8, "adversarial_from_step": 3},
}
STUDY: dict[str, Any] = {
    "is_finished": True, "points_wanted": 2, "command": ["landcast", "study", "<b>"], "versions": "landcast=0",
    "hardware": "1 CPU thread(s)", "members": 2, "held_out_sources": [], "held_out_share": 0.2,
    "perceptual_distance": {"words": "a network trained on the region itself"}, "settings": SETTINGS,
}  # fmt: skip


def scale_point(scale_m: float, seed: int, crps: float, interval: list[float] | None) -> dict[str, Any]:
    return {
        "ground_scale_m": scale_m, "seed": seed, "trained_pairs": 12, "held_out_tiles": 34, "parameters": 1234567,
        "seconds_a_step": None, "crps_over_persistence": crps, "rmse_mean_over_persistence": 0.95,
        "spread_over_skill": 0.8, "member_std_over_truth": 0.7, "member_power_over_truth": [0.1, 0.2, 0.3, 0.4],
        "crps_interval": interval, "persistence_mae_levels": 17.5, "persistence_rmse_levels": 25.0,
        "perceptual": {"member": 0.2, "mean of the members": 0.19, "persistence": 0.21, "cells": 0.05},
        "curves": {"loss": [[0, 1.0], [1, 0.9]], "held-out CRPS over persistence": [[0, 0.95], [2, 0.9]]},
    }  # fmt: skip


def depth_point(blocks: int) -> dict[str, Any]:
    return {
        "blocks": blocks, "seed": 0, "psnr_db_upscaler": 25.25, "psnr_db_bicubic": 24.5, "parameters": 7654321,
        "fine_power_over_truth_upscaler": [0.5, 0.1, 0.0], "fine_power_over_truth_bicubic": [0.1, 0.0, 0.0],
        "perceptual": {"upscaler": 0.02, "bicubic": 0.03}, "seconds_a_step": 0.5, "curves": {"loss": [[0, 1.0]]},
    }  # fmt: skip


CUT = [{"ground_scale_m": 77.0, "train": 400, "held_out": 90, "thrown_out": {"changed by 75% or more": 3}}]


def plain(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", re.sub(r'src="data:[^"]*"', "", html))


def test_a_page_of_scales_says_what_was_measured_and_by_what() -> None:
    points = [
        scale_point(77, 0, 0.812, [0.79, 0.84]),
        scale_point(77, 1, 0.799, None),
        scale_point(100, 0, 0.777, None),
    ]
    html = make_study_page({**STUDY, "kind": "scales", "cut": CUT, "points": points}).to_html()
    said = plain(html)
    for words in ("0.812 (0.790 to 0.840)", "0.799", "0.777", "1,234,567", "17.50", "0.2100", "3 changed by 75%",
                  "a network trained on the region itself", "a_2016", "20% of the ground"):  # fmt: skip
        assert words in said, words
    assert html.count("<img") == 4
    assert "Unfinished" not in said
    # what a user gave is shown, and is no part of the page
    assert "&lt;b&gt;" in html


def test_a_page_of_depths_says_what_each_number_of_blocks_is_worth() -> None:
    study = {**STUDY, "kind": "depths", "cut": [{}], "points": [depth_point(1), depth_point(16)]}
    html = make_study_page(study).to_html()
    for words in ("25.25", "24.50", "7,654,321", "0.0200", "0.500"):
        assert words in plain(html), words
    assert html.count("<img") == 3
    assert "From step 3 on a judge" in plain(html)
    settings = {**SETTINGS, "upscaler": {**SETTINGS["upscaler"], "adversarial_from_step": 4}}
    assert "judge is part" not in plain(make_study_page({**study, "settings": settings}).to_html())


@pytest.mark.parametrize("kind", ["scales", "depths"])
def test_a_page_of_a_study_that_is_not_finished_says_so(kind: str) -> None:
    point = scale_point(77, 0, 0.8, None) if kind == "scales" else depth_point(4)
    study = {**STUDY, "is_finished": False, "kind": kind, "cut": CUT, "points": [point]}
    assert "Unfinished: 1 of 2 trainings are measured so far" in plain(make_study_page(study).to_html())
