"""One scene of a run: a source, or one area of it, and the name that its results carry."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from ...raster.access import is_address, plain_address
from ...raster.area_file import Feature

SIGNING = re.compile(
    r"x-amz-.*|x-goog-.*|signature|expires|policy|key-pair-id|awsaccesskeyid|googleaccessid|sig|token|access_token|api_?key"
)
"""Parameters that open an address and do not say what lies there, in small letters."""
SIGNING_WITH_SIG = frozenset(["se", "sv", "st", "sp", "sr", "spr", "sip", "skoid", "sktid", "skt", "ske", "sks", "skv"])
"""Parameters that do so where there is a `sig` beside them."""
ADDRESS = re.compile(r"(?i)https?://[^\s\"'<>|]+")
PUNCTUATION = ".,:;)]}"


@dataclass(frozen=True)
class Scene:
    """What one result is made of.

    Attributes:
        source: path of a raster or a VRT, or an http(s) address.
        origin: who named it, for messages: `tiles (folder)`, `list.csv, line 3`.
        name: of its results; a wish until `name_scenes` made it unique.
        date: when the source was taken, as a list or a catalogue says; None where they say nothing.
        area: polygon that is predicted of it; all of it where None.
        refused: why it cannot be predicted, which is told at its turn; None where nothing is known against it.
    """

    source: Path | str
    origin: str
    name: str = ""
    date: str | None = None
    area: Feature | None = None
    refused: str | None = None

    @property
    def identity(self) -> str:
        """What tells it from every other scene, and stays the same from run to run: source and area.

        What signs an address is no part of it: it changes with each search of a catalogue. The rest of its query is,
        as a mark that gives nothing away: services name the image there.
        """
        source = str(self.source)
        place = plain_address(source) + _query_mark(source) if is_address(source) else str(Path(source).absolute())
        return place if self.area is None else f"{place} | {self.area.path.absolute()} | {self.area.fid}"

    @property
    def plain_source(self) -> str:
        """Its source without what may be secret in an address: name and password, and the query."""
        source = str(self.source)
        return plain_address(source) if is_address(source) else source

    def without_secrets(self, text: str) -> str:
        """A text about it, with its own and all other addresses as `plain_source` has them."""
        return ADDRESS.sub(_plain_match, text.replace(str(self.source), self.plain_source))

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


def _query_mark(address: str) -> str:
    """A mark of what a query says apart from signing; nothing where it says nothing else."""
    pairs = parse_qsl(urlsplit(address).query, keep_blank_values=True)
    is_signed = any(name.lower() == "sig" for name, _ in pairs)
    said = [pair for pair in pairs if not _is_signing(pair[0].lower(), is_signed)]
    return f"?{hashlib.sha256(urlencode(said).encode()).hexdigest()[:16]}" if said else ""


def _is_signing(name: str, is_signed: bool) -> bool:
    return SIGNING.fullmatch(name) is not None or (is_signed and name in SIGNING_WITH_SIG)


def _plain_match(found: re.Match[str]) -> str:
    address = found[0].rstrip(PUNCTUATION)
    return plain_address(address) + found[0][len(address) :]
