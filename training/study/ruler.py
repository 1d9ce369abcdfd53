"""Choosing what a study measures perceptual distance by."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from ..pairs import ChipPair, fingerprint
from .distance import Ruler, region_distance, vgg_ruler
from .plan import StudyPlan
from .region_features import (
    load_region_features,
    region_facts,
    save_region_features,
    told_apart,
    train_region_features,
)


def check_weights(plan: StudyPlan, device: torch.device) -> None:
    """Make sure, before hours of work, that the user's weights can be used, where there are any.

    Raises:
        RequestError: they cannot.
    """
    if plan.perceptual_weights is not None:
        vgg_ruler(plan.perceptual_weights, device)


def make_ruler(
    plan: StudyPlan,
    trained: Sequence[ChipPair],
    held_out: Sequence[ChipPair],
    device: torch.device,
    on_step: Callable[[int], None],
) -> Ruler:
    """What perceptual distance is measured by: the user's weights, or a network of the region that is kept.

    Args:
        plan: of the study.
        trained: pairs of tiles that such a network learns from.
        held_out: pairs that it is tried on.
        device: where it computes.
        on_step: called with the steps done.

    Raises:
        RequestError: the user's weights cannot be used.
    """
    if plan.perceptual_weights is not None:
        return vgg_ruler(plan.perceptual_weights, device)
    seed = plan.settings.seed
    facts = region_facts(trained, fingerprint(trained), seed, plan.feature_steps)
    network = load_region_features(plan.feature_file, facts, device)
    if network is None:
        network = train_region_features(trained, seed, device, on_step, plan.feature_steps)
        save_region_features(plan.feature_file, network, facts)
    share, count = told_apart(network, held_out, seed, device)
    words = (
        f"a network trained on the region itself ({plan.feature_steps} steps, {len(trained)} pairs; no weights of a "
        f"VGG were given): of {count} held-out images it finds the other view of {share:.0%}, by chance {1 / count:.1%}"
    )
    return Ruler(words, {"kind": "region", **facts}, region_distance(network), device)
