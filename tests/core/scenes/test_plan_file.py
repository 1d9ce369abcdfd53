"""What was decided, and whether a run continues it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from landcast.core.errors import OutputError
from landcast.core.request import PredictionRequest
from landcast.core.scenes.plan_file import BlocksPlace, PlanFile, decided_of, is_same, other_plan
from landcast.core.scenes.prepared import PreparedScene, SourceStamp, prepare_scene

Ask = Callable[..., PredictionRequest]
PLACE = BlocksPlace("s3://bucket/run", "a.tif-0123456789abcdef")


@pytest.fixture
def scene(ask: Ask) -> PreparedScene:
    return prepare_scene(ask(), pytest.fail, block_px=128)


def test_a_plan_comes_back_with_its_stage_and_is_the_same(scene: PreparedScene, ask: Ask, tmp_path: Path) -> None:
    file = PlanFile(tmp_path / "run")
    assert file.read() is None
    for stage in ("predicting", "publishing", "finished"):
        file.write(scene, stage, PLACE)  # type: ignore[arg-type]
        kept = file.read()
        assert kept is not None
        assert (kept.key, kept.stage, kept.place) == (scene.key, stage, PLACE)
        assert is_same(kept, prepare_scene(ask(name="elsewhere.tif"), pytest.fail, block_px=128))
    file.remove()
    assert file.read() is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"seed": 3}, "seed: 0 then, 3 now"),
        ({"members": 4}, "members: 1 then, 4 now"),
        ({"iterations": 2}, "iterations: 1 then, 2 now"),
        ({"ground_scale_m": 128.0}, "ground_scale_m: 76"),
        ({"stretch": (10.0, 200.0)}, "tones: "),
        ({"quicklook": Path("look.png")}, "layers: prediction then, look_after, look_before, prediction now"),
    ],
)
def test_what_differs_is_told_by_name(
    changes: dict[str, object], told: str, scene: PreparedScene, ask: Ask, tmp_path: Path
) -> None:
    file = PlanFile(tmp_path)
    file.write(scene, "predicting", PLACE)
    kept, other = file.read(), prepare_scene(ask(**changes), lambda text: None, block_px=128)
    assert kept is not None
    assert not is_same(kept, other)
    assert told in str(other_plan(kept, other, tmp_path))
    assert "--overwrite" in str(other_plan(kept, other, tmp_path))


def test_a_large_source_is_known_by_its_age_too(scene: PreparedScene) -> None:
    facts = {**scene.facts, "source_sha256": None}
    one, other = (replace(scene, facts=facts, stamp=SourceStamp(5, age)) for age in (1, 2))
    assert decided_of(one)["source_written"] == "5 bytes, 1 ns"
    assert decided_of(one) != decided_of(other)
    assert decided_of(replace(scene, stamp=SourceStamp(5, 1))) == decided_of(replace(scene, stamp=SourceStamp(5, 2)))


@pytest.mark.parametrize("damage", ["", "{", "{}", "[]", "format", "stage"])
def test_what_is_no_plan_is_told(damage: str, scene: PreparedScene, tmp_path: Path) -> None:
    file = PlanFile(tmp_path)
    file.write(scene, "predicting", PLACE)
    said = json.loads(file.path.read_text())
    text = json.dumps({**said, damage: 99}) if damage in said else damage
    file.path.write_text(text)
    with pytest.raises(OutputError, match=r"plan\.json: is no plan that this version reads .*--overwrite begins anew"):
        file.read()


def test_no_other_plan_or_result_has_the_place_of_blocks(scene: PreparedScene, ask: Ask, tmp_path: Path) -> None:
    others = [
        prepare_scene(ask(name="elsewhere.tif"), pytest.fail, block_px=128),
        prepare_scene(ask(seed=3), pytest.fail, block_px=128),
        prepare_scene(ask(), pytest.fail, block_px=256),
        replace(scene, facts={**scene.facts, "source_sha256": None}, stamp=SourceStamp(5, 1)),
    ]
    for url in (None, "s3://bucket/run", "s3://bucket/run/", str(tmp_path)):
        places = {BlocksPlace.of(each, url).within(tmp_path) for each in (scene, *others)}
        assert len(places) == 5
        assert all(place.startswith(url.rstrip("/") + "/" if url else f"{tmp_path}/blocks-") for place in places)
        assert BlocksPlace.of(scene, url) == BlocksPlace.of(prepare_scene(ask(), pytest.fail, block_px=128), url)


def test_a_relative_place_of_blocks_is_one_of_this_machine(scene: PreparedScene, tmp_path: Path) -> None:
    assert BlocksPlace.of(scene, "shared").asked == str(Path("shared").absolute())
    assert BlocksPlace.of(scene, f"file://{tmp_path}").asked == str(tmp_path)
    assert BlocksPlace.of(scene, "memory://").within(tmp_path).startswith("memory://a.tif-")
