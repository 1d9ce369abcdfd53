"""Many scenes, one after the other: each is carried out or told as failed, and all of it is written down as it goes."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from ..errors import CancelledError, LandcastError, RequestError
from .inputs.scene import Scene
from .manifest import Entry, Manifest, State
from .run_log import RunLog
from .scene_run import SceneListener
from .summary import describe_run, tell_run, write_summary
from .totals import MEGAPIXEL, Pace, Totals

SAVE_S = 5.0
"""Least time between two writes of manifest and summary."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SceneOutcome:
    """What came of a scene.

    Attributes:
        files: by what they hold.
        key: SHA-256 of all that decides about its pixels.
        output_px: pixels of the result.
        seconds: that this run took for it.
        blocks: that it has.
        is_new: whether this run finished it; it stood there whole, by the same plan, where not.
        warnings: what the user should know.
    """

    files: Mapping[str, Path]
    key: str
    output_px: int
    seconds: float
    blocks: int
    is_new: bool = True
    warnings: tuple[str, ...] = ()


CarryOut = Callable[[Scene, SceneListener], SceneOutcome]
"""Predicts one scene, or finds it done.

Raises:
    CancelledError: it was asked to stop.
    LandcastError: anything that the user can mend.
"""


class Display(Protocol):
    """Shows a run to whoever watches it."""

    def show(self, entry: Entry | None, share: float, totals: Totals) -> None:
        """How far the run and its current scene are; called often."""

    def say(self, level: str, scene: str, text: str) -> None:
        """A `note`, a `warning`, or that something is `done`, `kept` or `failed`."""


@dataclass(frozen=True)
class Ended:
    """How a run ended.

    Attributes:
        totals: of it.
        entries: of its scenes.
        described: what `summary.json` holds.
        is_stopped: whether it was asked to stop before all was done.
    """

    totals: Totals
    entries: tuple[Entry, ...]
    described: dict[str, object]
    is_stopped: bool

    @property
    def text(self) -> str:
        """The summary to read."""
        return tell_run(self.described)


@dataclass(frozen=True)
class Clocks:
    """Where a run takes its time from: seconds that never go back, and seconds since the epoch."""

    steady: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time


class Batch:
    """A run over many scenes into one folder.

    One scene that fails stops no other. What a run of the same command finished before is not done again: where
    request, source and files are the same by the manifest, its scene is not even opened.

    Args:
        folder: of the results, which exists.
        scenes: by names of their own.
        request_sha256: by scene, SHA-256 of what is asked for.
        carry_out: does one scene.
        display: shows how it goes.
        log: where events are written.
        work: by scene, what it takes in any one unit; None where nobody knows.
        stop: set where the user asked to stop.
        clocks: what time it is.
        is_redoing: whether what was done before is done again.

    Raises:
        OutputError: the folder holds a manifest that cannot be gone on with.
    """

    def __init__(
        self,
        folder: Path,
        scenes: Sequence[Scene],
        request_sha256: Callable[[Scene], str],
        carry_out: CarryOut,
        display: Display,
        log: RunLog,
        work: Mapping[str, float | None] | None = None,
        stop: threading.Event | None = None,
        clocks: Clocks | None = None,
        is_redoing: bool = False,
    ) -> None:
        self.folder, self.scenes, self.manifest = folder, tuple(scenes), Manifest(folder)
        self._request_sha256, self._carry_out, self._display, self._log = request_sha256, carry_out, display, log
        self._stop, self._clocks = stop or threading.Event(), clocks or Clocks()
        self._pace = Pace({scene.name: (work or {}).get(scene.name) for scene in scenes})
        self._began = self._clocks.steady()
        self._megapixels = self._scene_seconds = 0.0
        self._is_redoing = is_redoing
        self._kept = 0
        self._believed: dict[str, Entry] = {}
        self._states: Counter[State] = Counter()
        self._told_disk = False
        self._saved = -SAVE_S

    def run(self) -> Ended:
        """Carry out all scenes; asked to stop, the rest waits for another run.

        Raises:
            KeyboardInterrupt: the user asked to stop at once; all is written down by then.
        """
        for scene in self.scenes:
            self._begin(scene)
        self._log.write("run started", scenes=len(self.scenes), folder=self.folder.absolute())
        self._save()
        is_ended = False
        try:
            for scene in self.scenes:
                if self._stop.is_set():
                    break
                self._one(scene)
            is_ended = True
        finally:
            ended = self._end()
            if not is_ended:
                self._log.write("run broken off")
        return ended

    def _begin(self, scene: Scene) -> None:
        """Take in a scene; what the manifest has as done stays so, until a look at its turn finds otherwise."""
        known = self.manifest.entries.get(scene.name)
        entry = self._fresh(scene, known)
        if known is not None and self._seems_done(scene, entry, known):
            self._believed[scene.name] = entry
            self._kept += 1
            entry = replace(known, origin=entry.origin)
        self._states[entry.state] += 1
        self.manifest.put(entry)

    def _fresh(self, scene: Scene, known: Entry | None) -> Entry:
        """What is known of a scene before its turn; seconds of earlier runs that went on with it are kept."""
        return Entry(
            name=scene.name,
            identity=scene.identity,
            source=scene.plain_source,
            origin=scene.without_secrets(scene.origin),
            area=None if scene.area is None else scene.area.name,
            date=scene.date,
            request_sha256=None if scene.refused is not None else self._request_sha256(scene),
            source_stamp=_stamp(scene),
            seconds=known.seconds if known is not None and known.state != "done" else None,
        )

    def _one(self, scene: Scene) -> None:
        entry = self.manifest.entries[scene.name]
        if scene.name in self._believed:
            if self.manifest.is_whole(entry):
                self._keep(scene, entry)
                return
            self._kept -= 1
            entry = self._believed[scene.name]
        began = self._clocks.steady()
        self._pace.begin(scene.name, began)
        self._put(replace(entry, state="running"))
        self._log.write("scene started", scene.name, source=entry.source, origin=entry.origin)
        listener = _Listener(self, scene)
        with self._failing(scene, began):
            if scene.refused is not None:
                raise RequestError(scene.refused)
            outcome = self._carry_out(scene, listener)
            self._finish(scene, outcome, began)

    def _seems_done(self, scene: Scene, entry: Entry, known: Entry) -> bool:
        """Whether the manifest alone says that nothing is to be done; what it cannot say, carrying out finds.

        A source that was taken away since then, to an archive, takes nothing from its result.
        """
        return (
            not self._is_redoing
            and known.state == "done"
            and scene.refused is None
            and known.request_sha256 == entry.request_sha256
            and known.source_stamp is not None
            and (known.source_stamp == entry.source_stamp or _is_away(scene))
        )

    def _keep(self, scene: Scene, known: Entry) -> None:
        self._pace.end(scene.name, self._clocks.steady(), is_computed=False)
        self._put(known)
        self._log.write("scene kept", scene.name, key=known.key)
        self._display.say("kept", scene.name, "was done before")

    @contextmanager
    def _failing(self, scene: Scene, began: float):  # type: ignore[no-untyped-def]
        """Write down how a scene came to nothing."""
        try:
            yield
        except CancelledError as error:
            self._break_off(scene, began, "stopped", str(error))
        except (KeyboardInterrupt, SystemExit):
            self._break_off(scene, began, "stopped", "stopped as asked")
            raise
        except LandcastError as error:
            self._break_off(scene, began, "failed", str(error))
        except Exception as error:  # noqa: BLE001 - a fault of the program in one scene must not cost the others
            reason = f"a fault of the program, please report it: {type(error).__name__}: {error}"
            self._break_off(scene, began, "failed", reason, traceback.format_exc())

    def _break_off(self, scene: Scene, began: float, state: State, reason: str, trace: str | None = None) -> None:
        now = self._clocks.steady()
        reason = scene.without_secrets(" ".join(reason.split()))
        if state == "failed":
            self._pace.end(scene.name, now, is_computed=False)
        entry = self.manifest.entries[scene.name]
        seconds = (entry.seconds or 0.0) + now - began
        self._put(replace(entry, state=state, reason=reason, seconds=round(seconds, 2)))
        facts = {"traceback": scene.without_secrets(trace)} if trace else {}
        self._log.write(f"scene {state}", scene.name, reason=reason, seconds=round(now - began, 2), **facts)
        self._display.say(state, scene.name, reason)

    def _finish(self, scene: Scene, outcome: SceneOutcome, began: float) -> None:
        now = self._clocks.steady()
        entry = self.manifest.entries[scene.name]
        seconds = (entry.seconds or 0.0) + now - began
        files = {layer: self.manifest.record(path) for layer, path in outcome.files.items()}
        self._pace.end(scene.name, now, is_computed=outcome.is_new)
        if outcome.is_new:
            self._megapixels += outcome.output_px / MEGAPIXEL
            self._scene_seconds += now - began
        else:
            self._kept += 1
        entry = replace(
            entry, state="done", reason=None, files=files, key=outcome.key, output_px=outcome.output_px,
            seconds=round(seconds, 2), blocks=outcome.blocks,
            warnings=tuple(map(scene.without_secrets, outcome.warnings)),
        )  # fmt: skip
        self._put(entry)
        pace = (now - began) * MEGAPIXEL / outcome.output_px if outcome.is_new and outcome.output_px else None
        event = "scene done" if outcome.is_new else "scene kept"
        facts = {} if pace is None else {"seconds": round(now - began, 2), "seconds_per_megapixel": round(pace, 3)}
        self._log.write(
            event, scene.name, key=outcome.key, files={layer: file.sha256 for layer, file in files.items()},
            megapixels=round(outcome.output_px / MEGAPIXEL, 3), **facts,
        )  # fmt: skip
        said = "was done before" if pace is None else f"done, {pace:.3g} s a megapixel"
        self._display.say("done" if outcome.is_new else "kept", scene.name, said)

    def _end(self) -> Ended:
        self._save()
        totals, entries = self.totals, self.entries
        described = describe_run(totals, entries, self._clocks.wall(), is_ended=True)
        self._log.write("run ended", **{name: value for name, value in described.items() if name != "failures"})
        self._write(lambda: write_summary(self.folder, described))
        return Ended(totals, entries, described, is_stopped=totals.waiting > 0)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is known of the scenes of this run now."""
        return tuple(self.manifest.entries[scene.name] for scene in self.scenes)

    @property
    def totals(self) -> Totals:
        """How far this run is now."""
        now = self._clocks.steady()
        done, failed = self._states["done"], self._states["failed"]
        return Totals(
            scenes=len(self.scenes),
            done=done - self._kept,
            kept=self._kept,
            failed=failed,
            waiting=len(self.scenes) - done - failed,
            megapixels=self._megapixels,
            scene_seconds=self._scene_seconds,
            seconds=now - self._began,
            remaining_seconds=self._pace.remaining_seconds(now),
        )

    def advance(self, scene: Scene, share: float) -> None:
        """So much of the current scene is done."""
        self._pace.advance(share)
        self._display.show(self.manifest.entries[scene.name], share, self.totals)
        self._save_at_times()

    def tell(self, level: str, scene: Scene, text: str) -> None:
        """Pass on what is said about a scene."""
        text = scene.without_secrets(text)
        self._log.write(level, scene.name, text=text)
        self._display.say(level, scene.name, text)

    def log(self, event: str, scene: Scene, **facts: object) -> None:
        """Write down what happened to a scene."""
        self._log.write(event, scene.name, **facts)

    def _put(self, entry: Entry) -> None:
        self._states[self.manifest.entries[entry.name].state] -= 1
        self._states[entry.state] += 1
        self.manifest.put(entry)
        self._display.show(entry, 0.0, self.totals)
        self._save_at_times()

    def _save_at_times(self) -> None:
        if self._clocks.steady() - self._saved >= SAVE_S:
            self._save()

    def _save(self) -> None:
        self._saved = self._clocks.steady()
        self._write(self.manifest.save)
        described = describe_run(self.totals, self.entries, self._clocks.wall(), is_ended=False)
        self._write(lambda: write_summary(self.folder, described))

    def _write(self, write: Callable[[], None]) -> None:
        """What cannot be written down stops no run: the results count, and the next run looks at them."""
        try:
            write()
            self._told_disk = False
        except OSError as error:
            if not self._told_disk:
                self._told_disk = True
                logger.warning("%s: manifest and summary cannot be written: %s", self.folder, error.strerror)


class _Listener(SceneListener):
    """Hears one scene for its run."""

    def __init__(self, batch: Batch, scene: Scene) -> None:
        self._batch, self._scene = batch, scene

    def warn(self, text: str) -> None:
        """Something that the user should know."""
        self._batch.tell("warning", self._scene, text)

    def note(self, text: str) -> None:
        """Something that the user may like to know."""
        self._batch.tell("note", self._scene, text)

    def progress(self, done: int, total: int) -> None:
        """So many network calls are done."""
        self._batch.advance(self._scene, done / total if total else 1.0)

    def block_done(self, number: int, total: int, seconds: float, was_kept: bool) -> None:
        """A block stands."""
        if not was_kept:
            self._batch.log("block done", self._scene, block=number, blocks=total, seconds=round(seconds, 3))

    def block_failed(self, number: int, total: int, reason: str) -> None:
        """A block came to nothing."""
        reason = self._scene.without_secrets(reason)
        self._batch.log("block failed", self._scene, block=number, blocks=total, reason=reason)
        self._batch.tell("warning", self._scene, f"block {number + 1} of {total} failed: {reason}")


def _stamp(scene: Scene) -> tuple[int, int] | None:
    """Size and time of a plain source file; a VRT says nothing about the files that it leads to."""
    path = Path(scene.source)
    if path.suffix.lower() == ".vrt":
        return None
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns


def _is_away(scene: Scene) -> bool:
    """Whether there is no source where it was, which is another thing than one that cannot be looked at now."""
    try:
        Path(scene.source).stat()
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        pass
    return False
