"""Rows and events as the other services would leave them."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from jixiao.events.models import AlertChanged, AlertState, Computed, Condition, FormParsed, FormScored
from jixiao.findings import Cause, Finding, Repair, RuleId, Severity
from jixiao.forms.model import Evidence, Form, Funds, FundsTotal, Indicator, Value
from jixiao.identity import FormIdentity, Version, derived_id
from jixiao.runtime.message import Incoming
from jixiao_gateway.store.alerts import AlertRow, ChangeRow
from jixiao_gateway.store.forms import FindingRow, FormDetail, FormRow
from jixiao_gateway.upload import Declared, Upload

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SENTENCE = "预算执行率为0.05%（全年预算数4,029,477.14元，全年执行数1,863.00元），低于60%。"


def upload(number: int = 1, data: bytes = b"report") -> Upload:
    """An upload; larger numbers are newer."""
    return Upload.of(
        data, f"自评表{number}.txt", Declared(uploader="本机"), uuid(number), NOON + timedelta(minutes=number)
    )


def uuid(number: int) -> UUID:
    """A fixed id."""
    return derived_id("test", number)


def value(text: str | None, line: int = 1) -> Value:
    """A value with its evidence."""
    return Value(text=text, evidence=Evidence(line=line, cell="2", raw=text or "", reader="text"))


def form(ordinal: int = 1) -> Form:
    """A form whose money was hardly spent."""
    total = FundsTotal(
        initial=value("4,029,477.14", 6),
        budget=value("4,029,477.14", 6),
        executed=value("1,863.00", 6),
        weight=value("10", 6),
        rate=value("0.05%", 6),
        score=value("0.01", 6),
    )
    row = Indicator(
        level1=value("产出"),
        level2=value("数量"),
        name=value("<script>alert(1)</script>检修次数", 12),
        target=value("≥4次", 12),
        actual=value("4次", 12),
        weight=value("50", 12),
        score=value("50", 12),
    )
    return Form(
        ordinal=ordinal,
        name=value("排水管网检修"),
        year=value("2023"),
        unit=value("青禾区水务局"),
        funds=Funds(total=total),
        indicators=(row,),
        total_weight=value("100"),
        total_score=value("90.01"),
    )


def finding() -> Finding:
    """EXEC-LOW of that form."""
    return Finding(
        rule=RuleId.EXEC_LOW,
        severity=Severity.SERIOUS,
        cause=Cause.LOW_EXECUTION,
        stated="0.05%",
        computed="0.05",
        amount=Decimal("4027614.14"),
        sentence=SENTENCE,
        repair=Repair(path="funds.total.rate", value="0.05"),
        evidence=(Evidence(line=6, cell="2", raw="1,863.00"),),
    )


def identity() -> FormIdentity:
    """Whose form it is."""
    return FormIdentity(
        project="name-1", unit="青禾区水务局", unit_name="青禾区水务局", project_name="排水管网检修", year="2023"
    )


def version(number: int = 1, ordinal: int = 1) -> Version:
    """The version that upload ``number`` brought."""
    sent = upload(number)
    return Version(upload_id=sent.id, uploaded_at=sent.uploaded_at, document_id=sent.document_id, ordinal=ordinal)


def figures() -> tuple[Computed, ...]:
    """Two figures, one agreeing and one not."""
    return (
        Computed(path="funds.total.rate", label="预算执行率", stated="0.05%", computed="0.05", agrees=True),
        Computed(path="total_score", label="总分", stated="90.01", computed="50.01", agrees=False),
    )


def form_detail(number: int = 1, ordinal: int = 1) -> FormDetail:
    """A scored form of upload ``number``."""
    whose, which = identity(), version(number, ordinal)
    row = FormRow(
        form_id=which.form_id,
        upload_id=which.upload_id,
        document_id=which.document_id,
        ordinal=ordinal,
        project=whose.project,
        year=whose.year,
        kind=whose.kind,
        unit=whose.unit,
        unit_name=whose.unit_name,
        project_name=whose.project_name,
        code=None,
        parsed_at=which.uploaded_at + timedelta(seconds=1),
        scored_at=which.uploaded_at + timedelta(seconds=2),
        severities='{"serious": 1}',
        told='{"serious": 1}',
        refusal=None,
    )
    findings = json.dumps([finding().model_dump(mode="json")])
    shown = json.dumps([asdict(figure) for figure in figures()])
    return FormDetail(row, form(ordinal).model_dump_json(), shown, findings, 1, "default")


def finding_row(number: int = 1) -> FindingRow:
    """The form's finding in a list."""
    row = form_detail(number).row
    assert row.scored_at is not None
    return FindingRow(
        form_id=row.form_id,
        position=0,
        upload_id=row.upload_id,
        ordinal=row.ordinal,
        project=row.project,
        year=row.year,
        kind=row.kind,
        unit_name=row.unit_name,
        project_name=row.project_name,
        scored_at=row.scored_at,
        finding=finding().model_dump_json(),
    )


def changed(alert_id: UUID, cause: UUID, number: int = 1) -> AlertChanged:
    """A new alert."""
    return AlertChanged(
        alert_id=alert_id,
        identity=identity(),
        cause=cause,
        changed_at=NOON + timedelta(minutes=number),
        before=None,
        after=AlertState(condition=Condition.NEW, finding=finding(), version=version(number)),
    )


def alert_row(number: int = 1) -> AlertRow:
    """An alert as it is listed."""
    whose, found = identity(), finding()
    return AlertRow(
        alert_id=uuid(1000 + number),
        identity_key=whose.key,
        project=whose.project,
        year=whose.year,
        kind=whose.kind,
        unit=whose.unit,
        unit_name=whose.unit_name,
        project_name=whose.project_name,
        rule=found.rule.value,
        severity=found.severity.value,
        condition="new",
        handling="open",
        deadline=None,
        overdue=False,
        sentence=found.sentence,
        stated=found.stated,
        computed=found.computed,
        amount=found.amount,
        is_doubt=False,
        follows=None,
        form_id=version(number).form_id,
        finding=found.model_dump_json(),
        changed_at=NOON + timedelta(minutes=number),
    )


def change_row(alert: AlertRow) -> ChangeRow:
    """The change that made an alert."""
    event = changed(alert.alert_id, uuid(2000))
    return ChangeRow(uuid(3000), alert.alert_id, event.model_dump_json(), event.changed_at)


def parsed_event(number: int = 1) -> FormParsed:
    """A form was read."""
    return FormParsed(identity=identity(), version=version(number), forms_in_upload=1, parser_version=1, form=form())


def scored_event(number: int = 1) -> FormScored:
    """A form was scored."""
    return FormScored(
        identity=identity(),
        version=version(number),
        forms_in_upload=1,
        rules_version=1,
        profile="default",
        profile_hash="0" * 64,
        figures=figures(),
        findings=(finding(),),
    )


def incoming(topic: str, value: bytes, event_id: UUID, offset: int = 0) -> Incoming:
    """A message as the brokers bring it."""
    headers = {"ce_id": str(event_id).encode(), "ce_time": NOON.isoformat().encode()}
    return Incoming(topic, 0, offset, 0, b"key", value, headers)
