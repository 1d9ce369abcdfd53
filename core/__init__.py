"""The library: rasters, grids, radiometry, models, sampling, forecasting, provenance.

Imports nothing, so that a program that only speaks to a worker pays for nothing.
"""

PROGRAM = "landcast"
"""Name of the program and of its package."""
