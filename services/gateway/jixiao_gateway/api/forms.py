"""``/documents``, ``/forms`` and ``/findings``."""

import json
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import Field

from jixiao.findings import RuleId, Severity
from jixiao.forms.model import ACCOUNTS, SELF_EVALUATION, Form
from jixiao_gateway.api.models import Document, FormFull, FormSummary, FormVersion, Listed, ListedFinding, page_of
from jixiao_gateway.parts import Gateway, Paged, Parts
from jixiao_gateway.problems import not_found
from jixiao_gateway.scope import Scope, Within
from jixiao_gateway.store.forms import FindingRow, FormRow

router = APIRouter(tags=["forms"])


class FormKind(StrEnum):
    """What a form is: 自评表 or 部门决算."""

    SELF_EVALUATION = SELF_EVALUATION
    ACCOUNTS = ACCOUNTS


class FormQuery(Paged):
    """Which forms."""

    upload_id: UUID | None = None
    unit: str | None = Field(None, description="单位名称，或其中一部分")
    project: str | None = Field(None, description="项目标识（编码）")
    year: str | None = Field(None, description="预算年度")


class FormsQuery(FormQuery):
    """Which forms of which kind."""

    kind: FormKind = Field(FormKind.SELF_EVALUATION, description="自评表，或部门决算（accounts）")


class FindingQuery(FormQuery):
    """Which findings."""

    form_id: UUID | None = None
    rule: RuleId | None = None
    severity: Severity | None = None


@router.get("/documents/{document_id}", summary="一个文件的内容信息")
async def get_document(
    document_id: Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256")], parts: Parts, scope: Within
) -> Document:
    """One document. A caller with a unit sees what he handed in himself: neither of two units learns of the other."""
    row = await parts.store.forms.document(document_id)
    if row is not None and not scope.is_bureau:
        own = await parts.store.uploads.page(None, 1, {"document_id": document_id, "uploader": scope.caller})
        row = row._replace(name=own[0].name) if own else None
    if row is None:
        raise not_found("文件", document_id)
    return Document.model_validate(row)


@router.get("/forms", summary="自评表列表，最近的在前")
async def list_forms(query: Annotated[FormsQuery, Query()], parts: Parts, scope: Within) -> Listed[FormSummary]:
    """Forms, newest first."""
    rows = await parts.store.forms.page(query.cursor, query.limit + 1, {**query.filters, **scope.filters})
    return page_of(rows, query.limit, lambda row: _summary(row, scope), lambda row: (row.parsed_at, row.form_id))


@router.get("/forms/{form_id}", summary="一张自评表：记录、出处、填报数与复核数、疑点")
async def get_form(form_id: UUID, parts: Parts, scope: Within) -> FormFull:
    """One form with everything known of it."""
    return await form_detail(parts, scope, form_id)


async def form_detail(parts: Gateway, scope: Scope, form_id: UUID) -> FormFull:
    """One form. Raises Problem 404."""
    detail = await parts.store.forms.get(form_id)
    if detail is None or not scope.covers(detail.row.unit):
        raise not_found("自评表", form_id)
    findings = json.loads(detail.findings or "[]")
    versions = await parts.store.versions.of_form(form_id) if scope.is_bureau else []
    return FormFull(
        **_base(detail.row),
        record=Form.model_validate_json(detail.form).record(),
        evidence=scope.values(json.loads(detail.form)),
        figures=scope.figures(json.loads(detail.figures or "[]"), findings),
        rules_version=detail.rules_version,
        profile=detail.profile,
        findings=scope.findings(findings),
        versions=[FormVersion.model_validate(each) for each in versions],
    )


@router.get("/findings", summary="疑点列表，最近复核的在前，同一张表内最严重的在前")
async def list_findings(query: Annotated[FindingQuery, Query()], parts: Parts, scope: Within) -> Listed[ListedFinding]:
    """Findings, those of the newest form first."""
    rows = await parts.store.forms.findings(query.cursor, query.limit + 1, {**query.filters, **scope.filters})
    return page_of(rows, query.limit, _finding, lambda row: (row.scored_at, row.form_id, -row.position))


def _base(row: FormRow) -> dict[str, Any]:
    return row._asdict() | {"state": row.state, "reason": row.refusal}


def severities(row: FormRow, scope: Scope) -> dict[str, int]:
    """How many findings of each severity the caller may see."""
    counts: dict[str, int] = json.loads((row.severities if scope.is_bureau else row.told) or "{}")
    return counts


def _summary(row: FormRow, scope: Scope) -> FormSummary:
    return FormSummary(**_base(row), findings=severities(row, scope))


def _finding(row: FindingRow) -> ListedFinding:
    finding = json.loads(row.finding)
    told = {name: finding[name] for name in ("rule", "severity", "sentence", "stated", "computed", "amount")}
    return ListedFinding(**row._asdict() | told | {"finding": finding})
