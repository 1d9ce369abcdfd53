"""The folder with keys: where it is, what is in it, and what is refused."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest
import zmq

from landcast.core.protocol import keys as module
from landcast.core.protocol.keys import KeyFileError, KeyFolder, KeyPair, config_folder, default_keys


def make() -> KeyPair:
    public, secret = zmq.curve_keypair()
    return KeyPair(public.decode(), secret.decode())


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "keys")


def test_what_was_written_is_read(folder: KeyFolder) -> None:
    pair, other = make(), make()
    assert folder.read_pair("client") is None
    assert folder.read_clients() == folder.read_workers() == {}
    folder.write_pair("client", pair)
    folder.write_pair("worker", other)
    folder.write_clients({"Jörgs-Laptop": pair.public})
    folder.write_workers({"tcp://gpu:5600": other.public, "tcp://[fe80::1%eth0]:5600": other.public})
    assert (folder.read_pair("client"), folder.read_pair("worker")) == (pair, other)
    assert folder.read_clients() == {"Jörgs-Laptop": pair.public}
    assert list(folder.read_workers()) == ["tcp://gpu:5600", "tcp://[fe80::1%eth0]:5600"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_all_files_are_private_and_a_pair_that_is_not_is_refused(folder: KeyFolder) -> None:
    folder.write_pair("worker", make())
    folder.write_clients({"a": make().public})
    for path in folder.path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    folder.pair_path("worker").chmod(0o644)
    with pytest.raises(KeyFileError, match=r"worker\.json: others can read the secret in it; .*chmod 600"):
        folder.read_pair("worker")


def test_a_secret_is_neither_shown_nor_quoted(folder: KeyFolder) -> None:
    pair = make()
    assert pair.secret not in repr(pair)
    folder.write_pair("client", pair)
    path = folder.pair_path("client")
    path.write_text(json.dumps({"public": "short", "secret": pair.secret}))
    with pytest.raises(KeyFileError, match=r"is no key pair; remove it.*`landcast keys make`") as caught:
        folder.read_pair("client")
    assert pair.secret not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "text", ["", "[]", '{"a": 1}', '{"a": "short"}', '{"a b": "%s"}', '{"": "%s"}', '{"a": "%s", "a": "%s"}', "\x00"]
)
def test_a_list_that_is_none_is_refused_by_name(folder: KeyFolder, text: str) -> None:
    folder.write_clients({})
    folder.clients_path.write_text(text.replace("%s", make().public))
    with pytest.raises(KeyFileError, match=r"clients\.json: "):
        folder.read_clients()


def test_a_list_that_cannot_be_read_is_refused_by_name(folder: KeyFolder) -> None:
    folder.workers_path.mkdir(parents=True)
    with pytest.raises(KeyFileError, match=r"workers\.json: cannot be read"):
        folder.read_workers()


def test_the_folder_is_where_the_system_keeps_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LANDCAST_CONFIG", str(tmp_path / "Schlüssel"))
    assert default_keys().path == tmp_path / "Schlüssel" / "keys"
    monkeypatch.delenv("LANDCAST_CONFIG")
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))
    for platform, environment, expected in (
        ("linux", {"XDG_CONFIG_HOME": "/else"}, "/else/landcast"),
        ("linux", {"XDG_CONFIG_HOME": "relative"}, "/home/me/.config/landcast"),
        ("linux", {}, "/home/me/.config/landcast"),
        ("darwin", {}, "/home/me/Library/Application Support/landcast"),
        ("win32", {"APPDATA": "/Users/Jörg/Roaming"}, "/Users/Jörg/Roaming/landcast"),
        ("win32", {}, "/home/me/AppData/Roaming/landcast"),
    ):
        monkeypatch.setattr(module.sys, "platform", platform)
        for name in ("XDG_CONFIG_HOME", "APPDATA"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert config_folder() == Path(expected), (platform, environment)
