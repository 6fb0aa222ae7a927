"""Texts whose rows and columns are both lost, read as one stream of signs."""
