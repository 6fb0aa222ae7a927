"""Replay: the message is the gateway's own, and records are compared field by field."""

from dataclasses import replace
from typing import Any

import pytest

from jixiao.events.topics import UPLOADED_BULK
from jixiao.forms import Form
from jixiao.runtime.message import Incoming
from jixiao_cli.archive import Archived, StoredForm, message
from jixiao_cli.compare import Difference, differences
from jixiao_gateway.upload import Declared, Upload
from jixiao_parser import Reading
from jixiao_parser.upload import Upload as Read
from tests.unit.gateway import builders

DATA = "项目支出绩效自评表".encode()


@pytest.mark.parametrize(
    "declared",
    [
        Declared(uploader="本机"),
        Declared(uploader="水务局", bound="青禾区水务局", unit="青禾区水务局（本级）", year="2025"),
    ],
    ids=["least", "all"],
)
def test_a_replayed_upload_is_the_message_that_the_gateway_sent(declared: Declared) -> None:
    """Through the parser's archive, with the same id, time and trace; only the lane differs."""
    sent = Upload.of(DATA, "自评表 一.txt", declared, builders.uuid(1), builders.NOON).message(DATA, bulk=False)
    headers = {name: text.encode() for name, text in sent.headers.items()}
    read = Read.of(Incoming(sent.topic, 0, 0, 0, sent.key.encode(), sent.value, headers))
    kept = Archived(
        read.id, read.document_id, read.name, read.uploader, read.unit, read.year, read.bound, read.at, read.trace,
        read.media_type, len(DATA),
    )  # fmt: skip
    again = message(kept, DATA)
    assert (again.key, again.value, dict(again.headers)) == (sent.key, sent.value, dict(sent.headers))
    assert again.topic == UPLOADED_BULK.name


def with_score(text: str | None) -> Form:
    form = builders.form()
    return form.model_copy(update={"indicators": (replace(form.indicators[0], score=builders.value(text)),)})


NAME = "排水管网检修"
FEWER = builders.form().model_copy(update={"indicators": ()})


@pytest.mark.parametrize(
    ("kept", "now", "expected"),
    [
        ([with_score("50")], Reading(forms=(with_score("50"),)), [(1, [])]),
        ([with_score("50")], Reading(forms=(with_score(None),)), [(1, [("indicators[0].score", "50", None)])]),
        ([builders.form()], Reading(forms=()), [(1, [("", NAME, None)])]),
        ([], Reading(forms=(builders.form(2),)), [(2, [("", None, NAME)])]),
        ([builders.form()], "文件是扫描件。", [(1, [("", NAME, "文件是扫描件。")])]),
        ([], "文件是扫描件。", []),
    ],
    ids=["same", "a value lost", "a form lost", "a form found", "unreadable", "never had a form"],
)
def test_what_differs_between_the_archive_and_todays_parser(
    kept: list[Form], now: Reading | str, expected: list[Any]
) -> None:
    stored = [StoredForm(form.ordinal, form, 1) for form in kept]
    assert list(differences(stored, now)) == expected


def test_a_row_that_came_or_went_is_told_field_by_field() -> None:
    [(_, found)] = differences([StoredForm(1, FEWER, 1)], Reading(forms=(builders.form(),)))
    assert found == [Difference("indicators[0]", None, builders.form().record()["indicators"][0])]
