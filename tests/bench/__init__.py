"""Measurements, each beside a peer or the limit in the same run: ``make bench``."""
