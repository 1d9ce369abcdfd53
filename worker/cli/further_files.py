"""What is made of a scene beside its layers: STAC items, and the table of change over one scene or many."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.errors import OutputError
from ...core.files import hash_file, write_whole
from ...core.scenes.manifest import Entry
from .scene_options import SceneOptions

if TYPE_CHECKING:
    from ...core.scenes.block_folder import BlockFolder
    from ...core.scenes.prepared import PreparedScene
    from ...core.scenes.scene_run import Finisher, SceneResult
    from ...core.scenes.statistics.areas import ChangeAreas

RUN_FOLDER = ".landcast"
"""In the folder of the results, for what its runs keep."""
COUNTS_SUFFIX = ".change.json"
TABLES_NAME = "tables.json"

Say = Callable[[str], None]


class FurtherFiles:
    """Makes what was asked for beside the layers of each scene.

    Args:
        wanted: what was asked for.
        folder: of the results of many scenes; None for one scene.
        is_overwriting: whether existing files are replaced. A table in the folder of the results always is: it is
            made anew by each run that goes on with them, as is one elsewhere that these wrote.

    Raises:
        LandcastError: a table could not be written, or its areas cannot be read.
    """

    def __init__(self, wanted: SceneOptions, folder: Path | None, is_overwriting: bool) -> None:
        self._has_items, self._tables = wanted.has_stac_items, wanted.statistics
        self._folder, self._is_overwriting = folder, is_overwriting
        self._areas: ChangeAreas | None = None
        if self.has_statistics:
            from ...core.scenes.statistics.areas import load_change_areas
            from ...core.scenes.statistics.table import check_table

            for table in self._tables:
                check_table(table, self._is_replacing(table))
            if wanted.statistics_areas is not None:
                self._areas = load_change_areas(wanted.statistics_areas)

    @property
    def has_statistics(self) -> bool:
        """Whether change is counted, for which members are kept with each block."""
        return bool(self._tables)

    @property
    def key(self) -> str | None:
        """What tells apart what is counted: the areas, or whole scenes; None for nothing."""
        return None if not self.has_statistics else "scenes" if self._areas is None else self._areas.key

    def check_names(self, result: Path, is_overwriting: bool) -> None:
        """Make sure, before a scene is predicted, that what is made beside its result can get its name.

        Raises:
            OutputError: another file has it.
        """
        if self._has_items:
            from ...core.scenes.stac_item import check_item_name

            check_item_name(result, is_overwriting)

    def of_finished(self, name: str, result: SceneResult, source: Path | str, warn: Say) -> dict[str, Path]:
        """What belongs to a result that an earlier run finished; an item that it did not ask for is made now.

        Raises:
            LandcastError: it cannot be made, or needs the blocks, which are gone.
        """
        made: dict[str, Path] = {}
        if self.has_statistics:
            from ...core.scenes.statistics.finisher import COUNTS

            self.check(name, result.key)
            made[COUNTS] = self._counts_path(name)
        if self._has_items:
            from ...core.scenes.stac_item import StacItems

            made |= StacItems(warn).of_finished(result.paths, result.facts, source)
        return made

    def finishers(self, name: str, warn: Say) -> list[Finisher]:
        """What is made of a scene's blocks before they go."""
        made: list[Finisher] = []
        if self.has_statistics:
            made.append(self._count_one if self._folder is None else self._counter(name))
        if self._has_items:
            from ...core.scenes.stac_item import StacItems

            made.append(StacItems(warn))
        return made

    def check(self, name: str, key: str) -> None:
        """Make sure that a scene which is done was counted.

        Raises:
            RequestError: it was predicted without, or counted in other areas.
        """
        if self.has_statistics:
            from ...core.scenes.statistics.finisher import load_counts

            load_counts(self._counts_path(name), name, self._areas, key)

    def write_tables(self, entries: Sequence[Entry], warn: Say) -> list[Path]:
        """Write the tables over all scenes that are done; they come back.

        Raises:
            LandcastError: one cannot be written.
        """
        done = [entry for entry in entries if entry.state == "done"]
        if not (self.has_statistics and done):
            return []
        from ...core.scenes.statistics.finisher import load_counts
        from ...core.scenes.statistics.table import write_change_table

        changes = [load_counts(self._counts_path(entry.name), entry.name, self._areas, entry.key) for entry in done]
        if len(done) < len(entries):
            warn(f"{self._tables[0]}: {len(entries) - len(done)} of {len(entries)} scenes are not done, nor in it")
        for table in self._tables:
            said = write_change_table(table, changes, self._areas, is_overwriting=self._is_replacing(table))
            for text in said:
                warn(text)
        self._remember(self._tables)
        return list(self._tables)

    def _counter(self, name: str) -> Finisher:
        from ...core.scenes.statistics.finisher import ChangeCounter

        path = self._counts_path(name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{path.parent}: cannot be made: {error.strerror}") from error
        return ChangeCounter(name, self._areas, path)

    def _count_one(self, scene: PreparedScene, blocks: BlockFolder, paths: Mapping[str, Path]) -> Mapping[str, Path]:
        """Count a scene that is alone, and write its tables."""
        from ...core.scenes.statistics.finisher import ChangeCounter, load_counts
        from ...core.scenes.statistics.table import write_change_table

        name = scene.request.output_path.stem
        with tempfile.TemporaryDirectory(prefix="landcast-counts-") as folder:
            counts = Path(folder) / f"counts{COUNTS_SUFFIX}"
            ChangeCounter(name, self._areas, counts)(scene, blocks, paths)
            change = load_counts(counts, name, self._areas, scene.key)
        for table in self._tables:
            # a run that was killed just here may have written it
            write_change_table(table, [change], self._areas, is_overwriting=True)
        names = ["statistics", *(f"statistics_{table.suffix[1:]}" for table in self._tables[1:])]
        return dict(zip(names, self._tables, strict=True))

    def _counts_path(self, name: str) -> Path:
        assert self._folder is not None
        return self._folder / RUN_FOLDER / "changes" / f"{name}{COUNTS_SUFFIX}"

    def _is_replacing(self, table: Path) -> bool:
        is_ours = self._folder is not None and table.absolute().parent == self._folder.absolute()
        return self._is_overwriting or is_ours or self._has_written(table)

    def _has_written(self, table: Path) -> bool:
        """Whether a table elsewhere is as an earlier run of this folder wrote it."""
        try:
            return self._remembered().get(str(table.absolute())) == hash_file(table)
        except OSError:
            return False

    def _remember(self, tables: Sequence[Path]) -> None:
        if self._folder is None:
            return
        known = self._remembered() | {str(table.absolute()): hash_file(table) for table in tables}
        path = self._folder / RUN_FOLDER / TABLES_NAME
        with suppress(OSError):  # it costs an --overwrite
            path.parent.mkdir(exist_ok=True)
            write_whole(path, json.dumps(known, indent=1))

    def _remembered(self) -> dict[str, str]:
        """SHA-256 of the tables that runs of this folder wrote, by their paths."""
        if self._folder is None:
            return {}
        try:
            known = json.loads((self._folder / RUN_FOLDER / TABLES_NAME).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}
