"""What a form says that matters for its unit as a whole: little enough to be read again with every form."""

from decimal import Decimal
from uuid import UUID

from jixiao.forms.model import Model
from jixiao.identity import Version, is_well_formed_code, normalise_name
from jixiao_scorer.case import Case
from jixiao_scorer.compare import measures, normal
from jixiao_scorer.context.member import Member
from jixiao_scorer.printed_form import Row
from jixiao_scorer.rules.claims import restates_execution

_TELLING = 3  # digits of a figure that two projects hardly reach by chance
_SURVEYED = "满意度"


class Claim(Model):
    """A figure that a row reports as its own: name and figure as they are compared, and its place."""

    place: int
    name: str
    figure: str
    shown: str
    subject: str


class Facts(Model):
    """A form in its unit.

    ``full``: every score reaches its weight, None where one cannot be read; ``restated``: the points of rows that
    repeat the execution.
    """

    identity_key: str
    project: str
    project_name: str
    year: str | None
    kind: str
    layout: str
    version: Version
    judged: bool
    full: bool | None
    restated: Decimal
    claims: tuple[Claim, ...] = ()

    @property
    def form_id(self) -> UUID:
        """The form's id."""
        return self.version.form_id

    @property
    def form_key(self) -> tuple[str, str]:
        """What all versions of the form share, also where units were merged that each had a key for the project."""
        name = normalise_name(self.project_name)
        project = self.project if is_well_formed_code(self.project) or not name else name
        return project, self.identity_key.removeprefix(self.project)


def facts_of(member: Member) -> Facts:
    """The facts of a form; what the reader doubted is none."""
    case, identity = member.case, member.identity
    rows = [row for row in case.scored_rows if not _doubted(row)]
    restated = [row.weight.value for row in rows if row.weight and restates_execution(row.indicator.name.text or "")]
    return Facts(
        identity_key=identity.key,
        project=identity.project,
        project_name=identity.project_name,
        year=identity.year,
        kind=identity.kind,
        layout=member.form.layout,
        version=member.version,
        judged=member.judged,
        full=_full(case),
        restated=sum(restated, Decimal(0)),
        claims=tuple(claim for row in rows if (claim := _claim(member, row)) is not None),
    )


def _doubted(row: Row) -> bool:
    each = row.indicator
    return any(value.doubt is not None for value in (each.name, each.actual, each.weight, each.score))


def _full(case: Case) -> bool | None:
    rows = case.scored_rows
    if not rows or any(row.score is None or _doubted(row) for row in rows):
        return None
    return all(row.score is not None and row.weight is not None and row.score.value >= row.weight.value for row in rows)


def _claim(member: Member, row: Row) -> Claim | None:
    """A telling figure: an output counted, or a survey's result with decimals."""
    name, actual = row.indicator.name.text or "", row.indicator.actual.text or ""
    found = measures(normal(actual))
    surveyed = row.indicator.level1.text == _SURVEYED
    if len(found) != 1 or not name or row.indicator.level1.text not in ("产出", _SURVEYED):
        return None
    if row.indicator.level2.text == "成本" or restates_execution(name):
        return None
    digits = f"{found[0].value:f}".replace(".", "").strip("0")
    fraction = found[0].value != found[0].value.to_integral_value()
    if not (fraction if surveyed else len(digits) >= _TELLING):
        return None
    subject = member.case.form.indicators[row.place].level2.text or ""
    figure = f"{found[0].value.normalize():f}{found[0].unit.name}"
    return Claim(
        place=row.place, name=normalise_name(name), figure=figure, shown=f"「{name}」{actual}", subject=subject
    )
