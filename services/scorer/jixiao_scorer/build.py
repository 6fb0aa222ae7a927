"""Findings are made here alone, so that none leaves without its rule's setting, evidence, addends and doubts."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

from jixiao.findings import Addend, Cause, Finding, Repair, RuleId, Severity, Subject
from jixiao.forms import Doubt, DoubtKind, Evidence, Value
from jixiao.forms.printed import PERCENT, Printed
from jixiao_scorer.case import Case
from jixiao_scorer.words import plain

RULES_VERSION = 4

FORM = Subject()

_FEN = Decimal("0.01")
_WIDE = Context(prec=100)  # so that no amount is too large to round

# Doubts that are settled once the sums of the table close: the cell stands where it was put.
_SETTLED_BY_SUMS = (DoubtKind.DISPLACED, DoubtKind.GUESSED)


def finding(
    case: Case,
    rule: RuleId,
    sentence: str,
    cause: Cause = Cause.ARITHMETIC,
    *,
    grave: bool = False,
    subject: Subject = FORM,
    place: int | None = None,
    stated: Printed | str | None = None,
    computed: Printed | str | None = None,
    terms: Sequence[Printed] = (),
    values: Sequence[Value] = (),
    doubts: Iterable[Doubt] = (),
    settled: bool = False,
    soft: bool = False,
    amount: Decimal | None = None,
    repair: Repair | None = None,
) -> Finding:
    """A finding of ``rule``, with the evidence, addends and doubts of the numbers and ``values`` it names.

    ``terms`` are numbers behind a ``computed`` that is words. Any doubt makes it an extraction doubt of the least
    severity; ``settled``: sums that close have confirmed the place of the cells; ``soft``: a finding of a rule's softer
    kind, in the stage of those.
    """
    setting = case.profile.rules[rule]
    numbers = [each for each in (stated, computed) if isinstance(each, Printed)]
    used = [*numbers, *terms]
    reasons = [*_doubts(used, values, settled), *doubts]
    if reasons:
        cause, sentence = Cause.EXTRACTION_DOUBT, f"{sentence}读取存疑：{_notes(reasons)}，请对照原件核实。"
    severity = setting.grave if grave and setting.grave is not None else setting.severity
    difference, tolerance = _difference(numbers)
    return Finding(
        rule=rule,
        rule_version=RULES_VERSION,
        stage=setting.soft if soft else setting.stage,
        severity=Severity.NOTICE if reasons else severity,
        cause=cause,
        subject=subject,
        indicator=place,
        stated=_text(stated),
        computed=_text(computed),
        stated_interval=_interval(stated),
        computed_interval=_interval(computed),
        addends=_addends(computed, terms),
        difference=difference,
        tolerance=tolerance,
        amount=amount.quantize(_FEN, ROUND_HALF_UP, _WIDE) if amount is not None else None,
        sentence=sentence,
        repair=repair,
        evidence=_evidence(used, values),
        basis=setting.basis,
    )


def row_subject(case: Case, place: int) -> Subject:
    """The subject of a finding about one indicator."""
    return Subject(kind="indicator", name=case.subjects[place])


def share(case: Case, points: Decimal) -> Decimal | None:
    """The yuan that points stand for: their share of the year's budget."""
    if case.budget is None or case.budget.value <= 0:
        return None
    return case.budget.in_yuan().value * abs(points) / case.profile.total_weight


def _doubts(numbers: list[Printed], values: Iterable[Value], settled: bool) -> list[Doubt]:
    found = [doubt for number in numbers for doubt in number.doubts]
    found += [value.doubt for value in values if value.doubt is not None]
    return [doubt for doubt in found if not (settled and doubt.kind in _SETTLED_BY_SUMS)]


def _evidence(numbers: list[Printed], values: Iterable[Value]) -> tuple[Evidence, ...]:
    found = [value.evidence for value in values if value.evidence is not None]
    found += [evidence for number in numbers for evidence in number.evidences]
    return tuple(found)


def _addends(computed: Printed | str | None, terms: Sequence[Printed]) -> tuple[Addend, ...]:
    behind = [*(computed.addends if isinstance(computed, Printed) else ()), *terms]
    return tuple(Addend(label=each.label, text=each.text, evidence=each.evidence) for each in behind)


def _difference(numbers: list[Printed]) -> tuple[Decimal | None, Decimal | None]:
    """How far two numbers of one unit lie apart, and how far they may."""
    if len(numbers) != 2 or numbers[0].unit != numbers[1].unit:
        return None, None
    return abs(numbers[0].value - numbers[1].value), numbers[0].tolerance + numbers[1].tolerance


def _notes(doubts: Iterable[Doubt]) -> str:
    return "；".join(dict.fromkeys(doubt.note.rstrip("。") for doubt in doubts))


def _interval(number: Printed | str | None) -> tuple[Decimal, Decimal] | None:
    return (number.low, number.high) if isinstance(number, Printed) else None


def _text(number: Printed | str | None) -> str | None:
    if not isinstance(number, Printed):
        return number
    if number.text:
        return number.text
    if number.unit in ("", PERCENT):
        return plain(number.value) + number.unit
    return f"{number.value:.{number.decimals}f}"
