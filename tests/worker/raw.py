"""A client that speaks the bare protocol, and hosts to speak it to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import zmq

from landcast.core.protocol.codec import decode, encode
from landcast.core.protocol.connection import ConnectionFile, ConnectionFileError, read_connection
from landcast.core.protocol.fields import new_id
from landcast.core.protocol.file_lock import FileLock
from landcast.core.protocol.frames import Frame
from landcast.core.protocol.message import Message
from landcast.core.protocol.messages import (
    Cancelled,
    Done,
    Failed,
    Hello,
    StatusQuestion,
    StatusReport,
    Submit,
    Welcome,
)
from landcast.core.protocol.processes import process_start
from landcast.core.protocol.requests import PredictRequest
from landcast.core.protocol.versions import SPOKEN

Kind = TypeVar("Kind", bound=Message)
START = Path(__file__).with_name("start_host.py")
END = (Done, Failed, Cancelled)


def wait_until(is_so: Callable[[], object], timeout_s: float = 60.0, what: str = "it") -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, f"{what} did not come about in {timeout_s:g} s"
        time.sleep(0.02)


class RawClient:
    """A DEALER socket and the codec."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], connection: ConnectionFile) -> None:
        self.socket = context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.connect(connection.endpoint)
        self.connection = connection
        self.seen: list[tuple[Message, list[Frame]]] = []

    def greet(self, locality: str | None = None) -> Welcome:
        """Say HELLO."""
        self.send(Hello(SPOKEN, "test", self.connection.locality if locality is None else locality))
        return self.wait(Welcome)

    def send(self, message: Message) -> None:
        """Send a message."""
        self.socket.send_multipart(encode(message))

    def receive(self, timeout_s: float = 120.0) -> tuple[Message, list[Frame]]:
        """Take the next message."""
        assert self.socket.poll(round(timeout_s * 1000)), f"nothing came in {timeout_s:g} s"
        found = decode(self.socket.recv_multipart(copy=False))
        self.seen.append(found)
        return found

    def wait(self, *kinds: type[Kind], timeout_s: float = 120.0, job: str | None = None) -> Kind:
        """Take messages until one is of a kind."""
        deadline = time.monotonic() + timeout_s
        while True:
            message, _ = self.receive(max(0.0, deadline - time.monotonic()))
            if isinstance(message, kinds) and job in (None, getattr(message, "job", None)):
                return message

    def end_of(self, job: str, timeout_s: float = 120.0) -> Message:
        """Take messages until a job is over."""
        while True:
            message = self.wait(*END, job=job, timeout_s=timeout_s)
            if not isinstance(message, Cancelled) or message.is_over:
                return message

    def status(self) -> StatusReport:
        """Ask what the worker does."""
        self.send(StatusQuestion(new_id()))
        return self.wait(StatusReport, timeout_s=5)

    def close(self) -> None:
        """Go without a word."""
        self.socket.close()


@dataclass
class HostProcess:
    """A host as a process of its own."""

    process: subprocess.Popen[bytes]
    connection_file: Path
    cache: Path
    context: zmq.Context[zmq.Socket[bytes]]
    clients: list[RawClient] = field(default_factory=list)

    @property
    def connection(self) -> ConnectionFile:
        """As its file says."""
        return read_connection(self.connection_file)

    @property
    def engine_process(self) -> int | None:
        """Process id of the engine, whether or not it is ready."""
        children = children_of(self.process.pid)
        return children[0] if children else None

    def connect(self, is_greeting: bool = True) -> RawClient:
        """Make a client."""
        client = RawClient(self.context, self.connection)
        self.clients.append(client)
        if is_greeting:
            client.greet()
        return client

    def engine(self, client: RawClient) -> int:
        """Process id of the engine."""
        process = client.status().engines[0].process
        assert process
        return process

    def log(self) -> str:
        """What the host wrote down."""
        return "".join(path.read_text() for path in sorted(self.cache.glob("logs/*.log")))


def is_gone(process: int) -> bool:
    """Whether a process is no more, or a zombie."""
    return process_start(process) is None


def children_of(process: int) -> list[int]:
    """Processes that a process started and that run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            entries = stat.read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        if int(entries[1]) == process and entries[0] != b"Z":
            found.append(int(stat.parent.name))
    return found


def _is_free(path: Path) -> bool:
    lock = FileLock(path)
    is_free = lock.try_acquire()
    lock.release()
    return is_free


class Hosts:
    """Starts hosts in a folder, and leaves none."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cache = folder, folder / "cache"
        self.context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self.started: list[HostProcess] = []

    def start(self, problem: str = "", **settings: object) -> HostProcess:
        """Start a host; `problem` names what its engines do wrong, `settings` replaces settings of the host."""
        host = self.start_beside(problem, **settings)
        wait_until(lambda: host.process.poll() is not None or self._is_up(host), what="the host")
        return host

    def check_nothing_left(self, *outputs: Path) -> None:
        """Make sure that no job, lock or half-written file is left, and no process but hosts with an engine each.

        Args:
            outputs: folders into which results were written.
        """
        jobs = self.cache / "jobs"
        wait_until(lambda: not list(jobs.glob("*")), what=f"the end of what is kept in {jobs}")
        hidden = [path for folder in outputs for path in folder.rglob(".*")]
        assert not hidden, f"files were left: {hidden}"
        for host in self.started:
            if host.process.poll() is None:
                children = children_of(host.process.pid)
                assert len(children) <= 1, f"{children} were started by the host"
                assert not [one for child in children for one in children_of(child)]
        for path in (self.cache / "locks").glob("*.lock"):
            if not path.name.startswith("host-"):
                wait_until(lambda path=path: _is_free(path), what=f"the release of {path}")

    def start_beside(self, problem: str = "", **settings: object) -> HostProcess:
        """Start a host, and do not wait until it listens."""
        places = {"connection_file": str(self.folder / "worker.json"), "cache": str(self.cache)}
        asked = {**places, "problem": problem, **settings}
        process = subprocess.Popen(
            [sys.executable, "-W", "error", str(START), json.dumps(asked)],
            stdin=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        self.started.append(HostProcess(process, Path(str(asked["connection_file"])), self.cache, self.context))
        return self.started[-1]

    def end(self) -> None:
        """End all hosts, and make sure that nothing of them is left."""
        left = self.stop()
        self.context.term()
        assert not left, f"processes were left: {left}\n{self.started[-1].log()}"

    def stop(self) -> list[int]:
        """End all hosts that run; which of their processes had to be killed."""
        left: list[int] = []
        for host in self.started:
            engines = children_of(host.process.pid)
            if host.process.poll() is None:
                host.process.send_signal(signal.SIGTERM)
                try:
                    host.process.wait(15)
                except subprocess.TimeoutExpired:
                    host.process.kill()
                    left.append(host.process.pid)
            host.process.wait()
            assert host.process.stdin
            host.process.stdin.close()
            deadline = time.monotonic() + 3
            while any(not is_gone(engine) for engine in engines) and time.monotonic() < deadline:
                time.sleep(0.02)
            left += [engine for engine in engines if not is_gone(engine)]
            for client in host.clients:
                client.close()
        for process in left:
            os.kill(process, signal.SIGKILL)
        return left

    def _is_up(self, host: HostProcess) -> bool:
        try:
            return host.connection.process == host.process.pid
        except ConnectionFileError:
            return False


def predict_job(source: Path, output: Path, model: Path, **changes: object) -> Submit:
    """A job that predicts by path."""
    settings = {"source": str(source), "output": str(output), "model": str(model), "device": "cpu"}
    request = PredictRequest(**{**settings, "precision": "fp32", **changes})  # type: ignore[arg-type]
    return Submit(new_id(), request)
