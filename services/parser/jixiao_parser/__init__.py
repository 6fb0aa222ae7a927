"""The parser: from the bytes of a file to forms, each value with its evidence and doubts."""

from jixiao_parser.reading import PARSER_VERSION, Reading, read
from jixiao_parser.sandboxed import read_in_sandbox, read_in_sandbox_now

__all__ = ["PARSER_VERSION", "Reading", "read", "read_in_sandbox", "read_in_sandbox_now"]
