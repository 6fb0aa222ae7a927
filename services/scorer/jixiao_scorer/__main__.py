"""Run the scorer: ``python -m jixiao_scorer``."""

import resource

from jixiao.events.topics import MIB, PARSED
from jixiao.runtime.service import Runtime, run
from jixiao.runtime.settings import ScorerSettings
from jixiao_scorer.app import Scorer
from jixiao_scorer.profile_store import Adopted
from jixiao_scorer.rejudge import Rejudging

MEMORY = 448 * MIB  # less than its container has, and four times what it needs with 2,000 forms of a unit


def limit_memory() -> None:
    """A message that takes all memory is then a fault that is counted; a kill from outside would be met for ever."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def main() -> None:
    """Read the settings once and serve; judge again what is stored when other rules were adopted."""
    limit_memory()
    adopted = Adopted()

    async def judge_again(runtime: Runtime) -> None:
        await Rejudging(runtime.inbox, runtime.producer, runtime.health, adopted).run()

    run("scorer", ScorerSettings(), (PARSED,), lambda runtime: Scorer(runtime.inbox.pool, adopted), [judge_again])


if __name__ == "__main__":
    main()
