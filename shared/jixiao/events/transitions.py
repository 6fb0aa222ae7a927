"""From where to where people may take an alert; the table stands in docs/alerts.md."""

from collections.abc import Mapping

from jixiao.events.models import AlertCommand, Handling

TITLES: Mapping[Handling, str] = {
    Handling.OPEN: "待核实",
    Handling.ACKNOWLEDGED: "已核实",
    Handling.RETURNED: "已退回",
    Handling.RECTIFYING: "整改中",
    Handling.CLOSED: "已销号",
    Handling.DISMISSED: "不予处理",
}

TRANSITIONS: Mapping[Handling, frozenset[Handling]] = {
    Handling.OPEN: frozenset({Handling.ACKNOWLEDGED, Handling.RETURNED, Handling.CLOSED, Handling.DISMISSED}),
    Handling.ACKNOWLEDGED: frozenset({Handling.RETURNED, Handling.RECTIFYING, Handling.CLOSED, Handling.DISMISSED}),
    Handling.RETURNED: frozenset({Handling.RETURNED, Handling.RECTIFYING, Handling.CLOSED, Handling.DISMISSED}),
    Handling.RECTIFYING: frozenset({Handling.RETURNED, Handling.CLOSED, Handling.DISMISSED}),
    Handling.CLOSED: frozenset({Handling.OPEN}),
    Handling.DISMISSED: frozenset({Handling.OPEN}),
}


def refusal(handling: Handling, command: AlertCommand) -> str | None:
    """Why a command may not be given to an alert that is handled so, for people; None when it may."""
    if command.handling not in TRANSITIONS[handling]:
        ways = "、".join(TITLES[way] for way in Handling if way in TRANSITIONS[handling])
        return f"该预警目前为“{TITLES[handling]}”，不能改为“{TITLES[command.handling]}”；可以改为：{ways}。"
    if command.handling is Handling.DISMISSED and not command.note.strip():
        return "不予处理须写明理由，请在处理意见中填写后重新提交。"
    return None
