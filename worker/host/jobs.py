"""What the host knows of each job. Holds no socket and no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from ...core.protocol.message import Message
from ...core.protocol.messages import Cancelled, Done, Failed, Notice, Progress, Submit
from ...core.protocol.values import JobState, JobStatus
from .ledger import JobFolder

End = Done | Failed | Cancelled


@dataclass
class Job:
    """A job.

    Attributes:
        submit: as the client asked for it.
        owner: connection of its client.
        folder: its ledger.
        state: where it stands.
        attempt: counts from 1; 0 before the first.
        crashes: of engines that carried it out.
        notices: told so far; the next attempt would tell them again.
        progress: the last.
        progress_at: when it last came further.
        kept: tiles that are in the ledger.
        sent: tiles that the client has, by itself or from this connection.
        credit_messages: that the client has room for.
        credit_bytes: the same in bytes.
        fetch: layer and offset that are being sent.
        parts: of its source that are held.
        part_count: that there will be; 0 where that is not known yet.
        source_bytes: that came.
        end: the last message about it, perhaps not sent yet.
        is_end_sent: whether the client was told.
        ended_at: when it was over.
        cancelled_at: when the client asked to stop.
        orphaned_at: when its client went away.
    """

    submit: Submit
    owner: bytes
    folder: JobFolder
    state: JobState = "queued"
    attempt: int = 0
    crashes: int = 0
    notices: list[Notice] = field(default_factory=list)
    progress: Progress | None = None
    progress_at: float = 0.0
    kept: set[int] = field(default_factory=set)
    sent: set[int] = field(default_factory=set)
    credit_messages: int = 0
    credit_bytes: int = 0
    fetch: tuple[str, int] | None = None
    parts: set[int] = field(default_factory=set)
    part_count: int = 0
    source_bytes: int = 0
    end: End | None = None
    is_end_sent: bool = False
    ended_at: float | None = None
    cancelled_at: float | None = None
    orphaned_at: float | None = None

    @property
    def id(self) -> str:
        """Made by the client."""
        return self.submit.job

    @property
    def has_its_source(self) -> bool:
        """Whether nothing is missing to carry it out."""
        return self.submit.source is None or 0 < self.part_count <= len(self.parts)

    @property
    def is_over(self) -> bool:
        """Whether nothing more is computed for it."""
        return self.end is not None

    @property
    def has_tiles_to_wait_for(self) -> bool:
        """Whether the client must have more tiles before it may hear of the end."""
        return isinstance(self.end, Done) and self.submit.delivery == "tiles" and not self.kept <= self.sent

    def asks_the_same(self, other: Submit) -> bool:
        """Whether a SUBMIT is a repetition of the one that made this job."""
        return replace(other, received=(), attempt=1) == replace(self.submit, received=(), attempt=1)

    def attach(self, owner: bytes, received: Iterable[tuple[int, int]]) -> None:
        """Give the job to the connection from which its client submitted it, perhaps again; credit is gone."""
        self.owner, self.orphaned_at = owner, None
        self.credit_messages = self.credit_bytes = 0
        self.fetch = None
        self.is_end_sent = False
        # only as many as there can be are worth remembering
        self.sent = {number for number in self.kept if any(first <= number < end for first, end in received)}
        self.submit = replace(self.submit, received=tuple(received))

    def keep(self, number: int) -> None:
        """Take in that a tile is in the ledger."""
        self.kept.add(number)
        if any(first <= number < end for first, end in self.submit.received):
            self.sent.add(number)

    def add_notice(self, notice: Notice) -> bool:
        """Take in a notice; False where an earlier attempt told it."""
        if notice in self.notices or len(self.notices) >= 128:
            return False
        self.notices.append(notice)
        return True

    def finish(self, end: End, now: float) -> None:
        """Take in the end."""
        states: dict[type[Message], Literal["done", "failed", "cancelled"]] = {
            Done: "done", Failed: "failed", Cancelled: "cancelled",
        }  # fmt: skip
        self.end, self.ended_at, self.state = end, now, states[type(end)]

    def status(self, position: int, asking: bytes) -> JobStatus:
        """Tell where it stands."""
        done, total = (self.progress.done, self.progress.total) if self.progress else (0, 0)
        return JobStatus(
            self.id, self.submit.request.kind, self.state,  # type: ignore[arg-type] # a kind by its class
            done, total, position, self.attempt, is_own=asking == self.owner,
        )  # fmt: skip
