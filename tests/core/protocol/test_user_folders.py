"""Where a user's own files stand on each system."""

from __future__ import annotations

from pathlib import Path

import pytest

from landcast.core.protocol import user_folders as module
from landcast.core.protocol.user_folders import cache_folder, models_folder


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))
    for name in ("LANDCAST_CACHE", "LANDCAST_MODELS", "XDG_CACHE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("platform", "variables", "cache", "models"),
    [
        ("linux", {}, "/home/me/.cache/landcast", "/home/me/.local/share/landcast/models"),
        (
            "linux", {"XDG_CACHE_HOME": "/else", "XDG_DATA_HOME": "/data"},
            "/else/landcast", "/data/landcast/models",
        ),
        (
            "linux", {"XDG_CACHE_HOME": "relative", "XDG_DATA_HOME": "relative"},
            "/home/me/.cache/landcast", "/home/me/.local/share/landcast/models",
        ),
        (
            "darwin", {"XDG_CACHE_HOME": "/else", "XDG_DATA_HOME": "/data"},
            "/home/me/Library/Caches/landcast", "/home/me/Library/Application Support/landcast/models",
        ),
        (
            "win32", {"LOCALAPPDATA": "/Users/Jörg/Local"},
            "/Users/Jörg/Local/landcast/cache", "/Users/Jörg/Local/landcast/models",
        ),
        (
            "win32", {"LOCALAPPDATA": ""},
            "/home/me/AppData/Local/landcast/cache", "/home/me/AppData/Local/landcast/models",
        ),
    ],
)  # fmt: skip
def test_each_system_has_its_places(
    monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], cache: str, models: str
) -> None:
    monkeypatch.setattr(module.sys, "platform", platform)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert (cache_folder(), models_folder()) == (Path(cache), Path(models))


def test_a_person_may_name_another_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDCAST_CACHE", "/here")
    monkeypatch.setenv("LANDCAST_MODELS", "/there")
    assert (cache_folder(), models_folder()) == (Path("/here"), Path("/there"))
