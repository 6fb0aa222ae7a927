"""Writes the body of a message when it goes out for the first time, from the changes that joined it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from jixiao.events import AlertChanged
from jixiao.runtime.postgres import Connection
from jixiao_alerts import ledger, letters, render
from jixiao_alerts.ledger import Due
from jixiao_alerts.targets import House

TEST = "这是绩效预警系统的一条测试消息，收到即表示该订阅可以送达。"


async def sealed(conn: Connection, due: Sequence[Due], house: House, now: datetime) -> list[Due]:
    """The same with their bodies. What goes to a subscription that is gone, or may not be told, stays without."""
    open_ones = [each for each in due if each.body is None and each.secret is not None]
    if not open_ones:
        return list(due)
    for each in open_ones:
        if each.channel != "webhook" and each.kind == "changes":
            await ledger.merge(conn, each, now)
    told = await ledger.changes_of(conn, [each.delivery_id for each in open_ones])
    may_go = [each for each in open_ones if each.kind == "test" or told[each.delivery_id]]
    bodies = {each.delivery_id: _body(each, told[each.delivery_id], house, now) for each in may_go}
    await ledger.seal(conn, bodies, now)
    return [replace(each, body=bodies.get(each.delivery_id, each.body)) for each in due]


def _body(due: Due, told: Sequence[str], house: House, now: datetime) -> bytes:
    if due.kind == "test":
        return _test(due, house, now)
    changes = [AlertChanged.model_validate_json(each) for each in told]
    if due.channel == "mail":
        return letters.mail(due.delivery_id, house.sender, changes, due.link_only, house.address, now)
    if due.channel == "webhook":
        return render.event(due.delivery_id, changes, due.link_only, house.address, now)
    return letters.robot(changes, due.link_only, house.address)


def _test(due: Due, house: House, now: datetime) -> bytes:
    if due.channel == "mail":
        return letters.plain_mail(due.delivery_id, house.sender, "绩效预警：测试消息", TEST, now)
    if due.channel == "webhook":
        return render.notice(due.delivery_id, TEST, now)
    return f"绩效预警：测试消息\n{TEST}".encode()
