"""The page on remote use: its unit is one that systemd takes, and its commands are there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from landcast.tests.worker.machines import Machine
from landcast.worker.cli.main import LazyGroup, group

PAGE = (Path(__file__).parents[2] / "docs" / "remote.md").read_text(encoding="utf-8")


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd here")
    (text,) = re.findall(r"```ini\n(.*?)```", PAGE, re.DOTALL)
    program = tmp_path / "landcast" / ".venv" / "bin" / "landcast"
    program.parent.mkdir(parents=True)
    program.symlink_to(sys.executable)
    unit, runtime = tmp_path / "landcast.service", tmp_path / "run"
    unit.write_text(text)
    runtime.mkdir(mode=0o700)
    environment = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(runtime), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", unit], capture_output=True, text=True, env=environment, timeout=60
    )
    if "Failed to initialize manager" in done.stderr:
        pytest.skip(f"systemd-analyze needs more than there is here: {done.stderr}")
    # an unknown setting is told, and yet no failure
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("line", sorted(set(re.findall(r"^(?:gpu|desk)\$ landcast (.*)$", PAGE, re.MULTILINE))))
def test_each_command_of_the_page_is_one(line: str) -> None:
    assert isinstance(group, LazyGroup)
    name, *arguments = line.split()
    context = click.Context(group, **group.context_settings)
    command = group.get_command(context, name)
    assert command is not None
    if name == "keys":
        subcommand, arguments = arguments[0], arguments[1:]
        command = command.get_command(context, subcommand)  # type: ignore[attr-defined]
    command.make_context(name, list(arguments), parent=context)


def test_the_messages_that_the_page_explains_are_those_of_the_program(tmp_path: Path) -> None:
    sources = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("core/client", "core/protocol")
        for path in (Path(__file__).parents[2] / folder).glob("*.py")
    )
    sources = re.sub(r'"\n\s*f?"', "", sources)
    table = PAGE[PAGE.index("## When it does not work") :]
    messages = re.findall(r"^\| `(.*?)` \|", table, re.MULTILINE)
    assert len(messages) >= 8
    for message in messages:
        assert message in sources, message
    machine = Machine(tmp_path / "desk")
    code, _, err = machine.run("serve", "--status", "--worker", "tcp://127.0.0.1:9")
    assert (code, "nothing listens there" in err) == (1, True)
