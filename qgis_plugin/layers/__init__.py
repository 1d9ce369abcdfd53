"""Pixels of any layer that QGIS can show, for a worker that cannot open it by itself.

reader    a private copy of a layer's source, read as arrays in a thread of a task
colours   images that come as colours: web services, and layers as they are shown
values    rasters with values of their own
footprint the ground that a turned raster covers
owning    copies of QGIS's objects
opening   a file as GDAL sees it
sending   what the worker is told of a layer, and all of the pixels that it planned with
drawing   a part of the planned pixels, from a reader
canvas    several map layers as the map shows them
sheets    what a map is drawn from
overview  the sample from which the worker takes statistics
spool     pixels on their way, in a file without a name
"""
