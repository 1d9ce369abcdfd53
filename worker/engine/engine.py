"""The engine's loop: one job at a time, questions in between."""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Sequence
from pathlib import Path

import rasterio
import torch

from ... import __version__
from ...core import PROGRAM
from ...core.calibrated import with_calibration
from ...core.device import choose_device, choose_precision
from ...core.device_errors import is_device_lost
from ...core.domain.look import with_domain
from ...core.errors import CancelledError, LandcastError
from ...core.forecast.batches import BATCH_SIZES
from ...core.model.contract import load_contract
from ...core.model.folder import find_model, weight_bytes
from ...core.plan import make_plan
from ...core.protocol.engine_messages import EngineReady, Pulse
from ...core.protocol.frames import Frame
from ...core.protocol.message import Message
from ...core.protocol.messages import (
    Cancel,
    Cancelled,
    ModelsQuestion,
    Ping,
    Plan,
    Planned,
    Pong,
    Shutdown,
    Submit,
    VerifyModel,
)
from ...core.protocol.requests import PredictRequest
from ...core.protocol.values import Device
from ...core.protocol.versions import CURRENT
from ...core.raster.access import ENVIRONMENT
from ...core.raster.source import open_source
from ..host.ledger import Ledger
from ..host.logs import CURRENT_JOB
from .call_times import CallTimes
from .channel import Channel
from .job import JobRun
from .long_job import LongJobRun
from .lost import DeviceLostError
from .models import WarmModels, check_model, list_models, model_key
from .pixels import sent_image
from .requests import read_request, tell_failure, tell_plan

IDLE_PULSE_S = 2.0

logger = logging.getLogger(__name__)


class Engine:
    """Answers the host until it is told to end.

    Args:
        channel: to the host.
        token: that the host gave this process.
        cache: the user's cache folder, with `jobs` and `locks`.
    """

    def __init__(self, channel: Channel, token: str, cache: Path) -> None:
        self._channel, self._token = channel, token
        self._ledger, self._locks = Ledger(cache / "jobs"), cache / "locks"
        self._models = WarmModels(on_change=self._send)
        self._times = CallTimes()
        self._run: JobRun | LongJobRun | None = None
        self._waiting: Submit | None = None
        self._is_ending = False

    def serve(self) -> None:
        """Work until the host says SHUTDOWN."""
        program = f"{PROGRAM} {__version__}"
        self._send(EngineReady(self._token, CURRENT, program, os.getpid(), describe_device()))
        while not self._is_ending:
            if self._waiting is None:
                self._listen(IDLE_PULSE_S)
                self._send(Pulse(None, "starting", 0))
            else:
                submit, self._waiting = self._waiting, None
                self._send(self._carry_out(submit))

    def _carry_out(self, submit: Submit) -> Message:
        run = JobRun if isinstance(submit.request, PredictRequest) else LongJobRun
        self._run = run(
            submit, self._ledger.job(submit.job), self._models, self._locks, self._tell, lambda: self._listen(0)
        )
        about = CURRENT_JOB.set(submit.job)
        try:
            return self._run.carry_out()
        except CancelledError:
            return Cancelled(submit.job, is_over=True)
        except Exception as error:
            if is_device_lost(error):
                words = str(error).partition("\n")[0]
                raise DeviceLostError(f"the device failed, and this process cannot use it any more: {words}") from error
            if not isinstance(error, LandcastError):
                logger.exception("job %s failed", submit.job)
            return tell_failure(submit.job, error)
        finally:
            CURRENT_JOB.reset(about)
            self._run = None

    def _listen(self, timeout_s: float) -> None:
        """Take in what the host says; questions are answered at once, in the middle of a job as well."""
        for message, frames in self._channel.receive(timeout_s):
            self._take(message, frames)

    def _take(self, message: Message, frames: Sequence[Frame]) -> None:
        if isinstance(message, Submit):
            self._waiting = message
        elif isinstance(message, Cancel):
            self._cancel(message.job)
        elif isinstance(message, Plan):
            self._send(self._plan(message, frames))
        elif isinstance(message, ModelsQuestion):
            self._send(list_models(message.query))
        elif isinstance(message, VerifyModel):
            self._send(check_model(message.query, message.model))
        elif isinstance(message, Ping):
            self._send(Pong(message.query, self._run is not None))
        elif isinstance(message, Shutdown):
            self._is_ending = True
            if self._run is not None:
                self._run.is_cancelled = True

    def _cancel(self, job: str) -> None:
        if self._run is not None and self._run.id == job:
            self._run.is_cancelled = True
        elif self._waiting is not None and self._waiting.job == job:
            self._waiting = None
            self._send(Cancelled(job, is_over=True))

    def _plan(self, asked: Plan, frames: Sequence[Frame]) -> Message:
        try:
            return self._make_plan(asked, frames)
        except Exception as error:
            if not isinstance(error, LandcastError):
                logger.exception("plan %s failed", asked.job)
            return tell_failure(asked.job, error)

    def _make_plan(self, asked: Plan, frames: Sequence[Frame]) -> Planned:
        # an address would need an output, which a plan can do without
        request = read_request(asked.request, output=asked.request.output or "planned.tif")
        folder = find_model(request.model)
        contract = load_contract(folder)
        sent = None
        if asked.source is not None:
            sent, request = sent_image(request, asked.source, contract, frames)
        with rasterio.Env(**ENVIRONMENT), sent or open_source(request.source, request.source_options) as source:
            plan = with_domain(with_calibration(make_plan(request, source, contract), folder), source, folder)
        device = choose_device(request.device)
        key = model_key(folder, device, choose_precision(request.precision, device))
        seconds = self._times.estimate_s(key, sum(plan.calls(BATCH_SIZES[device.type])))
        return tell_plan(asked.job, plan, contract, key[0], weight_bytes(folder), seconds)

    def _tell(self, message: Message) -> None:
        """Send what a job says, and time its calls."""
        if isinstance(message, Pulse) and message.stage == "predicting" and message.call_s is not None:
            self._times.add(self._models.last_key, message.call_s)
        self._send(message)

    def _send(self, message: Message) -> None:
        self._channel.send(message)


def describe_device() -> Device:
    """Return the device that `auto` takes, and its memory."""
    device = choose_device("auto")
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(0)
        return Device("cuda:0", str(properties.name), int(properties.total_memory))
    names = getattr(os, "sysconf_names", {})
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if "SC_PHYS_PAGES" in names else 0
    return Device("cpu", platform.processor() or platform.machine() or "CPU", memory)
