"""What a result records of itself, and the request that is made of it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasterio.io import DatasetReader

from .asked import read_asked
from .device import DeviceChoice, choose_device
from .errors import ModelError, RequestError
from .files import hash_file
from .model.folder import find_model, hash_model
from .raster.access import is_address
from .raster.provenance import layer_names, versions_text
from .request import PredictionRequest

LAYERS = {
    layer: (*layer_names(layer, 3), *layer_names(layer, 1)) for layer in ("spread", "change", "typical", "prediction")
}
"""Descriptions of the bands of each layer, by which a file is known."""
AREA_FOLDER = "areas"
"""Beside a result: where a run over many areas keeps each in a file of its own."""
NOT_OF_PIXELS = (
    "source", "area", "members", "source_date", "result_date", "change_calibrated", "change_calibrated_on",
)  # fmt: skip
"""Facts that may be others without a pixel being another, or that follow from others."""
UNLIMITED_PX = 2**62


@dataclass(frozen=True)
class Circumstance:
    """Something that was other when the result was made, and by which pixels may differ.

    Attributes:
        name: what it is.
        then: as the result records it.
        now: as it is.
    """

    name: str
    then: str
    now: str


@dataclass(frozen=True)
class RecordedResult:
    """What a result says of itself.

    Attributes:
        output: the result.
        layer: that it holds.
        tags: of Landcast, by their names without the prefix, in small letters.
    """

    output: Path
    layer: str
    tags: Mapping[str, str]

    @classmethod
    def of(cls, output: Path, dataset: DatasetReader) -> RecordedResult:
        """Read it.

        Raises:
            RequestError: the file is no result, or does not record enough.
        """
        prefix = "LANDCAST_"
        tags = {
            name.removeprefix(prefix).lower(): text for name, text in dataset.tags().items() if name.startswith(prefix)
        }
        if tags.get("synthetic") != "YES":
            raise RequestError(f"{output}: nothing in it says that it was made by Landcast; give a result of it")
        missing = [name for name in ("asked", "source", "model_sha256", "precision") if name not in tags]
        if missing:
            raise RequestError(
                f"{output}: does not record {', '.join(missing)}, without which it cannot be made again; it was made "
                f"by {tags.get('versions', 'an older version').split(' ')[0]}"
            )
        described = [name or "" for name in dataset.descriptions]
        layers = [layer for layer, names in LAYERS.items() if set(described) <= set(names)]
        if not layers:
            raise RequestError(
                f"{output}: its bands ({', '.join(described)}) are not those of one layer of a result; "
                "give a file as it was written, or a copy that keeps the descriptions of its bands"
            )
        return cls(output, layers[0], tags)

    def request(
        self,
        source: Path | str | None,
        area: Path | None,
        model: str | None,
        device: DeviceChoice,
        is_remote_allowed: bool,
        target: Path,
    ) -> PredictionRequest:
        """Make the request again.

        Raises:
            RequestError: source or area are missing, or the area is another one.
            ModelError: the model is missing, or is another one.
        """
        chosen = self._device(device)
        is_same_device = chosen == self.tags.get("device", chosen)
        settings: dict[str, Any] = {
            "source": self._source(source),
            "area": self._area(area),
            "model": self._model(model),
            "device": chosen,
            # another device may not have the precision
            "precision": self.tags["precision"] if is_same_device else "auto",
            # the picture is the first member, which knows nothing of the others
            "members": 1 if self.layer == "prediction" else self._number("members"),
            "is_drawing_typical": self.layer == "typical",
            "seed": self._number("seed"),
            "sampling_steps": self._number("sampling_steps"),
        }
        try:
            return read_asked(
                self.tags["asked"],
                **settings,
                output=target,
                max_output_px=UNLIMITED_PX,
                is_remote_allowed=is_remote_allowed,
            )
        except RequestError as error:
            raise RequestError(f"{self.output}: {error}") from error

    def other_versions(self) -> list[Circumstance]:
        """Programs that had other versions when the result was made."""
        then, now = (
            dict(part.partition("=")[::2] for part in text.split())
            for text in (self.tags.get("versions", ""), versions_text())
        )
        return [
            Circumstance(f"version of {name}", then.get(name, "not recorded"), version)
            for name, version in now.items()
            if then.get(name) != version
        ]

    def other_facts(self, facts: Mapping[str, object]) -> list[Circumstance]:
        """Facts that the result records otherwise."""
        return [
            Circumstance(name.replace("_", " "), self.tags.get(name, "not recorded"), f"{value}")
            for name, value in facts.items()
            if name not in NOT_OF_PIXELS and value is not None and self.tags.get(name) != f"{value}"
        ]

    def _number(self, name: str) -> int:
        try:
            return int(self.tags[name])
        except (KeyError, ValueError) as error:
            raise RequestError(f"{self.output}: LANDCAST_{name.upper()} is missing, or is no number") from error

    def _source(self, given: Path | str | None) -> Path | str:
        if given is not None:
            return given
        name = self.tags["source"]
        return name if is_address(name) else self._beside(name, "source", "name it: --replay OUTPUT SOURCE")

    def _area(self, given: Path | None) -> Path | None:
        name = self.tags.get("area")
        if name is None:
            if given is not None:
                raise RequestError(f"--area {given}: {self.output} was not predicted within an area")
            return None
        path = given or self._beside(name, "area", "name it by --area")
        wanted = self.tags.get("area_sha256")
        if wanted is not None and path.is_file() and hash_file(path) != wanted:
            raise RequestError(
                f"{path}: not the area of {self.output}, whose SHA-256 begins with {wanted[:12]}; name that by --area"
            )
        return path

    def _beside(self, name: str, what: str, cure: str) -> Path:
        here = self.output.absolute().parent
        for folder in (here, here / AREA_FOLDER, Path.cwd()):
            if (folder / name).exists():
                return folder / name
        raise RequestError(f"{self.output}: its {what} {name} does not lie beside it; {cure}")

    def _model(self, given: str | None) -> str:
        name, wanted = given or self.tags.get("model", ""), self.tags["model_sha256"]
        try:
            found = hash_model(find_model(name))
        except ModelError as error:
            if given is not None:
                raise
            raise ModelError(f"{self.output}: its model {name} is none that is shipped; name its folder by --model "
                             f"({error})") from error  # fmt: skip
        if found != wanted:
            raise ModelError(
                f"{name}: not the model of {self.output}: its SHA-256 begins with {found[:12]}, and {wanted[:12]} is "
                "recorded; name the folder of that one by --model"
            )
        return name

    def _device(self, asked: DeviceChoice) -> DeviceChoice:
        """Where to compute: as it was, where nothing else is asked and there is such a device."""
        if asked != "auto":
            return asked
        recorded = self.tags.get("device")
        try:
            return "cuda" if recorded == "cuda" and choose_device("cuda") else "cpu"
        except RequestError:
            return "cpu"
