"""A rendered town edge, so that a first run needs no download."""
