"""One scene from request to finished files: begun or continued, predicted block by block, put together, tidied up."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ..errors import BlocksError, CancelledError, LandcastError, OutputError
from ..outputs import check_outputs
from ..predict import Prediction
from ..quicklook import Quicklook
from ..raster.cog import write_cog
from ..raster.mosaic import write_mosaic
from ..raster.result import check_output
from ..request import PredictionRequest
from .block_folder import BlockFolder
from .disk_need import check_scene_disk, scene_disk_need
from .file_store import open_store
from .finished import is_finished, is_of
from .folder_lock import FolderLock
from .local_runner import LocalRunner
from .plan_file import PLAN_NAME, BlocksPlace, KeptPlan, PlanFile, Stage, is_same, other_place, other_plan
from .prepared import LOOKS, PreparedScene, prepare_scene
from .runner import BlockFailed, BlockOutcome, BlockRunner, IsStopping

MOST_REASONS = 3
"""Reasons of failed blocks that are told in one line."""
MEMBERS_SHARE = 0.1
"""What the members' changes of a block take once they are compressed, by their size."""
LOOK_BYTES_A_PX = 4.0
"""The same for what a quicklook is made of, two images, for each pixel."""

Finisher = Callable[[PreparedScene, BlockFolder, Mapping[str, Path]], Mapping[str, Path]]
"""Makes further files of all blocks before these are removed, given the result's files by what they hold, and gives
its own likewise. It is called again where a run is killed meanwhile, so equal blocks must give equal files."""


@dataclass(frozen=True)
class SceneSettings:
    """How a scene is carried out; nothing of it changes a pixel but `block_px`, by the rules of blocks.

    Attributes:
        form: one COG a layer, or its blocks with a VRT, which is called `.vrt` then.
        folder: for plan, lock and blocks; beside the result, hidden, where None.
        blocks_url: for blocks elsewhere, which all workers reach, in a folder there that no other plan or result has;
            in `folder` where None.
        block_px: side of a block; the plan's own where None.
        has_members: whether the members' changes are kept with each block, for statistics.
        accepts_finished: whether a result that the same plan has made already is what was asked for, and no error.
    """

    form: Literal["cog", "blocks"] = "cog"
    folder: Path | None = None
    blocks_url: str | None = None
    block_px: int | None = None
    has_members: bool = False
    accepts_finished: bool = False


class SceneListener:
    """Hears what becomes of a scene; every method does nothing here."""

    def warn(self, text: str) -> None:
        """Hear what the user should know."""

    def note(self, text: str) -> None:
        """Hear what the user may like to know."""

    def progress(self, done: int, total: int) -> None:
        """Hear how many network calls are done, of those that there are at most."""

    def block_done(self, number: int, total: int, seconds: float, was_kept: bool) -> None:
        """Hear that a block is kept, now or from an earlier run, of how many."""

    def block_failed(self, number: int, total: int, reason: str) -> None:
        """Hear that a block could not be predicted."""


@dataclass(frozen=True)
class SceneResult(Prediction):
    """What came of a scene.

    Attributes:
        key: of the result.
        blocks: how many it has.
        blocks_kept: how many of them an earlier run had made.
        is_new: False where the same plan had finished it before.
    """

    key: str = ""
    blocks: int = 0
    blocks_kept: int = 0
    is_new: bool = True


def run_scene(
    request: PredictionRequest,
    settings: SceneSettings | None = None,
    listener: SceneListener | None = None,
    runner: BlockRunner | None = None,
    stop: IsStopping = lambda: False,
    finishers: Sequence[Finisher] = (),
) -> SceneResult:
    """Predict a scene of any size; what an earlier run of the same plan has made is not made again.

    Args:
        request: what is asked for.
        settings: how it is carried out.
        listener: hears what becomes of it.
        runner: predicts the blocks; this process where None.
        stop: says whether no further block is to be begun; those in flight are finished.
        finishers: make further files of all blocks.

    Raises:
        CancelledError: it was stopped; the same request continues.
        BlocksError: some blocks could not be predicted; the same request tries them again.
        LandcastError: anything else that the user can mend; no file stands half-written under a final name.
        KeyboardInterrupt: it was stopped at once; the same request continues.
    """
    started = time.monotonic()
    settings, listener, runner = settings or SceneSettings(), listener or SceneListener(), runner or LocalRunner()
    if settings.form == "blocks":
        request = replace(request, output=request.output_path.with_suffix(".vrt"))
    folder = (settings.folder or default_folder(request)).absolute()
    if not (settings.accepts_finished or (folder / PLAN_NAME).exists()):
        check_outputs(request)  # before the source is looked at, where nothing can be in the way by right
    compute = runner.compute_of(request)
    teller = _Teller(listener)
    scene = prepare_scene(request, teller.warn, listener.note, compute, settings.block_px, settings.has_members)
    with FolderLock(folder, str(request.output_path)):
        run = _SceneRun(scene, settings, folder, listener, teller)
        try:
            if run.is_finished_before():
                paths, kept, is_new = dict(scene.targets), len(scene.blocks), False
            else:
                kept = run.predict(runner, stop)
                paths, is_new = run.finish(finishers), True
        except BaseException:
            run.leave()
            raise
    plan = scene.plan
    transform, seconds = plan.grid.transform(plan.rect).to_gdal(), time.monotonic() - started
    return SceneResult(
        paths, plan.grid, plan.rect.shape_yx, transform, scene.facts, seconds, teller.warnings,
        scene.key, len(scene.blocks), kept, is_new,
    )  # fmt: skip


def default_folder(request: PredictionRequest) -> Path:
    """Where plan and blocks of a result stand where nothing else is said: beside it, hidden."""
    path = request.output_path.absolute()
    return path.with_name(f".{path.name}.landcast")


class _Teller:
    """Tells warnings, and remembers them."""

    def __init__(self, listener: SceneListener) -> None:
        self._listener = listener
        self.warnings: list[str] = []

    def warn(self, text: str) -> None:
        self.warnings.append(text)
        self._listener.warn(text)


class _SceneRun:
    """The steps of a run whose folder is held."""

    def __init__(
        self, scene: PreparedScene, settings: SceneSettings, folder: Path, listener: SceneListener, teller: _Teller
    ) -> None:
        self.scene, self._settings, self._listener, self._teller = scene, settings, listener, teller
        self._folder, self._plan_file = folder, PlanFile(folder)
        self._place = BlocksPlace.of(scene, settings.blocks_url)
        self._blocks = self._blocks_in(self._place)
        self._is_overwriting = scene.request.is_overwriting
        self._ours: set[Path] = set()
        self._total = len(scene.blocks)

    def is_finished_before(self) -> bool:
        """Begin or continue; True where the result is there already, and that is no error.

        It is none where the settings say so, and where a run was killed while it tidied up.

        Raises:
            OutputError: another plan's run is unfinished here, or results are in the way.
        """
        scene, left = self.scene, self._left()
        is_over = left is not None and left.stage == "finished"
        is_publishing = left is not None and left.stage == "publishing"
        if is_over:
            self._tidy_up()
        may_be_there = is_over or (left is None and self._settings.accepts_finished)
        if may_be_there and not self._is_overwriting and is_finished(scene):
            return True
        if is_publishing:
            # of the run that is continued; what another put under the other names meanwhile is in the way as ever
            self._ours = {path for layer, path in scene.targets.items() if is_of(path, scene.layers[layer])}
        self._check_names()
        self._check_disk()
        self._say("publishing" if is_publishing else "predicting")
        return False

    def predict(self, runner: BlockRunner, stop: IsStopping) -> int:
        """Predict the blocks that are missing; how many were there comes back."""
        scene, listener = self.scene, self._listener
        self._blocks.remove_partial()
        kept = {number for number in sorted(self._blocks.kept()) if self._is_whole(number)}
        missing = [number for number in range(self._total) if number not in kept]
        if kept:
            listener.note(f"continuing: {len(kept)} of {self._total} blocks are done")
        for number in sorted(kept):
            listener.block_done(number, self._total, 0.0, True)
        calls = _Calls(scene, kept, listener)
        failed: dict[int, str] = {}
        with contextlib.closing(_generator(runner.run(scene, self._blocks.url, missing, stop, calls.hear))) as outcomes:
            for outcome in outcomes:
                calls.end(outcome.number)
                if isinstance(outcome, BlockFailed):
                    failed[outcome.number] = outcome.reason
                    listener.block_failed(outcome.number, self._total, outcome.reason)
                else:
                    kept.add(outcome.number)
                    listener.block_done(outcome.number, self._total, outcome.seconds, False)
        self._check_all(kept, failed, stop)
        return self._total - len(missing)

    def finish(self, finishers: Sequence[Finisher]) -> dict[str, Path]:
        """Put the result together, and remove the blocks once it has been read back; its files by what they hold."""
        scene = self.scene
        self._say("publishing")
        paths = {layer: self._write(layer, path) for layer, path in scene.targets.items()}
        if scene.request.quicklook:
            self._write_quicklook(scene.request.quicklook)
            paths["quicklook"] = scene.request.quicklook
        for finisher in finishers:
            paths |= finisher(scene, self._blocks, dict(paths))
        try:
            self._say("finished")
        except OutputError as error:  # the results are whole, and on a full disk the blocks are what makes room
            self._listener.note(str(error))
        self._tidy_up()
        return paths

    def leave(self) -> None:
        """Leave no folder behind where there is nothing to continue with."""
        with contextlib.suppress(LandcastError, OSError):
            left = self._plan_file.read()
            is_ours = left is not None and left.place == self._place and is_same(left, self.scene)
            if left is not None and is_ours and left.stage == "predicting":
                self._blocks.remove_partial()
                if not self._blocks.kept():
                    self._tidy_up()

    def _left(self) -> KeptPlan | None:
        """What an earlier run left that this one continues; what cannot be continued, and may go, goes."""
        try:
            left = self._plan_file.read()
        except OutputError:
            if not self._is_overwriting:
                raise
            left = KeptPlan("", {}, "predicting", self._place)
        if left is None:
            self._remove_blocks()  # those that no plan speaks of are nobody's
            return None
        is_asked = left.place.asked == self._place.asked
        if is_same(left, self.scene) and (is_asked or left.stage == "finished"):
            self._place, self._blocks = left.place, self._blocks_in(left.place)
            return left
        if left.stage != "finished":
            if not self._is_overwriting:
                raise (other_place if is_same(left, self.scene) else other_plan)(left, self.scene, self._folder)
            self._listener.note(f"an unfinished run with another plan is thrown away: {self._folder}")
        self._blocks_in(left.place).remove()
        self._tidy_up()
        return None

    def _blocks_in(self, place: BlocksPlace) -> BlockFolder:
        scratch = self._folder / "copies" if place.asked else None
        return BlockFolder(place.within(self._folder), self.scene, self._teller.warn, scratch)

    def _say(self, stage: Stage) -> None:
        self._plan_file.write(self.scene, stage, self._place)

    def _check_names(self) -> None:
        """Make sure that the results can appear under their names, where they are not there already."""
        request = self.scene.request
        asked = replace(request, is_overwriting=self._is_overwriting or bool(self._ours))
        check_outputs(asked, self.scene.plan.interval.iterations)
        for path in self.scene.targets.values():
            check_output(path, self._may_replace(path))

    def _may_replace(self, path: Path) -> bool:
        return self._is_overwriting or path in self._ours

    def _is_whole(self, number: int) -> bool:
        """Whether a kept block has its bytes; those of an object store are looked at when they are fetched."""
        return self._blocks.is_remote or self._blocks.verify(number)

    def _check_all(self, kept: Collection[int], failed: Mapping[int, str], stop: IsStopping) -> None:
        name, place = self.scene.request.output_path, self._blocks.url if self._place.asked else self._folder
        if len(kept) == self._total:
            return
        done = f"{len(kept)} of {self._total} blocks are kept in {place}"
        if stop() and len(kept) + len(failed) < self._total:
            raise CancelledError(f"{name}: stopped as asked; {done}, and the same command continues")
        silent = [number for number in range(self._total) if number not in kept and number not in failed]
        told = [f"block {number}: {reason}" for number, reason in sorted(failed.items())[:MOST_REASONS]]
        told += [f"block {number}: nothing was heard of it" for number in silent[: MOST_REASONS - len(told)]]
        count = len(failed) + len(silent)
        more = f"; and {count - len(told)} more" if count > len(told) else ""
        raise BlocksError(
            f"{name}: {count} of {self._total} blocks could not be predicted ({'; '.join(told)}{more}); "
            f"{done}, and the same command tries the others again"
        )

    def _check_disk(self) -> None:
        """Make sure that there is room; blocks of an object store are copied here before they are put together."""
        scene = self.scene
        folder = self._folder if self._blocks.is_remote else Path(self._blocks.url)
        pixels = scene.plan.rect.height * scene.plan.rect.width
        extra = round(pixels * (1 + scene.plan.settings.members / 8) * MEMBERS_SHARE) if scene.has_members else 0
        extra += round(pixels * LOOK_BYTES_A_PX) if scene.request.quicklook else 0
        held = self._blocks.held_bytes()
        need = scene_disk_need(scene.layers.values(), self._settings.form, self._total, held, extra)
        out = scene.request.output_path
        check_scene_disk(need, str(out), out.parent, folder)

    def _write(self, layer: str, path: Path) -> Path:
        """Write the file of a layer; another program that holds the name open may make it another one."""
        blocks = {rect: self._blocks.local_path(number, layer) for number, rect in enumerate(self.scene.blocks)}
        write = write_cog if self._settings.form == "cog" else write_mosaic
        written = write(path, self.scene.layers[layer], blocks, self._may_replace(path))
        if written != path:
            self._teller.warn(f"{path} is held open by another program; written as {written}")
        return written

    def _write_quicklook(self, path: Path) -> None:
        plan = self.scene.plan
        picture = Quicklook(plan.rect)
        for number, rect in enumerate(plan.blocks):
            layers = self._blocks.load(number, rect)
            if layers is None:
                raise OutputError(f"{path}: block {number} was damaged meanwhile; start again, it is made again")
            before, after = (layers[name] for name in LOOKS)
            picture.add(before, after, layers["valid"], rect)
        picture.write(path, ("now", f"{plan.interval.years_ahead:g} years later (predicted)"))

    def _tidy_up(self) -> None:
        """Leave nothing but the result; the plan goes last, so that a run that is killed here knows how far it was."""
        self._remove_blocks()
        self._plan_file.remove()

    def _remove_blocks(self) -> None:
        """Remove the blocks, those too that the workers of a killed run wrote late."""
        if self._place.asked:
            self._blocks.remove()
            if not self._blocks.is_remote:
                open_store(self._place.asked).remove_folder()
        for folder in sorted(self._folder.glob("blocks-*")):
            BlockFolder(folder, self.scene, self._teller.warn).remove()


class _Calls:
    """Counts network calls over blocks that are done and those in flight."""

    def __init__(self, scene: PreparedScene, kept: Collection[int], listener: SceneListener) -> None:
        self._calls, self._listener = scene.calls, listener
        self._total = sum(scene.calls)
        self._done = sum(scene.calls[number] for number in kept)
        self._begun: dict[int, int] = {}
        listener.progress(self._done, self._total)

    def hear(self, number: int, calls: int) -> None:
        """Hear that so many calls of a block have begun."""
        self._begun[number] = calls
        self._tell()

    def end(self, number: int) -> None:
        """Hear that a block is over; what it did not need counts as done."""
        self._begun.pop(number, None)
        self._done += self._calls[number]
        self._tell()

    def _tell(self) -> None:
        self._listener.progress(min(self._total, self._done + sum(self._begun.values())), self._total)


def _generator(outcomes: Iterator[BlockOutcome]) -> Generator[BlockOutcome, None, None]:
    """The same as what can be closed, so that a runner lets go of its threads whatever becomes of who listens."""
    yield from outcomes
