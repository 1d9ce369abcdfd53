"""What a plan says, in words for who decides whether to begin."""

from __future__ import annotations

from ...core.protocol.messages import Planned
from ..domain_words import domain_warning, domain_words
from ..translation import tr
from .model_card import change_words
from .plain_words import in_plain_words

MINUTE_S, HOUR_S = 60.0, 3600.0
KIB = 1024.0


def describe_plan(planned: Planned) -> list[tuple[str, str]]:
    """Names and values of what a prediction takes and gives."""
    rows, columns = planned.shape_yx
    told = [
        (
            tr("Result"),
            tr("{width:,} x {height:,} px at {gsd:.3g} m").format(width=columns, height=rows, gsd=planned.gsd_m),
        ),
        (tr("Work"), _work(planned)),
        (tr("Takes"), _takes(planned)),
    ]
    if planned.domain is not None:
        told.append((tr("Ground"), domain_words(planned.domain)))
    if planned.is_change_calibrated is not None:
        told.append((tr("Change"), change_words(planned.change_calibrated_on)))
    if planned.result_date is not None:
        told.insert(1, (tr("Date"), tr("{} to {}").format(planned.source_date, planned.result_date)))
    return told


def warnings_of(planned: Planned) -> list[str]:
    """What the user should know before it begins, in words of the form where there are some."""
    figure = planned.domain
    return [
        domain_warning(figure) if figure is not None and text == figure.text else in_plain_words(text)
        for text in planned.warnings
    ]


def _work(planned: Planned) -> str:
    # a plural of its own in every language needs no more than the number at the end of the word
    tiles = tr("tiles: {:,}").format(planned.tiles)
    if planned.iterations == 1:
        return tiles
    return tiles + ", " + tr("each predicted {} times in a row").format(planned.iterations)


def _takes(planned: Planned) -> str:
    parts = [tr("up to {} of memory").format(size_text(planned.memory_bytes))]
    parts.append(tr("{} on disk").format(size_text(planned.disk_bytes)))
    if planned.seconds is not None:
        parts.insert(0, tr("about {}").format(time_text(planned.seconds)))
    return ", ".join(parts)


def time_text(seconds: float) -> str:
    """A length of time for a person, no more precise than a forecast of it can be."""
    if seconds < 10:
        return tr("a few seconds")
    if seconds < 1.5 * MINUTE_S:
        return tr("{:.0f} s").format(round(seconds, -1))
    if seconds < HOUR_S:
        return tr("{:.0f} min").format(seconds / MINUTE_S)
    return tr("{:.1f} h").format(seconds / HOUR_S)


def size_text(count: int) -> str:
    """A number of bytes for a person."""
    size, unit = float(count), tr("bytes")
    for larger in (tr("KB"), tr("MB"), tr("GB"), tr("TB")):
        if size < KIB:
            break
        size, unit = size / KIB, larger
    return f"{size:.0f} {unit}" if size >= 10 or unit == tr("bytes") else f"{size:.1f} {unit}"


def describe_crs(name: str, is_other: bool) -> str:
    """A line on the CRS of the result, where it is not that of the source."""
    return tr("The result is in {}, in which its pixels are true metres.").format(name) if is_other else ""
