"""The record of a self-evaluation form (项目支出绩效自评表) and what it is read from."""

from jixiao.forms.model import (
    FORM_KINDS,
    Decision,
    Doubt,
    DoubtKind,
    Evidence,
    Form,
    Funds,
    FundsRow,
    FundsTotal,
    Indicator,
    Value,
)

__all__ = [
    "FORM_KINDS",
    "Decision",
    "Doubt",
    "DoubtKind",
    "Evidence",
    "Form",
    "Funds",
    "FundsRow",
    "FundsTotal",
    "Indicator",
    "Value",
]
