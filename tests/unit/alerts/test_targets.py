"""Which addresses a webhook may reach."""

import json
from ipaddress import ip_network
from pathlib import Path

import pytest

from jixiao.runtime.targets import may_reach

CASES = json.loads((Path(__file__).parents[1] / "cases" / "alerts" / "addresses.json").read_text("utf-8"))


@pytest.mark.parametrize("address", CASES["public"])
def test_public_addresses_are_reached(address: str) -> None:
    """Also inside an IPv6 address."""
    assert may_reach(address, ())


@pytest.mark.parametrize("address", CASES["refused"])
def test_other_addresses_are_not(address: str) -> None:
    """Private, loopback, link-local, shared, documentation, multicast and reserved ones."""
    assert not may_reach(address, ())


def test_an_allowed_network_is_reached() -> None:
    """Only that one, in either way of writing."""
    allowed = (ip_network("10.20.0.0/16"), ip_network("fd00::/8"))
    reached = ["10.20.3.4", "::ffff:10.20.3.4", "fd12::1"]
    assert [may_reach(each, allowed) for each in [*reached, "10.21.0.1", "127.0.0.1"]] == [True] * 3 + [False] * 2
