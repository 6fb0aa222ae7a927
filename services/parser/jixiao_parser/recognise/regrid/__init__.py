"""Texts whose columns or rows are lost, put back onto a grid: by blanks, in reading order, one cell a line."""
