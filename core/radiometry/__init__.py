"""Radiometry: bringing the values of one image to those of another, and back."""
