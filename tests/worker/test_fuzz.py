"""Whatever is said to a worker, it goes on."""

from __future__ import annotations

import random

import zmq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landcast.core.protocol.codec import encode
from landcast.core.protocol.errors import ProtocolError
from landcast.core.protocol.fields import new_id
from landcast.core.protocol.message import Message
from landcast.core.protocol.messages import ModelList, ModelsQuestion, Ping, Pong
from landcast.tests.core.protocol.strategies import any_frames, any_message
from landcast.tests.worker.raw import Hosts, RawClient


def drain(client: RawClient) -> None:
    while client.socket.poll(0):
        client.socket.recv_multipart()


def test_no_message_ends_the_host_or_its_engine(hosts: Hosts) -> None:
    host = hosts.start()
    client = host.connect(is_greeting=False)
    # a stranger, who may neither name files nor end the worker
    client.greet("0" * 32)
    question = ModelsQuestion(new_id())
    client.send(question)
    client.wait(ModelList)
    engine = host.engine(client)

    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(any_message(), st.data(), st.randoms(use_true_random=False))
    def say(message: Message, data: st.DataObject, chance: random.Random) -> None:
        try:
            parts = [bytes(part) for part in encode(message, data.draw(any_frames(message)))]
        except ProtocolError:
            return
        if chance.random() < 0.3:
            number = chance.randrange(len(parts))
            damaged = bytearray(parts[number])
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
            parts[number] = bytes(damaged)
        client.socket.send_multipart(parts, zmq.NOBLOCK)
        drain(client)

    say()
    ping = Ping(new_id())
    client.send(ping)
    while client.wait(Pong).query != ping.query:
        pass
    question = ModelsQuestion(new_id())
    client.send(question)
    while client.wait(ModelList).query != question.query:
        pass
    assert host.engine(client) == engine, client.status().engines[0].last_words
