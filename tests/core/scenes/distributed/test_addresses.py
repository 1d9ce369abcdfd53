"""Which schedulers are spoken to, and with which keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from landcast.core.errors import RequestError
from landcast.core.scenes.distributed import credentials, installed
from landcast.core.scenes.distributed.addresses import parse_scheduler
from landcast.core.scenes.distributed.certificates import make_cluster_keys
from landcast.core.scenes.distributed.choice import open_cluster
from landcast.core.scenes.distributed.credentials import make_security


@pytest.mark.parametrize(
    "text", ["tcp://127.0.0.1:8786", "tcp://localhost:1", "tcp://[::1]:8786", "tls://10.0.0.3:8786"]
)
def test_tls_anywhere_and_plain_text_within_the_machine(text: str) -> None:
    assert parse_scheduler(text).text == text


@pytest.mark.parametrize("host", ["10.0.0.3", "gpu-1.lan", "0.0.0.0", "[fe80::1]", "localhost.example.org"])
def test_plain_text_to_another_machine_is_refused_unless_it_is_asked_for(host: str) -> None:
    with pytest.raises(RequestError, match="can run programs on every worker"):
        parse_scheduler(f"tcp://{host}:8786")
    assert not parse_scheduler(f"tcp://{host}:8786", is_insecure_allowed=True).is_encrypted


@pytest.mark.parametrize("text", ["gpu-1:8786", "tls://gpu-1", "tls://gpu-1:99999", "tls://a b:1", "ws://gpu-1:1", ""])
def test_what_is_no_address_is_said_to_be_none(text: str) -> None:
    with pytest.raises(RequestError, match="--scheduler"):
        parse_scheduler(text, is_insecure_allowed=True)


def test_missing_and_open_keys_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = parse_scheduler("tls://gpu-1.lan:8786")
    monkeypatch.setattr(credentials, "default_cluster_keys", lambda: tmp_path / "none")
    with pytest.raises(RequestError, match="`landcast keys cluster` made as client/"):
        make_security(address, None)
    client = make_cluster_keys(tmp_path / "keys").parts["client"]
    assert make_security(address, client) is not None
    assert make_security(parse_scheduler("tcp://localhost:1"), None) is None
    (client / "key.pem").chmod(0o640)
    with pytest.raises(RequestError, match="chmod 600"):
        make_security(address, client)


def test_what_does_not_fit_or_is_not_installed_is_said_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RequestError, match="exclude each other"), open_cluster(workers=2, scheduler="tls://a:1"):
        pass
    with pytest.raises(RequestError, match="--workers must lie between"), open_cluster(workers=0):
        pass
    monkeypatch.setattr(installed, "NEEDED", ("dask", "a_package_that_nobody_has"))
    with (
        pytest.raises(RequestError, match=r"needs a_package_that_nobody_has.*landcast\[distributed\]"),
        open_cluster(2),
    ):
        pass
