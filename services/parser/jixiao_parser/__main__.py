"""Run the parser: ``python -m jixiao_parser``."""

from jixiao.events.topics import UPLOADED, UPLOADED_BULK
from jixiao.runtime.service import run
from jixiao.runtime.settings import ParserSettings
from jixiao_parser.app import Parser
from jixiao_parser.housekeeping import keep_house


def main() -> None:
    """Read the settings once and serve."""
    run("parser", ParserSettings(), (UPLOADED, UPLOADED_BULK), lambda runtime: Parser(), [keep_house])


if __name__ == "__main__":
    main()
