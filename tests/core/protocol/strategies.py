"""Any message that there can be, drawn from the annotations of its fields."""

from __future__ import annotations

import math
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from landcast.core.protocol.fields import AtMost, Between, Matches, Text
from landcast.core.protocol.frames import ITEM_BYTES, Frame
from landcast.core.protocol.message import MESSAGES, Message

FEW = 3
TEXT_CHARACTERS = st.characters(exclude_categories=("Cc", "Cs"))
PATH_CHARACTERS = TEXT_CHARACTERS | st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF, categories=("Cs",))


def any_of(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Any instance of a dataclass; fields with a default are sometimes left out."""
    hints = get_type_hints(kind, include_extras=True)
    needed, optional = {}, {}
    for field in fields(kind):
        has_default = field.default is not MISSING or field.default_factory is not MISSING
        (optional if has_default else needed)[field.name] = _any_value(hints[field.name])
    return st.fixed_dictionaries(needed, optional=optional).map(lambda found: kind(**found))


def any_message() -> st.SearchStrategy[Message]:
    """Any message of any type."""
    return st.sampled_from(sorted(MESSAGES)).flatmap(lambda name: any_of(MESSAGES[name]))


def any_frame() -> st.SearchStrategy[Frame]:
    """Any small frame."""
    shapes = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple)
    return st.tuples(st.sampled_from(sorted(ITEM_BYTES)), shapes).flatmap(
        lambda kind: st.binary(min_size=_size(*kind), max_size=_size(*kind)).map(lambda data: Frame(*kind, data))
    )


def any_frames(message: Message) -> st.SearchStrategy[list[Frame]]:
    """As many frames as the message may carry."""
    least, most = message.frame_counts
    return st.lists(any_frame(), min_size=least, max_size=most)


def _size(dtype: str, shape: tuple[int, ...]) -> int:
    return math.prod(shape) * ITEM_BYTES[dtype]


def _any_value(hint: Any) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _any_limited(*arguments)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is Union:
        return st.one_of([_any_value(argument) for argument in arguments])
    if origin is tuple:
        return st.tuples(*map(_any_value, arguments))
    if hint is NoneType:
        return st.none()
    if hint is bool:
        return st.booleans()
    assert is_dataclass(hint)
    assert isinstance(hint, type)
    return any_of(hint)


def _any_limited(base: Any, limit: Any) -> st.SearchStrategy[Any]:
    if isinstance(limit, Between) and base is int:
        return st.integers(int(limit.low), int(limit.high))
    if isinstance(limit, Between):
        return st.floats(limit.low, limit.high, allow_nan=False)
    if isinstance(limit, Matches):
        return st.from_regex(limit.pattern, fullmatch=True, alphabet=st.characters(max_codepoint=127))
    if isinstance(limit, Text):
        characters = PATH_CHARACTERS if limit.is_path else TEXT_CHARACTERS | st.sampled_from("\t\n")
        return st.text(characters, max_size=min(limit.most, 20))
    assert isinstance(limit, AtMost)
    origin, arguments = get_origin(base), get_args(base)
    if origin is Union:
        return st.none() | _any_limited(arguments[0], limit)
    if origin is dict:
        return st.dictionaries(*map(_any_value, arguments), max_size=FEW)
    return st.lists(_any_value(arguments[0]), max_size=min(FEW, limit.count)).map(tuple)
