"""Judging: forms a second of one core's time, all rules, over forms whose cells differ."""

import json
import time
from collections.abc import Callable
from decimal import Decimal

from jixiao.forms import Form, Indicator, Value
from jixiao_parser import read
from jixiao_scorer import assess
from jixiao_scorer.profiles import profile_for
from tests.bench.figures import Figure
from tests.system.reports import report

DIFFERENT = 500
ROUNDS = 8

# level 1, level 2, name, target, actual, weight, score, reason: {n} makes every form's cells its own.
ROWS = (
    ("产出", "数量", "整治小巷{n}号片区条数", "≥{n}条", "{m}条", "6", "6", ""),
    ("产出", "数量", "接待居民来访", "{n}人次", "{l}人次", "9", "8", "第{n}号片区居民搬离，来访减少。"),
    ("产出", "质量", "验收合格率", "≥9{d}%", "9{d}.5%", "15", "15", ""),
    ("产出", "时效", "第{n}标段完工时间", "2025年11月{e}日前", "2025年10月{e}日", "5", "5", ""),
    ("产出", "时效", "报修响应时间", "≤{e}小时", "{e}0分钟", "5", "5", ""),
    ("产出", "成本", "单条小巷整治成本", "≤{n}万元", "0.{n}万元", "5", "5", "第{n}标段集中采购降价"),
    ("产出", "成本", "支出进度达标率", "≥90%", "95%", "5", "5", ""),
    ("效益", "经济效益", "", "", "不适用", "0", "0", ""),
    ("效益", "社会效益", "居住环境改善情况", "第{n}号片区明显改善", "第{n}号片区明显改善", "30", "30", ""),
    ("效益", "生态效益", "", "", "不适用", "0", "0", ""),
    ("效益", "可持续影响", "", "", "不适用", "0", "0", ""),
    ("满意度", "服务对象满意度", "居民满意度", "≥9{d}%", "9{d}.{d}%", "10", "10", ""),
    ("满意度", "其他满意度", "", "", "不适用", "0", "0", ""),
)
COLUMNS = ("level1", "level2", "name", "target", "actual", "weight", "score", "deviation")


def measure() -> list[Figure]:
    """Forms judged, beside the mere decoding of their JSON."""
    forms = [_rich(n, read(report(n, spent=n % 5 > 0), "a.txt").forms[0]) for n in range(DIFFERENT)]
    dumps = [form.model_dump_json() for form in forms]
    judged = _best(lambda n: assess(forms[n], profile_for(forms[n].layout)))
    decoded = _best(lambda n: Form.model_validate_json(dumps[n]))
    plain = _best(lambda n: json.loads(dumps[n]))
    return [Figure("judging, forms/s", f"{judged:.0f}", f"decoding the form: {decoded:.0f}; json.loads: {plain:.0f}")]


def _best(work: Callable[[int], object]) -> float:
    """Forms a second of processor time, in the best of some rounds over all of them: the machine is never quiet."""
    rates = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for n in range(DIFFERENT):
            work(n)
        rates.append(DIFFERENT / (time.process_time() - began))
    return max(rates)


def _rich(n: int, form: Form) -> Form:
    """The form with a full table of indicators of its own, as units write them."""
    numbers = {"n": n + 10, "m": n + 11, "l": n + 9, "d": n % 10, "e": n % 20 + 10}
    rows = tuple(
        Indicator(**{key: Value(text=text.format(**numbers)) for key, text in zip(COLUMNS, row, strict=True)})
        for row in ROWS
    )
    points = sum((Decimal(row[6]) for row in ROWS), Decimal(form.funds.total.score.text or 0))
    text = "整治背街小巷{n}条，更换井盖{n}个，惠及居民{n}00户。".format(**numbers)
    return form.model_copy(
        update={
            "indicators": rows,
            "total_score": Value(text=f"{points}"),
            "goal_expected": Value(text=text),
            "goal_actual": Value(text=f"已按计划完成第{n}号片区整治。"),
        }
    )
