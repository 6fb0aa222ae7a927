"""Planted faults: one printed digit changed at a time in forms that close, and what the rules make of it."""
