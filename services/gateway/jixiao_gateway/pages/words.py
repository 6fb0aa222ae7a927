"""The words of the pages: lights, conditions, handling, rules, stages, and how times, places and money are written."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

CHINA = timezone(timedelta(hours=8))

LIGHTS = {
    "error": ("red", "红灯"),
    "serious": ("red", "红灯"),
    "warning": ("yellow", "黄灯"),
    "notice": ("note", "提示"),
    "none": ("green", "绿灯"),
}
SEVERITIES = {"error": "错误", "serious": "严重", "warning": "警告", "notice": "提示"}
CONDITIONS = {"new": "新出现", "ongoing": "持续", "worse": "加重", "fixed": "整改到位", "regressed": "再次出现"}
HANDLING = {
    "open": "待核实",
    "acknowledged": "已核实",
    "returned": "已退回",
    "rectifying": "整改中",
    "closed": "已销号",
    "dismissed": "不予处理",
}
RULES = {
    "EXEC-LOW": "预算执行率偏低",
    "EXEC-ZERO": "预算未执行",
    "EXEC-SOURCE": "资金来源执行异常",
    "BUDGET-ZERO": "全年预算数为零",
    "BUDGET-ADJUSTED": "年中预算变动",
    "EXEC-RATE": "执行率计算不符",
    "EXEC-SCORE": "执行得分计算不符",
    "FUND-SUM": "资金合计不符",
    "WEIGHT-SUM": "分值合计不符",
    "LEVEL-WEIGHT": "一级指标分值不符",
    "ROW-LOST": "疑有缺行",
    "TOTAL-SUM": "总分合计不符",
    "TOTAL-UNREADABLE": "总分无法读出",
    "SCORE-MISSING": "得分缺失",
    "SCORE-RANGE": "得分超出分值",
    "BLANK-SCORED": "空白指标有得分",
    "SCORE-EXEC-GAP": "执行低而得分高",
}
DELIVERY = {"pending": "待推送", "delivered": "已送达", "dead": "已放弃"}
OUTCOMES = {
    "delivered": "已送达",
    "refused": "不予推送",
    "unreachable": "无法连接",
    "tls": "证书有误",
    "timeout": "超时",
    "cut": "连接中断",
    "redirect": "要求跳转",
    "status": "接收方报错",
    "gone": "地址已停用",
    "unknown": "未知故障",
}
PLACES_SHOWN = 4
PERIODS = ("initial", "budget", "executed")
FUND_ROWS = {"total": "年度资金总额", "fiscal": "其中：当年财政拨款", "carryover": "上年结转资金", "other": "其他资金"}

FIELDS = {
    "initial": "年初预算数",
    "budget": "全年预算数",
    "executed": "全年执行数",
    "weight": "分值",
    "rate": "执行率",
    "score": "得分",
    "actual": "实际值",
    "deviation": "偏差原因",
    "total_weight": "分值合计",
    "total_score": "总分",
}
_INDICATOR = re.compile(r"indicators(?:\.|\[)(\d+)\]?\.(\w+)")


def light(finding: Mapping[str, Any]) -> str:
    """The severity that a finding's light goes by: an extraction doubt only asks for a look."""
    return "notice" if finding.get("cause") == "extraction_doubt" else str(finding["severity"])


def worst(counts: Mapping[str, int]) -> str:
    """The worst severity that has a finding; "none" when there is no finding."""
    return next((severity for severity in SEVERITIES if counts.get(severity)), "none")


def time(at: datetime | str | None) -> str:
    """A time in China, to the second."""
    if at is None:
        return "—"
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def money(amount: Decimal | str | None) -> str:
    """An amount in yuan with thousands separators."""
    if amount is None:
        return "—"
    try:
        return f"{Decimal(amount):,.2f}元"
    except InvalidOperation:
        return str(amount)


def place(evidence: Mapping[str, Any] | None) -> str:
    """Where a value stands in its document, for people."""
    if not evidence:
        return ""
    cell, line = evidence.get("cell"), evidence.get("line")
    where = [
        evidence.get("member"),
        f"工作表“{evidence['sheet']}”" if evidence.get("sheet") else None,
        f"第{evidence['page']}页" if evidence.get("page") else None,
    ]
    if cell and not str(cell).isdigit():
        where.append(f"{cell}单元格")
    elif line:
        where.append(f"第{line}行" + (f"第{cell}栏" if cell else ""))
    return " ".join(part for part in where if part)


def places(evidence: Iterable[Mapping[str, Any]]) -> list[str]:
    """The places of several values, each once."""
    return list(dict.fromkeys(text for each in evidence if (text := place(each))))


def shown(text: str | None) -> str:
    """A printed value: what the document does not have is a dash."""
    return "—" if text is None else text


def field(path: str) -> str:
    """A path of the record as the form calls it: ``funds.total.rate`` is 年度资金总额的执行率."""
    head, _, rest = path.partition(".")
    if head == "funds":
        row, _, column = rest.partition(".")
        return f"{FUND_ROWS.get(row, row).removeprefix('其中：')}的{FIELDS.get(column, column)}"
    if found := _INDICATOR.fullmatch(path):
        return f"第{int(found[1]) + 1}行指标的{FIELDS.get(found[2], found[2])}"
    return FIELDS.get(path, path)
