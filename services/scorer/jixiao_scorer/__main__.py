"""Run the scorer: ``python -m jixiao_scorer``."""

from jixiao.events.topics import PARSED
from jixiao.runtime.service import run
from jixiao.runtime.settings import ScorerSettings
from jixiao_scorer.app import Scorer


def main() -> None:
    """Read the settings once and serve."""
    run("scorer", ScorerSettings(), (PARSED,), lambda runtime: Scorer(runtime.inbox.pool))


if __name__ == "__main__":
    main()
