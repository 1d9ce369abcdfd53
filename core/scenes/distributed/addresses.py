"""The address of a scheduler, and what may be spoken there: TLS, or anything within this machine.

Whoever reaches a scheduler without TLS can run any program as the user of its workers. So `tcp://` to another machine
is refused, but where the user says that the network is theirs alone.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from ...errors import RequestError

PATTERN = re.compile(r"(?P<scheme>[a-z+]+)://(?P<host>\[[0-9a-fA-F:.%]+\]|[^\s/:\[\]]+):(?P<port>[0-9]{1,5})/?")


@dataclass(frozen=True)
class SchedulerAddress:
    """Where a scheduler listens.

    Attributes:
        text: as Dask takes it.
        host: name or number of the machine, without brackets.
        is_encrypted: whether TLS is spoken.
    """

    text: str
    host: str
    is_encrypted: bool

    @property
    def is_loopback(self) -> bool:
        """Whether no other machine can be meant."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse_scheduler(text: str, is_insecure_allowed: bool = False) -> SchedulerAddress:
    """Read the address of a scheduler.

    Args:
        text: as the user wrote it: `tls://HOST:PORT`, or `tcp://` within this machine.
        is_insecure_allowed: whether `tcp://` may lead to another machine.

    Raises:
        RequestError: it is none, or one that is not to be trusted.
    """
    found = PATTERN.fullmatch(text)
    if found is None or int(found["port"]) > 65535:
        raise RequestError(f"--scheduler {text}: is no address of a scheduler; it looks like tls://gpu-1.lan:8786")
    if found["scheme"] not in ("tls", "tcp"):
        raise RequestError(f"--scheduler {text}: {found['scheme']}:// is not spoken here; tls:// is")
    address = SchedulerAddress(text.rstrip("/"), found["host"].strip("[]"), found["scheme"] == "tls")
    if not (address.is_encrypted or address.is_loopback or is_insecure_allowed):
        raise RequestError(
            f"--scheduler {text}: without TLS, whoever reaches that port can run programs on every worker; "
            "`landcast keys cluster` makes the keys for tls://, and --insecure-cluster goes on without them in a "
            "network that is yours alone"
        )
    return address
