"""Landcast: how a landscape may look some years later."""

__version__ = "0.1.0"


def classFactory(iface: object) -> object:  # noqa: N802 - the name that QGIS calls
    """Give QGIS the plugin; `iface` is its `QgisInterface`, None where QGIS runs without windows."""
    from .qgis_plugin.plugin import LandcastPlugin

    return LandcastPlugin()
