"""Histories of versions and commands through the real broker end as a small model says, whatever the order."""

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid5

from jixiao.events import AlertCommand, AlertState, FormScored
from jixiao.events.models import Condition, Handling
from jixiao.events.topics import COMMANDS, SCORED
from jixiao.identity import NAMESPACE
from jixiao.runtime.message import cloud_event, outgoing
from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from tests.system.pipeline import Pipeline, all_ready, kept_alive, until
from tests.unit.alerts.builders import NOON
from tests.unit.alerts.model import Told, expected, histories, told

Fact = TypeVar("Fact", bound=FormScored | AlertCommand)

HISTORIES = 200
VERSIONS = 5  # at most, of a form


def arrivals(facts: Sequence[Fact], chance: random.Random) -> list[Fact]:
    """All of them out of order, half of them twice."""
    late = [*facts, *chance.sample(facts, len(facts) // 2)]
    chance.shuffle(late)
    return late


class House:
    """The alerts service as its topics and tables show it; counts what was sent."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.sent = 0

    async def send(self, facts: Sequence[FormScored | AlertCommand]) -> None:
        """All at once: what has the same key keeps its order, the rest comes as it comes."""
        await asyncio.gather(*(self._send(fact, self.sent + at) for at, fact in enumerate(facts)))
        self.sent += len(facts)

    async def _send(self, fact: FormScored | AlertCommand, number: int) -> None:
        event = uuid5(NAMESPACE, f"histories {number}")
        headers = cloud_event("test", "/test", event, NOON, event.hex)
        topic, key = (SCORED, fact.identity.project) if isinstance(fact, FormScored) else (COMMANDS, str(fact.alert_id))
        await self.pipeline.producer.send(outgoing(topic, key, fact, headers))

    async def settled(self) -> None:
        """Wait until all that was sent is decided and told, or refused."""
        await until(self._is_settled, 60)

    async def _is_settled(self) -> bool:
        [row] = await self.pipeline.fetch(
            "alerts",
            """SELECT (SELECT count(*) FROM decisions WHERE sent_at IS NOT NULL)
                    + (SELECT count(*) FROM dead_letters WHERE copied_at IS NOT NULL) AS done""",
        )
        return int(row["done"]) >= self.sent

    async def heard(self) -> set[UUID]:
        """The commands that were taken."""
        return {row["command_id"] for row in await self.pipeline.fetch("alerts", "SELECT command_id FROM commands")}

    async def states(self) -> dict[UUID, Told]:
        """Every alert's state, as far as the model speaks of it."""
        rows = await self.pipeline.fetch("alerts", "SELECT alert_id, state FROM alerts")
        return {row["alert_id"]: told(AlertState.model_validate_json(row["state"])) for row in rows}


async def test_two_copies_and_a_rebalance_end_as_the_model_says(
    broker: Broker, database: Database, tmp_path: Path
) -> None:
    """A copy joins in the middle and one is killed; every alert is in the model's state.

    What people say follows the alert that they say it of: a version is asked for perhaps once another was adopted.
    """
    chance = random.Random(6)
    cases = histories(chance, HISTORIES)
    forms = arrivals([form for case in cases for form in case.forms], chance)
    verdicts = arrivals([verdict for case in cases for verdict in case.verdicts], chance)
    commands = arrivals([command for case in cases for command in case.commands], chance)
    wanted = {key: state for case in cases for key, state in expected(case).items()}
    async with Pipeline.fresh(broker, database) as pipeline:
        house = House(pipeline)
        first, second = (pipeline.service("alerts", tmp_path / name) for name in ("first", "second"))
        async with kept_alive([first]):
            await all_ready([first])
            await house.send(forms[: len(forms) // 2])
            async with kept_alive([second]):
                await house.send(forms[len(forms) // 2 :])
                await house.settled()
                for _ in range(VERSIONS):
                    await house.send(verdicts)
                    await house.settled()
                    heard = await house.heard()
                    verdicts = [each for each in verdicts if each.alert_id in wanted and each.command_id not in heard]
                await house.send(commands[: len(commands) // 2])
                await asyncio.to_thread(first.kill)
                await house.send([*commands[len(commands) // 2 :], *forms[:20]])
                await house.settled()
        assert await house.states() == wanted
    assert {state[0] for state in wanted.values()} == set(Condition)
    assert {state[1] for state in wanted.values()} == set(Handling)
