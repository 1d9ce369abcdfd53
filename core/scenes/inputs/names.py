"""Names of results: unique in one folder, the same from run to run, and allowed on every system."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from .scene import Scene

FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
"""What Windows takes in no name; the slash nobody takes."""
RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
"""Names of devices, whatever follows their first dot."""
MAX_BYTES = 120
"""Of a name, so that `.NAME_pred_iteration_10.tif.<marks>.partial` stays below the 255 of file systems."""
NAMELESS = "scene"


def safe_name(text: str) -> str:
    """Turn any text into a name that every file system takes; equal texts give equal names."""
    name = unicodedata.normalize("NFC", FORBIDDEN.sub("_", text)).strip()
    name = re.sub(r"^\.+", "_", name).rstrip(". ") or NAMELESS
    if name.split(".")[0].strip().lower() in RESERVED:
        name = f"_{name}"
    if len(name.encode(errors="replace")) <= MAX_BYTES:
        return name
    mark = hashlib.sha256(text.encode(errors="replace")).hexdigest()[:8]
    short = name.encode(errors="replace")[: MAX_BYTES - len(mark) - 1].decode(errors="ignore")
    return f"{short}_{mark}"


def name_scenes(scenes: Sequence[Scene], known: Mapping[str, str] | None = None) -> list[Scene]:
    """Give each scene a name of its own; one that comes twice is kept once.

    Two of one name get the names of their folders in front, as many as tell them apart; two of one folder their suffix
    behind; what that cannot tell apart is numbered in the order in which it was named.

    Args:
        scenes: with a wish for a name, or none.
        known: names by `Scene.identity` that an earlier run in the same folder gave; they stay.
    """
    known = known or {}
    once = list({scene.identity: scene for scene in reversed(scenes)}.values())[::-1]
    names = {scene.identity: known[scene.identity] for scene in once if scene.identity in known}
    taken = {name.casefold() for name in known.values()}
    fresh = [scene for scene in once if scene.identity not in names]
    for scene, name in zip(fresh, _told_apart(fresh, taken), strict=True):
        names[scene.identity] = name
    return [replace(scene, name=names[scene.identity]) for scene in once]


def _told_apart(scenes: Sequence[Scene], taken: set[str]) -> list[str]:
    """Names that differ from each other and from those that are taken, also where case does not count."""
    own = _own_names(scenes)
    depth = [0] * len(scenes)
    while True:
        names = [_name(*each) for each in zip(own, scenes, depth, strict=True)]
        groups = defaultdict(list)
        for number, name in enumerate(names):
            groups[name.casefold()].append(number)
        deeper = [
            number
            for name, group in groups.items()
            if name in taken or len({scenes[number].steps[1:] for number in group}) > 1
            for number in group
            if depth[number] < len(scenes[number].steps) - 1
        ]
        if not deeper:
            return _numbered(names, taken)
        for number in deeper:
            depth[number] += 1


def _own_names(scenes: Sequence[Scene]) -> list[str]:
    """The wishes; else stems, with the suffix where a folder has two files of one stem."""
    same = Counter(scene.steps for scene in scenes if not scene.name)
    return [
        scene.name or (scene.steps[0] if same[scene.steps] == 1 else f"{scene.steps[0]}_{scene.suffix}")
        for scene in scenes
    ]


def _name(own: str, scene: Scene, folders: int) -> str:
    return safe_name("_".join([*reversed(scene.steps[1 : folders + 1]), own]))


def _numbered(names: list[str], taken: set[str]) -> list[str]:
    taken, given = set(taken), []
    wished = {name.casefold() for name in names}
    for name in names:
        number, one = 1, name
        while one.casefold() in taken or (number > 1 and one.casefold() in wished):
            number += 1
            one = f"{name}_{number}"
        taken.add(one.casefold())
        given.append(one)
    return given
