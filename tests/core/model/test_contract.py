"""The terms of a model, on disk and back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from landcast.core.errors import ModelError
from landcast.core.model.contract import load_contract, save_contract
from landcast.core.model.contract_name import CONTRACT_NAME
from landcast.core.noise import WHITE
from landcast.core.radiometry.tones import ToneReference
from landcast.tests.models import TINY_CONTRACT

TONES = ToneReference((0.0, 0.5, 1.0), ((0.1, 0.4, 0.9), (0.1, 0.5, 0.9), (0.2, 0.4, 0.8)))


def rewrite(folder: Path, **changes: Any) -> None:
    """Save a good contract and change some of its items; None removes one."""
    save_contract(TINY_CONTRACT, folder)
    path = folder / CONTRACT_NAME
    said = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps({key: value for key, value in said.items() if value is not None}), encoding="utf-8")


def test_what_is_saved_comes_back_equal(tmp_path: Path) -> None:
    contract = replace(TINY_CONTRACT, region="Ñuñoa", trained_gsd_m=(0.6,), noise=WHITE)
    save_contract(contract, tmp_path)
    assert load_contract(tmp_path) == contract


def test_the_tones_of_the_training_images_come_back_equal(tmp_path: Path) -> None:
    contract = replace(TINY_CONTRACT, tones=TONES)
    save_contract(contract, tmp_path)
    assert load_contract(tmp_path) == contract


@pytest.mark.parametrize("is_named", [True, False])
def test_a_model_that_never_recorded_its_tones_is_read_all_the_same(tmp_path: Path, is_named: bool) -> None:
    rewrite(tmp_path)
    path = tmp_path / CONTRACT_NAME
    said = json.loads(path.read_text(encoding="utf-8")) | ({"tones": None} if is_named else {})
    assert ("tones" in said) == is_named
    path.write_text(json.dumps(said), encoding="utf-8")
    assert load_contract(tmp_path) == TINY_CONTRACT


def test_a_temperature_comes_back_and_one_of_1_is_not_written(tmp_path: Path) -> None:
    warm = replace(TINY_CONTRACT, temperature=1.06)
    save_contract(warm, tmp_path)
    assert load_contract(tmp_path) == warm
    save_contract(TINY_CONTRACT, tmp_path)
    assert "temperature" not in json.loads((tmp_path / CONTRACT_NAME).read_text(encoding="utf-8"))
    assert load_contract(tmp_path) == TINY_CONTRACT


def test_the_ground_scale_is_that_of_128_pixels_at_the_most_used_size() -> None:
    assert TINY_CONTRACT.ground_scale_m == pytest.approx(76.8)


def test_one_iteration_takes_the_shortest_interval_unless_asked() -> None:
    assert TINY_CONTRACT.years_of_one_iteration(None) == 2
    assert TINY_CONTRACT.years_of_one_iteration(3.5) == 3.5


def test_a_folder_without_contract_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a Landcast model"):
        load_contract(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "\udcff"])
def test_a_contract_that_is_not_json_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / CONTRACT_NAME).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ModelError, match="cannot be read"):
        load_contract(tmp_path)


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_format_is_refused_by_its_number(tmp_path: Path, version: object) -> None:
    rewrite(tmp_path, format_version=version)
    with pytest.raises(ModelError, match=r"format .* is not known"):
        load_contract(tmp_path)


@pytest.mark.parametrize("whole", ["[]", "3", "null"])
def test_json_that_is_no_contract_is_refused(tmp_path: Path, whole: str) -> None:
    (tmp_path / CONTRACT_NAME).write_text(whole, encoding="utf-8")
    with pytest.raises(ModelError):
        load_contract(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"objective": "guess"},
        {"condition_layout": "spiral"},
        {"composition": "collage"},
        {"difference_std": 0},
        {"difference_std": "wide"},
        {"sampling_steps": 0},
        {"temperature": 0},
        {"temperature": 3},
        {"temperature": "hot"},
        {"interval_years": []},
        {"noise": None},
        {"noise": {"spacing_cells": [1, 8], "weights": [1.0]}},
        {"noise": 3},
        {"region": None},
        {"surprise": 1},
        {"tones": 3},
        {"tones": {"shares": [0, 1]}},
        {"tones": {"shares": [0, 1], "levels": [[0, 1]]}},
        {"tones": {"shares": [0, 1], "levels": [[0, 1], [0, 1], [0.2, 0.1]]}},
        {"tones": {"shares": [0, 1], "levels": [[0, 1], [0, 1], [0, 255]]}},
        {"tones": {"shares": [0, 1], "levels": [[0, 1], [0, 1], ["0", "1"]]}},
    ],
    ids=str,
)
def test_terms_that_make_no_sense_are_refused_by_the_files_name(tmp_path: Path, changes: dict[str, Any]) -> None:
    rewrite(tmp_path, **changes)
    with pytest.raises(ModelError, match=CONTRACT_NAME):
        load_contract(tmp_path)
