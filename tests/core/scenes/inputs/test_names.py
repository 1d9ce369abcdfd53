"""Names of results: each of its own, the same from run to run, and taken by every file system."""

from __future__ import annotations

from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from landcast.core.scenes.inputs.names import MAX_BYTES, RESERVED, name_scenes, safe_name
from landcast.core.scenes.inputs.scene import Scene


def names(*sources: object, **known: str) -> list[str]:
    scenes = [Scene(source, "test") for source in sources]  # type: ignore[arg-type]
    by_identity = {scene.identity: known[scene.steps[0]] for scene in scenes if scene.steps[0] in known}
    return [scene.name for scene in name_scenes(scenes, by_identity)]


def test_a_scene_is_called_like_its_file() -> None:
    assert names("tiles/a.tif", "https://example.org/x/b.tif?sig=1", Path("c.d.tif")) == ["a", "b", "c.d"]


def test_two_files_of_one_name_get_the_names_of_their_folders_in_front() -> None:
    assert names("2016/a.tif", "2020/a.tif", "2020/b.tif") == ["2016_a", "2020_a", "b"]
    assert names("/x/1/t/a.tif", "/x/2/t/a.tif") == ["1_t_a", "2_t_a"]


def test_two_files_of_one_folder_and_name_get_their_suffixes_behind() -> None:
    assert names("2016/a.tif", "2016/a.jp2", "2016/b.jp2") == ["a_tif", "a_jp2", "b"]


def test_what_nothing_tells_apart_is_numbered() -> None:
    scenes = [Scene(f"t/{stem}.tif", "", name="x") for stem in "abc"]
    assert [scene.name for scene in name_scenes(scenes)] == ["x", "x_2", "x_3"]


def test_names_that_differ_in_case_alone_are_told_apart() -> None:
    first, second = names("x/Town.tif", "y/town.tif")
    assert (first, second) == ("x_Town", "y_town")


def test_a_scene_that_is_named_twice_is_one() -> None:
    assert names("a.tif", Path("a.tif"), Path.cwd() / "a.tif") == ["a"]
    signed = "https://example.org/a.tif?sig="
    assert names(f"{signed}1", f"{signed}2") == ["a"]


def test_names_that_were_given_before_stay_when_others_come() -> None:
    assert names("1/a.tif", "2/b.tif", b="given") == ["a", "given"]
    scenes = [Scene(Path("1/a.tif"), ""), Scene(Path("2/a.tif"), "")]
    known = {scenes[1].identity: "a"}
    assert [scene.name for scene in name_scenes(scenes, known)] == ["1_a", "a"]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["x", "X", "x_2", "a_x"])), max_size=8, unique=True))
def test_no_two_scenes_share_a_name_on_any_file_system(parts: list[tuple[str, str]]) -> None:
    scenes = [Scene(f"{folder}/{name}.tif", "", name=name) for folder, name in parts]
    given_names = [scene.name for scene in name_scenes(scenes)]
    assert len({name.casefold() for name in given_names}) == len(scenes)


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_becomes_a_name_that_windows_takes(text: str) -> None:
    name = safe_name(text)
    assert name
    assert not set(name) & set('<>:"/\\|?*\0\n\t')
    assert name == name.strip(" ").rstrip(".")
    assert not name.startswith(".")
    assert name.split(".")[0].lower() not in RESERVED
    assert len(name.encode()) <= MAX_BYTES


@pytest.mark.parametrize(("text", "name"), [("CON", "_CON"), ("aux.x", "_aux.x"), ("a/b:c", "a_b_c"), ("..", "_")])
def test_names_that_mean_something_else_are_changed(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_long_names_are_cut_and_still_differ() -> None:
    first, second = safe_name("ü" * 200 + "1"), safe_name("ü" * 200 + "2")
    assert first != second


def test_addresses_that_name_their_image_in_the_query_are_scenes_of_their_own() -> None:
    service = "https://user:pass@example.org/get.tif?"
    scenes = [Scene(f"{service}id={number}&X-Amz-Signature={number}5", "") for number in (1, 2)]
    assert [scene.name for scene in name_scenes(scenes)] == ["get_tif", "get_tif_2"]
    again = Scene(f"{service}id=1&X-Amz-Signature=other", "")
    assert again.identity == scenes[0].identity
    assert "pass" not in again.identity
    assert "id=1" not in again.identity


def test_what_opens_an_address_is_taken_out_of_texts() -> None:
    scene = Scene("https://u:secret@example.org/a.tif?sig=secret", "")
    text = f"{scene.source}: failed at https://example.org/b.tif?token=secret; see (https://example.org/c)."
    assert scene.without_secrets(text) == (
        "https://example.org/a.tif: failed at https://example.org/b.tif; see (https://example.org/c)."
    )
