"""Which project, year and version a form is, and in which order versions stand."""

from datetime import datetime
from typing import Self
from uuid import UUID

from jixiao.forms.model import Form, Model
from jixiao.identity.ids import derived_id
from jixiao.identity.keys import canonical_project, normalise_year

CLASSIFIED = "内容涉密"


class Version(Model):
    """One form handed in once: from which upload and document, at which place.

    The order of versions is (time of upload, upload id, ordinal), never the order of arrival.
    ``outside``: the unit is none of the uploader's; such a version is held for a reviewer.
    """

    upload_id: UUID
    uploaded_at: datetime
    document_id: str
    ordinal: int
    outside: bool = False

    @property
    def form_id(self) -> UUID:
        """The id of this form as handed in with this upload."""
        return derived_id("form", self.upload_id, self.ordinal)

    @property
    def order(self) -> tuple[datetime, str, int]:
        """What versions are sorted by; the last one is in force."""
        return self.uploaded_at, str(self.upload_id), self.ordinal


class FormIdentity(Model):
    """The project, year and kind of a form. ``year`` is None when the document and the upload leave it open.

    ``classified``: the form is marked 涉密; nothing of it leaves the house.
    """

    project: str
    unit: str
    unit_name: str
    project_name: str
    year: str | None
    kind: str = "self_evaluation"
    period: str | None = None
    classified: bool = False

    @property
    def key(self) -> str:
        """What all versions of the same form share."""
        return "/".join((self.project, self.year or "unknown", self.kind, self.period or ""))

    @classmethod
    def of(cls, form: Form, unit: str, declared_year: str | None, project: str | None = None) -> Self:
        """The identity of a form of a unit (its key in the register).

        ``declared_year`` is what the uploader said; ``project`` the key of a project known to be the same.
        """
        unit_name, name = form.unit.text or "", form.name.text or ""
        return cls(
            project=project or canonical_project(form.code.text, unit, name),
            unit=unit,
            unit_name=unit_name,
            project_name=name,
            year=normalise_year(form.year.text, declared_year),
            kind=form.kind,
            classified=is_marked_classified(form),
        )


def is_marked_classified(form: Form) -> bool:
    """Whether goals or indicators say in place of their contents that these are secret (有关内容涉密)."""
    cells = [form.goal_expected, form.goal_actual]
    for row in form.indicators:
        cells += [row.name, row.target, row.actual]
    return any(CLASSIFIED in (cell.text or "") for cell in cells)
