"""The page on clusters: its messages are those of the program, its settings those of Dask, its commands ones."""

from __future__ import annotations

import re
from pathlib import Path

import click
import dask
import distributed
import pytest
import yaml
from distributed.cli.dask_scheduler import main as dask_scheduler
from distributed.cli.dask_worker import main as dask_worker

from landcast.worker.cli.main import LazyGroup, group

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")


def test_the_messages_that_the_page_explains_are_those_of_the_program() -> None:
    folder = ROOT / "core" / "scenes"
    sources = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    sources = re.sub(r'"\n\s*f?"', "", sources)
    messages = re.findall(r"^\| `(.*?)` \|", PAGE, re.MULTILINE)
    assert len(messages) >= 9
    for message in messages:
        assert message in sources, message


def test_dask_knows_every_setting_of_the_page() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    known = yaml.safe_load((Path(distributed.__file__).parent / "distributed.yaml").read_text(encoding="utf-8"))

    def compare(said: dict[str, object], there: dict[str, object]) -> None:
        for name, value in said.items():
            assert name in there
            if isinstance(value, dict):
                compare(value, there[name])  # type: ignore[arg-type]

    compare(yaml.safe_load(text), known)
    assert dask.config.get("distributed.scheduler.worker-ttl") == "5 minutes"


@pytest.mark.parametrize("part", ["scheduler", "worker"])
def test_dask_takes_the_options_of_each_command(part: str) -> None:
    command: click.Command = {"scheduler": dask_scheduler, "worker": dask_worker}[part]
    lines = re.findall(rf"\bdask {part} (--.*|tls:.*)$", PAGE.replace("\\\n", " "), re.MULTILINE)
    assert lines
    for line in lines:
        command.make_context(part, line.split())


@pytest.mark.parametrize("line", re.findall(r"^(?:\$ )?landcast (predict|keys) (.*)$", PAGE, re.MULTILINE))
def test_landcast_takes_each_command(line: tuple[str, str]) -> None:
    assert isinstance(group, LazyGroup)
    context = click.Context(group, **group.context_settings)
    name, arguments = line[0], line[1].split()
    command = group.get_command(context, name)
    assert command is not None
    if name == "keys":
        name, *arguments = arguments
        command = command.get_command(context, name)  # type: ignore[attr-defined]
    command.make_context(name, list(arguments), parent=context)
