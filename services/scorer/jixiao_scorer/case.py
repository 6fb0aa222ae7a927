"""A form made ready for the rules: what is recomputed from its printed numbers, each once."""

from dataclasses import dataclass

from jixiao.findings import RuleId
from jixiao.forms.printed import Printed
from jixiao_scorer.answers import Answer, contents, spills
from jixiao_scorer.compare.words import CLASSIFIED
from jixiao_scorer.lazy import lazy
from jixiao_scorer.printed_form import COLUMNS, SOURCES, PrintedForm
from jixiao_scorer.profiles import Profile
from jixiao_scorer.reasons import Reason, reason
from jixiao_scorer.recompute import execution_rate, execution_score, level_sums

COST = "成本"


@dataclass(frozen=True)
class Case(PrintedForm):
    """One form under one profile. Everything here is computed on first use and then kept."""

    profile: Profile

    @lazy
    def source_sums(self) -> dict[str, Printed | None]:
        """The sum of the sources in each column; None while one of them is missing or unreadable.

        An empty cell adds nothing; with a cell that the document does not have, no sum can be told.
        """
        return {column: self._sources(column) for column in COLUMNS}

    def _sources(self, column: str) -> Printed | None:
        numbers = []
        for source in SOURCES:
            part = self.money[source, column]
            if part is not None:
                numbers.append(part)
            elif getattr(getattr(self.form.funds, source), column).text != "":
                return None
        return Printed.sum(numbers) if numbers else None

    @lazy
    def rate(self) -> Printed | None:
        """The execution rate from the money, not rounded."""
        return execution_rate(self.budget, self.executed)

    @lazy
    def rounded_rate(self) -> Printed | None:
        """The execution rate half up to two decimals, as it is printed and judged."""
        return self.rate.rounded() if self.rate is not None else None

    @lazy
    def points(self) -> Printed | None:
        """The score of execution from the money."""
        return execution_score(self.rate, self.execution_weight or self.profile.execution)

    @lazy
    def answers(self) -> tuple[Answer, ...]:
        """The rows that carry points as answers to their targets; none of those that are classified."""
        texts = [contents(row) for row in self.form.indicators]
        spilt = {place + by for place, text in enumerate(texts) if spills(text) for by in (-1, 0, 1)}
        found, year = [], self.year
        for place, indicator, weight, score in self.scored_rows:
            if weight is not None and CLASSIFIED not in texts[place]:
                points = score.value if score is not None else None
                found.append(Answer(place, indicator, weight.value, points, year, place in spilt))
        return tuple(found)

    @lazy
    def missed(self) -> tuple[Answer, ...]:
        """The rows whose target was not reached."""
        return tuple([answer for answer in self.answers if answer.found.met is False])

    @lazy
    def deducted(self) -> tuple[Answer, ...]:
        """The rows on which the unit took points off."""
        return tuple([answer for answer in self.answers if answer.deducted])

    @lazy
    def far_over(self) -> tuple[Answer, ...]:
        """The rows whose positive target was exceeded so far that a reason is owed."""
        limit = self.profile.rules[RuleId.WHY_OVER].limits["from"] / 100
        return tuple([answer for answer in self.answers if answer.over is not None and answer.over >= limit])

    @lazy
    def owing(self) -> tuple[Answer, ...]:
        """The rows that owe a reason: missed, or with points taken off, or far exceeded."""
        far = self.far_over
        return tuple([each for each in self.answers if each.found.met is False or each.deducted or each in far])

    @lazy
    def costs(self) -> tuple[Answer, ...]:
        """The rows on what was spent."""
        return tuple([answer for answer in self.answers if answer.level2 == COST])

    @lazy
    def wrong_signs(self) -> tuple[Answer, ...]:
        """The costs that are given as floors."""
        return tuple([answer for answer in self.costs if answer.has_wrong_sign])

    @lazy
    def twofold_reasons(self) -> frozenset[str]:
        """Reasons that stand word for word on a row that fell short and on one that went far beyond."""
        if not self.missed or not self.far_over:
            return frozenset()
        under, over = ({each.indicator.deviation.text or "" for each in rows} for rows in (self.missed, self.far_over))
        return frozenset(text for text in under & over if reason(text) is Reason.REAL)

    @lazy
    def weights_known(self) -> bool:
        """Whether every weight is there; an empty cell is no weight, a lost or unreadable one is unknown."""
        unread = (row.indicator.weight.text for row in self.rows if row.weight is None)
        return bool(self.scored_rows) and all(text == "" for text in unread)

    @lazy
    def indicator_weights(self) -> Printed | None:
        """The weights of all indicators; None while one is not known."""
        if not self.weights_known:
            return None
        return Printed.sum([row.weight for row in self.scored_rows if row.weight is not None])

    @lazy
    def execution_apart(self) -> bool:
        """Whether execution stands outside the 100: the indicators alone make up the weights and the printed total."""
        weights, total, scores = self.indicator_weights, self.total_score, self.indicator_sum
        if weights is None or not weights.meets(self.profile.total):
            return False
        return total is None or (scores is not None and total.meets(scores))

    @lazy
    def weight_sum(self) -> Printed | None:
        """All weights, with execution's own unless that stands apart."""
        if self.execution_apart or self.indicator_weights is None:
            return self.indicator_weights
        return None if self.execution_weight is None else Printed.sum([self.execution_weight, self.indicator_weights])

    @lazy
    def levels(self) -> dict[str, Printed]:
        """The weights of each first level; empty where a weight or a level is not known."""
        named = [(row.indicator.level1.text or "", row.weight) for row in self.scored_rows if row.weight is not None]
        if not self.weights_known or not all(level for level, _ in named):
            return {}
        return level_sums(named)

    @lazy
    def level_weights(self) -> dict[str, Printed]:
        """What the profile wants each first level to weigh; nothing where it leaves that to the unit."""
        return self.profile.level_weights_with_cost if COST in self.levels else self.profile.level_weights

    @lazy
    def indicator_sum(self) -> Printed | None:
        """The scores of all indicators; None while one that carries points is not readable."""
        if not self.weights_known or any(row.score is None for row in self.scored_rows):
            return None
        return Printed.sum([row.score for row in self.rows if row.score is not None])

    @lazy
    def score_sum(self) -> Printed | None:
        """The sum of all scores, without execution's where that stands apart; None while a part is not readable.

        A score of execution printed coarser than it was computed (10 for 9.97) counts as either.
        """
        if self.execution_apart:
            return self.indicator_sum
        given, true = self.stated_points, self.points
        part = self.execution_points
        if self.indicator_sum is None or given is None or part is None:
            return None
        if true is not None and given.meets(true):
            part = part.or_else(true)
        return Printed.sum([part, self.indicator_sum])

    @lazy
    def total_agrees(self) -> bool:
        """Whether the printed total is there and is the sum of the scores."""
        return self.total_score is not None and self.score_sum is not None and self.total_score.meets(self.score_sum)
