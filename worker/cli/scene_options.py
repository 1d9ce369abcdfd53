"""The options that say which scenes `landcast predict` is about, and what is made of each."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ...core.errors import RequestError
from ...core.raster.options import SourceOptions

if TYPE_CHECKING:
    from ...core.scenes.inputs.scene import Scene

Form = Literal["cog", "blocks"]
FORMS: tuple[Form, ...] = ("cog", "blocks")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SceneOptions:
    """Which scenes, and what is made of each; one attribute an option.

    Attributes:
        sources: files, folders, patterns, addresses.
        scenes_file: list of scenes.
        areas: vector file, of which each area is a result.
        area_name: field with their names.
        stac: catalogue or API to search.
        collections: of the catalogue.
        bbox: W,S,E,N as text.
        datetime: time or span as text.
        stac_limit: items at most.
        asset: of each item.
        form: of the results.
        has_stac_items: whether each result gets a STAC item.
        statistics: tables of change to write, .gpkg or .csv.
        statistics_areas: their rows.
        blocks_url: where blocks are kept meanwhile.
    """

    sources: tuple[str, ...]
    scenes_file: str | None = None
    areas: Path | None = None
    area_name: str | None = None
    stac: str | None = None
    collections: tuple[str, ...] = ()
    bbox: str | None = None
    datetime: str | None = None
    stac_limit: int | None = None
    asset: str | None = None
    form: Form = "cog"
    has_stac_items: bool = False
    statistics: tuple[Path, ...] = ()
    statistics_areas: Path | None = None
    blocks_url: str | None = None

    def __post_init__(self) -> None:
        if self.stac is None and (self.collections or self.bbox or self.datetime or self.stac_limit or self.asset):
            raise RequestError("--collection, --bbox, --datetime, --stac-limit and --asset belong to --stac URL")
        if self.areas is None and self.area_name is not None:
            raise RequestError("--area-name belongs to --areas, which was not given")
        if not self.statistics and self.statistics_areas is not None:
            raise RequestError("--statistics-areas belongs to --statistics TABLE, which was not given")

    @classmethod
    def taken_from(cls, sources: tuple[str, ...], options: dict[str, Any]) -> SceneOptions:
        """Take them out of all options of the command."""
        names = [field.name for field in fields(cls) if field.name != "sources"]
        return cls(sources, **{name: options.pop(name) for name in names})

    @property
    def has_further(self) -> bool:
        """Whether scenes come from elsewhere than the sources that were named."""
        return self.scenes_file is not None or self.stac is not None

    @property
    def is_single(self) -> bool:
        """Whether one source was named, and nothing that could make several of it."""
        return len(self.sources) == 1 and not self.has_further and self.areas is None


def find_all(
    wanted: SceneOptions, source_options: SourceOptions, layer: str | None, crs: str | None,
    note: Callable[[str], None],
) -> list[Scene]:  # fmt: skip
    """List all scenes that the options ask for, without names of their own.

    Args:
        wanted: the options.
        source_options: how sources are opened, where that is needed to see which areas they meet.
        layer: of the file of areas.
        crs: of the file of areas.
        note: called with what the user may like to know.

    Raises:
        LandcastError: there is none, or something that names scenes cannot be read.
    """
    from ...core.scenes.inputs.list_file import read_list
    from ...core.scenes.inputs.paths import find_scenes

    scenes = [scene for source in wanted.sources for scene in find_scenes(source)]
    if wanted.scenes_file is not None:
        scenes += read_list(wanted.scenes_file)
    if wanted.stac is not None:
        scenes += _search(wanted, note)
    if wanted.areas is None:
        return scenes
    from ...core.raster.area_file import load_features
    from ...core.scenes.inputs.areas import scenes_of_areas

    features = load_features(wanted.areas, layer, crs, wanted.area_name)
    scenes, said = scenes_of_areas(scenes, features, source_options)
    for text in said:
        logger.warning("%s: %s", wanted.areas, text)
    return scenes


def _search(wanted: SceneOptions, note: Callable[[str], None]) -> list[Scene]:
    from ...core.scenes.inputs.stac import StacQuery, search_scenes

    assert wanted.stac is not None
    query = StacQuery.read(
        wanted.stac, wanted.collections, wanted.bbox, wanted.datetime, wanted.stac_limit, wanted.asset
    )
    found = search_scenes(query, note)
    note(f"{wanted.stac}: {len(found)} scene(s) found")
    return found
