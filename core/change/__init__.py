"""What changed between two images of a place, by statistics of these two alone."""
