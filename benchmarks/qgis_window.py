"""What `qgis.py` has done inside QGIS: fills in the panel, clicks, and looks at clock and memory. Run by QGIS alone."""

from __future__ import annotations

import json
import os
import socket
import time
import traceback
from pathlib import Path
from typing import Any

from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import QDockWidget
from qgis.utils import iface

from landcast.qgis_plugin.dock.choices import Choices
from landcast.tests.event_loop import rest, wait_until

TICK_MS = 5
SETTLE_MS = 2000
SETTINGS = json.loads(os.environ["LANDCAST_WINDOW"])


class Ticks:
    """Times between two ticks of a timer on the main thread, in seconds."""

    def __init__(self) -> None:
        self.gaps_s: list[float] = []
        self.worst: tuple[float, float] = 0.0, 0.0
        """The longest, and how many seconds after the start of its series it ended."""
        self._start = self._last = 0.0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin a series."""
        self._start = self._last = time.perf_counter()
        self._timer.start(TICK_MS)

    def stop(self) -> None:
        """End a series; the time up to here counts."""
        self._timer.stop()
        self._tick()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.gaps_s.append(now - self._last)
        self.worst = max(self.worst, (now - self._last, now - self._start))
        self._last = now


class Clicks:
    """Predicts from the panel as a person does."""

    def __init__(self) -> None:
        self.dock: Any = iface.mainWindow().findChild(QDockWidget, "LandcastDock")
        self.dock.setUserVisible(True)
        self.ticks = Ticks()
        self.first_s: list[float] = []
        self.most_mb = 0.0
        self._number = 0
        self._memory = QTimer()
        self._memory.timeout.connect(self._look_at_memory)

    def predict(self, layer: QgsRasterLayer) -> tuple[float, str]:
        """Fill in, wait for the plan, click, and wait for the layer; seconds from the click, and the file."""
        self._number += 1
        output = Path(SETTINGS["folder"]) / f"there_{self._number}_pred.tif"
        button = self.dock.form.run.predict
        self.dock.form.show_choices(Choices(layer=layer.id(), model=SETTINGS["model"], output=str(output)))
        self.dock.form.changed.emit()
        wait_until(lambda: button.isEnabled() and len(self.dock.form.run.plan_texts) > 0)
        rest(SETTLE_MS)
        self.ticks.start()
        self._memory.start(100)
        started = time.perf_counter()
        button.click()
        run = self.dock.progress.run
        first: list[float] = []
        run.tiles_shown.connect(lambda count: first.append(time.perf_counter() - started))
        wait_until(lambda: run.is_over)
        seconds = time.perf_counter() - started
        self.ticks.stop()
        self._memory.stop()
        assert run.outcome.is_done, run.outcome.problem
        self.first_s += first[:1]
        self._remove_results(run.outcome.files)
        return seconds, str(run.outcome.files[0])

    def _remove_results(self, files: list[Path]) -> None:
        """Take away what the run added, and the copy of its source in its group."""
        project = QgsProject.instance()
        sources = {SETTINGS["source"], SETTINGS["small"]}
        kept = {layer.id() for layer in project.mapLayers().values() if layer.source() in sources}
        project.removeMapLayers([name for name in project.mapLayers() if name not in kept])
        root = project.layerTreeRoot()
        for group in root.findGroups():
            root.removeChildNode(group)
        rest(500)

    def _look_at_memory(self) -> None:
        self.most_mb = max(self.most_mb, memory_mb())


def memory_mb() -> float:
    """Resident memory of this process, as Linux tells it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def measure() -> dict[str, Any]:
    """All figures."""
    source, small = (
        QgsProject.instance().addMapLayer(QgsRasterLayer(SETTINGS[key], key)) for key in ("source", "small")
    )
    iface.mapCanvas().setExtent(source.extent())
    clicks = Clicks()
    clicks.predict(small)
    idle = Ticks()
    idle.start()
    rest(10_000)
    idle.stop()
    clicks.ticks = Ticks()
    clicks.first_s.clear()
    before = clicks.most_mb = memory_mb()
    here_s: list[float] = []
    there_s: list[float] = []
    each: list[float] = []
    last = ""
    with socket.create_connection(("127.0.0.1", SETTINGS["port"])) as connection, connection.makefile("rw") as lines:
        for turn in range(2 * SETTINGS["pairs"]):
            if turn % 4 in (0, 3):
                print(SETTINGS["source"], file=lines, flush=True)
                here_s.append(float(lines.readline()))
            else:
                seconds, last = clicks.predict(source)
                there_s.append(seconds)
                each.append(memory_mb())
    while len(each) < SETTINGS["runs"]:
        last = clicks.predict(source)[1]
        each.append(memory_mb())
    return {
        "here_s": here_s, "there_s": there_s, "first_s": clicks.first_s, "gaps_s": clicks.ticks.gaps_s,
        "idle_gaps_s": idle.gaps_s, "last": last, "worst_at_s": clicks.ticks.worst[1],
        "memory_mb": {"before": before, "most": clicks.most_mb, "after": each[-1], "each": each},
    }  # fmt: skip


def report() -> None:
    """Measure, write what was found, and end QGIS at once."""
    try:
        found = measure()
    except Exception:  # noqa: BLE001 - it is told by the program that waits for the report
        found = {"problem": traceback.format_exc()}
    Path(SETTINGS["report"]).write_text(json.dumps(found))
    # its worker ends with it, as it does with a killed QGIS
    os._exit(0)


QTimer.singleShot(SETTLE_MS, report)
