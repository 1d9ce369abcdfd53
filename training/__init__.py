"""Pairs from two dates, filters, training of both networks, evaluation."""
