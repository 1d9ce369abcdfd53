"""What a worker does: says what it can, makes sure that it sees what the client sees, and predicts blocks."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ...blocks import BlockReading
from ...errors import LandcastError, UnreadableSourceError
from ..block_folder import BlockFolder
from ..file_store import FileStore, open_store
from ..local_runner import READ_TRIES
from ..prepared import OpenScene
from ..runner import BlockDone, BlockFailed
from .orders import ComputeAnswer, ComputeQuestion, SceneOrder, Unfit, Versions, probe_name
from .warm_scenes import HeldScene, WarmScenes, scenes_here

BlockAnswer = BlockDone | BlockFailed | Unfit


def tell_compute(question: ComputeQuestion) -> ComputeAnswer | Unfit:
    """Say where this worker would compute, if it is of the client's versions."""
    import torch

    from ...device import choose_device, choose_precision, precision_name

    here = Versions.here()
    if differences := question.versions.differences(here):
        return Unfit(socket.gethostname(), _version_reason(differences))
    try:
        device = choose_device("auto" if question.device == "cuda" else question.device)  # type: ignore[arg-type]
        is_asked = question.precision == "auto" or question.device == device.type or question.device == "auto"
        precision = choose_precision(question.precision if is_asked else "auto", device)  # type: ignore[arg-type]
    except LandcastError as error:
        return Unfit(socket.gethostname(), str(error))
    assert isinstance(precision, torch.dtype)
    return ComputeAnswer(here, socket.gethostname(), device.type, precision_name(precision))


def check_worker(order: SceneOrder, probe: str) -> Unfit | None:
    """Load the model, open the source, and see that the blocks' folder is the client's own and can be written to."""
    try:
        with _used(order, probe):
            return None
    except _NotFitError as error:
        return Unfit(socket.gethostname(), str(error))


def predict_block(order: SceneOrder, probe: str, number: int) -> BlockAnswer:
    """Predict a block and keep it; only what is to be known of it travels back."""
    try:
        with _used(order, probe) as (warm, held):
            return _make(warm, held, order, number)
    except _NotFitError as error:
        return Unfit(socket.gethostname(), str(error))
    except UnreadableSourceError as error:
        return BlockFailed(number, f"{error} (on {socket.gethostname()})")


class _NotFitError(Exception):
    """This worker cannot do it; another may."""


@contextmanager
def _used(order: SceneOrder, probe: str) -> Iterator[tuple[WarmScenes, HeldScene]]:
    """The scene, open in this worker.

    Raises:
        _NotFitError: it cannot be opened here, or its blocks not be kept.
    """
    if differences := order.versions.differences(Versions.here()):
        raise _NotFitError(_version_reason(differences))
    import rasterio
    import torch

    from ...raster.access import ENVIRONMENT

    if order.device == "cuda" and not torch.cuda.is_available():
        raise _NotFitError("PyTorch sees no CUDA GPU here, and the blocks are computed on GPUs")
    warm = scenes_here()
    with rasterio.Env(**ENVIRONMENT), ExitStack() as stack:
        try:
            held = stack.enter_context(warm.use(order))
        except LandcastError as error:
            raise _NotFitError(str(error)) from error
        except Exception as error:  # a sick GPU or a broken library raises anything; other workers can do it
            raise _NotFitError(f"the scene cannot be opened here: {type(error).__name__}: {error}") from error
        if probe not in held.probes:
            _check_folder(order.blocks_url, probe)
            held.probes.add(probe)
        yield warm, held


def _make(warm: WarmScenes, held: HeldScene, order: SceneOrder, number: int) -> BlockDone:
    """Read, compute and write one block; others are read and written while it is computed.

    One that is kept already is left as it is: whoever had it before finished it, though nobody heard of that.

    Raises:
        UnreadableSourceError: its pixels cannot be read, on a second try neither.
        _NotFitError: it cannot be made here: the source is another by now, or memory or disk do not suffice.
    """
    scene, clock = held.scene, _Clock()
    folder = BlockFolder(order.blocks_url, scene.prepared)
    try:
        if folder.is_kept(number) and (kept := folder.record(number)) is not None:
            return BlockDone(number, kept, 0.0)
        with held.reading, clock:
            reading = _read(scene, number)
        with warm.computing, clock:
            layers = scene.compute(number, reading)
        del reading
        with clock:
            block = scene.prepared.blocks[number]
            record = folder.save(number, block, layers)
        return BlockDone(number, record, clock.seconds)
    except UnreadableSourceError:
        raise
    except LandcastError as error:
        raise _NotFitError(str(error)) from error
    except RuntimeError as error:
        if order.device == "cuda" and "CUDA" in str(error):  # such a GPU does nothing more in this process
            raise _NotFitError(f"its GPU fails: {error}") from error
        raise


class _Clock:
    """Counts the seconds within its `with` blocks, without what is waited for between them."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __enter__(self) -> None:
        self._started = time.monotonic()

    def __exit__(self, *error: object) -> None:
        self.seconds += time.monotonic() - self._started


def _read(scene: OpenScene, number: int) -> BlockReading:
    """Read a block, from the source opened anew where it cannot be read at first.

    Raises:
        SourceError: that fails too.
    """
    for _ in range(READ_TRIES - 1):
        try:
            return scene.read(number)
        except UnreadableSourceError:
            scene.reopen()
    try:
        return scene.read(number)
    except UnreadableSourceError:
        scene.reopen()  # what failed once gives zeros to the next block
        raise


def _check_folder(blocks_url: str, probe: str) -> None:
    """See that the blocks' folder holds what the client put there, and takes what this worker writes.

    Raises:
        _NotFitError: it does not.
    """
    store = open_store(blocks_url)
    try:
        if store.read(probe) is None:
            raise _NotFitError(
                f"{blocks_url}: this worker does not see in it what the client put there; it must be one shared "
                "folder under the same path on all machines, or an object store"
            )
        _try_writing(store)
    except LandcastError as error:
        raise _NotFitError(str(error)) from error


def _try_writing(store: FileStore) -> None:
    name = probe_name()
    store.write(name, b"")
    store.remove(name)


def _version_reason(differences: list[str]) -> str:
    return f"has other versions than the client: {'; '.join(differences)}; install the same everywhere"
