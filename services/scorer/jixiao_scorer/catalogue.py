"""The page of rules in Chinese, from the profiles, with an example a rule from its test cases.

``python -m tests.unit.scorer.rule_page > docs/rules.md`` writes it.
"""

from collections.abc import Iterator, Mapping

from jixiao.findings import RuleId
from jixiao_scorer.profiles import DEFAULT, PROFILES, Profile, RuleSetting
from jixiao_scorer.rules import ACCOUNTS_RULES, CONTEXT_RULES, RULES_BY_ID, RULES_VERSION, SILENCED_BY
from jixiao_scorer.words import plain

_HEAD = """# 规则目录

本页由 `python -m tests.unit.scorer.rule_page` 生成，请勿手工修改；规则的限值、等级、依据写在 `profiles/` 的配置文件里。
规则版本：{version}。

两条原则在所有规则之上：

1. **凡可能由读取造成的，不归咎填报单位。** 参与计算的任何一个数读取存疑（错位、缺列、识别不清等），
   该疑点即为「读取存疑」，等级降为提示，只请审核人员对照原件核实，不发给填报单位和订阅人。
2. **按印出的位数比较。** 印到第几位的数代表一个区间，填报数与复核数的区间相交即为一致；全程使用十进制，不用浮点数。
   元列印到分、万元列印到六位小数的金额是准确数；整数分值和得分是准确数；执行率至多按两位小数看待（99.6900即99.69）。

等级：红灯为 `error`（错误）和 `serious`（严重），黄灯为 `warning`，提示为 `notice`。
同一等级中涉及金额（元）大的在前；由另一条疑点引起的，列在那一条之下。

依据中，《项目支出绩效评价管理办法》（财预〔2020〕10号）只是法律框架，各项数值均不出自该办法。

**How to read this page.** 配置: the profiles, with the layouts that each is for, the points of execution and
of the levels, and their ground. 一览: the rules in the order of judging, with severity and stage. `error` and
`serious` are red, `warning` is yellow, `notice` a hint; rules in `beta` are on trial and shown to the
finance bureau alone. Then each rule: its title, severity and meaning, 限值 its limits, 依据 its ground, 例 an
example, 已知局限 known limits, 触发时不再判断 the rules that are not judged when it fires. Two principles stand above
all rules: what may come of our reading is never laid on the unit (it becomes a doubt, which only the bureau
sees), and a printed number is the interval that its digits leave.
"""

# In the order of judging; the rules over several forms come after, those on final accounts last.
_CATALOGUE = (*RULES_BY_ID, *(rule for rule in RuleId if rule in CONTEXT_RULES), *ACCOUNTS_RULES)


def page(examples: Mapping[RuleId, str]) -> str:
    """The whole page as Markdown; ``examples`` are sentences of findings."""
    parts = [_HEAD.format(version=RULES_VERSION), *_profiles(), *_table(PROFILES[DEFAULT]), *_rules(examples)]
    return "\n".join(parts) + "\n"


def _profiles() -> Iterator[str]:
    yield "## 配置\n"
    yield "| 配置 | 名称 | 适用版式 | 预算执行 | 一级指标 | 依据 |"
    yield "|---|---|---|---|---|---|"
    for name, profile in sorted(PROFILES.items()):
        levels = "，".join(f"{level}{plain(weight)}" for level, weight in profile.levels.items()) or "不作规定"
        if profile.levels_with_cost:
            with_cost = "，".join(f"{level}{plain(weight)}" for level, weight in profile.levels_with_cost.items())
            levels += f"；成本单列的，{with_cost}"
        layouts = "、".join(profile.layouts) or "其他版式"
        points = plain(profile.execution_weight)
        yield f"| `{name}` | {profile.title} | {layouts} | {points} | {levels} | {profile.levels_basis} |"
    yield ""


def _table(profile: Profile) -> Iterator[str]:
    yield "## 一览\n"
    yield "| 规则 | 名称 | 等级 | 状态 |"
    yield "|---|---|---|---|"
    for rule in _CATALOGUE:
        setting = profile.rules[rule]
        yield f"| [{rule}](#{rule.lower()}) | {setting.title} | {_severity(setting)} | {setting.stage} |"
    yield ""


def _rules(examples: Mapping[RuleId, str]) -> Iterator[str]:
    for rule in _CATALOGUE:
        setting = PROFILES[DEFAULT].rules[rule]
        yield f"## {rule}\n"
        yield f"**{setting.title}**（{_severity(setting)}）。{setting.meaning}\n"
        if setting.limits:
            yield "- 限值：" + "，".join(f"`{name}` = {plain(limit)}" for name, limit in setting.limits.items())
        yield f"- 依据：{setting.basis}"
        if example := examples.get(rule):
            yield f"- 例：{example}"
        if setting.known_limits:
            yield f"- 已知局限：{setting.known_limits}"
        if silent := SILENCED_BY.get(rule):
            yield f"- 触发时不再判断：{_names(silent)}"
        yield ""


def _names(rules: frozenset[RuleId]) -> str:
    others = [rule.value for rule in RULES_BY_ID if rule in rules]
    return "其他全部规则" if len(others) == len(RULES_BY_ID) - 1 else "、".join(others)


def _severity(setting: RuleSetting) -> str:
    lights = [setting.severity] + ([setting.grave] if setting.grave is not None else [])
    return "；".join(f"{light.light} `{light}`" for light in lights)
