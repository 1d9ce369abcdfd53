"""Trainings and evaluations that a worker carries out: the process of its own that each of them gets."""
