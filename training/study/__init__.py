"""Studies: the same training at several ground scales, or with several depths, and what it is worth."""
