"""Datasets of training pairs: from imagery of two or more dates to a folder that a training takes as it is."""
