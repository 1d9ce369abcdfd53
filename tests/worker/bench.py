"""A host whose engines can be disturbed from outside, as starting engines is what takes the time of these tests."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

from landcast.core.predict import predict
from landcast.core.protocol.messages import Credit, Fetch, Plan, Planned
from landcast.core.protocol.requests import PredictRequest
from landcast.core.request import PredictionRequest
from landcast.tests.worker.gates import Gates
from landcast.tests.worker.raw import HostProcess, Hosts, RawClient, wait_until
from landcast.tests.worker.work import MUCH, Work, grid_of, read, sent_work, work_of
from landcast.worker.demo.scene import write_scene

GATES = {
    "loading": "load", "predicting": "call", "writing": "write", "publishing": "publish", "published": "published",
}  # fmt: skip
CANCEL_S = 1.0
"""How long this host waits for a cancelled job to stop."""


class Bench:
    """A host that is started anew where the test before killed it, and what it predicts from.

    Attributes:
        scene: of several tiles.
        undisturbed: the result of a run in this process.
        controls: files that engines and hosts look into; see `problem_engine.py`.
    """

    def __init__(self, folder: Path, model: Path) -> None:
        self.model, self.controls, self.gates = model, folder / "controls", Gates(folder / "controls")
        self.hosts = Hosts(folder)
        self.scene, self.undisturbed = folder / "scene.tif", folder / "undisturbed.tif"
        write_scene(self.scene, (120, 560), seed=3)
        request = PredictionRequest(self.scene, self.undisturbed, model=str(model), device="cpu", precision="fp32")
        predict(request, lambda message: None)
        planning, job = self.host().connect(), work_of("path", self.scene, folder / "a.tif", model).submit
        assert isinstance(job.request, PredictRequest)
        planning.send(Plan(job.job, job.request, grid_of(self.scene)))
        self.planned = planning.wait(Planned)

    def host(self) -> HostProcess:
        """The host that runs."""
        if not self.hosts.started or self.hosts.started[-1].process.poll() is not None:
            self.hosts.start(
                f"controls={self.controls}", patience={"cancel": CANCEL_S}, full=str(self.controls / "full")
            )
        return self.hosts.started[-1]

    def start_anew(self) -> None:
        """Let nothing that a failed test left be in the way of another try and of the next tests."""
        self.hosts.stop()
        for folder in (self.hosts.cache / "jobs", self.controls):
            for path in folder.glob("*"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def connect(self) -> RawClient:
        """A client of the host that runs, and its engine is there."""
        client = self.host().connect()
        wait_until(lambda: client.status().engines[0].state in ("idle", "busy"), 90, "an engine")
        return client

    def work(self, state: str, output: Path) -> Work:
        """A job that can be in a state."""
        if state in ("receiving", "delivering"):
            return sent_work(self.scene, self.model, self.planned)
        return work_of("file" if state == "sending" else "path", self.scene, output, self.model)

    def bring(self, work: Work, state: str, client: RawClient) -> None:
        """Let a job come to a state, and stay there; the gate of that state is closed."""
        accepted = work.begin(client)
        if state == "receiving":
            work.send_part(client, 0)
            client.wait(Credit)
            client.wait(Credit)
        elif state in GATES:
            wait_until(lambda: self.gates.is_reached(GATES[state]), 60, state)
        elif state == "delivering":
            work.send_rest(client, accepted)
            client.send(Credit(work.submit.job, 1, MUCH))
            work.take_tile(client)
        elif state == "sending":
            work.end(client)
            client.send(Fetch(work.submit.job, "prediction"))

    def finish(self, work: Work, client: RawClient) -> None:
        """Submit a job, perhaps again, and hold its result to that of the undisturbed run."""
        work.finish(client, work.begin(client))
        assert work.is_same(self.undisturbed), "the result is another one"

    def differing(self, output: Path) -> tuple[int, float]:
        """Levels by which a result differs from the undisturbed run at most, and the share of pixels that do."""
        apart = abs(read(output).astype(int) - read(self.undisturbed))
        return int(apart.max()), float((apart > 0).mean())

    def end_engine(self) -> None:
        """Let the next test find another engine."""
        client = self.connect()
        engine = self.host().engine(client)
        os.kill(engine, signal.SIGKILL)
        wait_until(lambda: client.status().engines[0].process != engine, what="another engine")

    def end_engine_that_starts(self, client: RawClient) -> None:
        """Let the next engine be one that starts; its gate is closed."""
        os.kill(self.host().engine(client), signal.SIGKILL)
        wait_until(lambda: self.gates.is_reached("start"), 60, "an engine that starts")
