"""The host's loop: one thread, two sockets, an engine, and ends that come from outside."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import zmq

from ... import __version__
from ...core import PROGRAM
from ...core.protocol.codec import answer_error, decode
from ...core.protocol.connection import ConnectionFile, remove_connection, this_host, write_connection
from ...core.protocol.engine_messages import EngineReady, Loaded, Pulse
from ...core.protocol.errors import ProtocolError, VersionError
from ...core.protocol.frames import Frame
from ...core.protocol.message import Message
from ...core.protocol.messages import (
    Cancelled,
    Done,
    Error,
    Failed,
    Hello,
    ModelsQuestion,
    Ping,
    Plan,
    Pong,
    Shutdown,
    StatusQuestion,
    StatusReport,
    VerifyModel,
    Welcome,
)
from ...core.protocol.versions import negotiate
from .access import Access
from .models import is_model_name, model_names
from .questions import Questions
from .scheduler import NOT_PERMITTED, Scheduler
from .settings import HostSettings
from .sockets import PeerSocket, local_endpoint
from .supervisor import Supervisor, clock

TICK_MS = 100
MOST_CLIENTS = 1024

logger = logging.getLogger(__name__)


@dataclass
class Client:
    """A connection that said HELLO: whether it is from this machine, and when it was heard."""

    is_local: bool
    heard: float


class Host:
    """Serves clients until it is told to end.

    Args:
        settings: what it was told.
        is_asked_to_end: asked often: a signal came, or the program that started it is gone.
    """

    def __init__(self, settings: HostSettings, is_asked_to_end: Callable[[], bool]) -> None:
        self._settings, self._is_asked_to_end = settings, is_asked_to_end
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        try:
            self._access = Access(self._context, settings.keys) if settings.needs_keys else None
            self._clients = PeerSocket(self._context, settings.bind, self._access)
        except BaseException:
            self._context.destroy(linger=0)
            raise
        self._engines = PeerSocket(self._context, "tcp://127.0.0.1:*")
        self._engine: bytes | None = None
        self._known: dict[bytes, Client] = {}
        self._supervisor = Supervisor(settings, self._engines.endpoint)
        self._scheduler = Scheduler(settings, self._supervisor, self._tell, self._order, clock)
        self._questions = Questions(self._say, self._order)
        self._started = self._used = clock()
        self._why_end: str | None = None
        endpoint, program = local_endpoint(self._clients.endpoint), f"{PROGRAM} {__version__}"
        access = self._access
        self.connection = (
            this_host(endpoint, program)
            if access is None
            else this_host(endpoint, program, access.worker.public, access.local)
        )

    def serve(self, on_ready: Callable[[ConnectionFile], None] = lambda connection: None) -> str:
        """Work until it is time to end; why comes back. Nothing is left then: no engine, no connection file."""
        poller = zmq.Poller()
        poller.register(self._clients.socket, zmq.POLLIN)
        poller.register(self._engines.socket, zmq.POLLIN)
        if self._access is not None:
            poller.register(self._access.socket, zmq.POLLIN)
        try:
            write_connection(self.connection, self._settings.connection_file)
            self._supervisor.start(clock())
            on_ready(self.connection)
            while self._why_end is None:
                poller.poll(TICK_MS)
                self._turn()
            logger.info("ends: %s", self._why_end)
            self._scheduler.end(self._why_end)
            return self._why_end
        finally:
            self._close()

    def _turn(self) -> None:
        """Everything that is to be done now."""
        if self._access is not None:
            self._access.answer()
        for sender, parts in self._engines.receive():
            self._take_from_engine(sender, parts)
        for sender, parts in self._clients.receive():
            self._take_from_client(sender, parts)
        death = self._supervisor.check(clock())
        if death is not None:
            self._engine = None
            self._questions.bear(death.words)
            self._scheduler.bear(death)
        if self._supervisor.is_ready:
            self._questions.pass_on()
        elif self._supervisor.has_given_up:
            self._questions.fail(f"no engine can be started: {self._supervisor.last_words}")
        self._scheduler.tick()
        for gone in self._clients.flush():
            self._lose(gone)
        self._see_whether_to_end()

    def _see_whether_to_end(self) -> None:
        now, patience_s = clock(), self._settings.idle_exit_s
        if self._scheduler.has_work or len(self._questions):
            self._used = now
        if self._is_asked_to_end():
            self._why_end = "the worker was told to end"
        elif patience_s is not None and now - self._used > patience_s:
            self._why_end = f"nothing to do for {patience_s:g} s"

    def _take_from_client(self, sender: bytes, parts: Sequence[Any]) -> None:
        self._used = clock()
        try:
            message, frames = decode(parts)
        except ProtocolError as error:
            logger.info("a message that does not fit: %s", error)
            self._say(sender, answer_error(error))
            return
        client = self._known.get(sender)
        if isinstance(message, Hello):
            self._greet(sender, message)
        elif client is None:
            self._say(sender, Error("no_hello", f"{message.type} came before HELLO", _about(message)))
        else:
            client.heard = self._used
            self._answer(sender, client, message, frames)

    def _greet(self, sender: bytes, hello: Hello) -> None:
        try:
            version = negotiate(hello.versions)
        except VersionError as error:
            self._say(sender, answer_error(error))
            return
        is_local = hmac.compare_digest(hello.locality.encode(), self.connection.locality.encode())
        if len(self._known) >= MOST_CLIENTS and sender not in self._known:
            del self._known[min(self._known, key=lambda one: self._known[one].heard)]
        self._known[sender] = Client(is_local, clock())
        device = self._supervisor.device
        self._say(
            sender,
            Welcome(
                version, self.connection.program, self._settings.limits, model_names(),
                () if device is None else (device,), is_local,
            ),
        )  # fmt: skip

    def _answer(self, sender: bytes, client: Client, message: Message, frames: Sequence[Frame]) -> None:
        if self._scheduler.take(sender, message, frames, client.is_local):
            return
        if isinstance(message, Ping):
            self._say(sender, Pong(message.query, self._scheduler.running is not None, self._progress_age_s()))
        elif isinstance(message, StatusQuestion):
            self._say(sender, self._report(sender, message.query))
        elif isinstance(message, Plan | ModelsQuestion | VerifyModel):
            self._ask_engine(sender, client, message, frames)
        elif isinstance(message, Shutdown) and client.is_local:
            self._why_end = f"a client asked for it: {message.reason or 'no reason given'}"
        else:
            self._say(sender, Error("unexpected", f"{message.type} is not for the host", _about(message)))

    def _ask_engine(
        self, sender: bytes, client: Client, message: Plan | ModelsQuestion | VerifyModel, frames: Sequence[Frame]
    ) -> None:
        if not client.is_local and isinstance(message, Plan):
            if message.source is None or message.request.area or not is_model_name(message.request.model):
                self._say(sender, Failed(message.job, "not_permitted", NOT_PERMITTED))
                return
        elif not client.is_local and isinstance(message, VerifyModel) and not is_model_name(message.model):
            self._say(sender, Error("unexpected", NOT_PERMITTED, message.query))
            return
        self._supervisor.try_again(clock())
        self._questions.ask(sender, message, frames)

    def _report(self, sender: bytes, query: str) -> StatusReport:
        now, running = clock(), self._scheduler.running
        jobs = list(self._scheduler.jobs.values())[-100:]
        queue = self._scheduler.queue
        engine = self._supervisor.status(now, running.id if running else None, self._progress_age_s())
        states = tuple(job.status(queue.position(job.id), sender) for job in reversed(jobs))
        return StatusReport(query, len(queue), now - self._started, (engine,), states)

    def _progress_age_s(self) -> float | None:
        running = self._scheduler.running
        return None if running is None else max(0.0, clock() - running.progress_at)

    def _take_from_engine(self, sender: bytes, parts: Sequence[Any]) -> None:
        now = clock()
        try:
            message, _ = decode(parts)
        except ProtocolError:
            logger.exception("the engine sent what does not fit")
            return
        if isinstance(message, EngineReady):
            if self._supervisor.hear_ready(now, message):
                self._engine = sender
        elif sender == self._engine:
            self._supervisor.hear(now, message if isinstance(message, Pulse) else None)
            if isinstance(message, Loaded):
                self._supervisor.hear_loaded(message)
            elif isinstance(message, Done | Failed | Cancelled) or not self._questions.hear(message):
                self._hear(message)

    def _hear(self, message: Message) -> None:
        running = self._scheduler.running
        if isinstance(message, Failed) and (running is None or running.id != message.job):
            self._questions.hear(message)
        else:
            self._scheduler.hear(message)

    def _order(self, message: Message, frames: Sequence[Frame] = ()) -> None:
        if self._engine is None or not self._engines.send(self._engine, message, frames):
            logger.warning("%s did not reach the engine", message.type)

    def _tell(self, client: bytes, message: Message, frames: Sequence[Frame] = ()) -> bool:
        is_there = self._clients.send(client, message, frames)
        if not is_there:
            self._known.pop(client, None)
        return is_there

    def _say(self, client: bytes, message: Message) -> None:
        if not self._tell(client, message):
            self._scheduler.orphan(client)

    def _lose(self, client: bytes) -> None:
        self._known.pop(client, None)
        self._scheduler.orphan(client)

    def _close(self) -> None:
        remove_connection(self.connection, self._settings.connection_file)
        if self._engine is not None:
            self._engines.send(self._engine, Shutdown("the host ends"))
        self._supervisor.end()
        self._clients.close()
        self._engines.close()
        if self._access is not None:
            self._access.close()
        self._context.term()


def _about(message: Message) -> str | None:
    """The id that a message is about, where it has one."""
    found = getattr(message, "job", None) or getattr(message, "query", None)
    return found if isinstance(found, str) else None
