"""Points of a study: kept whole, and only used for what made them."""

from __future__ import annotations

from pathlib import Path

import pytest

from landcast.core.errors import TrainingError
from landcast.training.study.points import load_point, save_point

FACTS = {"forecaster": {"max_steps": 4}, "scales": (1.0, 2.0)}


def test_what_was_kept_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "points" / "77m_seed0.json"
    assert load_point(path, FACTS) is None
    save_point(path, FACTS, {"crps": 0.7, "curve": [(0, 1.0)]})
    assert load_point(path, FACTS) == {"crps": 0.7, "curve": [[0, 1.0]]}
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_point_of_other_settings_is_named_with_what_differs(tmp_path: Path) -> None:
    path = tmp_path / "point.json"
    save_point(path, FACTS, {})
    with pytest.raises(TrainingError, match=r"point\.json was measured with other settings or data \(forecaster\.max_"):
        load_point(path, {**FACTS, "forecaster": {"max_steps": 8}})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "landcast study point", "version": 2}'])
def test_a_damaged_point_is_measured_again(text: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "point.json"
    path.write_text(text, encoding="utf-8")
    assert load_point(path, FACTS) is None
    assert "is damaged and measured again" in caplog.text
