"""One job from its request to its result, with what the host hears meanwhile."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import torch

from ...core.device import choose_device
from ...core.errors import CancelledError, DeviceMemoryError
from ...core.model.contract import load_contract
from ...core.model.folder import LoadedModel, find_model
from ...core.plan import Plan
from ...core.predict import Prediction, predict
from ...core.protocol.engine_messages import Kept, Pulse
from ...core.protocol.fields import clean_text
from ...core.protocol.message import Message
from ...core.protocol.messages import Done, Notice, Progress, Stage, Started, Submit
from ...core.protocol.requests import PredictRequest
from ...core.protocol.values import DomainFigure
from ...core.request import PredictionRequest
from ..host.ledger import JobFolder
from .device_turn import device_turn
from .models import WarmModels
from .pixels import kept_overview, kept_parts, sent_image
from .requests import read_request, tell_domain, tell_result
from .store import LedgerStore

PROGRESS_S = 0.1
"""Least time between two messages that only say how far it is."""

logger = logging.getLogger(__name__)


class JobRun:
    """Carries out a job.

    Args:
        submit: the job.
        folder: its ledger.
        models: loaded before.
        locks: folder with a lock a device.
        send: sends a message to the host.
        listen: takes in what the host says meanwhile; called often.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        submit: Submit,
        folder: JobFolder,
        models: WarmModels,
        locks: Path,
        send: Callable[[Message], None],
        listen: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.submit, self.folder, self.models, self.locks = submit, folder, models, locks
        self._send, self._listen, self._clock = send, listen, clock
        self.is_cancelled = False
        self.calls = 0
        self._stage: Stage = "planning"
        self._last_call = self._last_progress = -1.0
        self._done = self._total = 0
        self._domain: DomainFigure | None = None
        self._store = LedgerStore(
            folder, self._read, self._kept, is_needed=submit.delivery == "tiles", received=submit.received
        )  # fmt: skip

    @property
    def id(self) -> str:
        """Of the job."""
        return self.submit.job

    def carry_out(self) -> Done:
        """Predict, and return the result.

        Raises:
            LandcastError: what the user can mend, or that it was cancelled.
        """
        self._send(Started(self.id, self.submit.attempt))
        request = self._request()
        self._enter("planning")
        with device_turn(choose_device(request.device), self.locks, self._teller("note"), self._pulse):
            prediction = self._predict(request)
        return tell_result(self.id, prediction, self._store.tiles, is_fetched=self.submit.delivery != "path")

    def _predict(self, request: PredictionRequest) -> Prediction:
        sent = None
        try:
            if self.submit.source is not None:
                contract = load_contract(find_model(request.model))
                overview, parts = kept_overview(self.folder), kept_parts(self.folder)
                sent, request = sent_image(request, self.submit.source, contract, overview, parts)
            return predict(
                request, self._teller("warning"), self._tick, self._teller("note"), self._store, self._load, sent,
                has_files=self.submit.delivery != "tiles", on_plan=self._hear_plan,
            )  # fmt: skip
        except DeviceMemoryError:
            self.models.make_room()  # for whoever tries again
            raise

    def _request(self) -> PredictionRequest:
        asked = self.submit.request
        assert isinstance(asked, PredictRequest)
        # an earlier attempt died between giving the result its name and saying so
        is_overwriting = asked.is_overwriting or self.folder.is_publishing
        if self.submit.delivery == "path":
            return read_request(asked, is_overwriting=is_overwriting)
        self.folder.result.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = Path(asked.output or f"{Path(asked.source).stem}_pred.tif").name
        changes: dict[str, object] = {"output": str(self.folder.result / name), "is_overwriting": True}
        if self.submit.delivery == "file" and asked.quicklook is not None:
            changes["quicklook"] = str(self.folder.result / Path(asked.quicklook).name)
        return read_request(asked, **changes)

    def _load(self, folder: Path, device: torch.device, precision: torch.dtype) -> LoadedModel:
        self._enter("loading")
        return self.models.load(folder, device, precision)

    def _read(self) -> None:
        self._enter("reading")

    def _kept(self, number: int, tiles: int) -> None:
        self._send(Kept(self.id, number, tiles))

    def _tick(self, done: int, total: int) -> None:
        """Called before each network call, and once all are done."""
        now = self._clock()
        self.calls += 1
        call_s = now - self._last_call if self._last_call >= 0 else None
        self._last_call = now
        self._done, self._total = done, total
        is_new, self._stage = self._stage != "predicting", "predicting"
        self._pulse(call_s)
        if done == total:
            self._mark_publishing()
            self._enter("writing")
        elif is_new or now - self._last_progress >= PROGRESS_S:
            self._last_progress = now
            self._send(Progress(self.id, "predicting", done, total))

    def _mark_publishing(self) -> None:
        try:
            self.folder.mark_publishing()
        except OSError as error:
            logger.warning("after a crash the result would be in its own way: %s", error)

    def _enter(self, stage: Stage) -> None:
        self._stage = stage
        self._send(Progress(self.id, stage, self._done, self._total))
        self._pulse()

    def _pulse(self, call_s: float | None = None) -> None:
        self._send(Pulse(self.id, self._stage, self.calls, call_s))
        self._listen()
        if self.is_cancelled:
            raise CancelledError("stopped as asked")

    def _teller(self, level: Literal["note", "warning"]) -> Callable[[str], None]:
        return lambda text: self._send(self._notice(level, clean_text(text)))

    def _notice(self, level: Literal["note", "warning"], text: str) -> Notice:
        is_of_domain = self._domain is not None and text == self._domain.text
        return Notice(self.id, level, text, self._domain if is_of_domain else None)

    def _hear_plan(self, plan: Plan) -> None:
        self._domain = tell_domain(plan)
