"""Messages as lines, in whatever pieces they come."""

from __future__ import annotations

import subprocess
import sys

import pytest

from landcast.core.protocol.errors import ProtocolError
from landcast.core.protocol.fields import new_id
from landcast.core.protocol.message import Message
from landcast.core.protocol.messages import Cancel, Notice
from landcast.worker.long_jobs.lines import Orders, read_line, write_line

NOTICE = Notice(new_id(), "warning", "two\nlines, «ü» and a \\n")


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_messages_are_put_together_from_pieces(size: int) -> None:
    heard: list[Message] = []
    orders = Orders(heard.append)
    sent = [NOTICE, Cancel(NOTICE.job), NOTICE]
    data = b"".join(map(write_line, sent))
    assert data.count(b"\n") == len(sent)
    for start in range(0, len(data), size):
        orders.hear(data[start : start + size])
    assert heard == sent


@pytest.mark.parametrize("line", [b"", b"nonsense", b"{}", write_line(NOTICE)[:-20]])
def test_a_line_that_is_no_message_is_an_error(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_line(line)


def test_what_libraries_print_does_not_come_between() -> None:
    code = """
import os, sys
from landcast.core.protocol.messages import Cancel
from landcast.worker.long_jobs.lines import take_output
send = take_output()
print("a library speaks", flush=True)
os.write(1, b"and one in C")
send(Cancel(sys.argv[1]))
"""
    done = subprocess.run([sys.executable, "-c", code, NOTICE.job], capture_output=True, timeout=60, check=True)
    assert read_line(done.stdout) == Cancel(NOTICE.job)
    assert done.stderr == b"a library speaks\nand one in C"
