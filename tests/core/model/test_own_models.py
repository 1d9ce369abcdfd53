"""The user's own models: known by name, added as wholes, and no obstacle to others where one is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from landcast.core.errors import ModelError, OutputError
from landcast.core.model.folder import find_model, hash_model, known_models, shipped_models
from landcast.core.model.own_models import add_model, own_models, remove_model


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANDCAST_MODELS", str(tmp_path / "mine"))
    return tmp_path / "mine"


def test_an_added_model_is_found_by_its_name_and_is_the_same(tiny_model: Path, shelf: Path) -> None:
    assert own_models() == []
    assert add_model(tiny_model, "small town") == shelf / "small town"
    assert own_models() == ["small town"]
    assert find_model("small town") == shelf / "small town"
    assert hash_model(find_model("small town")) == hash_model(tiny_model)
    assert list(known_models()) == [*shipped_models(), "small town"]
    assert [path.name for path in shelf.iterdir()] == ["small town"], "nothing else is left there"


def test_a_name_is_taken_once_unless_it_is_to_be_replaced(tiny_model: Path, shelf: Path) -> None:
    add_model(tiny_model, "town")
    (shelf / "town" / "notes.txt").write_text("of the older one")
    with pytest.raises(ModelError, match="there is a model of that name; choose another --name"):
        add_model(tiny_model, "town")
    add_model(tiny_model, "town", is_overwriting=True)
    assert not (shelf / "town" / "notes.txt").exists()
    assert own_models() == ["town"]


@pytest.mark.parametrize("name", ["a/b", "..", ".hidden", "", "/tmp"])
def test_what_is_no_name_is_refused(name: str, tiny_model: Path, shelf: Path) -> None:
    with pytest.raises(ModelError, match="is no name for a model"):
        add_model(tiny_model, name)
    with pytest.raises(ModelError, match="is no name for a model"):
        remove_model(name)


def test_where_it_cannot_be_written_nothing_is_left(tiny_model: Path, shelf: Path) -> None:
    shelf.write_text("a file in the place of the folder")
    with pytest.raises(OutputError, match="cannot be written"):
        add_model(tiny_model, "town")
    assert shelf.is_file()


def test_a_removed_model_is_gone_and_what_it_was_a_copy_of_stays(tiny_model: Path, shelf: Path) -> None:
    add_model(tiny_model, "town")
    add_model(tiny_model, "village")
    digest = hash_model(tiny_model)
    assert remove_model("town") == shelf / "town"
    assert own_models() == ["village"]
    assert [path.name for path in shelf.iterdir()] == ["village"]
    assert hash_model(tiny_model) == digest
    with pytest.raises(ModelError, match=r"town: no model of that name was added \(there is: village\)"):
        remove_model("town")


def test_a_damaged_model_can_be_removed(tiny_model: Path, shelf: Path) -> None:
    (add_model(tiny_model, "town") / "landcast.json").unlink()
    remove_model("town")
    assert list(shelf.iterdir()) == []


def test_a_model_that_cannot_be_removed_stays_whole(
    tiny_model: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_model(tiny_model, "town")

    def fail(path: Path, target: Path) -> None:
        raise PermissionError(13, "The process cannot access the file because it is being used by another process")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutputError, match="cannot be removed: The process cannot access"):
        remove_model("town")
    assert hash_model(find_model("town")) == hash_model(tiny_model)
