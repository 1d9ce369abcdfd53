"""Predictions that run beside the windows: in a task, with tiles that appear on the map as they arrive."""
