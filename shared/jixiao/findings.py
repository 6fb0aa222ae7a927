"""Findings (疑点): what the recomputation found, as values. The rule ids are a contract (docs/rules.md)."""

from decimal import Decimal
from enum import StrEnum

from jixiao.forms.model import Evidence, Model


class RuleId(StrEnum):
    """The closed list of rules that this version can fire."""

    EXEC_LOW = "EXEC-LOW"
    EXEC_ZERO = "EXEC-ZERO"
    EXEC_SOURCE = "EXEC-SOURCE"
    BUDGET_ZERO = "BUDGET-ZERO"
    BUDGET_ADJUSTED = "BUDGET-ADJUSTED"
    EXEC_RATE = "EXEC-RATE"
    EXEC_SCORE = "EXEC-SCORE"
    FUND_SUM = "FUND-SUM"
    WEIGHT_SUM = "WEIGHT-SUM"
    LEVEL_WEIGHT = "LEVEL-WEIGHT"
    ROW_LOST = "ROW-LOST"
    TOTAL_SUM = "TOTAL-SUM"
    TOTAL_UNREADABLE = "TOTAL-UNREADABLE"
    SCORE_MISSING = "SCORE-MISSING"
    SCORE_RANGE = "SCORE-RANGE"
    BLANK_SCORED = "BLANK-SCORED"
    SCORE_EXEC_GAP = "SCORE-EXEC-GAP"
    EXEC_OVER = "EXEC-OVER"
    UNIT_SCALE = "UNIT-SCALE"
    QUANT_SCORE = "QUANT-SCORE"
    WHY_UNDER = "WHY-UNDER"
    WHY_OVER = "WHY-OVER"
    WHY_COST = "WHY-COST"
    WHY_THIN = "WHY-THIN"
    UNMET_FULL = "UNMET-FULL"
    MET_NOT_FULL = "MET-NOT-FULL"
    NA_SCORED = "NA-SCORED"
    TYPE_MISMATCH = "TYPE-MISMATCH"
    RATE_CLAIM = "RATE-CLAIM"
    COST_CLAIM = "COST-CLAIM"
    TEXT_CLAIM = "TEXT-CLAIM"
    DUPLICATE = "DUPLICATE"
    WRONG_SIGN = "WRONG-SIGN"
    CUT_BUT_FULL = "CUT-BUT-FULL"
    GOAL_COPIED = "GOAL-COPIED"
    VAGUE = "VAGUE"
    ECHO = "ECHO"
    LATE = "LATE"
    CODE_FORMAT = "CODE-FORMAT"
    VERSION = "VERSION"
    CARRYOVER = "CARRYOVER"
    TARGET_LOWERED = "TARGET-LOWERED"
    SHARED_RESULT = "SHARED-RESULT"
    ALL_FULL = "ALL-FULL"
    DOUBLE_COUNT = "DOUBLE-COUNT"
    ACCOUNTS = "ACCOUNTS"
    NARRATIVE = "NARRATIVE"
    VERSION_HELD = "VERSION-HELD"


class Severity(StrEnum):
    """How grave a finding is: error and serious are 红灯, warning 黄灯, notice 提示."""

    ERROR = "error"
    SERIOUS = "serious"
    WARNING = "warning"
    NOTICE = "notice"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)

    @property
    def light(self) -> str:
        """The light that the reviewer sees."""
        return {"error": "红灯", "serious": "红灯", "warning": "黄灯", "notice": "提示"}[self.value]


class Stage(StrEnum):
    """Whether a rule speaks to reviewers (live) or to rule editors only (beta)."""

    LIVE = "live"
    BETA = "beta"


class Cause(StrEnum):
    """The cause class of a finding."""

    ARITHMETIC = "arithmetic"
    ROUNDING = "rounding"
    CONTRADICTION = "contradiction"
    MISSING_EXPLANATION = "missing_explanation"
    LOW_EXECUTION = "low_execution"
    TARGET_QUALITY = "target_quality"
    EXTRACTION_DOUBT = "extraction_doubt"


class Addend(Model):
    """One term of a recomputation: what it is called on the form, its printed text, where it stands."""

    label: str
    text: str
    evidence: Evidence | None = None


class Repair(Model):
    """The smallest change that would close the finding: a path as in the record and the value to print there."""

    path: str
    value: str


class Subject(Model):
    """What a finding is about, stable between versions: the form, a funds row, or an indicator.

    An indicator is named by (level2, normalised name, nth such), so that inserting a row does not move the subject.
    """

    kind: str = "form"
    name: str = ""

    @property
    def key(self) -> str:
        """The subject as one text, for fingerprints."""
        return f"{self.kind}:{self.name}" if self.name else self.kind


class Finding(Model):
    """A finding. Amounts are yuan; ``difference`` and ``tolerance`` are in the unit of the compared figure.

    ``stated_interval`` and ``computed_interval`` are the lowest and highest number that the figures stand for.

    ``indicator`` is the 0-based place in the form's list of indicators, or None. ``follows`` names the rule of the
    same form that this finding follows from: it is shown under that one and sends nothing of its own.
    """

    rule: RuleId
    rule_version: int = 1
    stage: Stage = Stage.LIVE
    severity: Severity
    cause: Cause
    subject: Subject = Subject()
    indicator: int | None = None
    stated: str | None = None
    computed: str | None = None
    stated_interval: tuple[Decimal, Decimal] | None = None
    computed_interval: tuple[Decimal, Decimal] | None = None
    addends: tuple[Addend, ...] = ()
    difference: Decimal | None = None
    tolerance: Decimal | None = None
    amount: Decimal | None = None
    sentence: str
    repair: Repair | None = None
    follows: RuleId | None = None
    evidence: tuple[Evidence, ...] = ()
    basis: str = ""

    @property
    def is_doubt(self) -> bool:
        """An extraction doubt asks the reviewer for a look; it is never sent to a unit or subscriber."""
        return self.cause is Cause.EXTRACTION_DOUBT

    @property
    def shown(self) -> Severity:
        """The severity as people see it: what only asks for a look never lights red or yellow."""
        return Severity.NOTICE if self.is_doubt else self.severity
