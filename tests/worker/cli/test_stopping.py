"""A request to stop that was dropped on its way is obeyed before the next network call."""

from __future__ import annotations

import subprocess
import sys
import textwrap

CODE = """
    import os, signal, sys
    from landcast.worker.cli.console import ProgressDisplay
    from landcast.worker.cli.stopping import listen_for_stop

    listen_for_stop()
    display = ProgressDisplay("none", "call")
    display.show(0, 2)
    try:
        os.kill(os.getpid(), getattr(signal, sys.argv[1]))
    except KeyboardInterrupt:
        print("heard")  # and dropped, as a callback from C drops it
    try:
        display.show(1, 2)
    except KeyboardInterrupt:
        print("stopped")
"""


def test_a_request_that_was_dropped_is_obeyed_at_the_next_call() -> None:
    for name in ("SIGTERM", "SIGINT"):
        command = [sys.executable, "-c", textwrap.dedent(CODE), name]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        assert done.stdout.split() == ["heard", "stopped"], done.stderr
