"""Fields are bounded, and words can always be made to fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landcast.core.protocol.codec import decode, encode
from landcast.core.protocol.fields import MAX_TEXT, Between, clean_text, new_id
from landcast.core.protocol.messages import Failed, Notice
from landcast.core.protocol.schema import build


@dataclass(frozen=True)
class Unbounded:
    """Has a field without a limit."""

    text: str


@dataclass(frozen=True)
class UnboundedList:
    """Has a list without a limit."""

    numbers: tuple[Annotated[int, Between(0, 1)], ...]


@dataclass(frozen=True)
class Untagged:
    """Could be one of two."""

    either: Any | None


@pytest.mark.parametrize("kind", [Unbounded, UnboundedList, Untagged])
def test_a_field_without_a_limit_is_a_mistake_of_its_class(kind: type[Any]) -> None:
    with pytest.raises(TypeError, match=kind.__name__):
        build(kind, {}, "here", is_newer=False)


@given(st.text(st.characters()), st.integers(20, 50))
def test_any_text_can_be_made_to_fit(text: str, most: int) -> None:
    cleaned = clean_text(text, most)
    assert len(cleaned) <= most
    assert decode(encode(Notice(new_id(), "note", cleaned)))[0].text == cleaned  # type: ignore[attr-defined]


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    cleaned = clean_text("first" + "." * 10_000 + "last")
    assert len(cleaned) == MAX_TEXT
    assert cleaned.startswith("first.")
    assert cleaned.endswith(".last")
    assert encode(Failed(new_id(), "internal", cleaned))


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=100))
def test_a_text_that_fits_is_left_as_it_is(text: str) -> None:
    assert clean_text(text) == text


def test_ids_differ() -> None:
    assert len({new_id() for _ in range(100)}) == 100
