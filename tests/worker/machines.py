"""Folders that stand for machines: each with a cache and a configuration of its own, and the command line in it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from landcast.core.client.address import Keys
from landcast.core.protocol.connection import ConnectionFile, ConnectionFileError, read_connection
from landcast.core.protocol.keys import KeyFolder
from landcast.tests.worker.raw import children_of, is_gone, wait_until

PROGRAM = [sys.executable, "-P", "-m", "landcast.worker.cli"]
COUNTING_IMPORTS = """
import sys
from landcast.worker.cli import main
try:
    main()
finally:
    print("torch" if "torch" in sys.modules else "no torch", file=sys.stderr)
"""


@dataclass
class Machine:
    """A machine with a user."""

    folder: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "work").mkdir(parents=True)

    @property
    def environment(self) -> dict[str, str]:
        """What tells the program that it is here."""
        places = {"LANDCAST_CACHE": str(self.folder / "cache"), "LANDCAST_CONFIG": str(self.folder / "config")}
        return {**os.environ, "OMP_NUM_THREADS": "1", **places}

    @property
    def keys(self) -> KeyFolder:
        """Its user's keys."""
        return KeyFolder(self.folder / "config" / "keys")

    @property
    def connection(self) -> ConnectionFile:
        """That of its worker."""
        return read_connection(self.folder / "cache" / "worker.json")

    def run(self, *arguments: object, program: list[str] = PROGRAM) -> tuple[int, str, str]:
        """Run a command to its end: code, output, errors."""
        done = subprocess.run(
            [*program, *map(str, arguments)], capture_output=True, text=True, timeout=300, cwd=self.folder / "work",
            env=self.environment,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    def do(self, *arguments: object) -> str:
        """Run a command that must succeed, and return its output."""
        code, out, err = self.run(*arguments)
        assert code == 0, err
        return out

    def public_key(self, *options: str) -> str:
        """Make keys, and return the public one."""
        return self.do("keys", "make", *options).strip()

    def serve(self, *arguments: object) -> subprocess.Popen[str]:
        """Start a worker, and wait until it listens."""
        with (self.folder / "serve.txt").open("w") as said:
            process = subprocess.Popen(
                [*PROGRAM, "serve", *map(str, arguments)], stdout=said, stderr=said, text=True, env=self.environment,
                start_new_session=True, cwd=self.folder / "work",
            )  # fmt: skip
        self.started.append(process)
        wait_until(lambda: process.poll() is not None or self._listens(process.pid), what="the worker")
        assert process.poll() is None, self.said()
        return process

    def said(self) -> str:
        """What its worker printed."""
        return (self.folder / "serve.txt").read_text()

    def log(self) -> str:
        """What its worker wrote down."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("cache/logs/*.log")))

    def end(self) -> None:
        """End its workers, and make sure that nothing of them is left."""
        left: list[int] = []
        for process in self.started:
            engines = children_of(process.pid)
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    left.append(process.pid)
                    process.kill()
            process.wait()
            wait_until(lambda engines=engines: all(map(is_gone, engines)), 5, "the end of the engine")
        assert not left, self.log()

    def _listens(self, process: int) -> bool:
        try:
            return self.connection.process == process
        except ConnectionFileError:
            return False


def introduce(client: Machine, worker: Machine, name: str = "client") -> None:
    """Let a client use a worker, and the client know the worker, which runs."""
    worker.do("keys", "allow", name, client.public_key())
    client.do("keys", "trust", worker.connection.endpoint, worker.public_key("--worker"))


def keys_of(client: Machine, server: str) -> Keys:
    """A client's keys for a worker."""
    pair = client.keys.read_pair("client")
    assert pair is not None
    return Keys(pair.public, pair.secret, server)


def listed(machine: Machine) -> dict[str, object]:
    """What `landcast keys list` tells."""
    found = json.loads(machine.do("keys", "list", "--json"))
    assert isinstance(found, dict)
    return found
