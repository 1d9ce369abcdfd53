"""No worker, a stale file, another version, a wrong key: a message that says which, and soon."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import zmq

from landcast.core.client.address import Keys
from landcast.core.client.client import WorkerClient
from landcast.core.client.errors import (
    AddressError,
    AnswerTimeoutError,
    ClientClosedError,
    ConnectError,
    NoAnswerError,
    NoWorkerError,
    StaleConnectionError,
    WrongKeyError,
    WrongVersionError,
)
from landcast.core.client.settings import Patience
from landcast.core.protocol import messages as m
from landcast.core.protocol.versions import CURRENT, Version
from landcast.tests.core.client.scripted_host import ScriptedHost

Connect = Callable[..., WorkerClient]


def test_a_worker_says_what_it_is(connect: Connect) -> None:
    with ScriptedHost() as host:
        welcome = connect(host.endpoint).connect()
    assert (welcome.server, welcome.models, welcome.is_local) == ("scripted", ("tiny",), True)


def test_the_locality_of_a_connection_file_is_repeated(connect: Connect, tmp_path: Path) -> None:
    with ScriptedHost() as host:
        written = host.write_file(tmp_path / "worker.json")
        connect(tmp_path / "worker.json").connect()
    (hello,) = host.said
    assert isinstance(hello, m.Hello)
    assert hello.locality == written.locality


def test_connecting_twice_is_one_connection(connect: Connect) -> None:
    with ScriptedHost() as host:
        client = connect(host.endpoint)
        first = client.open(), client.open()
        assert first[0].result(5) == first[1].result(5) == client.connect()
    assert host.said_types() == ["HELLO"]


def test_where_nothing_listens_is_said_at_once(connect: Connect) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NoWorkerError, match="nothing listens there; start a worker"):
        connect(f"tcp://127.0.0.1:{port}").connect()


def test_no_answer_at_all_takes_three_seconds() -> None:
    with ScriptedHost(lambda host, message, frames: True) as host, WorkerClient(host.endpoint) as client:
        began = time.monotonic()
        with pytest.raises(NoAnswerError, match="the worker does not answer"):
            client.connect()
        assert 2.5 < time.monotonic() - began < 4
    assert Patience().answer_s == 3


def test_another_server_is_no_worker(connect: Connect) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(NoAnswerError, match="is no worker; is the port right"):
            connect(f"tcp://127.0.0.1:{other.getsockname()[1]}").connect()


@pytest.mark.parametrize("parts", [[b""], [b"LC\1\0"], [b"HTTP", b"{}"], [b"LC\1\0", b"\xff" * 100], [b"x"] * 100])
def test_garbage_for_an_answer_is_told_as_such(parts: list[bytes], connect: Connect) -> None:
    def answer(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        host.send_parts(parts)
        return True

    with ScriptedHost(answer) as host, pytest.raises(NoAnswerError, match="it said something else"):
        connect(host.endpoint).connect()


def test_a_worker_of_a_newer_major_version_is_refused_with_what_is_spoken(connect: Connect) -> None:
    told = rf"2\.0.*speaks {re.escape(str(CURRENT))}"
    with ScriptedHost(version=Version(2, 0)) as host, pytest.raises(WrongVersionError, match=told):
        connect(host.endpoint).connect()


def test_a_worker_that_refuses_this_version_is_quoted(connect: Connect) -> None:
    def refuse(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        host.send(m.Error("version", "the other side speaks 1.0, this side 2.0; update the older"))
        return True

    with ScriptedHost(refuse) as host, pytest.raises(WrongVersionError, match=r"this side 2\.0; update the older"):
        connect(host.endpoint).connect()


def test_a_worker_that_answers_in_another_version_is_refused(connect: Connect) -> None:
    def answer(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        host.send_parts([b"LC\2\0", b"{}"])
        return True

    told = rf"version 2\.0, this side speaks {re.escape(str(CURRENT))}"
    with ScriptedHost(answer) as host, pytest.raises(WrongVersionError, match=told):
        connect(host.endpoint).connect()


@pytest.mark.parametrize("text", ["tcp://", "tcp://here", "http://127.0.0.1:80", "tcp://a b:1", "tcp://h:1/x"])
def test_what_is_no_address_is_refused(text: str, connect: Connect) -> None:
    with pytest.raises(AddressError, match="no address of a worker"):
        connect(text).connect()


def test_a_missing_connection_file_says_how_to_start_a_worker(connect: Connect, tmp_path: Path) -> None:
    with pytest.raises(AddressError, match="no worker is running; `landcast serve` starts one"):
        connect(tmp_path / "worker.json").connect()


def test_a_damaged_connection_file_is_named(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "worker.json").write_text("{")
    with pytest.raises(AddressError, match=r"worker.json: is no connection file"):
        connect(tmp_path / "worker.json").connect()


def test_the_default_file_is_that_of_the_machine(
    connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDCAST_CACHE", str(tmp_path))
    with ScriptedHost() as host:
        host.write_file(tmp_path / "worker.json")
        assert connect(None).connect().server == "scripted"


def test_a_stale_connection_file_is_told_as_such(connect: Connect, tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with ScriptedHost() as host:
        host.write_file(tmp_path / "worker.json", process=gone.pid)
        with pytest.raises(StaleConnectionError, match=rf"process {gone.pid}\) is gone; start one"):
            connect(tmp_path / "worker.json").connect()


def test_a_process_id_that_was_given_to_another_is_stale_too(connect: Connect, tmp_path: Path) -> None:
    with ScriptedHost() as host:
        host.write_file(tmp_path / "worker.json", process=os.getpid(), started="1")
        with pytest.raises(StaleConnectionError):
            connect(tmp_path / "worker.json").connect()


def test_a_client_connects_again_after_it_could_not(connect: Connect, tmp_path: Path) -> None:
    client = connect(tmp_path / "worker.json")
    with pytest.raises(ConnectError):
        client.connect()
    with ScriptedHost() as host:
        host.write_file(tmp_path / "worker.json")
        assert client.connect().server == "scripted"


def key_pair() -> tuple[str, str]:
    public, secret = zmq.curve_keypair()
    return public.decode(), secret.decode()


SERVER, CLIENT, OTHER = key_pair(), key_pair(), key_pair()


@contextmanager
def host_with_keys() -> Iterator[ScriptedHost]:
    """A host that lets in one client key."""
    from zmq.auth.thread import ThreadAuthenticator

    class Allowed:
        def callback(self, domain: str, key: bytes) -> bool:
            return key == CLIENT[0].encode()

    def configure(context: zmq.Context[Any], socket: zmq.Socket[bytes]) -> Callable[[], None]:
        authenticator = ThreadAuthenticator(context)
        authenticator.start()
        authenticator.configure_curve_callback("*", Allowed())
        socket.curve_server = True
        socket.curve_publickey, socket.curve_secretkey = SERVER[0].encode(), SERVER[1].encode()
        return authenticator.stop

    with ScriptedHost().configured(configure) as host:
        yield host


def test_the_right_key_is_let_in(connect: Connect, tmp_path: Path) -> None:
    with host_with_keys() as host:
        assert connect(host.endpoint, keys=Keys(*CLIENT, SERVER[0])).connect().server == "scripted"
        host.write_file(tmp_path / "worker.json", server_key=SERVER[0])
        assert connect(tmp_path / "worker.json", keys=Keys(*CLIENT)).connect().server == "scripted"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (None, "demands a client key"),
        (Keys(*OTHER, SERVER[0]), "does not know the client key"),
        (Keys(*CLIENT, OTHER[0]), "has another key itself"),
        (Keys(*CLIENT), "the worker's public key is needed"),
    ],
    ids=["none", "unknown", "wrong server", "no server"],
)
def test_a_wrong_key_is_told_as_such(keys: Keys | None, said: str, connect: Connect) -> None:
    with host_with_keys() as host, pytest.raises(WrongKeyError, match=said):
        connect(host.endpoint, keys=keys).connect()


def test_keys_for_a_worker_without_keys_are_told_as_such(connect: Connect) -> None:
    with ScriptedHost() as host, pytest.raises(WrongKeyError, match="uses no keys"):
        connect(host.endpoint, keys=Keys(*CLIENT, SERVER[0])).connect()


def test_a_connection_file_with_a_key_asks_for_the_clients(connect: Connect, tmp_path: Path) -> None:
    with host_with_keys() as host:
        host.write_file(tmp_path / "worker.json", server_key=SERVER[0])
        with pytest.raises(AddressError, match="demands a client key"):
            connect(tmp_path / "worker.json").connect()


def test_a_key_that_is_none_is_refused_and_a_secret_one_is_not_shown() -> None:
    with pytest.raises(AddressError, match="40 printable"):
        Keys("short", "short")
    assert CLIENT[1] not in repr(Keys(*CLIENT))


def test_a_caller_waits_no_longer_than_asked(connect: Connect) -> None:
    with ScriptedHost(lambda host, message, frames: True) as host, pytest.raises(AnswerTimeoutError):
        connect(host.endpoint).connect(timeout_s=0.05)


def test_a_closed_client_refuses(connect: Connect) -> None:
    client = connect("tcp://127.0.0.1:1")
    client.close()
    client.close()
    with pytest.raises(ClientClosedError):
        client.connect()


def test_closing_tells_those_who_wait(connect: Connect) -> None:
    with ScriptedHost(lambda host, message, frames: True) as host:
        client = connect(host.endpoint)
        waiting = client.open()
        client.close()
        with pytest.raises(ClientClosedError):
            waiting.result(1)
