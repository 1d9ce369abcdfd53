"""Blocks as they are kept: whole or not there, known by their hash, wherever they lie."""

from __future__ import annotations

import errno
import secrets
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fsspec.implementations.memory import MemoryFileSystem  # type: ignore[import-untyped]

from landcast.core.blocks import Layers
from landcast.core.errors import OutputError, RequestError
from landcast.core.request import PredictionRequest
from landcast.core.scenes import file_store
from landcast.core.scenes.block_folder import BlockFolder, BlockRecord
from landcast.core.scenes.file_store import open_store
from landcast.core.scenes.prepared import PreparedScene, prepare_scene

NUMBER = 4
Ask = Callable[..., PredictionRequest]


@pytest.fixture
def scene(ask: Ask) -> PreparedScene:
    return prepare_scene(ask(members=2), pytest.fail, block_px=128)


@pytest.fixture(params=["folder", "object store"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where blocks may lie."""
    return str(tmp_path / "blocks") if request.param == "folder" else f"memory://{secrets.token_hex(8)}/blocks"


def make_layers(scene: PreparedScene, number: int = NUMBER) -> Layers:
    generator = np.random.default_rng(number)
    shape = scene.blocks[number].shape_yx
    valid = generator.random(shape) > 0.1
    layers: Layers = {"valid": valid, "more": generator.integers(0, 9, (2, 5, 7), np.uint16)}
    for layer, spec in scene.layers.items():
        layers[layer] = generator.integers(0, 255, (len(spec.bands), *shape), np.uint8)
    return layers


def test_a_block_comes_back_as_it_was_kept(scene: PreparedScene, place: str) -> None:
    folder, layers = BlockFolder(place, scene, pytest.fail), make_layers(scene)
    assert folder.load(NUMBER, scene.blocks[NUMBER]) is None
    record = folder.save(NUMBER, scene.blocks[NUMBER], layers)
    again = BlockFolder(place, scene, pytest.fail)
    assert again.kept() == {NUMBER}
    assert again.verify(NUMBER)
    assert again.record(NUMBER) == record == BlockRecord.from_json(record.to_json())
    assert record.valid_px == layers["valid"].sum()
    loaded = again.load(NUMBER, scene.blocks[NUMBER])
    assert loaded is not None
    assert loaded.keys() == layers.keys()
    for name, array in layers.items():
        assert loaded[name].dtype == array.dtype
        assert (loaded[name] == array).all()
    more = again.load_array(NUMBER, "more")
    assert more is not None
    assert (more == layers["more"]).all()
    assert again.load_array(NUMBER, "other") is None


def test_equal_blocks_are_equal_bytes(scene: PreparedScene, place: str, tmp_path: Path) -> None:
    records = [
        BlockFolder(where, scene).save(NUMBER, scene.blocks[NUMBER], make_layers(scene))
        for where in (place, str(tmp_path / "other"))
    ]
    assert records[0] == records[1]


@pytest.mark.parametrize("damage", ["a byte", "cut short", "removed", "record", "format"])
def test_a_damaged_block_is_removed_and_told(scene: PreparedScene, place: str, damage: str) -> None:
    told: list[str] = []
    folder, files = BlockFolder(place, scene, told.append), open_store(place)
    for number in (NUMBER, NUMBER + 1):
        folder.save(number, scene.blocks[number], make_layers(scene, number))
    name = "block-000004.json" if damage in ("record", "format") else "block-000004.spread.tif"
    data = files.read(name)
    assert data is not None
    if damage == "removed":
        files.remove(name)
    else:
        changes = {
            "a byte": data[:-5] + bytes([data[-5] ^ 8]) + data[-4:], "cut short": data[:-5], "record": data[:-5],
            "format": data.replace(b'"format": 1', b'"format": 2'),
        }  # fmt: skip
        files.write(name, changes[damage])
    assert (NUMBER in folder.kept()) == (damage == "a byte")
    assert not folder.verify(NUMBER)
    assert folder.load(NUMBER, scene.blocks[NUMBER]) is None
    assert folder.kept() == {NUMBER + 1}
    assert len(told) == 1
    assert "block 4 is made again" in told[0]
    assert {name.split(".")[0] for name in files.sizes()} == {"block-000005"}


def test_a_block_without_its_record_is_not_there(scene: PreparedScene, place: str) -> None:
    folder = BlockFolder(place, scene, pytest.fail)
    folder.save(NUMBER, scene.blocks[NUMBER], make_layers(scene))
    open_store(place).remove("block-000004.json")
    assert folder.kept() == set()
    assert not folder.verify(NUMBER)


def test_blocks_of_another_result_do_not_count(scene: PreparedScene, place: str) -> None:
    BlockFolder(place, scene).save(NUMBER, scene.blocks[NUMBER], make_layers(scene))
    other = BlockFolder(place, replace(scene, key="0" * 64), pytest.fail)
    assert other.kept() == set()
    assert other.load(NUMBER, scene.blocks[NUMBER]) is None
    needing = BlockFolder(place, replace(scene, has_members=True), pytest.fail)
    assert needing.kept() == set()


def test_a_layer_is_a_file_of_this_machine_wherever_blocks_lie(
    scene: PreparedScene, place: str, tmp_path: Path
) -> None:
    folder = BlockFolder(place, scene, scratch=tmp_path / "copies")
    folder.save(NUMBER, scene.blocks[NUMBER], make_layers(scene))
    path = folder.local_path(NUMBER, "change")
    assert path.read_bytes() == open_store(place).read("block-000004.change.tif")
    if (tmp_path / "copies").exists():
        path.write_bytes(b"damaged on the way")
        assert folder.local_path(NUMBER, "change").read_bytes() == open_store(place).read("block-000004.change.tif")
    open_store(place).write("block-000004.spread.tif", b"damaged there")
    with pytest.raises(OutputError, match="block 4 is damaged; start again"):
        folder.local_path(NUMBER, "spread")
    folder.remove()
    assert open_store(place).sizes() == {}
    assert not (tmp_path / "copies").exists()


def test_only_what_is_known_is_removed(scene: PreparedScene, tmp_path: Path) -> None:
    place = tmp_path / "blocks"
    folder = BlockFolder(place, scene)
    folder.save(NUMBER, scene.blocks[NUMBER], make_layers(scene))
    for name in ("mine.tif", "block-4.tif", ".block-000004.json.0badcafe.partial"):
        (place / name).touch()
    folder.remove_partial()
    assert not list(place.glob("*.partial"))
    folder.remove()
    assert sorted(path.name for path in place.iterdir()) == ["block-4.tif", "mine.tif"]


def test_an_address_that_nothing_reaches_is_told(scene: PreparedScene) -> None:
    with pytest.raises(RequestError, match="nowhere://bucket: cannot be reached"):
        BlockFolder("nowhere://bucket", scene)


def test_a_folder_that_cannot_be_made_is_told(scene: PreparedScene, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"block-000004\.\S+: cannot be written: Not a dir"):
        BlockFolder(tmp_path / "file" / "blocks", scene).save(NUMBER, scene.blocks[NUMBER], make_layers(scene))


@pytest.mark.parametrize("name", ["block-000004.json", "block-000004.spread.tif"])
def test_a_block_that_the_disk_does_not_give_back_is_made_again(
    scene: PreparedScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    told: list[str] = []
    folder, read = BlockFolder(tmp_path / "blocks", scene, told.append), Path.read_bytes
    folder.save(NUMBER, scene.blocks[NUMBER], make_layers(scene))

    def fail(path: Path) -> bytes:
        if path.name == name:
            raise OSError(errno.EIO, "Input/output error")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", fail)
    assert not folder.verify(NUMBER)
    assert len(told) == 1
    assert "block 4 is made again" in told[0]
    assert "Input/output error" in told[0]
    assert not any((tmp_path / "blocks").iterdir())


@pytest.mark.parametrize(("code", "is_told"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_a_folder_need_not_be_brought_to_the_disk_where_that_is_impossible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, is_told: bool
) -> None:
    def refuse(path: Path) -> None:
        if path.is_dir():
            raise OSError(code, "as told")

    monkeypatch.setattr(file_store, "sync", refuse)
    with pytest.raises(OutputError, match=r"a\.tif: cannot be written") if is_told else nullcontext():
        open_store(tmp_path).write("a.tif", b"whole")
    assert (tmp_path / "a.tif").read_bytes() == b"whole"


def test_whatever_an_object_store_raises_is_told_by_its_address(
    scene: PreparedScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoCredentialsError(Exception):
        """Of no kind that is known here, as those of many stores."""

    def refuse(*args: object, **settings: object) -> None:
        raise NoCredentialsError("who are you?")

    told: list[str] = []
    url = f"memory://{secrets.token_hex(8)}"
    folder, store = BlockFolder(url, scene, told.append), open_store(url)
    folder.save(NUMBER, scene.blocks[NUMBER], make_layers(scene))
    for name in ("ls", "size", "cat_file", "pipe_file", "rm_file", "rmdir"):
        monkeypatch.setattr(MemoryFileSystem, name, refuse)
    deeds: list[Callable[[], object]] = [
        store.sizes, lambda: store.size("a"), lambda: store.read("a"), lambda: store.write("a", b"")
    ]  # fmt: skip
    for deed in deeds:
        with pytest.raises(OutputError, match=rf"{url}\S*: cannot be .*: who are you\?; look at the address"):
            deed()
    assert not store.remove("a")
    folder.remove()
    monkeypatch.undo()
    monkeypatch.setattr(MemoryFileSystem, "rm_file", refuse)
    folder.remove()
    assert "left behind" in told[0]
    assert "cannot remove 5 files of blocks" in told[1]
