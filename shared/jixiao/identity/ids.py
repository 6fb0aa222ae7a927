"""Ids that follow from their cause, so that a repeat carries the same one."""

from uuid import UUID, uuid5

NAMESPACE = UUID("6b1f2f3e-6f0e-5a53-9c43-6a1d0a3f6c11")


def derived_id(*parts: object) -> UUID:
    """The UUIDv5 of a cause and a place, such as (upload id, "parsed", ordinal)."""
    return uuid5(NAMESPACE, "/".join(str(part) for part in parts))
