"""What the API answers. Money is decimal text, times are ISO 8601 with zone, ids are UUIDs or SHA-256 in hex."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from jixiao.events.models import Handling
from jixiao.findings import RuleId, Severity
from jixiao_gateway.store.query import encode_cursor

Item = TypeVar("Item", bound=BaseModel)
Row = TypeVar("Row")


class Answer(BaseModel):
    """An answer, also made from a row's attributes."""

    model_config = ConfigDict(from_attributes=True)


class Listed(BaseModel, Generic[Item]):
    """One page of a list; ``next`` is the cursor of the page behind it, null at the end."""

    items: list[Item]
    next: str | None


def page_of(
    rows: Sequence[Row], limit: int, make: Callable[[Row], Item], key: Callable[[Row], tuple[Any, ...]]
) -> Listed[Item]:
    """A page out of rows that were asked for with one more than ``limit``."""
    shown = rows[:limit]
    behind = encode_cursor(*key(shown[-1])) if len(rows) > limit else None
    return Listed(items=[make(row) for row in shown], next=behind)


class Accepted(Answer):
    """An upload that the brokers confirmed."""

    upload_id: UUID
    document_id: str
    status_url: str


class FileResult(Answer):
    """What became of one file of several: ``status`` as if it had been sent alone; ``problem`` when refused."""

    name: str
    status: int
    upload_id: UUID | None = None
    document_id: str | None = None
    status_url: str | None = None
    problem: dict[str, Any] | None = None


class FileResults(Answer):
    """The results of all files, in the order of the files."""

    results: list[FileResult]


class UploadForm(Answer):
    """A form of an upload; ``findings`` counts by severity."""

    form_id: UUID
    ordinal: int
    code: str | None
    name: str
    unit: str
    state: Literal["read", "scored", "dead_lettered"]
    reason: str | None
    findings: dict[str, int]


class UploadState(Answer):
    """An upload and how far it came; ``reason`` says why nothing came of it."""

    id: UUID
    name: str
    state: Literal["received", "read", "scored", "no_form", "dead_lettered"]
    reason: str | None
    uploader: str
    unit: str | None
    year: str | None
    size: int | None
    media_type: str | None
    document_id: str
    uploaded_at: datetime


class UploadDetail(UploadState):
    """An upload with its forms, and the final accounts (部门决算) in it.

    ``outside``: how many there are besides, of units that the caller does not see.
    """

    forms: list[UploadForm]
    accounts: list[UploadForm] = []
    outside: int = 0


class Document(Answer):
    """A file's content; ``id`` is its SHA-256."""

    id: str
    name: str
    size: int
    media_type: str | None


class FormBase(Answer):
    """Which form it is, and how far it came."""

    form_id: UUID
    upload_id: UUID
    document_id: str
    ordinal: int
    project: str
    year: str | None
    kind: str
    unit_name: str
    project_name: str
    code: str | None
    state: Literal["read", "scored", "dead_lettered"]
    reason: str | None
    parsed_at: datetime


class FormSummary(FormBase):
    """A form in a list; ``findings`` counts by severity."""

    findings: dict[str, int]


class FormVersion(Answer):
    """A version of a form; ``held_by`` is the alert by which a reviewer adopts it or does not."""

    form_id: UUID
    upload_id: UUID
    uploaded_at: datetime
    state: Literal["in_force", "replaced", "held", "rejected"]
    held_by: UUID | None
    why: str | None


class FormFull(FormBase):
    """A form: the plain record, the same with evidence and doubts, figures beside their recomputation, findings.

    ``versions``: all of this form, the newest first; for the bureau only.
    """

    record: dict[str, Any]
    evidence: dict[str, Any]
    figures: list[dict[str, Any]]
    rules_version: int | None
    profile: str | None
    findings: list[dict[str, Any]]
    versions: list[FormVersion]


class ListedFinding(Answer):
    """A finding with the form it stands on."""

    form_id: UUID
    upload_id: UUID
    ordinal: int
    project: str
    year: str | None
    kind: str
    unit_name: str
    project_name: str
    scored_at: datetime
    rule: RuleId
    severity: Severity
    sentence: str
    stated: str | None
    computed: str | None
    amount: Decimal | None
    finding: dict[str, Any]


class AlertSummary(Answer):
    """An alert as it stands."""

    alert_id: UUID
    project: str
    year: str | None
    kind: str
    unit_name: str
    project_name: str
    rule: str
    severity: str
    condition: str
    handling: str
    deadline: datetime | None
    overdue: bool
    sentence: str
    stated: str | None
    computed: str | None
    amount: Decimal | None
    is_doubt: bool
    follows: str | None
    form_id: UUID
    changed_at: datetime


class AlertFull(AlertSummary):
    """An alert with its finding and all its changes, the first one first; ``ways``: what the caller may do about it."""

    finding: dict[str, Any]
    ways: list[Handling]
    history: list[dict[str, Any]]


class Command(BaseModel):
    """What a person wants done with an alert. A dismissal needs a note.

    ``seen`` is the form (``form_id``) whose finding the person had in view; without it the one in force now.
    """

    handling: Handling
    note: str = ""
    deadline: AwareDatetime | None = None
    seen: UUID | None = None


class CommandAnswer(Answer):
    """``alert`` is the alert after the command; null when its change was not seen in time (202)."""

    command_id: UUID
    alert: AlertSummary | None
