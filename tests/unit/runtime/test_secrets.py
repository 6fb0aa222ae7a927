"""Secrets at rest: only the key opens them, a key can be replaced, and what was stored in plain can still be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jixiao.runtime.secrets import Secrets, Unsealable

KEY, NEXT = "k" * 32, "n" * 48


@given(st.text())
def test_what_is_sealed_comes_back_and_shows_nothing(text: str) -> None:
    sealed = Secrets(KEY).seal("密钥" + text)
    assert Secrets(KEY).open(sealed) == "密钥" + text
    assert "密钥" not in sealed and sealed != Secrets(KEY).seal("密钥" + text)


def test_a_key_can_be_replaced() -> None:
    old = Secrets(KEY).seal("whsec_x")
    assert Secrets(f"{NEXT}, {KEY}").open(old) == "whsec_x"
    assert Secrets(NEXT).open(Secrets(f"{NEXT},{KEY}").seal("whsec_x")) == "whsec_x"


@pytest.mark.parametrize("other", [NEXT, None, ""])
def test_without_its_key_a_secret_stays_shut(other: str | None) -> None:
    with pytest.raises(Unsealable, match="JIXIAO_SECRET_KEY"):
        Secrets(other).open(Secrets(KEY).seal("whsec_x"))


def test_a_changed_secret_is_not_opened() -> None:
    sealed = Secrets(KEY).seal("whsec_x")
    with pytest.raises(Unsealable):
        Secrets(KEY).open(sealed[:-6] + "AAAAA=")


def test_old_rows_are_read_as_they_stand() -> None:
    assert Secrets(None).open("whsec_plain") == "whsec_plain"


def test_nothing_is_sealed_without_a_good_key() -> None:
    with pytest.raises(Unsealable, match="尚未设置"):
        Secrets(None).seal("x")
    with pytest.raises(Unsealable, match="至少"):
        Secrets("short")
