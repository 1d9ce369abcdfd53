"""`landcast keys`: what it makes, lists and refuses, and what it never shows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import zmq

from landcast.core.protocol.keys import KeyFolder
from landcast.tests.worker.cli.conftest import Answer, Run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeyFolder:
    monkeypatch.setenv("LANDCAST_CONFIG", str(tmp_path / "config"))
    return KeyFolder(tmp_path / "config" / "keys")


def some_key() -> str:
    while True:
        key: str = zmq.curve_keypair()[0].decode()
        if not key.startswith("-"):
            return key


def done(answer: Answer) -> Answer:
    assert answer.code == 0, answer.err
    return answer


def test_keys_are_made_once_and_their_public_part_is_printed(run: Run, folder: KeyFolder) -> None:
    for options, owner, command in (([], "client", "keys allow NAME"), (["--worker"], "worker", "keys trust")):
        first = done(run("keys", "make", *options))
        pair = folder.read_pair(owner)  # type: ignore[arg-type]
        assert pair is not None
        assert first.out == pair.public + "\n"
        assert f"landcast {command}" in first.err
        assert done(run("keys", "make", *options)).out == first.out
        listed = done(run("keys", "list"))
        assert pair.public in listed.out
        for said in (first, listed, done(run("keys", "list", "--json"))):
            assert pair.secret not in said.out + said.err


def test_the_lists_are_what_was_put_on_them(run: Run, folder: KeyFolder) -> None:
    assert json.loads(done(run("keys", "list", "--json")).out) == {
        "folder": str(folder.path), "client": None, "worker": None, "clients": {}, "workers": {}
    }  # fmt: skip
    assert not folder.path.exists()
    first, second, server = some_key(), some_key(), some_key()
    done(run("keys", "allow", "laptop", first))
    done(run("keys", "allow", "büro", second))
    done(run("keys", "allow", "laptop", first))
    done(run("keys", "trust", "tcp://gpu:5600", server))
    found = json.loads(done(run("keys", "list", "--json")).out)
    assert found["clients"] == {"laptop": first, "büro": second}
    assert found["workers"] == {"tcp://gpu:5600": server}
    assert f"{second}  client büro\n" in done(run("keys", "list")).out
    done(run("keys", "trust", "tcp://gpu:5600", first))
    done(run("keys", "remove", "büro"))
    assert (folder.read_clients(), folder.read_workers()) == ({"laptop": first}, {"tcp://gpu:5600": first})
    done(run("keys", "remove", "tcp://gpu:5600"))
    assert folder.read_workers() == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["allow", "laptop", "short"], "short: a public key has 40 characters"),
        (["allow", "my laptop", "KEY"], "my laptop: a name has up to 64 characters"),
        (["allow", "tcp://a:1", "KEY"], "tcp://a:1: a name has"),
        (["allow", "other", "KNOWN"], "is allowed already, as laptop"),
        (["trust", "gpu", "KEY"], "gpu: an address looks like tcp://gpu-machine:5600"),
        (["trust", "tcp://gpu:5600", "short"], "short: a public key"),
        (["remove", "desk"], "desk: is not on the list .*there is: laptop"),
        (["remove", "tcp://gpu:1"], "tcp://gpu:1: is not on the list .*there is: nobody"),
    ],
)
def test_what_cannot_be_is_one_line(run: Run, folder: KeyFolder, arguments: list[str], said: str) -> None:
    known = some_key()
    done(run("keys", "allow", "laptop", known))
    given = [{"KEY": some_key(), "KNOWN": known}.get(one, one) for one in arguments]
    answer = run("keys", *given)
    lines = [line for line in answer.err.splitlines() if line.startswith("error: ")]
    assert (answer.code, answer.out, len(lines)) == (1, "", 1)
    assert re.search(said, lines[0]), lines[0]
    assert folder.read_clients() == {"laptop": known}


def test_a_list_has_an_end(run: Run, folder: KeyFolder) -> None:
    folder.write_clients({f"client-{number}": some_key() for number in range(500)})
    assert "holds 500 clients, the most" in run("keys", "allow", "one-more", some_key()).error_line
    assert done(run("keys", "allow", "client-3", some_key())).out == ""


def test_a_folder_that_cannot_be_written_is_named(run: Run, folder: KeyFolder) -> None:
    folder.path.parent.mkdir()
    folder.path.write_text("in the way")
    assert "cannot be" in run("keys", "make").error_line
    assert "cannot be" in run("keys", "allow", "a", some_key()).error_line
