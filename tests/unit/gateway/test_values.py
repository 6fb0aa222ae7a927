"""Names, kinds, targets, cursors and sessions: what the gateway decides without the world."""

import json
import unicodedata
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jixiao_gateway.kinds import judge
from jixiao_gateway.problems import Problem
from jixiao_gateway.security import Tokens
from jixiao_gateway.store.query import BY_TIME, decode_cursor, encode_cursor
from jixiao_gateway.targets import check_target
from jixiao_gateway.upload import NAME_LIMIT, clean_name

CASES = Path(__file__).parent.parent / "cases" / "gateway"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def cases(name: str) -> Any:
    rows = json.loads((CASES / name).read_text(encoding="utf-8"))
    return pytest.mark.parametrize("case", rows, ids=[row["case"] for row in rows])


@cases("names.json")
def test_a_hostile_name_becomes_plain_data(case: dict[str, str]) -> None:
    assert clean_name(case["name"]) == case["clean"]


def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    name = clean_name("表" * 5000 + ".xlsx")
    assert len(name) == NAME_LIMIT and name.endswith("表.xlsx")


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_a_clean_name_is_clean_whatever_came(name: str) -> None:
    clean = clean_name(name)
    assert 0 < len(clean) <= NAME_LIMIT
    assert "/" not in clean and "\\" not in clean
    assert not any(unicodedata.category(char).startswith("C") for char in clean)
    clean.encode()


@cases("kinds.json")
def test_the_kind_is_judged_by_content(case: dict[str, Any]) -> None:
    kind = judge(bytes.fromhex(case["hex"]))
    assert (kind.media_type, kind.refused is not None) == (case["media_type"], case["refused"])


@cases("targets.json")
async def test_webhooks_go_to_public_or_allowed_addresses_only(case: dict[str, Any]) -> None:
    allow = (ip_network("10.9.0.0/16"),)
    if case["allowed"]:
        await check_target(case["target"], allow)
    else:
        with pytest.raises(Problem) as refusal:
            await check_target(case["target"], allow)
        assert refusal.value.status == 422 and refusal.value.detail.endswith("。")


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_cursor_comes_back_as_it_went(at: datetime, key: UUID) -> None:
    assert decode_cursor(encode_cursor(at, key), BY_TIME) == [at, key]


@given(st.text())
def test_any_other_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Problem):
        decode_cursor(cursor, BY_TIME)


def test_a_session_ends_and_cannot_be_forged() -> None:
    tokens = Tokens(["审核 科:s3cret"])
    cookie = tokens.session("审核 科", NOW)
    assert tokens.session_holder(cookie, NOW) == "审核 科"
    assert tokens.session_holder(cookie, NOW + timedelta(days=1)) is None
    assert tokens.session_holder(cookie[:-1] + ("0" if cookie[-1] != "0" else "1"), NOW) is None
    assert Tokens(["审核 科:another"]).session_holder(cookie, NOW) is None
    for forged in ("", ".", "a.b.c", "审核.1.2"):
        assert tokens.session_holder(forged, NOW) is None


def test_a_token_without_a_name_is_a_fault_of_the_settings() -> None:
    with pytest.raises(ValueError, match="名称:令牌"):
        Tokens(["only-a-token"])
