"""The page of rules with an example a rule: ``python -m tests.unit.scorer.rule_page > docs/rules.md``."""

import json

from jixiao.findings import RuleId
from jixiao_scorer import assess
from jixiao_scorer.catalogue import page
from jixiao_scorer.profiles import DEFAULT, profile_named
from jixiao_scorer.rules import ACCOUNTS_RULES, RULES_BY_ID
from tests.unit.scorer.accounts import FILE, accounts
from tests.unit.scorer.forms import CASES, form_of


def examples() -> dict[RuleId, str]:
    """The sentence of the first finding of each rule in its own case file."""
    told = {rule: sentence for rule in RULES_BY_ID if (sentence := _example(rule)) is not None}
    return told | {rule: _example_of_accounts(rule) for rule in ACCOUNTS_RULES}


def _example_of_accounts(rule: RuleId) -> str:
    profile = profile_named(DEFAULT)
    found = (finding for case in FILE for finding in assess(accounts(case["set"]), profile).findings)
    return next(finding.sentence for finding in found if finding.rule is rule)


def _example(rule: RuleId) -> str | None:
    profile = profile_named(DEFAULT)
    for case in json.loads((CASES / "rules" / f"{rule.lower()}.json").read_text(encoding="utf-8")):
        for found in assess(form_of(case), profile).findings:
            if found.rule is rule and found.stage is profile.rules[rule].stage:
                return found.sentence
    return None


if __name__ == "__main__":
    print(page(examples()), end="")
