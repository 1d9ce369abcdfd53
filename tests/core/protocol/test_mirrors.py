"""What the protocol repeats of the library agrees with it; the protocol cannot import it."""

from __future__ import annotations

import inspect
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from landcast.core import errors as library_errors
from landcast.core import request as library
from landcast.core.device import DeviceChoice, PrecisionChoice
from landcast.core.lattice import Rect
from landcast.core.protocol import requests, values
from landcast.core.protocol.messages import FailureCode
from landcast.core.radiometry.tones import Radiometry
from landcast.core.raster.options import SourceOptions


def bare(hint: Any) -> Any:
    """A type without limits, with paths as text and dataclasses by their names, so that two sides compare."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return bare(arguments[0])
    if origin in (Union, UnionType):
        choices = frozenset(map(bare, arguments))
        return choices if len(choices) > 1 else min(choices)
    if origin is not None:
        return (origin, *(arguments if origin is Literal else map(bare, arguments)))
    if is_dataclass(hint):
        return hint.__name__  # type: ignore[union-attr]
    return str if hint is Path else hint


def default(field: Field[Any]) -> Any:
    """What a field is where it is left out; a dataclass counts by its fields."""
    if field.default_factory is not MISSING:
        return vars(field.default_factory())
    return field.default


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (requests.PredictRequest, library.PredictionRequest),
        (requests.SourceOptions, SourceOptions),
        (values.Rect, Rect),
    ],
)
def test_the_fields_on_the_wire_are_those_of_the_library(ours: type[Any], theirs: type[Any]) -> None:
    assert [field.name for field in fields(ours)] == [field.name for field in fields(theirs)]
    assert [default(field) for field in fields(ours)] == [default(field) for field in fields(theirs)]
    own, other = get_type_hints(ours, include_extras=True), get_type_hints(theirs)
    for field in fields(ours):
        assert bare(own[field.name]) == bare(other[field.name]), field.name


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (requests.Radiometry, Radiometry),
        (requests.DeviceChoice, DeviceChoice),
        (requests.PrecisionChoice, PrecisionChoice),
    ],
)
def test_choices_are_those_of_the_library(ours: Any, theirs: Any) -> None:
    assert get_args(ours) == get_args(theirs)


def test_the_limits_of_numbers_are_those_of_the_library() -> None:
    limit = get_args(get_type_hints(requests.PredictRequest, include_extras=True)["seed"])[1]
    assert (limit.low, limit.high) == (0, library.MAX_SEED)


MEMORY = {"device_memory": "out_of_memory"}
"""An error whose code is that of the machine's memory as well."""
OF_WHOLE_SCENES = library_errors.BlocksError, library_errors.ClusterError
"""No worker raises these: it predicts what fits its memory, by itself."""


def test_every_error_that_a_user_can_cause_has_a_code() -> None:
    kinds = [
        kind
        for _, kind in inspect.getmembers(library_errors, inspect.isclass)
        if issubclass(kind, library_errors.LandcastError)
        and kind not in (library_errors.LandcastError, library_errors.CancelledError, *OF_WHOLE_SCENES)
    ]
    names = {"".join(f"_{c.lower()}" if c.isupper() else c for c in kind.__name__)[1:] for kind in kinds}
    codes = {MEMORY.get(name, name) for name in (name.removesuffix("_error") for name in names)}
    assert codes <= set(get_args(FailureCode))
