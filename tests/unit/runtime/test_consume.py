"""The consume loop's promises, on fakes: decided once, sent again alike, faults sorted in two, dead letters."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any

import pytest

from jixiao.runtime import consume
from jixiao.runtime.consume import BREAKER_LIMIT, UNKNOWN_FAULT_LIMIT, Consumer
from jixiao.runtime.errors import RetryLater, Unreadable
from jixiao.runtime.health import Health
from jixiao.runtime.message import Incoming, Outgoing
from tests.fakes.inbox import FakeInbox
from tests.fakes.producer import FakeProducer


class Ended(BaseException):
    """In place of the process's end."""


class Echo:
    """A step that echoes the value in two events; ``faults`` are raised by prepare, one a call."""

    def __init__(self) -> None:
        self.faults: list[Exception] = []
        self.decisions = 0

    async def prepare(self, message: Incoming) -> bytes:
        if self.faults:
            raise self.faults.pop(0)
        return message.value or b""

    async def decide(self, conn: Any, prepared: bytes, message: Incoming) -> Sequence[Outgoing]:
        self.decisions += 1
        return [Outgoing("out", "key", prepared + f" {self.decisions}.{n}".encode(), {"n": str(n)}) for n in (1, 2)]


class Loop:
    """A consumer with all its neighbours faked."""

    def __init__(self, give_up_after: float = 600) -> None:
        self.step, self.inbox, self.producer, self.health = Echo(), FakeInbox(), FakeProducer(), Health()
        self.ended = 0
        self.stopping = False
        self.consumer: Consumer[bytes] = Consumer(
            self.step,
            self.inbox,
            self.producer,
            self.health,
            give_up_after,
            self._end,  # type: ignore[arg-type]
            lambda: self.stopping,
        )

    def _end(self) -> None:
        self.ended += 1
        raise Ended


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consume, "LONGEST_WAIT", 0.0)
    monkeypatch.setattr(consume, "PAUSE_POLL", 0.0)


def message(offset: int = 0, **headers: bytes) -> Incoming:
    given = {"ce_id": str(uuid.UUID(int=offset)).encode(), **headers}
    return Incoming("jixiao.in", 1, offset, 1_700_000_000_000, b"k", b"hello", given)


async def test_a_message_is_decided_sent_and_noted() -> None:
    loop = Loop()
    await loop.consumer.process(message())
    assert [sent.value for sent in loop.producer.sent] == [b"hello 1.1", b"hello 1.2"]
    assert loop.inbox.sent_causes == {uuid.UUID(int=0)}


async def test_a_redelivery_sends_the_same_events_and_decides_nothing() -> None:
    loop = Loop()
    await loop.consumer.process(message())
    await loop.consumer.process(message())
    assert loop.step.decisions == 1
    assert loop.producer.sent[:2] == loop.producer.sent[2:]


async def test_a_broken_world_is_waited_for_and_not_ready() -> None:
    loop = Loop()
    loop.step.faults = [ConnectionError("gone"), TimeoutError(), RetryLater("brokers")]
    seen: list[str | None] = []
    loop.producer.breaks = [RetryLater("no confirmation")]
    prepare = loop.step.prepare

    async def watched(incoming: Incoming) -> bytes:
        seen.append(loop.health.why_not_ready())
        return await prepare(incoming)

    loop.step.prepare = watched  # type: ignore[method-assign]
    await loop.consumer.process(message())
    assert len(loop.producer.sent) == 2
    assert not loop.inbox.dead
    assert seen[0] is None
    assert all(seen[1:])
    assert loop.health.why_not_ready() is None


async def test_after_too_long_a_broken_world_the_process_ends_unacknowledged() -> None:
    loop = Loop(give_up_after=0.0)
    loop.step.faults = [ConnectionError("gone") for _ in range(1000)]
    with pytest.raises(Ended):
        await loop.consumer.process(message())
    assert loop.ended == 1
    assert not loop.inbox.decisions


async def test_an_unreadable_message_is_dead_lettered_at_once_with_springs_headers() -> None:
    loop = Loop()
    loop.step.faults = [Unreadable("文件已加密。")]
    await loop.consumer.process(message(7, name=b"a.xlsx"))
    ((topic, key, value, headers),) = loop.producer.raw
    assert (topic, key, value) == ("jixiao.in.dlt", b"k", b"hello")
    assert headers["name"] == b"a.xlsx"
    assert headers["kafka_dlt-original-topic"] == b"jixiao.in"
    assert headers["kafka_dlt-original-partition"] == b"\x00\x00\x00\x01"
    assert headers["kafka_dlt-original-offset"] == (7).to_bytes(8, "big")
    assert headers["kafka_dlt-original-timestamp"] == (1_700_000_000_000).to_bytes(8, "big")
    assert headers["kafka_dlt-original-consumer-group"] == b"group"
    assert headers["kafka_dlt-exception-fqcn"] == b"jixiao.runtime.errors.Unreadable"
    assert headers["kafka_dlt-exception-message"].decode() == "文件已加密。"


async def test_a_dead_letter_is_not_handled_again_and_its_missing_copy_is_made() -> None:
    loop = Loop()
    loop.step.faults = [Unreadable("文件已加密。")]
    loop.producer.breaks = [RetryLater("brokers away while copying")]
    await loop.consumer.process(message())
    await loop.consumer.process(message())
    assert len(loop.producer.raw) == 1
    assert loop.producer.raw[0][3]["kafka_dlt-exception-fqcn"] == b"jixiao.runtime.errors.Unreadable"
    assert loop.step.decisions == 0


@pytest.mark.parametrize("kind", [ZeroDivisionError, MemoryError])
async def test_an_unknown_fault_is_tried_three_times_then_dead_lettered_with_its_stack(kind: type[Exception]) -> None:
    loop = Loop()
    loop.step.faults = [kind("why") for _ in range(UNKNOWN_FAULT_LIMIT)]
    await loop.consumer.process(message())
    (row,) = loop.inbox.dead.values()
    assert kind.__name__ in row["stack"]
    assert "why" in row["reason"]
    await loop.consumer.process(message(1))
    assert len(loop.producer.sent) == 2


async def test_an_unknown_fault_that_passes_kills_nothing() -> None:
    loop = Loop()
    loop.step.faults = [ZeroDivisionError("why") for _ in range(UNKNOWN_FAULT_LIMIT - 1)]
    await loop.consumer.process(message())
    assert not loop.inbox.dead
    assert len(loop.producer.sent) == 2


async def test_unknown_faults_are_not_counted_while_the_brokers_are_away() -> None:
    loop = Loop()
    loop.step.faults = [ZeroDivisionError("why") for _ in range(UNKNOWN_FAULT_LIMIT)]
    loop.producer.breaks = [RetryLater("away")]
    await loop.consumer.process(message())
    assert sum(loop.inbox.faults.values()) == UNKNOWN_FAULT_LIMIT - 1


async def test_a_message_without_an_event_id_is_dead_lettered() -> None:
    loop = Loop()
    await loop.consumer.process(Incoming("jixiao.in", 0, 0, 0, None, None, {}))
    assert "ce_id" in loop.producer.raw[0][3]["kafka_dlt-exception-message"].decode()


async def test_the_breaker_pauses_until_an_operator_resumes() -> None:
    loop = Loop()
    loop.step.faults = [ZeroDivisionError("bug") for _ in range(UNKNOWN_FAULT_LIMIT * BREAKER_LIMIT)]
    for offset in range(BREAKER_LIMIT):
        await loop.consumer.process(message(offset))
    waiting = asyncio.create_task(loop.consumer.process(message(99)))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    assert "jixiao resume" in (loop.health.why_not_ready() or "")
    await loop.inbox.resume()
    await waiting
    assert loop.health.why_not_ready() is None
    assert len(loop.producer.sent) == 2


async def test_who_waits_and_is_told_to_stop_leaves_without_acknowledging() -> None:
    """Paused, or while the world is broken: Faust would wait for the message until the supervisor kills the process."""
    paused, broken = Loop(), Loop()
    await paused.inbox.pause("bug")
    broken.step.faults = [ConnectionRefusedError("away") for _ in range(1000)]
    for loop in (paused, broken):
        task = asyncio.create_task(loop.consumer.process(message()))
        await asyncio.sleep(0.01)
        assert not task.done()
        loop.stopping = True
        with pytest.raises(Ended):
            await task
        assert loop.ended == 1


async def test_cancelled_in_the_middle_the_process_ends_without_acknowledging() -> None:
    loop = Loop()

    async def hang(incoming: Incoming) -> bytes:
        await asyncio.sleep(60)
        return b""

    loop.step.prepare = hang  # type: ignore[method-assign]
    task = asyncio.create_task(loop.consumer.process(message()))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(Ended):
        await task
    assert loop.ended == 1
