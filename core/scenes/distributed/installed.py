"""Whether what a cluster needs is installed, found out without loading it."""

from __future__ import annotations

from importlib.util import find_spec

from ...errors import RequestError

NEEDED = ("dask", "distributed", "fsspec", "cryptography")


def require_distributed(asked: str) -> None:
    """See that a cluster can be used.

    Args:
        asked: by what it was asked for: `--workers`.

    Raises:
        RequestError: something is not installed.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise RequestError(
            f"{asked}: needs {', '.join(missing)}, which this installation lacks; pip install 'landcast[distributed]'"
        )
