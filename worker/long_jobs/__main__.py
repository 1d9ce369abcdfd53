"""Carries out one training or evaluation: `python -m landcast.worker.long_jobs --ledger FOLDER`; see `lines`."""

from __future__ import annotations

import _thread
import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue

from ...core.protocol.errors import ProtocolError
from ...core.protocol.fields import clean_text
from ...core.protocol.message import Message
from ...core.protocol.messages import Cancel, Cancelled, Failed, Submit
from ..cli.stopping import listen_for_stop
from ..engine.lifeline import watch_host
from .lines import Orders, take_output


def main(arguments: Sequence[str] | None = None) -> None:
    """Work for the engine that started this process, until the job is over, is cancelled, or the engine is gone."""
    parser = argparse.ArgumentParser(prog="landcast.worker.long_jobs")
    parser.add_argument("--ledger", required=True, type=Path)
    given = parser.parse_args(arguments)
    send = take_output()
    listen_for_stop()
    # a terminal's Ctrl-C goes to the host as well, which cancels when it is time
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    submits: SimpleQueue[Submit] = SimpleQueue()

    def obey(order: Message) -> None:
        if isinstance(order, Submit):
            submits.put(order)
        elif isinstance(order, Cancel):
            _thread.interrupt_main(signal.SIGTERM)

    watch_host(Orders(obey).hear)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    os.environ.setdefault("DIFFUSERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    submit = submits.get()
    try:
        from .work import Work  # torch takes seconds, and the lifeline is to be watched by then

        outcome: Message = Work(submit, given.ledger, send).carry_out()
    except KeyboardInterrupt:
        outcome = Cancelled(submit.job, is_over=True)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        send(outcome)
    except ProtocolError as error:  # a result of more than a message holds
        send(Failed(submit.job, "internal", clean_text(str(error))))


if __name__ == "__main__":
    main()
    sys.stderr.flush()
    # the engine waits for the end, and what torch tidies up takes seconds
    os._exit(0)
