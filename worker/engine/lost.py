"""The end of an engine whose device is of no use to it any more; the host starts another one."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

EXIT_CODE = 70


class DeviceLostError(BaseException):
    """No call of the device can succeed in this process; that is nothing which a job could handle."""


def end_process(error: DeviceLostError) -> NoReturn:
    """Say why, and end without the interpreter's own end: what it tidies up would call the device again."""
    sys.stderr.write(f"{error}\n")
    sys.stderr.flush()
    os._exit(EXIT_CODE)
