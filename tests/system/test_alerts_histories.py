"""Histories of versions and commands through the real broker end as a small model says, whatever the order."""

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid5

from jixiao.events import AlertCommand, AlertState, FormScored
from jixiao.events.models import Condition, Handling
from jixiao.events.topics import COMMANDS, SCORED
from jixiao.identity import NAMESPACE
from jixiao.runtime.message import cloud_event, outgoing
from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from tests.system.pipeline import Pipeline, all_ready, kept_alive, until
from tests.unit.alerts.builders import NOON
from tests.unit.alerts.model import expected, histories, told

HISTORIES = 30  # the property test has more; these go through the broker


def arrivals(facts: Sequence[FormScored | AlertCommand], chance: random.Random) -> list[FormScored | AlertCommand]:
    """All of them out of order, half of them twice."""
    late = [*facts, *chance.sample(facts, len(facts) // 2)]
    chance.shuffle(late)
    return late


async def send(pipeline: Pipeline, facts: Sequence[FormScored | AlertCommand], run: str) -> None:
    for at, fact in enumerate(facts):
        event = uuid5(NAMESPACE, f"{run} {at}")
        headers = cloud_event("test", "/test", event, NOON, event.hex)
        topic, key = (SCORED, fact.identity.project) if isinstance(fact, FormScored) else (COMMANDS, str(fact.alert_id))
        await pipeline.producer.send(outgoing(topic, key, fact, headers))


async def test_two_copies_and_a_rebalance_end_as_the_model_says(
    broker: Broker, database: Database, tmp_path: Path
) -> None:
    """A copy joins in the middle and one is killed; every alert is in the model's state, with its history whole."""
    chance = random.Random(6)
    cases = histories(chance, HISTORIES)
    forms = arrivals([form for case in cases for form in case.forms], chance)
    commands = arrivals([command for case in cases for command in case.commands], chance)
    wanted = {key: state for case in cases for key, state in expected(case).items()}
    async with Pipeline.fresh(broker, database) as pipeline:

        async def knows_all() -> bool:
            [row] = await pipeline.fetch("alerts", "SELECT count(*) FROM alerts")
            return bool(row["count"] == len(wanted))

        async def agrees() -> bool:
            rows = await pipeline.fetch("alerts", "SELECT alert_id, state FROM alerts")
            return {row["alert_id"]: told(AlertState.model_validate_json(row["state"])) for row in rows} == wanted

        first, second = (pipeline.service("alerts", tmp_path / name) for name in ("first", "second"))
        async with kept_alive([first]):
            await all_ready([first])
            await send(pipeline, forms[: len(forms) // 2], "first half")
            async with kept_alive([second]):
                await send(pipeline, forms[len(forms) // 2 :], "second half")
                await until(knows_all, 40)
                await send(pipeline, commands[: len(commands) // 2], "first commands")
                await asyncio.to_thread(first.kill)
                await send(pipeline, [*commands[len(commands) // 2 :], *forms[:20]], "last commands")
                await until(agrees, 40)
    assert {state[0] for state in wanted.values()} == set(Condition)
    assert {state[1] for state in wanted.values()} == set(Handling)
