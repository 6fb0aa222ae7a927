"""The words of the pages: lights, conditions, handling, rules, stages, and how times, places and money are written."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from jixiao.forms.names import CELLS, FUND_ROWS

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
CHANGES = CONDITIONS | {"overdue": "整改逾期"}
CHANNELS = {
    "webhook": "签名推送（Webhook）",
    "mail": "邮件",
    "wecom": "企业微信机器人",
    "dingtalk": "钉钉机器人",
    "feishu": "飞书机器人",
}
RHYTHMS = {"at_once": "即时", "daily": "每日汇总", "weekly": "每周汇总"}
WEEKDAYS = {"1": "周一", "2": "周二", "3": "周三", "4": "周四", "5": "周五", "6": "周六", "7": "周日"}
HANDLING = {
    "open": "待核实",
    "acknowledged": "已核实",
    "returned": "已退回",
    "rectifying": "整改中",
    "closed": "已销号",
    "dismissed": "不予处理",
}
ACTIONS = {
    "open": "重新打开",
    "acknowledged": "确认属实",
    "returned": "退回整改",
    "rectifying": "提交整改说明",
    "closed": "销号",
    "dismissed": "不予处理",
}
ORDERS = {"changed": "最近变动在前", "amount": "涉及金额大的在前"}
HELD = "VERSION-HELD"
HELD_HANDLING = {"open": "待审核", "acknowledged": "已采用", "returned": "未采用，已退回", "dismissed": "未采用"}
HELD_ACTIONS = {"acknowledged": "采用该版本", "returned": "不予采用并退回", "dismissed": "不予采用"}
VERSIONS = {"in_force": "现行版本", "replaced": "已被新版本取代", "held": "待审核", "rejected": "未采用"}
RULES = {
    "BUDGET-ZERO": "全年预算数为零",
    "UNIT-SCALE": "元与万元混用",
    "EXEC-ZERO": "预算零执行",
    "EXEC-LOW": "预算执行率偏低",
    "EXEC-SOURCE": "分项资金执行率偏低",
    "EXEC-OVER": "超预算支出",
    "BUDGET-ADJUSTED": "年中预算变动较大",
    "CUT-BUT-FULL": "预算大幅追减而指标全部完成",
    "FUND-SUM": "资金来源合计不符",
    "ROW-LOST": "疑似缺失一行指标",
    "WEIGHT-SUM": "分值合计不符",
    "LEVEL-WEIGHT": "一级指标分值与规定不一致",
    "EXEC-RATE": "执行率计算有误",
    "EXEC-SCORE": "预算执行得分计算有误",
    "SCORE-MISSING": "得分缺失",
    "SCORE-RANGE": "得分超出范围",
    "TOTAL-SUM": "总分与各项得分之和不符",
    "TOTAL-UNREADABLE": "总分缺失或无法辨认",
    "BLANK-SCORED": "未填实际完成值却有得分",
    "NA-SCORED": "不适用却有得分",
    "SCORE-EXEC-GAP": "指标得分率明显高于执行率",
    "UNMET-FULL": "未完成却得满分",
    "WHY-UNDER": "未完成而未说明原因",
    "LATE": "完成时间晚于时限",
    "QUANT-SCORE": "定量指标得分偏高",
    "MET-NOT-FULL": "已完成而扣分未说明",
    "WHY-OVER": "大幅超额完成而未说明原因",
    "COST-CLAIM": "成本口径不一致",
    "WHY-COST": "成本远低于上限而未说明原因",
    "WHY-THIN": "偏差原因没有内容",
    "RATE-CLAIM": "指标中的执行率与资金不符",
    "TEXT-CLAIM": "目标文字与指标数不符",
    "TYPE-MISMATCH": "指标值与实际完成值类型不符",
    "WRONG-SIGN": "成本指标方向有误",
    "DUPLICATE": "指标重复设置",
    "CODE-FORMAT": "项目编码格式有误",
    "GOAL-COPIED": "完成情况照抄预期目标",
    "VAGUE": "定性指标没有标准",
    "ECHO": "完成值照抄下限",
    "VERSION": "同一项目同一年度数据不一",
    "CARRYOVER": "上年未用资金未见结转",
    "TARGET-LOWERED": "指标值低于上年",
    "SHARED-RESULT": "同一成果多处填报",
    "ALL-FULL": "各项均得满分",
    "DOUBLE-COUNT": "执行率重复计分",
    "VERSION-HELD": "新版本待审核后生效",
    "ACCOUNTS": "决算表勾稽不符",
    "NARRATIVE": "决算文字与自评表不符",
}
KINDS = {"test": "测试消息", "notice": "停用通知"}
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
    "limit": "平台限制频率",
    "secret": "密钥无法打开",
    "unknown": "未知故障",
}
PLACES_SHOWN = 4
PERIODS = ("initial", "budget", "executed")
_INDICATOR = re.compile(r"indicators(?:\.|\[)(\d+)\]?\.(\w+)")


def handled(rule: str, handling: str) -> str:
    """How an alert is handled; where it asks whether to adopt a version, the words fit that."""
    return (HELD_HANDLING if rule == HELD else {}).get(handling, HANDLING[handling])


def action(rule: str, handling: str) -> str:
    """What a person does about an alert."""
    return (HELD_ACTIONS if rule == HELD else {}).get(handling, ACTIONS[handling])


def light(finding: Mapping[str, Any]) -> str:
    """The severity that a finding's light goes by: an extraction doubt only asks for a look."""
    return "notice" if finding.get("cause") == "extraction_doubt" else str(finding["severity"])


def happened(change: Mapping[str, Any]) -> str:
    """What the facts brought: a version, or a deadline that passed."""
    before, after = change["before"], change["after"]
    if after.get("overdue") and not (before or {}).get("overdue"):
        return "整改期限已过，单位没有答复"
    if before is None:
        return "发现疑点"
    if before["handling"] == "returned" and after["handling"] == "rectifying":
        return "单位重新上报，转为整改中"
    return {"fixed": "重新上报后不再存在", "regressed": "重新上报后再次出现"}.get(
        after["condition"], "重新上报或重新复核"
    )


def worst(counts: Mapping[str, int]) -> str:
    """The worst severity that has a finding; "none" when there is no finding."""
    return next((severity for severity in SEVERITIES if counts.get(severity)), "none")


def rhythm(subscription: Any) -> str:
    """When a subscription sends."""
    if subscription.rhythm == "at_once":
        return RHYTHMS["at_once"]
    day = "每日" if subscription.rhythm == "daily" else f"每{WEEKDAYS[str(subscription.weekday)]}"
    return f"{day} {subscription.hour} 时汇总"


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


_TABLE_CELL = re.compile(r"accounts\.tables\[(\d+)\]\.rows\[(\d+)\]\.cells\[(\d+)\]")


def field(path: str) -> str:
    """A path of the record as the form calls it: ``funds.total.rate`` is 年度资金总额的执行率."""
    head, _, rest = path.partition(".")
    if head == "funds":
        row, _, column = rest.partition(".")
        return f"{FUND_ROWS.get(row, row)}的{CELLS.get(column, column)}"
    if found := _INDICATOR.fullmatch(path):
        return f"第{int(found[1]) + 1}行指标的{CELLS.get(found[2], found[2])}"
    if found := _TABLE_CELL.fullmatch(path):
        return "第{}张决算表第{}行第{}栏".format(*(int(at) + 1 for at in found.groups()))
    return CELLS.get(path, path)
