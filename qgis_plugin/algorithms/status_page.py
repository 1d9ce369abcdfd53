"""What a worker says of itself, in words: as lines for the log and as a page."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass

from ...core.protocol.messages import StatusReport, Welcome
from ...core.protocol.values import Device, EngineStatus, JobStatus, ModelInfo
from ..translation import tr
from ..worker.asking import WorkerReport

GIB, MIB = 2**30, 2**20


@dataclass(frozen=True)
class Section:
    """A heading and the lines below it."""

    heading: str
    lines: tuple[str, ...]


def describe_report(report: WorkerReport) -> list[Section]:
    """All that a worker said, in the order in which people ask for it."""
    welcome, status = report.welcome, report.status
    return [
        Section(tr("Worker"), tuple(_worker(welcome, status))),
        Section(tr("Devices"), tuple(map(device_text, welcome.devices)) or (tr("none"),)),
        Section(tr("What it is doing"), tuple(_work(status))),
        Section(tr("Models"), tuple(_models(report))),
    ]


def device_text(device: Device) -> str:
    """A device in a line."""
    return tr("{device}: {name}, {memory:.1f} GiB").format(
        device=device.device, name=device.name, memory=device.memory_bytes / GIB
    )


def model_text(model: ModelInfo) -> str:
    """What a model promises, in a line."""
    low, high = model.gsd_range_m
    years = ", ".join(f"{years:g}" for years in model.interval_years)
    return tr(
        "{name}: trained on {region}, {sensor}; {low:g} to {high:g} m a pixel ({scale:g} m a tile at best); {years} "
        "years ahead; {size:.0f} MiB"
    ).format(
        name=model.name, region=model.region, sensor=model.sensor, low=low, high=high, scale=model.ground_scale_m,
        years=years, size=model.bytes / MIB,
    )  # fmt: skip


def as_page(sections: list[Section]) -> str:
    """Sections as HTML."""
    parts = [f"<title>{html.escape(tr('Worker of Landcast'))}</title>"]
    parts += [f"<h1>{html.escape(tr('Worker of Landcast'))}</h1>"]
    for section in sections:
        lines = "".join(f"<li>{html.escape(line)}</li>" for line in section.lines)
        parts.append(f"<h2>{html.escape(section.heading)}</h2><ul>{lines}</ul>")
    return '<!DOCTYPE html><html><head><meta charset="utf-8">{}</head><body>{}</body></html>\n'.format(
        parts[0], "\n".join(parts[1:])
    )


def _worker(welcome: Welcome, status: StatusReport) -> Iterator[str]:
    version = ".".join(map(str, (welcome.version.major, welcome.version.minor)))
    yield tr("{server}, protocol {version}").format(server=welcome.server, version=version)
    yield tr("on this machine") if welcome.is_local else tr("on another machine")
    yield tr("up for {minutes:.0f} minutes").format(minutes=status.uptime_s / 60)


def _work(status: StatusReport) -> Iterator[str]:
    yield tr("{jobs} jobs wait").format(jobs=status.queue) if status.queue else tr("no job waits")
    for engine in status.engines:
        yield _engine(engine)
    for job in status.jobs:
        yield _job(job)


def _engine(engine: EngineStatus) -> str:
    states = {
        "starting": tr("is starting"),
        "idle": tr("is ready"),
        "busy": tr("computes"),
        "restarting": tr("is being restarted"),
        "gone": tr("does not run"),
    }
    text = tr("{device} {state}").format(device=engine.device, state=states[engine.state])
    if engine.models:
        text += tr("; loaded: {models}").format(models=", ".join(model.name for model in engine.models))
    if engine.restarts:
        text += tr("; restarted {number} times, at last because: {words}").format(
            number=engine.restarts, words=engine.last_words or tr("unknown")
        )
    return text


def _job(job: JobStatus) -> str:
    kinds = {"predict": tr("prediction"), "evaluate": tr("evaluation"), "train": tr("training")}
    states = {
        "receiving": tr("gets its image"),
        "queued": tr("waits"),
        "running": tr("runs"),
        "done": tr("done"),
        "failed": tr("failed"),
        "cancelled": tr("cancelled"),
    }
    text = f"{kinds[job.kind]}: {states[job.state]}"
    return tr("{job}, {done} of {total}").format(job=text, done=job.done, total=job.total) if job.total else text


def _models(report: WorkerReport) -> Iterator[str]:
    if report.models is not None:
        yield from map(model_text, report.models)
        return
    yield from report.welcome.models
    yield tr("The process that computes did not answer in time, so that only the names are known.")
