"""How patient a client is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """Times and counts after which a client does something about silence.

    Attributes:
        answer_s: for a connection and the answer to HELLO.
        ping_s: of silence, until PING asks whether the worker is there.
        silent_s: of silence in spite of PING, until the connection is given up and made anew.
        retry_s: before connecting again the first time; doubled each time, up to 8 times as much.
        lost_s: of trying to connect again, until the jobs have crashed.
        losses: of an established connection within a minute, until the jobs have crashed.
        resend_s: until SUBMIT, CANCEL or FETCH is sent again.
        cancel_s: for a job to stop, until it counts as stopped without the worker's word.
    """

    answer_s: float = 3.0
    ping_s: float = 1.5
    silent_s: float = 6.0
    retry_s: float = 0.25
    lost_s: float = 30.0
    losses: int = 5
    resend_s: float = 2.0
    cancel_s: float = 8.0
