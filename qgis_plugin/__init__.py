"""The QGIS plugin: runs in QGIS's own Python (3.9 or later) and imports nothing beyond it and PyQGIS."""
