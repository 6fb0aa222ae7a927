"""The parts of a form, each read by its own step: head, money, goals, indicators, totals."""
