"""One scene of a run: a source, or one area of it, and the name that its results carry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ...raster.access import is_address
from ...raster.area_file import Feature


@dataclass(frozen=True)
class Scene:
    """What one result is made of.

    Attributes:
        source: path of a raster or a VRT, or an http(s) address.
        origin: who named it, for messages: `tiles (folder)`, `list.csv, line 3`.
        name: of its results; a wish until `name_scenes` made it unique.
        date: when the source was taken, as a list or a catalogue says; None where they say nothing.
        area: polygon that is predicted of it; all of it where None.
    """

    source: Path | str
    origin: str
    name: str = ""
    date: str | None = None
    area: Feature | None = None

    @property
    def identity(self) -> str:
        """What tells it from every other scene, and stays the same from run to run: source and area.

        What signs an address is no part of it: it changes with each search of a catalogue.
        """
        source = str(self.source)
        place = source.split("?", 1)[0] if is_address(source) else str(Path(source).absolute())
        return place if self.area is None else f"{place} | {self.area.path.absolute()} | {self.area.fid}"

    @property
    def steps(self) -> tuple[str, ...]:
        """Its stem, then the folders that it lies in, nearest first."""
        parts = self._path.parts
        folders = [part for part in reversed(parts[:-1]) if part.strip("/\\.") and not part.endswith((":", ":\\"))]
        return (self._path.stem, *folders)

    @property
    def suffix(self) -> str:
        """What stands behind the last dot of its file."""
        return self._path.suffix[1:]

    @property
    def _path(self) -> Path:
        text = str(self.source)
        return Path(unquote(urlsplit(text).path) if is_address(text) else text)
