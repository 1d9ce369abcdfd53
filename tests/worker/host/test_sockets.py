"""What the host's socket takes of a message, and whom it answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq

from landcast.core.client.address import Address, Keys
from landcast.core.client.link import Link
from landcast.core.errors import RequestError
from landcast.core.protocol.codec import decode
from landcast.core.protocol.errors import LimitError
from landcast.core.protocol.fields import new_id
from landcast.core.protocol.frames import Frame
from landcast.core.protocol.keys import KeyFolder
from landcast.core.protocol.limits import MAX_FRAME_BYTES, MAX_FRAMES, MAX_MESSAGE_BYTES
from landcast.core.protocol.messages import Hello, Result, Source, Welcome
from landcast.core.protocol.values import Limits, Rect
from landcast.core.protocol.versions import CURRENT
from landcast.tests.worker.raw import wait_until
from landcast.worker.host.access import Access, make_pair
from landcast.worker.host.settings import HostSettings
from landcast.worker.host.sockets import PeerSocket, local_endpoint

Received = list[tuple[bytes, list[zmq.Frame]]]


@pytest.fixture
def context() -> Iterator[zmq.Context[zmq.Socket[bytes]]]:
    made: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    yield made
    made.destroy(linger=0)


def receive(server: PeerSocket, count: int) -> Received:
    found: Received = []

    def has_come() -> bool:
        found.extend(server.receive())
        return len(found) >= count

    wait_until(has_come, what="a message")
    return found


@pytest.mark.parametrize(
    ("parts", "kept"),
    [
        ([b"LC\1\0", b"{}", *[b"x"] * (10 * MAX_FRAMES)], MAX_FRAMES + 3),
        ([b"LC\1\0", b"{}", *[bytes(MAX_FRAME_BYTES)] * 8], 2 + 1 + MAX_MESSAGE_BYTES // MAX_FRAME_BYTES),
    ],
    ids=["parts", "bytes"],
)
def test_of_a_message_beyond_the_limits_no_more_is_kept_than_shows_it(
    context: zmq.Context[zmq.Socket[bytes]], parts: list[bytes], kept: int
) -> None:
    server = PeerSocket(context, "tcp://127.0.0.1:*")
    client = context.socket(zmq.DEALER)
    client.connect(server.endpoint)
    client.send_multipart(parts)
    client.send_multipart([b"next"])
    (sender, found), (next_sender, following) = receive(server, 2)
    assert len(found) == kept
    with pytest.raises(LimitError):
        decode(found)
    # the rest of it is gone, and what came after it is whole
    assert (next_sender, [part.bytes for part in following]) == (sender, [b"next"])
    client.close(linger=0)
    server.close()


def test_a_message_without_parts_is_one_without_parts(context: zmq.Context[zmq.Socket[bytes]]) -> None:
    server = PeerSocket(context, "tcp://127.0.0.1:*")
    client = context.socket(zmq.DEALER)
    client.connect(server.endpoint)
    client.send(b"")
    ((_, parts),) = receive(server, 1)
    assert [part.bytes for part in parts] == [b""]
    client.close(linger=0)
    server.close()


def test_an_address_that_is_taken_is_an_error_of_the_user(context: zmq.Context[zmq.Socket[bytes]]) -> None:
    server = PeerSocket(context, "tcp://127.0.0.1:*")
    with pytest.raises(RequestError, match="address already in use; choose another"):
        PeerSocket(context, server.endpoint)
    server.close()


def test_who_is_taken_off_the_list_is_neither_heard_nor_answered(
    context: zmq.Context[zmq.Socket[bytes]], tmp_path: Path
) -> None:
    keys, pairs = KeyFolder(tmp_path), [make_pair(), make_pair()]
    keys.write_clients({str(number): pair.public for number, pair in enumerate(pairs)})
    access = Access(context, keys)
    server = PeerSocket(context, "tcp://127.0.0.1:*", access)
    clients = []
    for pair in (*pairs, access.local):
        client = context.socket(zmq.DEALER)
        client.curve_publickey, client.curve_secretkey = pair.public.encode(), pair.secret.encode()
        client.curve_serverkey = access.worker.public.encode()
        client.connect(server.endpoint)
        client.send(pair.public.encode())
        clients.append(client)
    senders: dict[str, bytes] = {}

    def all_came() -> bool:
        access.answer()
        senders.update({parts[0].bytes.decode(): sender for sender, parts in server.receive()})
        return len(senders) == 3

    wait_until(all_came, what="all clients")
    keys.write_clients({"1": pairs[1].public})
    for client in clients:
        client.send(b"again")
    heard: set[bytes] = set()

    def two_came() -> bool:
        heard.update(sender for sender, _ in server.receive())
        return len(heard) == 2

    wait_until(two_came, what="those who stay")
    assert heard == {senders[pairs[1].public], senders[access.local.public]}
    # a list that cannot be read lets in nobody, but who reads the connection file
    keys.clients_path.write_text("{")
    assert not access.knows(pairs[1].public)
    assert access.knows(access.local.public)
    keys.clients_path.unlink()
    assert not access.knows(pairs[1].public)
    for client in clients:
        client.close(linger=0)
    server.close()
    access.close()


def test_the_largest_frame_passes_under_seal_both_ways(context: zmq.Context[zmq.Socket[bytes]], tmp_path: Path) -> None:
    access = Access(context, KeyFolder(tmp_path))
    server = PeerSocket(context, "tcp://127.0.0.1:*", access)
    keys = Keys(access.local.public, access.local.secret, access.worker.public)
    link = Link(context, Address(server.endpoint, keys=keys), "test")
    job, largest = new_id(), Frame("uint8", (MAX_FRAME_BYTES,), bytes(MAX_FRAME_BYTES))
    came: list[bytes] = []
    told: list[Frame] = []

    def answer() -> None:
        access.answer()
        for sender, parts in server.receive():
            message, frames = decode(parts)
            if isinstance(message, Hello):
                server.send(sender, Welcome(CURRENT, "test", Limits(), (), (), False))
            else:
                came.append(bytes(frames[0].data))
                server.send(sender, Result(job, "prediction", 0, MAX_FRAME_BYTES), [largest])

    def is_up() -> bool:
        answer()
        link.watch()
        link.receive()
        return link.phase == "up"

    def is_back() -> bool:
        answer()
        link.flush()
        told.extend(frames[0] for _, frames in link.receive())
        return bool(told)

    wait_until(is_up, what="the greeting")
    link.send(Source(job, 0, 1, Rect(0, 0, 4096, 4096)), [Frame("uint8", (1, 4096, 4096), largest.data)])
    wait_until(is_back, what="the answer")
    assert (len(came[0]), told[0].bytes) == (MAX_FRAME_BYTES, MAX_FRAME_BYTES)
    link.close()
    server.close()
    access.close()


def test_a_crowd_of_strangers_does_not_fill_the_log(
    context: zmq.Context[zmq.Socket[bytes]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    access = Access(context, KeyFolder(tmp_path))
    with caplog.at_level("WARNING", "landcast.worker.host.access"):
        for number in range(300):
            for _ in range(2):
                assert not access.callback("landcast", b"%040d" % number)
    assert len(caplog.records) == 100
    access.close()


def test_the_keys_of_the_worker_are_made_once(context: zmq.Context[zmq.Socket[bytes]], tmp_path: Path) -> None:
    first = Access(context, KeyFolder(tmp_path))
    first.close()
    second = Access(context, KeyFolder(tmp_path))
    second.close()
    assert first.worker == second.worker
    assert first.local != second.local


def test_a_public_key_needs_no_quotes_in_any_shell() -> None:
    for _ in range(5):
        pair = make_pair()
        assert pair.public[0] not in "-/"
        assert set(pair.public) <= set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.:+/-")
        assert zmq.curve_public(pair.secret.encode()).decode() == pair.public


@pytest.mark.parametrize(
    ("bind", "is_open"),
    [
        ("tcp://127.0.0.1:*", False),
        ("tcp://127.0.1.1:5600", False),
        ("tcp://localhost:5600", False),
        ("tcp://[::1]:5600", False),
        ("tcp://0.0.0.0:5600", True),
        ("tcp://*:5600", True),
        ("tcp://[::]:5600", True),
        ("tcp://127.0.0.1.example.org:5600", True),
        ("tcp://localhost.example.org:5600", True),
        ("tcp://192.168.1.5:5600", True),
        ("tcp://eth0:5600", True),
    ],
)
def test_all_but_the_loopback_needs_keys(bind: str, is_open: bool) -> None:
    settings = HostSettings(bind=bind)
    assert settings.is_open_to_others is settings.needs_keys is is_open
    assert HostSettings(bind=bind, has_curve=True).needs_keys


@pytest.mark.parametrize(
    ("endpoint", "here"),
    [
        ("tcp://0.0.0.0:5600", "tcp://127.0.0.1:5600"),
        ("tcp://[::]:5600", "tcp://[::1]:5600"),
        ("tcp://192.168.1.5:5600", "tcp://192.168.1.5:5600"),
    ],
)
def test_this_machine_reaches_a_worker_that_listens_everywhere_by_the_loopback(endpoint: str, here: str) -> None:
    assert local_endpoint(endpoint) == here


def test_addresses_of_ipv6_are_listened_at(context: zmq.Context[zmq.Socket[bytes]]) -> None:
    try:
        server = PeerSocket(context, "tcp://[::1]:*")
    except RequestError as error:
        pytest.skip(f"no IPv6 here: {error}")
    client = context.socket(zmq.DEALER)
    client.ipv6 = True
    client.connect(server.endpoint)
    client.send(b"x")
    receive(server, 1)
    client.close(linger=0)
    server.close()
