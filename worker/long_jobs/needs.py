"""What only training and evaluation need, and may not be installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from ...core.errors import RequestError


@contextmanager
def needs_training() -> Iterator[None]:
    """Say how to install what an import does not find.

    Raises:
        RequestError: a package is missing.
    """
    try:
        # only some filters import it, in the midst of the work: it is to be missed before
        import_module("kornia")
        yield
    except ModuleNotFoundError as error:
        raise RequestError(f"{error.name} is missing: pip install 'landcast[training]'") from error
