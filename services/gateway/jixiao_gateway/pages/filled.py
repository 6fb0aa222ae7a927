"""The form of a subscription: what a person entered, what it means, and what is wrong with it."""

from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from jixiao_gateway.problems import Problem
from jixiao_gateway.store.subscriptions import SubscriptionRow
from jixiao_gateway.subscribing import TOLD

TEXTS = ("target", "sign", "subscriber", "unit", "project", "district", "least_amount")
CHOICES = {"channel": "webhook", "least_severity": "warning", "rhythm": "at_once", "hour": "9", "weekday": "1"}
TICKED = ("link_only", "new_secret")
EMPTY: dict[str, Any] = dict.fromkeys((*TEXTS, *TICKED), "") | CHOICES | {"rules": [], "conditions": list(TOLD)}
SHOWN_WHOLE = ("webhook", "mail")  # a robot's address is a secret
WRONG = {
    "target": "请填写接收地址",
    "least_amount": "最低金额填非负数，单位为元，最多两位小数",
    "conditions": "请至少选择一种变动",
    "district": "区划最多 50 个字",
}


def entered_in(form: FormData) -> dict[str, Any]:
    """What a person entered, to be shown again."""
    one = {name: str(form.get(name, EMPTY[name])).strip() for name in (*TEXTS, *CHOICES, *TICKED)}
    return one | {name: [str(each) for each in form.getlist(name)] for name in ("rules", "conditions")}


def filled_with(row: SubscriptionRow) -> dict[str, Any]:
    """The form as it is filled when a subscription is to be edited."""
    kept = {name: getattr(row, name) for name in (*TEXTS, *CHOICES) if name != "sign"}
    told = {name: str(value) for name, value in kept.items() if value is not None}
    lists = {"rules": row.rules or [], "conditions": row.conditions, "link_only": "1" if row.link_only else ""}
    return EMPTY | told | lists | {"target": row.target if row.channel in SHOWN_WHOLE else ""}


def meant(entered: dict[str, Any]) -> dict[str, Any]:
    """The subscription that was meant: an empty field is no filter, a digest alone has its hour."""
    meant = {name: value or None for name, value in entered.items()}
    for name, of in (("hour", ("daily", "weekly")), ("weekday", ("weekly",))):
        meant[name] = entered[name] if entered["rhythm"] in of else None
    return meant | {
        "target": entered["target"],
        "sign": entered["sign"],
        "conditions": entered["conditions"],
        **{name: bool(entered[name]) for name in TICKED},
        "least_amount": _amount(entered["least_amount"]),
    }


def wrong(fault: ValidationError) -> str:
    """What is wrong with what was entered, for people."""
    fields = dict.fromkeys(str(each["loc"][0]) if each["loc"] else "" for each in fault.errors())
    return "；".join(WRONG.get(field, "所填内容有误，请核对后重试") for field in fields) + "。"


def _amount(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        return Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation as fault:
        raise Problem(422, "bad-amount", "最低金额应为数字，单位为元。") from fault
