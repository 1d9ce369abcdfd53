"""What was decided about a scene, beside its blocks: it says whether a run continues another."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from ..errors import OutputError
from ..raster.provenance import make_tags
from .file_store import LocalStore, is_url
from .prepared import PreparedScene

PLAN_NAME = "plan.json"
FORMAT = 1
LONGEST = 60
"""Characters of a value that are told to the user."""
DIGEST_DIGITS = 16
"""Of the digest in the name of the folder that blocks are in."""

Stage = Literal["predicting", "publishing", "finished"]
"""Blocks are made; results get their names; all is done but that the blocks are still there."""


@dataclass(frozen=True)
class BlocksPlace:
    """Where a run keeps its blocks, which it shares with no other plan, version or result.

    Attributes:
        asked: path or address that was asked for; empty for the folder of the run itself.
        name: of the folder there.
    """

    asked: str
    name: str

    @classmethod
    def of(cls, scene: PreparedScene, blocks_url: str | None) -> BlocksPlace:
        """The place of a scene's blocks: within the run's own folder, or where the user wants them."""
        result = str(scene.request.output_path.absolute())
        told = json.dumps([scene.key, decided_of(scene), result], sort_keys=True)
        digest = hashlib.sha256(told.encode()).hexdigest()[:DIGEST_DIGITS]
        if not blocks_url:
            return cls("", f"blocks-{digest}")
        asked = blocks_url if is_url(blocks_url) else str(Path(blocks_url.removeprefix("file://")).absolute())
        # a name of letters that any address may hold
        return cls(asked, f"{re.sub(r'[^A-Za-z0-9._-]', '_', Path(result).name)}-{digest}")

    def within(self, folder: Path) -> str:
        """Path or address of it, for a run in a folder."""
        slash = "" if self.asked.endswith("/") else "/"
        return f"{self.asked}{slash}{self.name}" if self.asked else str(folder / self.name)


@dataclass(frozen=True)
class KeptPlan:
    """What a run left behind.

    Attributes:
        key: of its result.
        decided: all that its pixels and files depend on, by name.
        stage: how far it came.
        place: of its blocks.
    """

    key: str
    decided: dict[str, str]
    stage: Stage
    place: BlocksPlace


class PlanFile:
    """The file that says what was decided.

    Args:
        folder: of the scene's run.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / PLAN_NAME
        self._files = LocalStore(folder)

    def read(self) -> KeptPlan | None:
        """Return what an earlier run left; None where there is none.

        Raises:
            OutputError: it cannot be read, or is of another version's form.
        """
        text = self._files.read(PLAN_NAME)
        if text is None:
            return None
        try:
            return _parse(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise OutputError(
                f"{self.path}: is no plan that this version reads ({error}); --overwrite begins anew"
            ) from error

    def write(self, scene: PreparedScene, stage: Stage, place: BlocksPlace) -> None:
        """Say what is decided, how far it is, and where the blocks are.

        Raises:
            OutputError: it cannot be written.
        """
        said = {"format": FORMAT, "key": scene.key, "stage": stage, "decided": decided_of(scene)}
        said["blocks"] = asdict(place)
        self._files.write(PLAN_NAME, (json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode())

    def remove(self) -> None:
        """Leave nothing of it."""
        self._files.remove(PLAN_NAME)


def decided_of(scene: PreparedScene) -> dict[str, str]:
    """All that the pixels and files of a result depend on, by name, as text."""
    plan, stamp = scene.plan, scene.stamp
    facts = {name: str(value) for name, value in scene.facts.items() if value is not None}
    # a source without a hash of all of it is known by a sample of its pixels, its size and its age
    if stamp is not None and "source_sha256" not in facts:
        facts["source_written"] = f"{stamp.size} bytes, {stamp.modified_ns} ns"
    return {
        **facts,
        **scene.decided_more,
        "versions": make_tags(scene.facts)["LANDCAST_VERSIONS"],
        "crs": plan.grid.crs.to_wkt(),
        "pixels": f"{plan.rect.width} x {plan.rect.height} from column {plan.rect.left}, row {plan.rect.top}",
        "origin": " ".join(f"{number!r}" for number in plan.grid.transform(plan.rect).to_gdal()),
        "dtype": plan.dtype,
        "block_px": str(plan.block_px),
        "layers": ", ".join(sorted(scene.kept_layers)),
    }


def is_same(kept: KeptPlan, scene: PreparedScene) -> bool:
    """Whether an earlier run's blocks are those of a scene."""
    return kept.key == scene.key and kept.decided == decided_of(scene)


def other_plan(kept: KeptPlan, scene: PreparedScene, place: Path) -> OutputError:
    """What is said where a run cannot continue another: it names what differs."""
    decided = decided_of(scene)
    names = sorted(name for name in decided.keys() | kept.decided.keys() if decided.get(name) != kept.decided.get(name))
    told = [f"{name}: {_short(kept.decided.get(name))} then, {_short(decided.get(name))} now" for name in names]
    return OutputError(
        f"{scene.request.output_path}: an unfinished run with another plan is in {place} "
        f"({'; '.join(told) or 'its areas differ'}); ask for the same to continue it, or --overwrite to begin anew"
    )


def other_place(kept: KeptPlan, scene: PreparedScene, place: Path) -> OutputError:
    """What is said where the blocks of the run that is to be continued are not where they are asked for."""
    url = kept.place.asked
    again = f"give --blocks-url {url}" if url else "leave --blocks-url away"
    return OutputError(
        f"{scene.request.output_path}: the blocks of an unfinished run are in {kept.place.within(place)}; "
        f"{again} to continue it, or --overwrite to begin anew"
    )


def _parse(said: dict[str, Any]) -> KeptPlan:
    if said["format"] != FORMAT:
        raise ValueError(f"its format is {said['format']}, not {FORMAT}")
    if said["stage"] not in get_args(Stage):
        raise ValueError(f"its stage is {said['stage']}")
    decided = {str(name): str(value) for name, value in said["decided"].items()}
    place = BlocksPlace(str(said["blocks"]["asked"]), str(said["blocks"]["name"]))
    return KeptPlan(str(said["key"]), decided, said["stage"], place)


def _short(value: str | None) -> str:
    if value is None:
        return "nothing"
    text = " ".join(value.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
