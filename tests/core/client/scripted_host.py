"""A small host over a ROUTER socket that does what its script says, faults included; nothing is computed."""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zmq

from landcast.core.protocol import messages as m
from landcast.core.protocol.codec import decode, encode
from landcast.core.protocol.connection import ConnectionFile, this_host, write_connection
from landcast.core.protocol.frames import Frame
from landcast.core.protocol.message import Message
from landcast.core.protocol.values import Device, Limits, Rect, ResultFile
from landcast.core.protocol.versions import CURRENT, Version

Script = Callable[["ScriptedHost", Message, list[Frame]], bool]
"""Called with each message; whether the host is to leave its usual answer out."""


@dataclass
class Known:
    """What the host knows of a job."""

    submit: m.Submit
    credit: list[int] = field(default_factory=lambda: [0, 0])
    sent: set[int] = field(default_factory=set)
    fetch: tuple[str, int] | None = None


class ScriptedHost:
    """Answers as the protocol demands, unless the script answers instead; `with` starts and ends its thread.

    Attributes:
        said: all messages that came, in order.
        jobs: by id.
        tiles: the frames of each tile, for delivery by tiles.
        files: the result, by layer; a path where it is delivered so.
        is_working: whether accepted jobs are carried out.
    """

    def __init__(
        self,
        script: Script | None = None,
        tiles: Sequence[bytes] = (),
        files: dict[str, bytes] | None = None,
        folder: Path | None = None,
        is_working: bool = True,
        version: Version = CURRENT,
        piece_bytes: int = 2**20,
    ) -> None:
        self.script, self.tiles, self.files, self.folder = script, list(tiles), files or {}, folder
        self.is_working, self.version, self.piece_bytes = is_working, version, piece_bytes
        self.said: list[Message] = []
        self.jobs: dict[str, Known] = {}
        self._ready, self._end = threading.Event(), threading.Event()
        self._doings: list[Callable[[], None]] = []
        self._peer = b""
        self._configure: Callable[[zmq.Context[Any], zmq.Socket[bytes]], Callable[[], None]] | None = None
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> ScriptedHost:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Vanish, without a word."""
        self._end.set()
        self._thread.join()

    def configured(
        self, configure: Callable[[zmq.Context[Any], zmq.Socket[bytes]], Callable[[], None]]
    ) -> ScriptedHost:
        """Have the socket configured before it is bound; what is returned is called at the end."""
        self._configure = configure
        return self

    def write_file(self, path: Path, **changes: Any) -> ConnectionFile:
        """Write a connection file that names this host."""
        found = this_host(self.endpoint, "scripted")
        found = ConnectionFile(**{**vars(found), **changes})
        write_connection(found, path)
        return found

    def do(self, action: Callable[[], None]) -> None:
        """Carry out something in the host's thread."""
        self._doings.append(action)

    def said_types(self) -> list[str]:
        """The types of all that came, but for PING."""
        return [message.type for message in self.said if message.type != "PING"]

    def send(self, message: Message, frames: Sequence[Frame] = (), times: int = 1) -> None:
        """Say something to whom spoke last; in the host's thread."""
        for _ in range(times):
            self.send_parts([bytes(part) for part in encode(message, frames)])

    def send_parts(self, parts: Sequence[bytes]) -> None:
        """Say anything at all."""
        self.socket.send_multipart([self._peer, *parts])

    def _run(self) -> None:
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self.socket = context.socket(zmq.ROUTER)
        after = self._configure(context, self.socket) if self._configure else lambda: None
        self.socket.bind("tcp://127.0.0.1:*")
        self.endpoint = self.socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self._ready.set()
        try:
            while not self._end.is_set():
                if self.socket.poll(5):
                    self._peer, *parts = self.socket.recv_multipart()
                    self._take(*decode(parts))
                while self._doings:
                    self._doings.pop(0)()
        finally:
            self.socket.close(linger=0)
            after()
            context.destroy(linger=0)

    def _take(self, message: Message, frames: list[Frame]) -> None:
        self.said.append(message)
        if self.script is not None and self.script(self, message, frames):
            return
        self.answer(message)

    def answer(self, message: Message) -> None:
        """Answer as the protocol demands."""
        answers: dict[type[Message], Callable[[Any], None]] = defaultdict(lambda: lambda _: None)
        answers |= {
            m.Hello: lambda _: self.send(self.welcome()),
            m.Ping: lambda ping: self.send(m.Pong(ping.query, is_busy=False)),
            m.StatusQuestion: lambda asked: self.send(m.StatusReport(asked.query, 0, 1.0)),
            m.ModelsQuestion: lambda asked: self.send(m.ModelList(asked.query, ())),
            m.VerifyModel: lambda asked: self.send(m.ModelVerified(asked.query, asked.model, "0" * 64)),
            m.Submit: self._on_submit,
            m.Credit: self._on_credit,
            m.Cancel: self._on_cancel,
            m.Fetch: self._on_fetch,
        }
        answers[type(message)](message)

    def welcome(self) -> m.Welcome:
        """What it says of itself."""
        return m.Welcome(self.version, "scripted", Limits(), ("tiny",), (Device("cpu", "processor", 2**30),), True)

    def done(self, job: str) -> m.Done:
        """The end of a job."""
        is_path = self.jobs[job].submit.delivery == "path" and self.folder is not None
        files = [
            ResultFile(
                layer,
                f"{layer}.tif",
                len(data),
                hashlib.sha256(data).hexdigest(),
                str(self.folder / f"{layer}.tif") if is_path and self.folder else None,
            )
            for layer, data in self.files.items()
        ]
        return m.Done(job, tuple(files), len(self.tiles), seconds=1.5)

    def work(self, job: str, attempt: int = 1) -> None:
        """Carry out a job, as far as credit lets it."""
        self.send(m.Started(job, attempt))
        self.send(m.Notice(job, "warning", "this is a warning"))
        self.send(m.Notice(job, "note", "this is a note"))
        for done in range(3):
            self.send(m.Progress(job, "predicting", done, 2))
        if self.jobs[job].submit.delivery == "tiles":
            self.send_tiles(job)
        else:
            if self.folder is not None and self.jobs[job].submit.delivery == "path":
                for layer, data in self.files.items():
                    path = self.folder / f"{layer}.tif"
                    if not path.exists():
                        path.write_bytes(data)
            self.send(self.done(job))

    def send_tiles(self, job: str) -> None:
        """Send tiles while there is credit, and the end after the last."""
        known = self.jobs[job]
        for number, data in enumerate(self.tiles):
            if number in known.sent or min(known.credit) <= 0:
                continue
            known.sent.add(number)
            known.credit[0] -= 1
            known.credit[1] -= len(data)
            self.send(self.tile(job, number), [Frame("uint8", (len(data),), data)])
        if len(known.sent) == len(self.tiles):
            self.send(self.done(job))

    def tile(self, job: str, number: int) -> m.Tile:
        """A tile without its frame."""
        return m.Tile(job, number, Rect(0, number, 1, 1), "prediction")

    def _on_submit(self, submit: m.Submit) -> None:
        is_known = submit.job in self.jobs
        if not is_known:
            self.jobs[submit.job] = Known(submit)
        known = self.jobs[submit.job]
        known.credit = [0, 0]
        known.sent = {number for first, end in submit.received for number in range(first, end)}
        self.send(m.Accepted(submit.job, 0))
        if self.is_working:
            self.work(submit.job)

    def _on_credit(self, credit: m.Credit) -> None:
        known = self.jobs.get(credit.job)
        if known is None:
            return
        known.credit[0] += credit.messages
        known.credit[1] += credit.bytes
        if known.fetch is not None:
            self._send_pieces(credit.job)
        elif known.submit.delivery == "tiles" and self.is_working and len(known.sent) < len(self.tiles):
            self.send_tiles(credit.job)

    def _on_cancel(self, cancel: m.Cancel) -> None:
        if cancel.job not in self.jobs:
            self.send(m.Failed(cancel.job, "job_unknown", "no such job"))
            return
        self.send(m.Cancelled(cancel.job, is_over=False))
        self.send(m.Cancelled(cancel.job))

    def _on_fetch(self, fetch: m.Fetch) -> None:
        self.jobs[fetch.job].fetch = fetch.layer, fetch.offset
        self._send_pieces(fetch.job)

    def _send_pieces(self, job: str) -> None:
        known = self.jobs[job]
        while known.fetch is not None and min(known.credit) > 0:
            layer, offset = known.fetch
            data = self.files[layer]
            piece = data[offset : offset + self.piece_bytes]
            known.credit[0] -= 1
            known.credit[1] -= len(piece)
            self.send_piece(job, layer, offset, piece)
            known.fetch = (layer, offset + len(piece)) if offset + len(piece) < len(data) else None

    def send_piece(self, job: str, layer: str, offset: int, piece: bytes) -> None:
        """Send a piece of a file."""
        self.send(m.Result(job, layer, offset, len(self.files[layer])), [Frame("uint8", (len(piece),), piece)])
