"""Whole scenes, and many of them: resumed where they stopped, spread over processes and machines."""
