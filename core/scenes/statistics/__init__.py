"""How much ground changes by a prediction, area by area, counted member by member."""
