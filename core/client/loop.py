"""The one thread that owns the socket: it talks, keeps time, and hands slow work to the thread of the disk."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Callable, TypeVar

import zmq

from ..protocol.errors import ProtocolError
from ..protocol.frames import Frame
from ..protocol.message import Message
from ..protocol.messages import Error, Shutdown, Welcome
from .address import Address
from .errors import ClientClosedError, ClientError, ConnectError, ConnectionLostError, RefusedError
from .inbox import Inbox
from .job_run import JobRun
from .questions import Question, Questions
from .session import Session
from .settings import Patience

LONGEST_POLL_S = 1.0
Value = TypeVar("Value")
logger = logging.getLogger(__name__)


class Loop:
    """Runs until it is closed. But for `call`, `post`, `is_closing` and `close` it is used in its own thread."""

    def __init__(
        self, find: Callable[[], Address], program: str, patience: Patience, clock: Callable[[], float]
    ) -> None:
        self.patience = patience
        self._find, self._program, self._clock = find, program, clock
        self._inbox = Inbox()
        self._lock = threading.Lock()
        self._is_closed = False
        self._closing = threading.Event()
        self._runs: dict[str, JobRun] = {}
        self._questions = Questions()
        self._waiting: list[Future[Welcome]] = []
        self._shutdown: Future[bool] | None = None
        self._disk = ThreadPoolExecutor(1, "landcast-client-disk")
        self._thread = threading.Thread(target=self._run, name="landcast-client", daemon=True)
        self._thread.start()

    def call(self, action: Callable[[], None]) -> None:
        """Have something carried out; from any thread.

        Raises:
            ClientClosedError: the client was closed.
        """
        with self._lock:
            if self._is_closed:
                raise ClientClosedError("the client was closed")
            self._inbox.post(action)

    def post(self, action: Callable[[], None]) -> None:
        """Have something carried out, unless all has ended; from any thread."""
        with self._lock:
            if not self._is_closed:
                self._inbox.post(action)

    def is_closing(self) -> bool:
        """Whether slow work is to stop; from any thread."""
        return self._closing.is_set()

    def close(self) -> None:
        """End the thread and wait for it; from any thread, and again. Not from a callback."""
        self._closing.set()
        self.post(lambda: None)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def open(self, waiting: Future[Welcome]) -> None:
        """Connect, and tell when that is done."""
        if self._session.welcome is not None:
            waiting.set_result(self._session.welcome)
            return
        self._waiting.append(waiting)
        self._session.open()

    def ask(self, question: Question) -> None:
        """Ask, now or as soon as there is a connection."""
        self._questions.add(question)
        if not self._send_question(question):
            self._session.open()

    def drop_question(self, question: str) -> None:
        """Nobody waits for the answer any more."""
        self._questions.drop(question)

    def start(self, run: JobRun) -> None:
        """Give a job to the worker, now or as soon as there is a connection."""
        self._runs[run.job.id] = run
        if self._session.is_up:
            run.on_up()
        else:
            self._session.open()

    def shut_down(self, reason: str, ended: Future[bool]) -> None:
        """Ask the worker to end, and tell when it is gone."""
        if self._session.send(Shutdown(reason)):
            self._shutdown = ended
        else:
            ended.set_exception(ConnectionLostError("there is no connection to a worker that could end"))

    def send(self, message: Message, frames: Sequence[Frame] = ()) -> bool:
        """Send where there is a connection."""
        return self._session.send(message, frames)

    def now(self) -> float:
        """The clock, in seconds."""
        return self._clock()

    def on_disk(self, work: Callable[[], Value], then: Callable[[Future[Value]], None]) -> None:
        """Carry out something slow in the disk's thread, and hand over its outcome in this one."""
        try:
            future = self._disk.submit(work)
        except RuntimeError:
            # all ends, and what was opened in the last moment is still to be closed
            future = _carry_out(work)
        future.add_done_callback(lambda done: self._inbox.post(lambda: then(done)))

    def forget(self, job: str) -> None:
        """A job is over."""
        self._runs.pop(job, None)

    def has_work(self) -> bool:
        """Whether a lost connection is to be made anew."""
        return self._shutdown is None and bool(self._runs or len(self._questions) or self._waiting)

    def on_up(self, welcome: Welcome) -> None:
        """A connection came about."""
        for waiting in self._take_waiting():
            waiting.set_result(welcome)
        for question in self._questions.all():
            self._send_question(question)
        for run in list(self._runs.values()):
            run.on_up()

    def on_message(self, message: Message, frames: list[Frame]) -> None:
        """The worker said something."""
        if self._questions.take(message):
            return
        if isinstance(message, Error):
            self._on_error(message)
            return
        run = self._runs.get(getattr(message, "job", ""))
        if run is not None:
            run.on_message(message, frames)

    def on_down(self, error: ConnectError) -> None:
        """The connection ended; another one is tried."""
        for run in list(self._runs.values()):
            run.on_down(error)

    def on_gone(self, error: ClientError) -> None:
        """There is no connection, and no other one is tried."""
        if self._shutdown is not None:
            self._shutdown.set_result(True)
            self._shutdown = None
        for waiting in self._take_waiting():
            waiting.set_exception(error)
        self._questions.fail(error)
        for run in list(self._runs.values()):
            run.on_gone(error)

    def _on_error(self, message: Error) -> None:
        run = self._runs.get(message.about or "")
        if message.code == "no_hello":
            self._session.drop(ConnectionLostError("the worker does not know this client any more"))
        elif run is not None:
            run.on_refused(message)
        elif self._shutdown is not None and message.about is None:
            self._shutdown.set_exception(RefusedError(message.message, message.code))
            self._shutdown = None
        else:
            logger.warning("the worker said: %s", message.message)

    def _send_question(self, question: Question) -> bool:
        try:
            return self._session.send(question.message, question.frames)
        except ProtocolError as error:
            self._questions.fail(RefusedError(f"the question cannot be sent: {error}", error.code), question.id)
            return True

    def _take_waiting(self) -> list[Future[Welcome]]:
        waiting, self._waiting = self._waiting, []
        return waiting

    def _run(self) -> None:
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._session = Session(context, self._find, self, self._program, self.patience, self._clock)
        error: ClientError = ClientClosedError("the client was closed")
        try:
            while not self._closing.is_set():
                self._turn()
        except Exception as bug:
            logger.exception("the client's thread failed")
            error = ClientError(f"the client failed, which is a mistake in it: {bug!r}")
        finally:
            self._end(error)
            context.destroy(linger=0)

    def _turn(self) -> None:
        poller = zmq.Poller()
        poller.register(self._inbox, zmq.POLLIN)
        self._session.register(poller)
        dues = [self._session.due(), *(run.due() for run in self._runs.values())]
        wait_s = min(max(min(dues) - self._clock(), 0.0), LONGEST_POLL_S)
        poller.poll(int(wait_s * 1000) + 1)
        self._inbox.carry_out()
        self._session.advance()
        for run in list(self._runs.values()):
            run.advance()

    def _end(self, error: ClientError) -> None:
        with self._lock:
            self._is_closed = True
        # what was asked in the last moment is refused with the rest
        self._inbox.carry_out()
        for waiting in self._take_waiting():
            waiting.set_exception(error)
        self._questions.fail(error)
        for run in list(self._runs.values()):
            run.on_closed(error)
        if self._shutdown is not None:
            self._shutdown.set_exception(error)
        self._session.close()
        self._disk.shutdown()
        self._inbox.carry_out()
        self._inbox.close()


def new_future() -> Future[Any]:
    """A future that only an answer ends."""
    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()
    return future


def _carry_out(work: Callable[[], Value]) -> Future[Value]:
    future: Future[Value] = Future()
    try:
        future.set_result(work())
    except Exception as error:
        future.set_exception(error)
        logger.debug("slow work failed at the end", exc_info=True)
    return future
