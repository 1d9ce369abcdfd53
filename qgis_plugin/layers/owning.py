"""Copies that belong to whoever asked for them."""

from __future__ import annotations

from typing import TypeVar

from qgis.PyQt import sip

Copy = TypeVar("Copy")


def own(copy: Copy) -> Copy:
    """Let Python delete a copy that QGIS made, with the files that it holds open, once nobody needs it any more.

    QGIS does not say of `QgsRasterDataProvider.clone` whose the copy is, so that it would outlive everything.
    """
    sip.transferback(copy)
    return copy
