"""The parser: from the bytes of a file to forms, each value with its evidence and doubts."""

from jixiao_parser.isolated import read_isolated, read_isolated_now
from jixiao_parser.reading import Reading, read

__all__ = ["Reading", "read", "read_isolated", "read_isolated_now"]
