"""The connection file: private, whole, and known for stale."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import zmq

from landcast.core.protocol.connection import (
    ConnectionFile,
    ConnectionFileError,
    default_path,
    read_connection,
    remove_connection,
    this_host,
    write_connection,
)
from landcast.core.protocol.keys import KeyPair
from landcast.core.protocol.processes import is_running, process_start


@pytest.fixture
def connection() -> ConnectionFile:
    return this_host("tcp://127.0.0.1:4321", "landcast 0.1.0")


def test_a_written_file_reads_the_same_and_only_its_owner_may(connection: ConnectionFile, tmp_path: Path) -> None:
    path = tmp_path / "new" / "worker.json"
    write_connection(connection, path)
    assert read_connection(path) == connection
    assert os.name == "nt" or stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["worker.json"]


def test_keys_for_this_machine_are_in_the_file_and_are_not_shown(tmp_path: Path) -> None:
    server, client = zmq.curve_keypair()[0].decode(), KeyPair(*(key.decode() for key in zmq.curve_keypair()))
    connection = this_host("tcp://127.0.0.1:4321", "landcast 0.1.0", server, client)
    write_connection(connection, tmp_path / "worker.json")
    found = read_connection(tmp_path / "worker.json")
    assert (found.server_key, found.client_key, found.client_secret) == (server, client.public, client.secret)
    assert client.secret not in repr(found)
    assert found.locality not in repr(found)


def test_a_folder_of_any_script_and_length_holds_the_file(connection: ConnectionFile, tmp_path: Path) -> None:
    path = tmp_path.joinpath(*("Zwischenspeicher 雪" * 6 for _ in range(5))) / "worker.json"
    assert len(str(path)) > 400
    write_connection(connection, path)
    assert read_connection(path) == connection
    remove_connection(connection, path)
    assert list(path.parent.iterdir()) == []


def test_the_file_of_this_process_is_live_and_that_of_an_earlier_one_is_not(connection: ConnectionFile) -> None:
    assert connection.is_live
    assert not replace(connection, started="0").is_live


def test_a_host_removes_its_own_file_alone(connection: ConnectionFile, tmp_path: Path) -> None:
    path = tmp_path / "worker.json"
    write_connection(connection, path)
    remove_connection(replace(connection, process=1), path)
    assert path.exists()
    remove_connection(connection, path)
    assert not path.exists()


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"\xff", b'{"endpoint": "ipc:///etc"}'], ids=repr)
def test_what_is_no_connection_file_is_refused_by_name(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "worker.json"
    path.write_bytes(text)
    with pytest.raises(ConnectionFileError, match=r"worker\.json: is no connection file"):
        read_connection(path)


def test_a_missing_file_says_how_to_start_a_worker(tmp_path: Path) -> None:
    with pytest.raises(ConnectionFileError, match="landcast serve"):
        read_connection(tmp_path / "worker.json")


def test_the_default_place_is_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LANDCAST_CACHE", str(tmp_path))
    assert default_path() == tmp_path / "worker.json"
    monkeypatch.delenv("LANDCAST_CACHE")
    assert default_path().parent.name in ("landcast", "cache")


def test_a_process_that_ended_does_not_run_even_while_its_parent_has_not_collected_it() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert process.stdin
    with process.stdin:
        started = process_start(process.pid)
        assert started
        assert is_running(process.pid, started)
        process.kill()
        if hasattr(os, "waitid"):
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            assert not is_running(process.pid, started)
    process.wait()
    assert not is_running(process.pid, started)
