"""How the probability of change is best calibrated: isotonic regression beside Platt's and beta calibration.

    python benchmarks/calibration.py BEFORE AFTER YEARS [BEFORE AFTER YEARS ...] --model NAME [--members 16]

Areas are dealt into five parts; each is judged by fits on the others. Then the table that was fitted on all members is
held against ensembles of fewer: by drawing without replacement, as `core.model.calibration` does, and read off by
share.

naip-california, 16 members, all 1,104 tiles of Claremont (92 areas):

| | Brier skill score | log loss | mean distance, percent points |
|---|---|---|---|
| share of members | -0.0342 | 0.7636 | 9.38 |
| isotonic | +0.0219 | 0.6175 | 1.08 |
| Platt | +0.0201 | 0.6185 | 1.68 |
| beta | +0.0218 | 0.6176 | 1.08 |

| members | share itself | read off by share | by drawing |
|---|---|---|---|
| 2 | -0.3969 | -0.0539 | +0.0040 |
| 4 | -0.1928 | -0.0115 | +0.0081 |
| 8 | -0.0910 | +0.0100 | +0.0134 |
| 12 | -0.0601 | +0.0153 | +0.0161 |
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from landcast.core.device import choose_precision
from landcast.core.model.calibration import ChangeCalibration
from landcast.core.model.folder import find_model, load_model
from landcast.core.protocol.requests import PairSource
from landcast.training.backtest.areas import name_areas
from landcast.training.backtest.calibrating import FOLDS, fit_probability
from landcast.training.backtest.probability import brier_parts, calibration_error, count_tiles, shares
from landcast.training.backtest.resampling import sum_by_area
from landcast.training.evaluate import cut_tiles, draw_members
from landcast.training.pairs import load_pairs
from landcast.training.requests import read_pair
from landcast.training.skill import Field

Counts = NDArray[np.float64]
Fit = Callable[[Counts, Counts], NDArray[np.float64]]
"""Makes probabilities (member + 1,) of cells and changed cells, (member + 1,) both."""


def share_itself(cells: Counts, changed: Counts) -> NDArray[np.float64]:
    """No calibration."""
    return shares(len(cells) - 1)


def platt(cells: Counts, changed: Counts) -> NDArray[np.float64]:
    """Logistic regression on the logit of the share. Source: Platt 1999, Probabilistic outputs."""
    low, high = _logs(len(cells))
    return _fitted((low - high)[:, None], cells, changed)


def beta(cells: Counts, changed: Counts) -> NDArray[np.float64]:
    """Beta calibration. Source: Kull et al. 2017, Beta calibration."""
    low, high = _logs(len(cells))
    return _fitted(np.stack([low, -high], 1), cells, changed)


FITS: dict[str, Fit] = {"share of members": share_itself, "isotonic": fit_probability, "Platt": platt, "beta": beta}


def _logs(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    said = (np.arange(count) + 0.5) / count
    return np.log(said), np.log(1 - said)


def _fitted(features: NDArray[np.float64], cells: Counts, changed: Counts) -> NDArray[np.float64]:
    """Maximum likelihood of a logistic curve in these features, (member + 1, feature)."""
    shown = np.column_stack([features, np.ones(len(features))])

    def loss(weights: NDArray[np.float64]) -> float:
        logit = shown @ weights
        return float((cells * np.logaddexp(0, logit) - changed * logit).sum() / cells.sum())

    fitted: NDArray[np.float64] = expit(shown @ minimize(loss, np.zeros(shown.shape[1])).x)
    return fitted


def log_loss(cells: Counts, changed: Counts, said: NDArray[np.float64]) -> float:
    """Mean of minus the logarithm of what was said to what came."""
    safe = said.clip(1e-6, 1 - 1e-6)
    return float(-(changed * np.log(safe) + (cells - changed) * np.log(1 - safe)).sum() / cells.sum())


def compare_fits(cells: Counts, changed: Counts, seed: int) -> None:
    """Print how each fit does on areas left out; (area, member + 1) both."""
    dealt = np.random.default_rng(seed).permutation(len(cells)) % FOLDS
    print("| | Brier skill score | log loss | mean distance, percent points |\n|---|---|---|---|")
    for name, fit in FITS.items():
        said, seen, hits = [], [], []
        for fold in range(FOLDS):
            own = dealt == fold
            said.append(fit(cells[~own].sum(0), changed[~own].sum(0)))
            seen.append(cells[own].sum(0))
            hits.append(changed[own].sum(0))
        flat = np.concatenate(seen), np.concatenate(hits), np.concatenate(said)
        skill, error = brier_parts(*flat).skill, calibration_error(*flat)
        print(f"| {name} | {skill:+.4f} | {log_loss(*flat):.4f} | {100 * error:.2f} |")


def compare_sizes(members: Field, truth: Field, areas: NDArray[np.str_]) -> None:
    """Print how the table of the whole ensemble does for its first few members, fitted on half of the areas."""
    names = np.unique(areas)
    learnt = np.isin(areas, names[::2])
    whole = {name: part[learnt].sum(0) for name, part in count_tiles(members, truth).items()}
    fitted = fit_probability(whole["cells"], whole["changed"])
    count = len(members)
    kept = ChangeCalibration(count, tuple(map(int, whole["cells"])), tuple(fitted), (1.0,), (1.0, 1.0), "", "")
    print("\n| members | share itself | read off by share | by drawing |\n|---|---|---|---|")
    for few in (size for size in (2, 4, 8, 12) if size < count):
        counts = {name: part[~learnt].sum(0) for name, part in count_tiles(members[:few], truth).items()}
        by_share = np.interp(shares(few), shares(count), fitted)
        skills = [float(brier_parts(counts["cells"], counts["changed"], said).skill)
                  for said in (shares(few), by_share, kept.table(few))]  # fmt: skip
        print(f"| {few} | " + " | ".join(f"{skill:+.4f}" for skill in skills) + " |")


def main() -> None:
    """Draw members and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="+", metavar="BEFORE AFTER YEARS")
    parser.add_argument("--model", required=True)
    parser.add_argument("--members", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    if len(args.pairs) % 3:
        parser.error("give BEFORE AFTER YEARS for each interval")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = load_model(find_model(args.model), device, choose_precision("auto", device))
    groups = [args.pairs[start : start + 3] for start in range(0, len(args.pairs), 3)]
    sources = [read_pair(PairSource(before, after, float(years))) for before, after, years in groups]
    tiles = cut_tiles([chip for source in sources for chip in load_pairs(source)])
    steps = model.contract.sampling_steps
    drawn = draw_members(model, device, tiles, args.members, args.seed, steps, lambda done, total: None)
    areas = name_areas(tiles.chips)
    by_area = sum_by_area(count_tiles(drawn, tiles.truth), areas)
    compare_fits(by_area["cells"], by_area["changed"], args.seed)
    compare_sizes(drawn, tiles.truth, areas)


if __name__ == "__main__":
    main()
