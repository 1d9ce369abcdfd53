"""Dataclasses to JSON values and back, each field held to what its annotation says.

A checker is compiled once for each class. It knows strings, numbers, choices, tuples, tables of strings, dataclasses,
None, and unions of dataclasses, which travel with their `kind`. Defaults make a field optional.
"""

import math
import re
import reprlib
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from typing import Annotated, Any, Literal, Optional, TypeVar, Union, get_args, get_origin, get_type_hints

from .errors import FieldValueError, LimitError, MissingFieldError, UnknownFieldError
from .fields import AtMost, Between, Matches, Text

Check = Callable[[Any, str, bool], Any]
"""Called with a JSON value, the place where it stands and whether the sender is newer; returns the field's value."""
Made = TypeVar("Made")
NONE = type(None)
_CHECKS: dict[Any, Check] = {}


def build(kind: type[Made], value: Any, where: str, is_newer: bool) -> Made:
    """Make a dataclass from a JSON value.

    Args:
        kind: the dataclass.
        value: as parsed.
        where: named in errors.
        is_newer: whether the sender speaks a newer minor version, whose unknown fields are left out.

    Raises:
        FieldError: a field is missing, unknown, of the wrong type or out of range.
        LimitError: a string or a list is too long.
    """
    made: Made = _check_of(kind)(value, where, is_newer)
    return made


def plain(value: Any) -> Any:
    """Return a dataclass, or what is in one, as what JSON knows; nothing is checked."""
    if is_dataclass(value) and not isinstance(value, type):
        found = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        tag = _tag(type(value))
        return found if tag is None else {"kind": tag, **found}
    if isinstance(value, (tuple, list)):
        return [plain(entry) for entry in value]
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    return value


def _check_of(kind: Any) -> Check:
    """The checker of a dataclass, compiled when it is first asked for."""
    if kind not in _CHECKS:
        _CHECKS[kind] = _compile_class(kind)
    return _CHECKS[kind]


def _compile_class(kind: Any) -> Check:
    hints = get_type_hints(kind, include_extras=True)
    checks = {field.name: _compile(hints[field.name], f"{kind.__name__}.{field.name}") for field in fields(kind)}
    needed = [field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING]
    tag = _tag(kind)
    if tag is not None:
        checks["kind"] = _choice((tag,))

    def check(value: Any, where: str, is_newer: bool) -> Any:
        if not isinstance(value, dict):
            raise _wrong(where, "an object", value)
        for name in needed:
            if name not in value:
                raise MissingFieldError(f"{where}: the field {name} is missing")
        found = {}
        for name, entry in value.items():
            if name in checks:
                found[name] = checks[name](entry, f"{where}.{name}", is_newer)
            elif not is_newer:
                raise UnknownFieldError(f"{where}: there is no field {_short(name)}")
        if tag is not None:
            found.pop("kind", None)
        return kind(**found)

    return check


def _tag(kind: Any) -> Optional[str]:
    """The `kind` of a dataclass whose place others may take; a field of that name is none."""
    tag = getattr(kind, "kind", None)
    return tag if isinstance(tag, str) else None


def _compile(hint: Any, place: str) -> Check:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _limited(arguments[0], arguments[1:], place)
    if origin is Literal:
        return _choice(arguments)
    if origin is Union:
        return _union(arguments, place)
    if origin is tuple:
        return _tuple(arguments, place)
    if hint is bool:
        return _boolean
    if is_dataclass(hint):
        return _check_of(hint)
    raise TypeError(f"{place}: {hint!r} does not say what its values are held to")


def _limited(base: Any, limits: tuple[Any, ...], place: str) -> Check:
    """A type with the one limit that it needs."""
    if len(limits) != 1:
        raise TypeError(f"{place}: {base!r} needs one limit, not {len(limits)}")
    limit = limits[0]
    if base is int and isinstance(limit, Between):
        return _integer(limit)
    if base is float and isinstance(limit, Between):
        return _real(limit)
    if base is str and isinstance(limit, Matches):
        return _pattern(limit)
    if base is str and isinstance(limit, Text):
        return _text(limit)
    if isinstance(limit, AtMost):
        return _counted(base, limit, place)
    raise TypeError(f"{place}: {base!r} cannot be held to {limit!r}")


def _integer(limit: Between) -> Check:
    wanted = f"an integer from {limit.low} to {limit.high}"

    def check(value: Any, where: str, is_newer: bool) -> int:
        if type(value) is not int or not limit.low <= value <= limit.high:
            raise _wrong(where, wanted, value)
        return value

    return check


def _real(limit: Between) -> Check:
    wanted = f"a finite number from {limit.low:g} to {limit.high:g}"

    def check(value: Any, where: str, is_newer: bool) -> float:
        # compared before it is converted: an integer may be too large for a float
        is_number = type(value) is float or type(value) is int
        if not is_number or not limit.low <= value <= limit.high or not math.isfinite(value):
            raise _wrong(where, wanted, value)
        return float(value)

    return check


def _pattern(limit: Matches) -> Check:
    pattern = re.compile(limit.pattern)

    def check(value: Any, where: str, is_newer: bool) -> str:
        if type(value) is not str or not pattern.fullmatch(value):
            raise _wrong(where, f"a string like {limit.pattern}", value)
        return value

    return check


def _text(limit: Text) -> Check:
    def check(value: Any, where: str, is_newer: bool) -> str:
        if type(value) is not str:
            raise _wrong(where, "a string", value)
        if len(value) > limit.most:
            raise LimitError(f"{where}: {len(value)} characters, at most {limit.most} are allowed")
        refused = limit.refused.search(value)
        if refused:
            raise FieldValueError(f"{where}: the character {refused[0]!r} at {refused.start()} may not be in it")
        return value

    return check


def _counted(base: Any, limit: AtMost, place: str) -> Check:
    origin, arguments = get_origin(base), get_args(base)
    if origin is Union and len(arguments) == 2 and arguments[1] is NONE:
        inner = _counted(arguments[0], limit, place)
        return lambda value, where, is_newer: None if value is None else inner(value, where, is_newer)
    if origin is dict:
        return _table(arguments, limit, place)
    if origin is not tuple or arguments[1:] != (...,):
        raise TypeError(f"{place}: {base!r} has no number of entries to limit")
    entry = _compile(arguments[0], place)

    def check(value: Any, where: str, is_newer: bool) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _wrong(where, "a list", value)
        if len(value) > limit.count:
            raise LimitError(f"{where}: {len(value)} entries, at most {limit.count} are allowed")
        return tuple([entry(one, f"{where}[{number}]", is_newer) for number, one in enumerate(value)])

    return check


def _table(arguments: tuple[Any, ...], limit: AtMost, place: str) -> Check:
    key_of, entry_of = (_compile(argument, place) for argument in arguments)

    def check(value: Any, where: str, is_newer: bool) -> dict[Any, Any]:
        if not isinstance(value, dict):
            raise _wrong(where, "an object", value)
        if len(value) > limit.count:
            raise LimitError(f"{where}: {len(value)} entries, at most {limit.count} are allowed")
        return {
            key_of(key, f"key of {where}", is_newer): entry_of(entry, f"{where}[{_short(key)}]", is_newer)
            for key, entry in value.items()
        }

    return check


def _tuple(arguments: tuple[Any, ...], place: str) -> Check:
    """A tuple of a fixed length; one of any length is only taken with a limit."""
    if ... in arguments:
        raise TypeError(f"{place}: a tuple of any length needs a limit")
    entries = [_compile(argument, place) for argument in arguments]

    def check(value: Any, where: str, is_newer: bool) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) != len(entries):
            raise _wrong(where, f"a list of {len(entries)}", value)
        return tuple([entry(one, f"{where}[{n}]", is_newer) for n, (entry, one) in enumerate(zip(entries, value))])

    return check


def _choice(choices: tuple[Any, ...]) -> Check:
    wanted = "one of " + ", ".join(map(repr, choices))

    def check(value: Any, where: str, is_newer: bool) -> Any:
        if type(value) is not str or value not in choices:
            raise _wrong(where, wanted, value)
        return value

    return check


def _union(arguments: tuple[Any, ...], place: str) -> Check:
    kinds = [argument for argument in arguments if argument is not NONE]
    inner = _compile(kinds[0], place) if len(kinds) == 1 else _tagged(kinds, place)
    if NONE not in arguments:
        return inner
    return lambda value, where, is_newer: None if value is None else inner(value, where, is_newer)


def _tagged(kinds: list[Any], place: str) -> Check:
    """One of several dataclasses, told apart by `kind`."""
    if not all(is_dataclass(kind) and _tag(kind) is not None for kind in kinds):
        raise TypeError(f"{place}: only dataclasses with a kind can be told apart")
    checks = {kind.kind: _check_of(kind) for kind in kinds}
    choose = _choice(tuple(checks))

    def check(value: Any, where: str, is_newer: bool) -> Any:
        if not isinstance(value, dict):
            raise _wrong(where, "an object", value)
        if "kind" not in value:
            raise MissingFieldError(f"{where}: the field kind is missing")
        return checks[choose(value["kind"], f"{where}.kind", is_newer)](value, where, is_newer)

    return check


def _boolean(value: Any, where: str, is_newer: bool) -> bool:
    if type(value) is not bool:
        raise _wrong(where, "true or false", value)
    return value


def _wrong(where: str, wanted: str, value: Any) -> FieldValueError:
    found = _short(value) if value is None or isinstance(value, (str, int, float)) else type(value).__name__
    return FieldValueError(f"{where}: must be {wanted}, not {found}")


def _short(value: Any) -> str:
    return reprlib.repr(value)
