"""Findings, versions and commands of one invented form, for the tests of the alerts."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from jixiao.events import AlertCommand, FormScored
from jixiao.events.models import Computed, Handling
from jixiao.findings import Cause, Finding, RuleId, Severity
from jixiao.identity import FormIdentity, Version, derived_id
from jixiao_alerts import FormVersion

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FORM = FormIdentity(
    project="440303220000123456789",
    unit="云溪区教育局",
    unit_name="云溪区教育局",
    project_name="校舍修缮",
    year="2025",
)


def finding(rule: RuleId = RuleId.EXEC_LOW, severity: Severity = Severity.ERROR, **others: Any) -> Finding:
    """A finding; what the test does not name is of no importance to it."""
    values: dict[str, Any] = {
        "cause": Cause.LOW_EXECUTION,
        "stated": "0.05",
        "computed": "0.05",
        "amount": Decimal("4027614.14"),
        "sentence": "预算执行率为0.05%，低于60%。",
    }
    return Finding(rule=rule, severity=severity, **values | others)


def version(hour: int, ordinal: int = 1, outside: bool = False) -> Version:
    """The version handed in so many hours after noon."""
    upload = derived_id("test upload", hour)
    at = NOON + timedelta(hours=hour)
    return Version(upload_id=upload, uploaded_at=at, document_id=upload.hex, ordinal=ordinal, outside=outside)


def form(
    hour: int, *findings: Finding, outside: bool = False, doubted: Iterable[str] = (), **identity: str
) -> FormVersion:
    """The form as handed in at that hour, with these findings and doubted figures; ``identity``: unlike FORM."""
    whose = FORM.model_copy(update=identity)
    return FormVersion(whose, version(hour, outside=outside), findings, doubted={path: path for path in doubted})


def held(form: FormVersion) -> UUID:
    """The alert that asks whether to adopt a version."""
    return derived_id("alert", form.identity.key, "VERSION-HELD", f"version:{form.version.form_id}")


def scored(form: FormVersion) -> FormScored:
    """The event that tells of a form."""
    return FormScored(
        identity=form.identity,
        version=form.version,
        forms_in_upload=1,
        rules_version=1,
        profile="default",
        profile_hash="0",
        figures=tuple(
            Computed(path=path, label=label, stated=None, computed=None, agrees=None, doubted=True)
            for path, label in form.doubted.items()
        ),
        findings=form.findings,
    )


def command(hour: float, alert: UUID, handling: Handling, note: str = "已与单位核对", **others: Any) -> AlertCommand:
    """A reviewer's command, given so many hours after noon."""
    return AlertCommand(
        command_id=derived_id("test command", hour, alert, handling, note, str(sorted(others.items()))),
        alert_id=alert,
        handling=handling,
        by="审核员",
        note=note,
        given_at=NOON + timedelta(hours=hour),
        **others,
    )
