"""What an older worker does not know is never left out without a word."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

import pytest

from landcast.core.protocol.requests import EvaluateRequest, JobRequest, PairSource, PredictRequest, TrainRequest
from landcast.core.protocol.since import SINCE, unknown_to
from landcast.core.protocol.versions import CURRENT, Version

PAIR = PairSource("/a_2016", "/b_2020")


@pytest.mark.parametrize(
    ("request_", "version", "names"),
    [
        (PredictRequest("/a.tif"), Version(1, 0), []),
        (PredictRequest("/a.tif", iterations=3, is_keeping_iterations=True), Version(1, 0), ["is_keeping_iterations"]),
        (PredictRequest("/a.tif", is_keeping_iterations=True), Version(1, 2), []),
        (PredictRequest("/a.tif", members=3, is_drawing_typical=True), Version(1, 2), ["is_drawing_typical"]),
        (PredictRequest("/a.tif", is_mapping_domain=True), Version(1, 2), ["is_mapping_domain"]),
        (PredictRequest("/a.tif", is_mapping_domain=True), CURRENT, []),
        (EvaluateRequest((PAIR,), "/out", iterations=2, rivals=("other",)), Version(1, 1), ["rivals", "iterations"]),
        (TrainRequest("/m", base="naip-california", datasets=("/d",)), Version(1, 2), ["base", "datasets"]),
        (TrainRequest("/m", memory_limit_bytes=2**30), Version(1, 2), ["memory_limit_bytes"]),
    ],
    ids=str,
)
def test_what_a_version_does_not_know_is_named(request_: JobRequest, version: Version, names: list[str]) -> None:
    assert unknown_to(version, request_) == names


def test_every_field_that_is_told_of_is_one_and_may_be_left_out() -> None:
    kinds = {kind.kind: kind for kind in get_args(JobRequest)}
    assert kinds.keys() == SINCE.keys()
    for kind, since in SINCE.items():
        known = {field.name: field for field in fields(kinds[kind])}
        assert since.keys() <= known.keys()
        assert all(version <= CURRENT for version in since.values())
