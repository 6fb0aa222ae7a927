"""Run the scorer: ``python -m jixiao_scorer``."""

from jixiao.events.topics import PARSED
from jixiao.runtime.service import Runtime, run
from jixiao.runtime.settings import ScorerSettings
from jixiao_scorer.app import Scorer
from jixiao_scorer.profile_store import Adopted
from jixiao_scorer.rejudge import Rejudging


def main() -> None:
    """Read the settings once and serve; judge again what is stored when other rules were adopted."""
    adopted = Adopted()

    async def judge_again(runtime: Runtime) -> None:
        await Rejudging(runtime.inbox, runtime.producer, runtime.health, adopted).run()

    run("scorer", ScorerSettings(), (PARSED,), lambda runtime: Scorer(runtime.inbox.pool, adopted), [judge_again])


if __name__ == "__main__":
    main()
