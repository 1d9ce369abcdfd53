"""Keys of a cluster, judged by OpenSSL."""

from __future__ import annotations

import ssl
import stat
from pathlib import Path

import pytest

from landcast.core.errors import RequestError
from landcast.core.scenes.distributed.certificates import PARTS, make_cluster_keys


def shake_hands(server: Path, client: Path) -> None:
    """Let two parts speak TLS to each other, each asking for the other's certificate, as Dask does.

    Raises:
        ssl.SSLError: one does not accept the other.
    """
    contexts = []
    for folder, purpose in ((server, ssl.Purpose.CLIENT_AUTH), (client, ssl.Purpose.SERVER_AUTH)):
        context = ssl.create_default_context(purpose, cafile=str(folder / "ca.pem"))
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        context.check_hostname, context.verify_mode = False, ssl.CERT_REQUIRED
        contexts.append(context)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [contexts[0].wrap_bio(to_server, to_client, server_side=True), contexts[1].wrap_bio(to_client, to_server)]
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue


def test_each_part_trusts_the_others_and_no_other_cluster(tmp_path: Path) -> None:
    ours, theirs = make_cluster_keys(tmp_path / "ours"), make_cluster_keys(tmp_path / "theirs")
    for server in ("scheduler", "worker"):
        for client in PARTS:
            shake_hands(ours.parts[server], ours.parts[client])  # type: ignore[index]
        with pytest.raises(ssl.SSLError):
            shake_hands(ours.parts[server], theirs.parts["client"])  # type: ignore[index]


def test_only_the_owner_reads_keys_and_the_authority_stays_at_home(tmp_path: Path) -> None:
    made = make_cluster_keys(tmp_path / "keys")
    keys = list((tmp_path / "keys").rglob("*key.pem"))
    assert len(keys) == 4
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    assert all(
        {path.name for path in folder.iterdir()} == {"ca.pem", "cert.pem", "key.pem"} for folder in made.parts.values()
    )


def test_new_certificates_of_the_same_authority_fit_the_old_ones(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    old = make_cluster_keys(folder).parts["client"].rename(tmp_path / "old_client")
    with pytest.raises(RequestError, match="--renew"):
        make_cluster_keys(folder)
    renewed = make_cluster_keys(folder, is_renewing=True)
    assert not renewed.is_new_authority
    shake_hands(renewed.parts["scheduler"], old)
    (folder / "ca-key.pem").chmod(0o644)
    with pytest.raises(RequestError, match="chmod 600"):
        make_cluster_keys(folder, is_renewing=True)


def test_an_authority_whose_key_is_kept_elsewhere_is_not_replaced(tmp_path: Path) -> None:
    folder = make_cluster_keys(tmp_path / "keys").folder
    (folder / "ca-key.pem").rename(tmp_path / "safe.pem")
    before = {path: path.read_bytes() for path in folder.rglob("*.pem")}
    with pytest.raises(RequestError, match=r"ca-key\.pem: is missing, .*; bring it back"):
        make_cluster_keys(folder, is_renewing=True)
    assert {path: path.read_bytes() for path in folder.rglob("*.pem")} == before
    (tmp_path / "safe.pem").rename(folder / "ca-key.pem")
    assert not make_cluster_keys(folder, is_renewing=True).is_new_authority


def test_an_authority_that_is_none_is_refused(tmp_path: Path) -> None:
    first, second = make_cluster_keys(tmp_path / "first").folder, make_cluster_keys(tmp_path / "second").folder
    (second / "ca.pem").replace(first / "ca.pem")
    with pytest.raises(RequestError, match="do not belong together"):
        make_cluster_keys(first, is_renewing=True)
    (first / "ca-key.pem").write_text("no key")
    with pytest.raises(RequestError, match="are no authority"):
        make_cluster_keys(first, is_renewing=True)
