"""The user's own models: known by name, added as wholes, and no obstacle to others where one is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from landcast.core.errors import ModelError, OutputError
from landcast.core.model.folder import find_model, hash_model, known_models, shipped_models
from landcast.core.model.own_models import add_model, own_models


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


def test_where_it_cannot_be_written_nothing_is_left(tiny_model: Path, shelf: Path) -> None:
    shelf.write_text("a file in the place of the folder")
    with pytest.raises(OutputError, match="cannot be written"):
        add_model(tiny_model, "town")
    assert shelf.is_file()
