"""The part of an export that needs no main thread: composing, writing, and the child process that makes a film."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from qgis.core import QgsTask
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QImage

from ..child_process import ChildCancelledError, run_child
from ..compat import TOLD_TASK
from ..translation import tr
from .map_frames import Drawn, Place
from .picture import before_and_after, film_frame

ANIMATOR = "landcast.worker.animating"
PICTURE_S = 1.5
"""That each picture of an animation is shown."""


class ExportError(Exception):
    """Nothing was written; the message says why."""


class ExportTask(QgsTask):  # type: ignore[misc]
    """Writes a file that is made of pictures.

    Args:
        output: the file; its ending says what it is.
        write: does it, in the task's thread; given whether to stop.
    """

    ended = pyqtSignal(str, bool)
    """In the main thread: what went wrong, empty where nothing did; and whether it was cancelled."""

    def __init__(self, output: Path, write: Callable[[Callable[[], bool]], None]) -> None:
        super().__init__(tr("Writing {name}").format(name=output.name), TOLD_TASK)
        self._write = write
        self._problem = ""

    def run(self) -> bool:
        """Called by QGIS in a thread."""
        try:
            self._write(self.isCanceled)
        except ChildCancelledError:
            return False
        except (ExportError, OSError) as error:
            self._problem = str(error)
            return False
        except Exception as error:  # noqa: BLE001 - a thread of QGIS would swallow it
            self._problem = tr("This is a fault of the plugin: {}").format(repr(error))
            return False
        return True

    def finished(self, is_done: bool) -> None:
        """Called by QGIS in the main thread."""
        self.ended.emit(self._problem, not is_done and not self._problem)


def write_picture(drawn: list[Drawn], place: Place, title: str, output: Path) -> None:
    """Write the first and the last state side by side as a PNG.

    Raises:
        ExportError: it cannot be written.
    """
    image = before_and_after(drawn[0], drawn[-1], title, place.metres)
    aside = output.with_name(f".{output.name}.{secrets.token_hex(4)}.partial")
    try:
        _save(image, aside)
        aside.replace(output)
    finally:
        with suppress(OSError):
            aside.unlink()


def write_animation(
    drawn: list[Drawn], place: Place, title: str, output: Path, interpreter: Path, is_stopped: Callable[[], bool]
) -> None:
    """Write all states as an animation, by the Python that Landcast is installed in.

    Raises:
        ExportError: it cannot be written.
        ChildCancelledError: `is_stopped` said yes.
    """
    with tempfile.TemporaryDirectory(prefix="landcast-") as folder:
        paths = []
        for number, one in enumerate(drawn):
            if is_stopped():
                raise ChildCancelledError
            paths.append(Path(folder) / f"{number:03d}.png")
            _save(film_frame(one, title, place.metres), paths[-1])
        lines: list[str] = []
        command = [str(interpreter), "-m", ANIMATOR, "--output", str(output), "--seconds", f"{PICTURE_S:g}"]
        outcome = run_child([*command, *map(str, paths)], lines.append, is_stopped)
    if outcome.exit_code != 0:
        raise ExportError("\n".join(lines[-3:]) or tr("The program that makes animations ended without a reason."))


def _save(image: QImage, path: Path) -> None:
    if not image.save(str(path), "PNG"):
        raise ExportError(tr("{path} cannot be written.").format(path=path))
