"""What is the same thing: unit, project, year, version, and the ids that follow from them."""

from jixiao.identity.ids import NAMESPACE, derived_id
from jixiao.identity.keys import (
    canonical_project,
    is_near_miss,
    is_well_formed_code,
    known_project,
    normalise_name,
    normalise_year,
)
from jixiao.identity.version import FormIdentity, Version

__all__ = [
    "NAMESPACE",
    "FormIdentity",
    "Version",
    "canonical_project",
    "derived_id",
    "is_near_miss",
    "is_well_formed_code",
    "known_project",
    "normalise_name",
    "normalise_year",
]
