"""Judging: forms a second on one core, all rules, over forms whose cells differ."""

import json

from jixiao.forms import Form
from jixiao_parser import read
from jixiao_scorer import assess
from jixiao_scorer.profiles import profile_for
from tests.bench.figures import Figure, rate
from tests.system.reports import report

DIFFERENT = 500


def measure() -> list[Figure]:
    """Forms judged, beside the mere decoding of their JSON."""
    forms = [read(report(n, spent=n % 2 == 0), "a.txt").forms[0] for n in range(DIFFERENT)]
    dumps = [form.model_dump_json() for form in forms]

    def judge(n: int) -> int:
        form = forms[n % DIFFERENT]
        return bool(assess(form, profile_for(form.layout)).figures)

    judged = rate(judge)
    decoded = rate(lambda n: bool(Form.model_validate_json(dumps[n % DIFFERENT])))
    plain = rate(lambda n: bool(json.loads(dumps[n % DIFFERENT])))
    return [Figure("judging, forms/s", f"{judged:.0f}", f"decoding the form: {decoded:.0f}; json.loads: {plain:.0f}")]
