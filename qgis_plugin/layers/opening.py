"""A file as GDAL sees it, which knows more of it than its layer."""

from __future__ import annotations

from osgeo import gdal


def open_quietly(source: str) -> gdal.Dataset | None:
    """Open a raster; None where GDAL cannot, of which nothing is said on standard error."""
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        return gdal.Open(source)
    except RuntimeError:
        # raised only where something else in QGIS has asked GDAL for exceptions
        return None
    finally:
        gdal.PopErrorHandler()
