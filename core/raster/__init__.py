"""Georeferenced images: the source, the grid of the result, and the file that is written."""
