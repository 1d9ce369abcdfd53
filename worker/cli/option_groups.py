"""Options in groups, so that the help of a command with many of them can be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

OTHER = "Other"


class GroupedOption(click.Option):
    """An option that stands under a title.

    Args:
        group: the title.
    """

    def __init__(self, *args: Any, group: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group


class GroupedCommand(click.Command):
    """Lists its options under their titles, in the order in which the titles first come; the others last."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one section for each title."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                title = parameter.group if isinstance(parameter, GroupedOption) else OTHER
                sections.setdefault(title, []).append(record)
        rest = sections.pop(OTHER, None)
        for title, records in [*sections.items(), *([(OTHER, rest)] if rest else [])]:
            with formatter.section(title):
                formatter.write_dl(records)


def grouped(group: str) -> Callable[..., Callable[[Any], Any]]:
    """Give what declares options of one group, as `click.option` does."""

    def option(*declarations: str, **attributes: Any) -> Callable[[Any], Any]:
        return click.option(*declarations, cls=GroupedOption, group=group, **attributes)

    return option
