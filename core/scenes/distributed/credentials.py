"""What a client shows to a scheduler: the certificate of a folder, or what Dask's own configuration names."""

from __future__ import annotations

from pathlib import Path

import dask
from distributed.security import Security

from ...errors import RequestError
from ...protocol.keys import default_keys
from ...protocol.private_files import NotPrivateError, read_private
from .addresses import SchedulerAddress
from .certificates import CA, CERTIFICATE, KEY, MOST_BYTES


def default_cluster_keys() -> Path:
    """Where a user's certificate stands when none is named: `cluster` in the folder of `landcast keys`."""
    return default_keys().path / "cluster"


def make_security(address: SchedulerAddress, folder: Path | None) -> Security | None:
    """Read the client's certificate for an address; None where nothing is encrypted there.

    Args:
        address: of the scheduler.
        folder: with `ca.pem`, `cert.pem` and `key.pem`; where None the user's own, or what Dask is configured with.

    Raises:
        RequestError: there are no keys, or others can read them.
    """
    if not address.is_encrypted:
        return None
    if folder is None and not default_cluster_keys().is_dir() and dask.config.get("distributed.comm.tls.client.cert"):
        return Security(require_encryption=True)
    return read_security(default_cluster_keys() if folder is None else folder)


def read_security(folder: Path) -> Security:
    """Read the certificate of a folder, for any part of a cluster.

    Raises:
        RequestError: a file is missing, or others can read the key.
    """
    for name in (CA, CERTIFICATE, KEY):
        if not (folder / name).is_file():
            raise RequestError(
                f"{folder / name}: is missing; --cluster-keys names the folder with {CA}, {CERTIFICATE} and {KEY} that "
                "`landcast keys cluster` made as client/"
            )
    try:
        read_private(folder / KEY, MOST_BYTES)
    except NotPrivateError as error:
        raise RequestError(str(error)) from None
    except OSError as error:
        raise RequestError(f"{folder / KEY}: cannot be read: {error.strerror}") from error
    certificate, key = str(folder / CERTIFICATE), str(folder / KEY)
    return Security(
        require_encryption=True,
        tls_ca_file=str(folder / CA),
        tls_client_cert=certificate, tls_client_key=key,
        tls_scheduler_cert=certificate, tls_scheduler_key=key,
        tls_worker_cert=certificate, tls_worker_key=key,
    )  # fmt: skip
