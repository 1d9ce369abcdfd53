"""Measuring a model on pairs that it has not seen, against persistence and dressed persistence."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..core.errors import OutputError, TrainingError
from ..core.forecast.forecaster import Forecaster, ForecastSettings
from ..core.lattice import CELL_PX, COARSE_PX, TILE_PX, Rect
from ..core.model.condition import coarsen
from ..core.model.folder import LoadedModel
from ..core.model.rrdb import RRDBNet
from .backtest.run import BacktestRun
from .dataset.part import DatasetPart
from .drift import measure_drift
from .pairs import ChipPair, load_pairs
from .settings import PairSource
from .sheet import Example, write_sheet
from .skill import Field, dressed_persistence, fair_crps, measure_skill

SHEET_ROWS = 6
DRIFT_MEMBERS = 4
CHANGE_STRATA = ("least", "less", "more", "most")
"""Quarters of the tiles by their mean absolute change."""
UPSCALED_TILES = 96
GSD_DIGITS = 3
"""Of metres, that members are drawn by: a model is told those that it was trained on no more exactly."""
METRICS_NAME, SHEET_NAME = "metrics.json", "sheet.png"


@dataclass(frozen=True)
class EvaluationTiles:
    """Tiles of the validation pairs.

    Attributes:
        present: uint8, (tile, 3, 128, 128); the first date.
        truth: float32, (tile, 3, 32, 32); coarse difference to the matched second date, in 0..1.
        later: uint8, (tile, 3, 128, 128); the matched second date.
        years: float32, (tile,).
        gsd_m: float32, (tile,); metres.
        chips: names of the chips that they were cut from, (tile,).
    """

    present: NDArray[np.uint8]
    later: NDArray[np.uint8]
    truth: Field
    years: NDArray[np.float32]
    gsd_m: NDArray[np.float32]
    chips: tuple[str, ...] = ()


def cut_tiles(chips: Sequence[ChipPair]) -> EvaluationTiles:
    """Cut chips into whole, wholly valid tiles of 128 px.

    Raises:
        TrainingError: there is none.
    """
    present, later, years, gsd_m, names = [], [], [], [], []
    for chip in chips:
        for top in range(0, chip.valid.shape[0] - TILE_PX + 1, TILE_PX):
            for left in range(0, chip.valid.shape[1] - TILE_PX + 1, TILE_PX):
                window = (slice(top, top + TILE_PX), slice(left, left + TILE_PX))
                if not chip.valid[window].all():
                    continue
                present.append(chip.before[:, *window])
                later.append(chip.after[:, *window])
                years.append(chip.years)
                gsd_m.append(chip.gsd_m)
                names.append(chip.name)
    if not present:
        raise TrainingError(f"no wholly valid tile of {TILE_PX} px to measure on")
    first, second = np.stack(present), np.stack(later)
    truth = cell_means(second) - cell_means(first)
    return EvaluationTiles(
        first, second, truth.astype(np.float32), np.array(years, np.float32), np.array(gsd_m, np.float32), tuple(names)
    )


def draw_members(
    model: LoadedModel,
    device: torch.device,
    tiles: EvaluationTiles,
    members: int,
    seed: int,
    sampling_steps: int,
    on_progress: Callable[[int, int], None],
    before_call: Callable[[], None] = lambda: None,
) -> Field:
    """Draw coarse differences for every tile on its own; float32 (member, tile, 3, 32, 32) in 0..1.

    Each tile stands at another place of the noise lattice, so that tiles do not share their noise. Tiles share network
    calls where years and GSD, to the millimetre, are equal.
    """
    results = np.zeros((members, *tiles.truth.shape), np.float32)
    done = 0
    # every raster has a GSD of its own, and alone in its batch a tile would cost as much as a full one
    rounded_m = tiles.gsd_m.astype(np.float64).round(GSD_DIGITS)
    for years, gsd_m in sorted(set(zip(tiles.years.tolist(), rounded_m.tolist(), strict=True))):
        settings = ForecastSettings(years, gsd_m, members=members, seed=seed, sampling_steps=sampling_steps)
        forecaster = Forecaster(model, device, settings, before_call)
        chosen = np.flatnonzero((tiles.years == years) & (rounded_m == gsd_m))
        for start in range(0, len(chosen), forecaster.batch_size):
            batch = chosen[start : start + forecaster.batch_size]
            padded = np.resize(batch, forecaster.batch_size)
            images = torch.from_numpy(tiles.present[padded]).float() / 255
            windows = [Rect(int(index) * TILE_PX, 0, TILE_PX, TILE_PX) for index in padded]
            for member in range(members):
                if member > 0 and model.contract.objective == "regression":
                    results[member, batch] = results[0, batch]
                    continue
                drawn = forecaster.sample_windows(member, 0, images, windows)[: len(batch)]
                results[member, batch] = (drawn if drawn.shape[-1] == COARSE_PX else coarsen(drawn)).numpy()
            done += len(batch)
            on_progress(done, len(tiles.truth))
    return results


def measure_upscaler(upscaler: RRDBNet, images: NDArray[np.uint8]) -> dict[str, Any]:
    """Compare the upscaler with bicubic enlargement on tiles; uint8 (tile, 3, 128, 128).

    Returns:
        PSNR of both in dB, and the power of the fine detail of both over the truth's by octave of the
        wavelength, in fine pixels 8 to 4, 4 to 2.83 and the rest.
    """
    parameter = next(upscaler.parameters())
    errors: dict[str, list[float]] = {"upscaler": [], "bicubic": []}
    powers: dict[str, list[NDArray[np.float64]]] = {"upscaler": [], "bicubic": [], "truth": []}
    for image in images:
        fine = torch.from_numpy(image)[None].float() / 255
        coarse = coarsen(fine)
        with torch.inference_mode():
            drawn = upscaler(coarse.to(parameter.device)).float().cpu().clamp(0, 1)
        bicubic = torch.nn.functional.interpolate(coarse, scale_factor=4.0, mode="bicubic").clamp(0, 1)
        for name, guess in (("upscaler", drawn), ("bicubic", bicubic)):
            errors[name].append(float((guess - fine).square().mean()))
            powers[name].append(_fine_power(guess.numpy()[0]))
        powers["truth"].append(_fine_power(fine.numpy()[0]))
    truth = np.sum(powers["truth"], axis=0)
    return {
        **{f"psnr_db_{name}": round(-10 * float(np.log10(np.mean(values))), 2) for name, values in errors.items()},
        **{
            f"fine_power_over_truth_{name}": [round(float(v), 3) for v in np.sum(powers[name], axis=0) / truth]
            for name in ("upscaler", "bicubic")
        },
    }


def evaluate(
    sources: Sequence[PairSource],
    model: LoadedModel,
    device: torch.device,
    folder: Path,
    members: int,
    seed: int,
    sampling_steps: int | None,
    dressing: Sequence[PairSource],
    on_progress: Callable[[int, int], None],
    before_call: Callable[[], None] = lambda: None,
    rivals: Sequence[LoadedModel] = (),
    iterations: int = 1,
    parts: Sequence[DatasetPart] = (),
) -> dict[str, Any]:
    """Measure a model on pairs and write `metrics.json`, tables, a report and a sheet, all once all is measured.

    Args:
        sources: the validation pairs, one table of matching for each.
        model: the model.
        device: where its networks lie.
        folder: for the results; made where it does not exist.
        members: futures a tile.
        seed: of all noise.
        sampling_steps: network calls a member; the model's own where None.
        dressing: training pairs whose residuals dress persistence; the rival is left out where there are none.
        on_progress: called with the tiles done and all tiles.
        before_call: called before each network call; may raise to stop the work.
        rivals: further models, measured on the same tiles for the same table; regression, say.
        iterations: above 1 the longest interval is forecast in so many steps as well, to see whether that drifts.
        parts: of datasets, to be measured on as well.

    Raises:
        TrainingError: pairs cannot be read or hold no whole tile.
        OutputError: the folder cannot be made.
    """
    with _results_folder(folder) as aside:
        tones = model.contract.tones
        chips = [chip for source in sources for chip in load_pairs(source, reference=tones)]
        chips += [chip for part in parts for chip in part.chips(tones)]
        tiles = cut_tiles(chips)
        training = [chip for source in dressing for chip in load_pairs(source, reference=tones)]
        residuals = cut_tiles(training).truth if dressing else None
        steps = sampling_steps or model.contract.sampling_steps
        drawn = draw_members(model, device, tiles, members, seed, steps, on_progress, before_call)
        skill = measure_skill(drawn, tiles.truth)
        run = BacktestRun(tiles, chips, sources, dressing, seed, members, parts)
        run.add(model.contract.name, drawn)
        metrics: dict[str, Any] = {
            "model": model.contract.name,
            "model_sha256": model.sha256,
            "members": members,
            "seed": seed,
            "sampling_steps": steps,
            **skill.as_dict(),
            "by_years": {
                f"{years:g}": measure_skill(drawn[:, tiles.years == years], tiles.truth[tiles.years == years]).as_dict()
                for years in np.unique(tiles.years)
            },
            "by_change": _by_change(drawn, tiles.truth),
            "persistence_mae": float(np.abs(tiles.truth).mean()),
            "persistence_rmse": float(np.sqrt((tiles.truth**2).mean())),
        }
        if model.upscaler is not None:
            some = tiles.present[:: max(1, len(tiles.present) // UPSCALED_TILES)]
            metrics["upscaler"] = measure_upscaler(model.upscaler, some)
        if residuals is not None:
            dressed = measure_skill(dressed_persistence(residuals, len(tiles.truth), members, seed), tiles.truth)
            metrics["dressed_crps_over_persistence"] = dressed.crps_over_persistence
            metrics["dressed"] = dressed.as_dict()
        if rivals:
            metrics["rivals"] = {}
        for rival in rivals:
            own_steps = rival.contract.sampling_steps
            guess = draw_members(rival, device, tiles, members, seed, own_steps, on_progress, before_call)
            metrics["rivals"][rival.contract.name] = measure_skill(guess, tiles.truth).as_dict()
            run.add(rival.contract.name, guess)
        run.add_rivals(residuals)
        backtest = run.measure(model, device, before_call)
        metrics["backtest"] = backtest.as_dict()
        if iterations > 1:
            metrics["drift"] = measure_drift(
                chips, model, device, iterations, DRIFT_MEMBERS, seed, on_progress, before_call
            )
        (aside / METRICS_NAME).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
        write_sheet(aside / SHEET_NAME, _examples(tiles, drawn))
        run.write(aside, backtest, model, device, steps, drawn)
    return metrics


@contextmanager
def _results_folder(folder: Path) -> Iterator[Path]:
    """Give a folder whose files get their names together once the work is done; else nothing of them is left.

    Raises:
        OutputError: the folder cannot be made.
    """
    is_new = not folder.exists()
    aside = folder / f".evaluation.{os.getpid()}.partial"
    try:
        aside.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made a folder for the results: {error.strerror}") from error
    try:
        yield aside
        for path in sorted(aside.iterdir()):
            path.replace(folder / path.name)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        if is_new:
            with suppress(OSError):
                folder.rmdir()
        raise
    aside.rmdir()


def cell_means(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Area means of uint8 (tile, 3, 128, 128) over cells of 4 px, in 0..1; float64 (tile, 3, 32, 32)."""
    cells = images.reshape(len(images), 3, COARSE_PX, CELL_PX, COARSE_PX, CELL_PX)
    means: NDArray[np.float64] = cells.mean((3, 5), dtype=np.float64) / 255
    return means


def _examples(tiles: EvaluationTiles, members: Field) -> list[Example]:
    """Best, typical and worst tiles by fair CRPS over their own persistence error, among those that change."""
    change = np.abs(tiles.truth).mean((1, 2, 3))
    scores = [fair_crps(members[:, i : i + 1], tiles.truth[i : i + 1]) for i in range(len(change))]
    error = np.array(scores) / np.maximum(change, 1e-6)
    changing = np.argsort(-change)[: max(SHEET_ROWS, len(change) // 4)]
    ordered = changing[np.argsort(error[changing])]
    picks = ordered[np.linspace(0, len(ordered) - 1, min(SHEET_ROWS, len(ordered))).astype(int)]
    return [
        Example(
            before=tiles.present[i],
            later=tiles.later[i],
            coarse_before=cell_means(tiles.present[i : i + 1])[0],
            members=members[:3, i],
            mean=members[:, i].mean(0),
            spread=members[:, i].std(0, ddof=1),
            truth=tiles.truth[i],
            caption=f"{_rank(rank, len(picks))}: CRPS {error[i]:.2f} of persistence, {tiles.years[i]:g} years",
        )
        for rank, i in enumerate(picks)
    ]


def _rank(rank: int, count: int) -> str:
    """In words, where a row stands between the best and the worst."""
    return "best" if rank == 0 else "worst" if rank == count - 1 else f"{rank + 1} of {count}"


def _by_change(members: Field, truth: Field) -> dict[str, Any]:
    """Skill in each quarter of the tiles by how much truly changes; those without a change are left out."""
    order = np.argsort(np.abs(truth).mean((1, 2, 3)), kind="stable")
    quarters = zip(CHANGE_STRATA, np.array_split(order, len(CHANGE_STRATA)), strict=True)
    return {
        name: measure_skill(members[:, picks], truth[picks]).as_dict()
        for name, picks in quarters
        if len(picks) and truth[picks].any()
    }


def _fine_power(image: NDArray[np.float32]) -> NDArray[np.float64]:
    """Power of (3, 128, 128) above the Nyquist frequency of the coarse cells, in three bands."""
    window = np.hanning(TILE_PX)[:, None] * np.hanning(TILE_PX)[None]
    spectrum = (np.abs(np.fft.fft2((image - image.mean((1, 2), keepdims=True)) * window)) ** 2).sum(0)
    frequency = np.hypot(np.fft.fftfreq(TILE_PX)[:, None], np.fft.fftfreq(TILE_PX)[None])
    edges = (1 / 8, 1 / 4, 0.353, 1.0)
    return np.array([spectrum[(frequency >= low) & (frequency < high)].sum() for low, high in pairwise(edges)])
