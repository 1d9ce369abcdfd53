"""Settings from a TOML file, laid over a preset."""

from __future__ import annotations

import tomllib
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from ..core.errors import RequestError
from .presets import DEFAULT_PRESET, find_preset
from .settings import PairSource, TrainingSettings
from .starting import check_said, starting_settings


def load_settings(path: Path, preset: str | None = None, base: str | None = None) -> TrainingSettings:
    """Read settings from TOML; what the file does not say comes from its `preset`, or from its `base` to fine-tune.

    Relative paths of pairs may begin with an environment variable, as in `$LANDCAST_DATA/naip`.

    Args:
        path: of the file.
        preset: in the place of the file's.
        base: model to start from, in the place of the file's.

    Raises:
        RequestError: the file cannot be read, or names a setting that does not exist or does not fit.
        ModelError: there is no such model to start from.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RequestError(f"{path}: cannot be read as TOML: {error}") from error
    base = base or said.get("base")
    if base:
        start = starting_settings(_fit(str, base, f"{path}: base"))
        check_said({**said, **({"preset": preset} if preset else {})}, start, str(path))
    else:
        start = find_preset(preset or str(said.get("preset", DEFAULT_PRESET)))
    settings: TrainingSettings = _overlay(start, {**said, "preset": start.preset, "base": start.base}, str(path))
    return settings


def _overlay(base: Any, said: Any, where: str) -> Any:
    """Replace fields of a settings dataclass by what a TOML table says, level by level."""
    if not isinstance(said, dict):
        raise RequestError(f"{where} must be a table, not {said!r}")
    hints = get_type_hints(type(base))
    unknown = set(said) - {f.name for f in fields(base)}
    if unknown:
        raise RequestError(f"{where}: unknown setting {', '.join(sorted(unknown))}")
    changes = {
        name: _overlay(getattr(base, name), value, f"{where}: [{name}]")
        if is_dataclass(hints[name])
        else _fit(hints[name], value, f"{where}: {name}")
        for name, value in said.items()
    }
    try:
        return replace(base, **changes)
    except ValueError as error:
        raise RequestError(f"{where}: {error}") from error


def _fit(hint: Any, value: Any, where: str) -> Any:
    """Bring a TOML value to the type of a field."""
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise RequestError(f"{where} must be a list, not {value!r}")
        return tuple(_fit(get_args(hint)[0], entry, where) for entry in value)
    if hint is PairSource:
        return _pair(value, where)
    kind = str if get_origin(hint) is Literal else hint
    is_number = kind in (int, float) and isinstance(value, (int, kind)) and not isinstance(value, bool)
    if not (is_number or (kind in (str, bool) and isinstance(value, kind))):
        raise RequestError(f"{where} must be {kind.__name__}, not {value!r}")
    return kind(value)


def _pair(entry: Any, where: str) -> PairSource:
    wanted = get_type_hints(PairSource)
    if not isinstance(entry, dict) or entry.keys() | {"place"} != wanted.keys():
        raise RequestError(f"{where}: each of [[pairs]] takes before, after and years, not {entry!r}")
    return PairSource(**{name: _fit(wanted[name], value, f"{where}: {name}") for name, value in entry.items()})
