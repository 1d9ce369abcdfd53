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
from .pairs import ChipPair, load_pairs
from .settings import PairSource
from .sheet import Example, write_sheet
from .skill import OCTAVES_CELLS, Field, dressed_persistence, measure_skill

SHEET_ROWS = 6
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
    """

    present: NDArray[np.uint8]
    later: NDArray[np.uint8]
    truth: Field
    years: NDArray[np.float32]
    gsd_m: NDArray[np.float32]


def cut_tiles(chips: Sequence[ChipPair]) -> EvaluationTiles:
    """Cut chips into whole, wholly valid tiles of 128 px.

    Raises:
        TrainingError: there is none.
    """
    present, later, years, gsd_m = [], [], [], []
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
    if not present:
        raise TrainingError(f"no wholly valid tile of {TILE_PX} px to measure on")
    first, second = np.stack(present), np.stack(later)
    truth = cell_means(second) - cell_means(first)
    return EvaluationTiles(
        first, second, truth.astype(np.float32), np.array(years, np.float32), np.array(gsd_m, np.float32)
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

    Each tile stands at another place of the noise lattice, so that tiles do not share their noise.
    """
    results = np.zeros((members, *tiles.truth.shape), np.float32)
    done = 0
    for years, gsd_m in sorted(set(zip(tiles.years.tolist(), tiles.gsd_m.tolist(), strict=True))):
        settings = ForecastSettings(years, gsd_m, members=members, seed=seed, sampling_steps=sampling_steps)
        forecaster = Forecaster(model, device, settings, before_call)
        chosen = np.flatnonzero((tiles.years == years) & (tiles.gsd_m == gsd_m))
        for start in range(0, len(chosen), forecaster.batch_size):
            batch = chosen[start : start + forecaster.batch_size]
            padded = np.resize(batch, forecaster.batch_size)
            images = torch.from_numpy(tiles.present[padded]).float() / 255
            windows = [Rect(int(index) * TILE_PX, 0, TILE_PX, TILE_PX) for index in padded]
            for member in range(members):
                drawn = forecaster.sample_windows(member, 0, images, windows)
                results[member, batch] = drawn[: len(batch)].numpy()
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
) -> dict[str, Any]:
    """Measure a model on pairs and write `metrics.json` and a sheet of examples, both once all is measured.

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

    Raises:
        TrainingError: pairs cannot be read or hold no whole tile.
        OutputError: the folder cannot be made.
    """
    with _results_folder(folder) as aside:
        tiles = cut_tiles([chip for source in sources for chip in load_pairs(source)])
        residuals = cut_tiles([chip for source in dressing for chip in load_pairs(source)]).truth if dressing else None
        steps = sampling_steps or model.contract.sampling_steps
        drawn = draw_members(model, device, tiles, members, seed, steps, on_progress, before_call)
        skill = measure_skill(drawn, tiles.truth)
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
            "persistence_mae": float(np.abs(tiles.truth).mean()),
            "persistence_rmse": float(np.sqrt((tiles.truth**2).mean())),
            "upscaler": measure_upscaler(model.upscaler, tiles.present[:: max(1, len(tiles.present) // 96)]),
        }
        if residuals is not None:
            dressed = measure_skill(dressed_persistence(residuals, len(tiles.truth), members, seed), tiles.truth)
            metrics["dressed_crps_over_persistence"] = dressed.crps_over_persistence
            metrics["dressed"] = dressed.as_dict()
        (aside / METRICS_NAME).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
        write_sheet(aside / SHEET_NAME, _examples(tiles, drawn))
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


def table(metrics: dict[str, Any]) -> str:
    """The figures as a table in Markdown, the rivals beside the model."""
    rows = [("model", metrics["model"], metrics)]
    if "dressed" in metrics:
        rows.append(("rival", "dressed persistence", metrics["dressed"]))
    lines = [
        "| | RMSE of the mean | fair CRPS | spread / skill | std of a member | power of a member, "
        + ", ".join(f"{long:g} to {short:g}" for long, short in OCTAVES_CELLS)
        + " cells |",
        "|---|---|---|---|---|---|",
        "| persistence | 1 | 1 | 0 | 0 | 0 0 0 0 |",
    ]
    for _, name, figures in rows:
        power = " ".join(f"{value:.2f}" for value in figures["member_power_over_truth"])
        lines.append(
            f"| {name} | {figures['rmse_mean_over_persistence']:.3f} | {figures['crps_over_persistence']:.3f} "
            f"| {figures['spread_over_skill']:.2f} | {figures['member_std_over_truth']:.2f} | {power} |"
        )
    return "\n".join(lines)


def card_section(metrics: dict[str, Any], place: str) -> str:
    """The figures as a section of a model card.

    Args:
        metrics: as `evaluate` returns them.
        place: what it was measured on, in words.
    """
    upscaler = metrics["upscaler"]
    power = ", ".join(f"{value:.2f}" for value in upscaler["fine_power_over_truth_upscaler"])
    bicubic = ", ".join(f"{value:.2f}" for value in upscaler["fine_power_over_truth_bicubic"])
    return f"""## Figures on held-out data

Measured on {place}: {metrics["pairs"]} tiles, {metrics["members"]} members, seed {metrics["seed"]}. RMSE of the mean
and fair CRPS are shares of what saying that nothing changes gets; the other columns are right at 1.

{table(metrics)}

Upscaler, from area means of real tiles: PSNR {upscaler["psnr_db_upscaler"]} dB, bicubic enlargement
{upscaler["psnr_db_bicubic"]} dB; power of its fine detail over the truth's at wavelengths of 8 to 4, 4 to 2.8 and below
2.8 px: {power}, bicubic {bicubic}.
"""


def cell_means(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Area means of uint8 (tile, 3, 128, 128) over cells of 4 px, in 0..1; float64 (tile, 3, 32, 32)."""
    cells = images.reshape(len(images), 3, COARSE_PX, CELL_PX, COARSE_PX, CELL_PX)
    means: NDArray[np.float64] = cells.mean((3, 5), dtype=np.float64) / 255
    return means


def _examples(tiles: EvaluationTiles, members: Field) -> list[Example]:
    """Best, typical and worst tiles by CRPS over their own persistence error, among those that change."""
    change = np.abs(tiles.truth).mean((1, 2, 3))
    error = np.abs(members - tiles.truth).mean((0, 2, 3, 4)) / np.maximum(change, 1e-6)
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
        )
        for i in picks
    ]


def _fine_power(image: NDArray[np.float32]) -> NDArray[np.float64]:
    """Power of (3, 128, 128) above the Nyquist frequency of the coarse cells, in three bands."""
    window = np.hanning(TILE_PX)[:, None] * np.hanning(TILE_PX)[None]
    spectrum = (np.abs(np.fft.fft2((image - image.mean((1, 2), keepdims=True)) * window)) ** 2).sum(0)
    frequency = np.hypot(np.fft.fftfreq(TILE_PX)[:, None], np.fft.fftfreq(TILE_PX)[None])
    edges = (1 / 8, 1 / 4, 0.353, 1.0)
    return np.array([spectrum[(frequency >= low) & (frequency < high)].sum() for low, high in pairwise(edges)])
