"""What a worker says of a job, passed on to who follows the prediction."""

from __future__ import annotations

from typing import Callable, Protocol

from ...core.client.events import Noticed, StateChanged
from ...core.client.follow import Listener as JobListener
from ...core.protocol.frames import Frame
from ...core.protocol.messages import Planned, Stage, Tile
from ..domain_words import domain_warning, domain_words
from ..prediction import Listener
from ..translation import tr

PARTS = 1000
"""Of the whole way, by which progress is told."""
DRAWN, PREDICTED = 100, 980
"""Where on that way the pixels were read, and the network is done; the rest is writing."""


class TileSink(Protocol):
    """Who shows or keeps the parts of a result; called from the thread that waits for it."""

    def show_planned(self, planned: Planned) -> None:
        """What the result will be; comes before the first tile."""

    def show_tile(self, tile: Tile, frames: tuple[Frame, ...]) -> None:
        """A part of a layer is done.

        Args:
            tile: where it lies on the lattice of the plan, and of which layer it is.
            frames: values (band, y, x); what counts of them, uint8 (y, x), all where left out. To be used or copied
                until this returns.
        """


class Telling(JobListener):
    """Tells each stage once, progress over all of them, and each text once.

    Args:
        listener: who follows.
        is_drawn: whether pixels are read here first.
        problem: why the worker will not come back, or None.
        tiles: gets the parts of the result as they are done; nobody where None.
    """

    def __init__(
        self,
        listener: Listener,
        is_drawn: bool,
        problem: Callable[[], str | None],
        tiles: TileSink | None = None,
    ) -> None:
        self._listener, self._problem, self._tiles = listener, problem, tiles
        self._start = DRAWN if is_drawn else 0
        self._stage = ""
        self._said: set[str] = set()

    def drawing(self, done: int, total: int) -> None:
        """So many parts of the layer were read here."""
        self._enter("drawing")
        self._listener.show_progress(DRAWN * done, PARTS * max(total, 1))

    def progress(self, stage: Stage, done: int, total: int) -> None:
        """So much of a stage is done."""
        self._enter(stage)
        if stage == "predicting" and total:
            self._listener.show_progress(self._start * total + (PREDICTED - self._start) * done, PARTS * total)
        elif stage == "writing":
            self._listener.show_progress(PREDICTED, PARTS)

    def noticed(self, event: Noticed) -> None:
        """Something about the result, in the user's language where there are words of its own for it."""
        figure = event.domain
        if figure is None:
            super().noticed(event)
        elif event.level == "warning":
            self.warn(domain_warning(figure))
        else:
            self.note(domain_words(figure))

    def note(self, text: str) -> None:
        """The user may like to know this."""
        self._say(text, self._listener.info)

    def warn(self, text: str) -> None:
        """The user should know this."""
        self._say(text, self._listener.warn)

    def state(self, event: StateChanged) -> None:
        """The job waits for others, or is tried again."""
        if event.state == "queued" and event.position:
            self._listener.show_stage(tr("Waiting for {} other predictions").format(event.position))
        elif event.state == "running" and event.attempt > 1:
            self._listener.info(
                tr("The process that computed ended; attempt {} goes on with what it kept").format(event.attempt)
            )

    def interrupted(self, reason: str) -> None:
        """The connection was lost, and is made anew."""
        self._listener.info(tr("{}; looking for the worker again, the prediction goes on").format(reason))

    def tile(self, tile: Tile, frames: tuple[Frame, ...]) -> None:
        """A part of the result."""
        if self._tiles is not None:
            self._tiles.show_tile(tile, frames)

    def is_cancelled(self) -> bool:
        """Whether the user asked to stop, or the worker will not come back."""
        return self._listener.is_cancelled() or self._problem() is not None

    def _enter(self, stage: str) -> None:
        if stage != self._stage:
            self._stage = stage
            self._listener.show_stage(stage_name(stage))

    def _say(self, text: str, say: Callable[[str], None]) -> None:
        if text not in self._said:
            self._said.add(text)
            say(text)


def stage_name(stage: str) -> str:
    """A stage in the user's language."""
    names = {
        "starting": tr("Starting Landcast"),
        "loading": tr("Loading the model"),
        "planning": tr("Planning"),
        "drawing": tr("Reading the layer"),
        "receiving": tr("Sending the pixels"),
        "reading": tr("Reading the image"),
        "predicting": tr("Predicting"),
        "writing": tr("Writing the result"),
    }
    return names.get(stage, stage)
