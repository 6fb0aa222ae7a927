"""``assess``: a form becomes its assessment. Pure: no clock, file, network or log."""

from dataclasses import dataclass

from jixiao.events.models import Computed
from jixiao.findings import Finding
from jixiao.forms import Form
from jixiao_scorer import accounts
from jixiao_scorer.case import Case
from jixiao_scorer.figures import figures
from jixiao_scorer.follow import linked
from jixiao_scorer.profiles import Profile
from jixiao_scorer.rules import FOLLOWS, RULES_BY_ID, SILENCED_BY


@dataclass(frozen=True, slots=True)
class Assessment:
    """Every stated figure beside its recomputation, and the findings, worst first."""

    figures: tuple[Computed, ...]
    findings: tuple[Finding, ...]


def assess(form: Form, profile: Profile) -> Assessment:
    """Recompute the form's figures and apply every rule that the profile has switched on."""
    if form.accounts is not None:
        figures_of_accounts, told = accounts.judge(form, profile)
        return Assessment(figures_of_accounts, _worst_first([each for each in told if each.rule not in profile.off]))
    case = Case(form, profile)
    found = linked(form, _judge(case), lambda mended: _judge(Case(mended, profile)))
    return Assessment(figures(case), _worst_first(found))


def _judge(case: Case) -> list[Finding]:
    """The findings in the order of the rules."""
    found: list[Finding] = []
    silent = set(case.profile.off)
    for rule, judge in RULES_BY_ID.items():
        if silent and rule in silent:
            continue
        for each in judge(case):
            found.append(_followed(each, found))
            silent |= SILENCED_BY.get(rule, frozenset())
    return found


def _followed(finding: Finding, earlier: list[Finding]) -> Finding:
    """The finding, marked as following an earlier one that the rules name, or that the same repair would close."""
    named = FOLLOWS.get(finding.rule, ())
    parents = [each.rule for rule in named for each in earlier if each.rule is rule]
    if finding.repair is not None:
        parents += [each.rule for each in earlier if each.repair == finding.repair and each.rule is not finding.rule]
    return finding.model_copy(update={"follows": parents[0]}) if parents else finding


def _worst_first(findings: list[Finding]) -> tuple[Finding, ...]:
    """By severity and money at stake; what follows from another stands right under it."""
    ranked = sorted(findings, key=lambda each: (each.severity.rank, -(each.amount or 0)))
    if all(each.follows is None for each in ranked):
        return tuple(ranked)
    placed: list[Finding] = []
    for finding in (each for each in ranked if each.follows is None):
        placed += [finding, *_under(finding, ranked, placed)]
    return tuple(placed)


def _under(parent: Finding, ranked: list[Finding], placed: list[Finding]) -> list[Finding]:
    below: list[Finding] = []
    for each in ranked:
        if each.follows is parent.rule and all(each is not other for other in (*placed, *below)):
            below += [each, *_under(each, ranked, [*placed, *below, each])]
    return below
