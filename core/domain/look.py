"""Before a prediction: how far its area is from what the model was trained on, from a few tiles spread over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ..lattice import Rect
from ..model.contract import ModelContract, load_contract
from ..model.domain import TrainingDomain, load_domain
from ..model.folder import hash_unet, load_first_unet
from ..plan import Plan
from ..radiometry.choice import FAR_LEVELS
from ..radiometry.tones import Tones, as_is, tone_distance
from ..raster.present import PresentReader
from ..raster.sent import SentImage
from ..raster.source import SourceImage
from .features import FeatureNetwork, fill_tile
from .figure import DomainFigure
from .spread import moved_into, spread_tiles

MOST_TILES = 32
"""Tiles that are looked at: half a second to a second of one CPU core with the shipped model."""
MOST_READ = 96
"""Tiles that are read for them, as some hold nothing."""
LEAST_VALID = 0.75
"""Share of a tile that must be valid."""
CPU = torch.device("cpu")


class DomainOfModel:
    """What a model was trained on, with the network that looks at tiles; load it once for many areas.

    Args:
        domain: of the model.
        network: that the domain was fitted with.
        contract: of the model.
    """

    def __init__(self, domain: TrainingDomain, network: FeatureNetwork, contract: ModelContract) -> None:
        self.domain, self.network, self.contract = domain, network, contract

    def look(self, plan: Plan, source: SourceImage) -> DomainFigure | None:
        """Look at tiles spread over what a plan predicts; None where no valid pixel was found, or none is there yet.

        Raises:
            UnreadableSourceError: a block of the source is damaged.
        """
        images = _read_tiles(plan, domain_reader(plan, source, self.contract))
        return DomainFigure(self.measure(images)) if images else None

    def measure(self, images: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Distances, float32 (tile,), of float32 images (3, 128, 128) in 0..1, at least one."""
        return self.domain.distances(self.network.features(np.stack(images)))


def load_domain_of(folder: Path) -> DomainOfModel | None:
    """What a model was trained on; None where its folder does not say.

    Raises:
        ModelError: the model or its domain cannot be read, or do not belong together.
    """
    domain = load_domain(folder, hash_unet(folder))
    if domain is None:
        return None
    contract, facts = load_contract(folder), domain.facts
    unet = load_first_unet(folder, CPU)
    return DomainOfModel(domain, FeatureNetwork(unet, contract, facts.years_ahead, facts.gsd_m), contract)


def with_domain(plan: Plan, source: SourceImage, folder: Path) -> Plan:
    """Let a plan tell how far its area is from the training: a caveat where it matters, a note elsewhere.

    A model that does not say what it was trained on, or a source without pixels so far, leave the plan as it is.

    Raises:
        ModelError: the model or its domain cannot be read, or do not belong together.
        UnreadableSourceError: a block of the source is damaged.
    """
    known = load_domain_of(folder)
    figure = None if known is None else known.look(plan, source)
    if known is None or figure is None:
        return plan
    text = figure.tell(source.name, known.contract.name)
    told = replace(plan, domain=figure, domain_text=text)
    if figure.is_notable:
        return replace(told, caveats=(*plan.caveats, text))
    return replace(told, notes=(*plan.notes, text))


def domain_reader(plan: Plan, source: SourceImage, contract: ModelContract) -> PresentReader:
    """What reads tiles as they are judged."""
    tones = judged_tones(plan, source, contract)
    return source.reader(plan.grid, tones) if isinstance(source, SentImage) else PresentReader(source, plan.grid, tones)


def judged_tones(plan: Plan, source: SourceImage, contract: ModelContract) -> Tones:
    """What a model is shown, but for 8-bit levels that had to be brought far: those as they were taken.

    Stretched to daylight, a picture of the night is still one of the night.
    """
    if not source.is_eight_bit or contract.tones is None or plan.tones.kind == "as-is":
        return plan.tones
    is_far = tone_distance(plan.seen.quantiles, contract.tones) > FAR_LEVELS
    return as_is(source.bands) if is_far else plan.tones


def _read_tiles(plan: Plan, reader: PresentReader) -> list[NDArray[np.float32]]:
    found = []
    for tile in dict.fromkeys(moved_into(tile, plan.source_rect) for tile in spread_tiles(plan.rect, MOST_READ)):
        image = read_tile(plan, reader, tile)
        if image is not None:
            found.append(image)
        if len(found) == MOST_TILES:
            break
    return found


def read_tile(plan: Plan, reader: PresentReader, tile: Rect) -> NDArray[np.float32] | None:
    """The present of a tile, float32 (3, 128, 128) in 0..1; None where most of it is not valid or not asked for.

    Raises:
        UnreadableSourceError: a block of the source is damaged.
    """
    if plan.area is not None and not plan.area.mask(tile).any():
        return None
    present = reader.read(tile)
    return fill_tile(present.image, present.valid) if present.valid.mean() >= LEAST_VALID else None
