"""`DaskRunner`: blocks predicted by the workers of a scheduler, each as it has a slot free."""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from typing import Any

from distributed import Future
from distributed.scheduler import KilledWorker

from ...errors import ClusterError, RequestError
from ...request import PredictionRequest
from ..file_store import open_store
from ..prepared import Compute, PreparedScene
from ..runner import BlockDone, BlockFailed, BlockOutcome, IsStopping, OnCalls
from .assignment import Assignment
from .calls import check_worker, predict_block, tell_compute
from .connection import Connection, WorkerSeen
from .fitness import Fitness
from .orders import ComputeAnswer, ComputeQuestion, SceneOrder, Unfit, Versions, probe_name

WORKERS_S = 300.0
"""How long a run waits while there is no worker, before it gives up."""
RECONNECT_S = 120.0
"""How long a scheduler may be gone; a service that starts it again takes seconds."""
ANSWER_S = 300.0
"""Time for all workers to say what they are; loading libraries from a slow disk takes minutes."""
SILENT_S = 5.0
"""Time for one that was silent before; what hangs is not waited for again."""
ASK_TRIES = 3
"""Times that workers are asked, where the scheduler is lost meanwhile."""
ASK_STEP_S = 0.02
FETCH_S = 10.0
"""Time for an answer that is there to come; it never does where its worker died meanwhile."""
LOOK_S = 2.0
"""Between looks at which workers there are."""
MOST_UNEXPECTED = 5
"""Blocks that fail for a reason that nobody foresaw, before the run is stopped by it."""

logger = logging.getLogger(__name__)


class DaskRunner:
    """Predicts blocks on a cluster; for many scenes, one after another.

    The client decides which worker gets which block, so that it knows what each had when it died. Only orders and
    records travel; workers read the source and write the blocks themselves.

    Args:
        connection: to the scheduler.
        workers_s: how long to wait while there is no worker.
        reconnect_s: how long the scheduler may be gone.
    """

    def __init__(self, connection: Connection, workers_s: float = WORKERS_S, reconnect_s: float = RECONNECT_S) -> None:
        self._connection = connection
        self._workers_s, self._reconnect_s = workers_s, reconnect_s
        self._silent: set[str] = set()

    def compute_of(self, request: PredictionRequest) -> Compute:
        """Say where and how the workers compute: on GPUs where any has one, in what all of those can.

        Raises:
            RequestError: no worker has what is asked for.
            ClusterError: there is none in time, or all have other versions than this process.
        """
        question = ComputeQuestion(Versions.here(), request.device, request.precision)
        answers = self._ask(_never, tell_compute, question)
        self._unfit_of(answers)
        told = [answer for answer in answers.values() if isinstance(answer, ComputeAnswer)]
        return _common(request, told)

    def run(
        self,
        scene: PreparedScene,
        blocks_url: str,
        numbers: Sequence[int],
        stop: IsStopping,
        on_calls: OnCalls = lambda number, calls: None,
    ) -> Iterator[BlockOutcome]:
        """Predict blocks on the workers and keep them; what became of each, as it comes.

        Raises:
            ClusterError: scheduler or workers are gone and do not come back, or no worker can do it.
        """
        if not numbers:
            return
        store, probe = open_store(blocks_url), probe_name()
        store.write(probe, b"")
        try:
            order = SceneOrder.of(scene, blocks_url)
            unfit = self._unfit_of(self._ask(stop, check_worker, order, probe))
            run = _Run(self._connection, order, probe, Assignment(numbers), self._workers_s, self._reconnect_s)
            run.leave_out(unfit, self._silent)
            try:
                yield from run.outcomes(stop)
            finally:
                run.leave()
        finally:
            store.remove(probe)

    def close(self) -> None:
        """Leave the cluster."""
        self._connection.close()

    def _unfit_of(self, answers: dict[str, Any]) -> dict[str, Unfit]:
        """Workers that cannot, by their addresses; that is told of them.

        Raises:
            ClusterError: none can.
        """
        unfit = {address: answer for address, answer in answers.items() if isinstance(answer, Unfit)}
        if unfit and len(unfit) == len(answers):
            raise ClusterError(f"{self._connection.address.text}: {_told(list(unfit.values()))}")
        for each in unfit.values():
            logger.warning("worker on %s is left out: %s", each.host, each.reason)
        return unfit

    def _wait_for_workers(self, stop: IsStopping) -> list[WorkerSeen]:
        """Workers that are there, as soon as there is one; none after a stop.

        Raises:
            ClusterError: there is none in time.
        """
        deadline = time.monotonic() + self._workers_s
        while not stop():
            if not self._connection.is_alive:
                self._connection.reconnect(self._reconnect_s, stop)
                continue
            if self._connection.ensure_plugin() and (workers := self._connection.workers()):
                return list(workers.values())
            if time.monotonic() > deadline:
                raise ClusterError(_no_workers(self._connection, self._workers_s))
            time.sleep(min(LOOK_S, self._workers_s))
        return []

    def _ask(self, stop: IsStopping, call: Callable[..., Any], *args: Any) -> dict[str, Any]:
        """Ask all workers the same, anew where the scheduler is lost meanwhile; answers by address, none after a stop.

        Raises:
            ClusterError: none answers in time.
        """
        for _ in range(ASK_TRIES):
            workers = self._wait_for_workers(stop)
            try:
                answers = self._answers_of(workers, stop, call, *args)
            except CancelledError:
                logger.warning("the scheduler at %s was lost as workers were asked", self._connection.address.text)
                continue
            if not answers and not stop():
                raise ClusterError(
                    f"{self._connection.address.text}: none of {len(workers)} workers answers; see their log"
                )
            return answers
        raise ClusterError(f"{self._connection.address.text}: the scheduler is lost again and again; see its log")

    def _answers_of(
        self, workers: list[WorkerSeen], stop: IsStopping, call: Callable[..., Any], *args: Any
    ) -> dict[str, Any]:
        """What workers answer; one that dies or is silent says nothing.

        Raises:
            CancelledError: the scheduler is gone.
        """
        # those that hung before come last, and get a moment only
        workers = sorted(workers, key=lambda worker: worker.address in self._silent)
        futures = {worker: self._connection.submit(worker, call, *args) for worker in workers}
        started, answers = time.monotonic(), {}
        try:
            for worker, future in futures.items():
                limit = SILENT_S if worker.address in self._silent else ANSWER_S
                try:
                    if not _is_done(future, started + limit, stop):
                        if stop():
                            break
                        self._silent.add(worker.address)
                        logger.warning("worker %s does not answer", worker.name)
                        continue
                    answers[worker.address] = future.result(timeout=FETCH_S)
                except (KilledWorker, TimeoutError):
                    logger.warning("worker %s died as it was asked what it can do", worker.name)
                except CancelledError:
                    raise
                except (ImportError, AttributeError) as error:
                    reason = f"cannot run landcast ({error}); install the same version as here"
                    answers[worker.address] = Unfit(worker.name, reason)
                except Exception as error:  # one worker that is sick stops no other
                    if not self._connection.is_alive:
                        raise CancelledError from error
                    answers[worker.address] = Unfit(worker.name, f"{type(error).__name__}: {error}; see its log")
                self._silent.discard(worker.address)
        finally:
            self._connection.cancel(list(futures.values()))
        return answers


class _Run:
    """One pass over the blocks of a scene."""

    def __init__(
        self,
        connection: Connection,
        order: SceneOrder,
        probe: str,
        assignment: Assignment,
        workers_s: float,
        reconnect_s: float,
    ) -> None:
        self._connection, self._order, self._probe = connection, order, probe
        self._assignment, self._workers_s, self._reconnect_s = assignment, workers_s, reconnect_s
        self._fitness = Fitness()
        self._futures: dict[int, Future[Any]] = {}
        self._ended: queue.SimpleQueue[tuple[int, Future[Any]]] = queue.SimpleQueue()
        self._workers: dict[str, WorkerSeen] = {}
        self._looked_at = self._had_workers_at = time.monotonic()
        self._unexpected = 0
        self._total = assignment.left
        self._silent: set[str] = set()
        self._stop: IsStopping = _never

    def leave_out(self, unfit: dict[str, Unfit], silent: set[str]) -> None:
        """Let workers rest that could not when they were asked, and give nothing to those that did not answer."""
        for address, answer in unfit.items():
            self._fitness.blame(address, answer, time.monotonic())
        self._silent = set(silent)

    def outcomes(self, stop: IsStopping) -> Iterator[BlockOutcome]:
        """Keep all workers busy until every block is done, failed, or left out because of a stop."""
        self._stop = stop
        yield from self._look()
        while not self._assignment.is_done:
            if stop():
                self._assignment.drop_waiting()
            self._hand_out()
            try:
                number, future = self._ended.get(timeout=min(LOOK_S, self._workers_s))
            except queue.Empty:
                yield from self._look()
                continue
            if self._futures.get(number) is future:
                yield from self._take(number, future)
            if time.monotonic() - self._looked_at > LOOK_S:
                yield from self._look()

    def leave(self) -> None:
        """Want nothing more of what is in flight."""
        self._connection.cancel(list(self._futures.values()))
        self._futures.clear()

    def _hand_out(self) -> None:
        now = time.monotonic()
        slots = {address: seen.slots for address, seen in self._workers.items() if self._fitness.is_fit(address, now)}
        for number, address in self._assignment.give(slots):
            future = self._connection.submit(
                self._workers[address], predict_block, self._order, self._probe, number, has_share=True
            )
            self._futures[number] = future
            future.add_done_callback(lambda done, at=number: self._ended.put((at, done)))

    def _take(self, number: int, future: Future[Any]) -> Iterator[BlockOutcome]:
        """What became of a task that ended."""
        del self._futures[number]
        address = self._assignment.running[number]
        if future.status == "finished":
            try:
                answer = future.result(timeout=FETCH_S)
            except (TimeoutError, CancelledError, KilledWorker):
                # the worker died with its answer; the block is kept, and who gets it next says so
                self._connection.cancel([future])
                self._assignment.hand_back(number)
                return
            yield from self._answered(number, address, answer)
        elif future.status == "error":
            error = future.exception()
            if isinstance(error, KilledWorker):
                self._workers.pop(address, None)
                yield from self._lost(address, error.allowed_failures + 1)
            else:
                yield self._failed(number, address, error)
        else:
            # the connection broke; whether the scheduler comes back is seen at the next look
            self._assignment.hand_back(number)

    def _answered(self, number: int, address: str, answer: BlockDone | BlockFailed | Unfit) -> Iterator[BlockOutcome]:
        if isinstance(answer, Unfit):
            self._assignment.hand_back(number)
            self._rest(address, answer)
            return
        self._assignment.finish(number)
        self._fitness.praise(address)
        yield answer

    def _failed(self, number: int, address: str, error: BaseException | None) -> BlockFailed:
        """A block at which the program itself failed; that of one block does not stop the others.

        Raises:
            Exception: it was the last of several.
        """
        assert error is not None
        self._assignment.finish(number)
        self._unexpected += 1
        logger.error("block %d failed on worker %s", number, address, exc_info=error)
        if self._unexpected >= MOST_UNEXPECTED:
            raise error
        return BlockFailed(number, f"{type(error).__name__}: {error}; this is a fault of landcast or of a library")

    def _rest(self, address: str, answer: Unfit) -> None:
        is_out = self._fitness.blame(address, answer, time.monotonic())
        what = "is left out" if is_out else "rests"
        logger.warning("worker %s on %s %s: %s", self._name(address), answer.host, what, answer.reason)

    def _look(self) -> Iterator[BlockOutcome]:
        """See which workers there are, and take back what those had that are gone.

        Raises:
            ClusterError: nobody is there any more who could go on.
        """
        if not self._connection.is_alive:
            self._reconnect()
        now = self._looked_at = time.monotonic()
        if not self._connection.is_alive:
            return  # a stop ended the search
        there = self._connection.workers() if self._connection.ensure_plugin() else None
        if not self._connection.is_alive:
            return
        if there is None:  # it may be going; what it had is not lost yet
            self._give_up_in_time(now)
            return
        gone = {address for address in self._assignment.running.values() if address not in there}
        self._workers = {address: seen for address, seen in there.items() if address not in self._silent}
        there = self._workers
        for address in gone:
            yield from self._lost(address, 1)
        if there:
            self._had_workers_at = now
        else:
            self._give_up_in_time(now)
        if there and not self._assignment.running and (reasons := self._fitness.all_out(there)):
            raise ClusterError(f"{self._connection.address.text}: {_told(reasons)}; {self._progress()}")

    def _give_up_in_time(self, now: float) -> None:
        """Hear that there is no worker.

        Raises:
            ClusterError: there has been none for too long.
        """
        if now - self._had_workers_at > self._workers_s:
            raise ClusterError(f"{_no_workers(self._connection, self._workers_s)}; {self._progress()}")

    def _lost(self, address: str, deaths: int) -> Iterator[BlockOutcome]:
        """A worker died, with all that it had."""
        had = [number for number, name in self._assignment.running.items() if name == address]
        self._connection.cancel([self._futures.pop(number) for number in had if number in self._futures])
        if had:
            logger.warning("a worker ended while it had %s; tried again", _blocks(had))
        for death in self._assignment.lose(address, deaths):
            if death.is_poisoned:
                reason = (
                    f"{death.deaths} workers ended while they predicted this block and nothing else; the system kills "
                    "what takes too much memory, and a damaged source can crash its driver: see the workers' logs"
                )
                yield BlockFailed(death.number, reason, is_poisoned=True)

    def _reconnect(self) -> None:
        """Wait for the scheduler, and give out anew what it had.

        Raises:
            ClusterError: it does not come back.
        """
        logger.warning("the scheduler at %s is gone; looking for it", self._connection.address.text)
        for number in sorted(self._assignment.running, reverse=True):
            self._assignment.hand_back(number)
        self._futures.clear()
        self._workers = {}
        try:
            self._connection.reconnect(self._reconnect_s, self._stop)
        except ClusterError as error:
            raise ClusterError(
                f"{self._connection.address.text}: the scheduler was lost and did not come back within "
                f"{self._reconnect_s:.0f} s; {self._progress()}"
            ) from error
        self._had_workers_at = time.monotonic()

    def _progress(self) -> str:
        done = self._total - self._assignment.left
        return f"{done} of {self._total} blocks were done in this run and are kept; the same command continues there"

    def _name(self, address: str) -> str:
        return self._workers[address].name if address in self._workers else address


def _never() -> bool:
    return False


def _is_done(future: Future[Any], deadline: float, stop: IsStopping) -> bool:
    """Wait for a task in short steps, so that a stop is seen; whether it ended."""
    while not future.done():
        if stop() or time.monotonic() > deadline:
            return False
        time.sleep(ASK_STEP_S)
    return True


def _common(request: PredictionRequest, told: Sequence[ComputeAnswer]) -> Compute:
    """What all workers of one kind can do; those with a GPU are one kind, where one was not asked for the others."""
    devices = {answer.device for answer in told}
    device = "cuda" if "cuda" in devices and request.device != "cpu" else "cpu"
    if request.device == "cuda" and device != "cuda":
        raise RequestError("--device cuda: no worker has a GPU that PyTorch sees; see `landcast doctor` there")
    precisions = {answer.precision for answer in told if answer.device == device}
    return Compute(device, precisions.pop() if len(precisions) == 1 else "fp32")


def _told(unfit: Sequence[Unfit]) -> str:
    """Reasons of workers, each once."""
    hosts: dict[str, set[str]] = {}
    for each in unfit:
        hosts.setdefault(each.reason, set()).add(each.host)
    return "; ".join(f"worker on {', '.join(sorted(names))}: {reason}" for reason, names in hosts.items())


def _no_workers(connection: Connection, seconds: float) -> str:
    return (
        f"{connection.address.text}: the scheduler has had no worker for {seconds:.0f} s; start some with "
        f"`dask worker {connection.address.text}`"
    )


def _blocks(numbers: Sequence[int]) -> str:
    return f"block{'s' if len(numbers) > 1 else ''} {', '.join(map(str, sorted(numbers)))}"
