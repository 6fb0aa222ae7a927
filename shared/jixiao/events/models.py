"""The events, each a frozen value of one published schema version. Readers ignore fields they do not know."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from jixiao.findings import Finding
from jixiao.forms.model import Form, Model
from jixiao.identity.version import FormIdentity, Version


class FormParsed(Model):
    """``reports.parsed``: one form as read, with whom it belongs to.

    ``forms_in_upload`` counts its siblings, itself and final accounts (部门决算) included.
    """

    schema_version: Literal[1] = 1
    identity: FormIdentity
    version: Version
    forms_in_upload: int
    parser_version: int
    form: Form


# never assigned to, as all here; a form has a dozen, and ``frozen`` would triple the time to make one
@dataclass(slots=True)
class Computed:
    """One figure beside its recomputation: ``path`` as in the record, both as text; None is "not printed".

    ``doubted``: the reader was not sure of it or of one of its addends.
    """

    path: str
    label: str
    stated: str | None
    computed: str | None
    agrees: bool | None
    doubted: bool = False


class FormScored(Model):
    """``reports.scored``: stated and recomputed figures side by side, and the findings.

    A form may be judged again: of its assessments the one with the greatest (``assessment``, ``rules_version``) counts.
    """

    schema_version: Literal[1] = 1
    identity: FormIdentity
    version: Version
    assessment: int = 0
    forms_in_upload: int
    rules_version: int
    profile: str
    profile_hash: str
    figures: tuple[Computed, ...]
    findings: tuple[Finding, ...]


class Condition(StrEnum):
    """An alert's condition, from the facts alone."""

    NEW = "new"
    ONGOING = "ongoing"
    WORSE = "worse"
    FIXED = "fixed"
    REGRESSED = "regressed"


class Handling(StrEnum):
    """What people have done about an alert: 待核实, 已核实, 已退回, 整改中, 已销号, 不予处理."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"
    RECTIFYING = "rectifying"
    CLOSED = "closed"
    DISMISSED = "dismissed"


class AlertState(Model):
    """Both axes of an alert, the finding it stands on and the version that made it so.

    Fixed: the last finding known, and the first version without it. ``deadline`` is set while it is returned;
    ``overdue``: it has passed without an answer.
    ``announced``: some version up to this one had a finding fit to be told outside the bureau.
    """

    condition: Condition
    handling: Handling = Handling.OPEN
    deadline: datetime | None = None
    overdue: bool = False
    announced: bool = False
    finding: Finding
    version: Version


class Attachment(Model):
    """A file that came with a command; ``document_id`` is its SHA-256."""

    document_id: str
    name: str
    media_type: str


class AlertCommand(Model):
    """``alerts.commands``: what a person wants done with an alert.

    ``seen`` is the form whose finding the person had in view; None: the one in force at ``given_at``.
    """

    schema_version: Literal[1] = 1
    command_id: UUID
    alert_id: UUID
    handling: Handling
    by: str
    note: str = ""
    attachments: tuple[Attachment, ...] = ()
    deadline: datetime | None = None
    seen: UUID | None = None
    given_at: datetime


class AlertChanged(Model):
    """``alerts.changed``: an alert before (None when it is new) and after.

    ``cause`` is the event that changed it; ``command`` is that event where a person gave it.
    """

    schema_version: Literal[1] = 1
    alert_id: UUID
    identity: FormIdentity
    cause: UUID
    changed_at: datetime
    before: AlertState | None
    after: AlertState
    command: AlertCommand | None = None
