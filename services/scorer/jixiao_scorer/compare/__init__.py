"""The comparison engine: target against actual, both as printed on the form."""

from jixiao_scorer.compare.cell import Cell
from jixiao_scorer.compare.comparison import Comparison, Why
from jixiao_scorer.compare.direction import Direction, may_be_floor, speaks_of_bad
from jixiao_scorer.compare.engine import compare, compare_cells
from jixiao_scorer.compare.measures import Measure, measures
from jixiao_scorer.compare.parts import Part
from jixiao_scorer.compare.text import normal
from jixiao_scorer.compare.units import Kind

__all__ = [
    "Cell",
    "Comparison",
    "Direction",
    "Kind",
    "Measure",
    "Part",
    "Why",
    "compare",
    "compare_cells",
    "may_be_floor",
    "measures",
    "normal",
    "speaks_of_bad",
]
