"""A form among the others of its unit."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from jixiao.forms import Form
from jixiao.identity import FormIdentity, Version, normalise_name
from jixiao_scorer.case import Case
from jixiao_scorer.profiles import Profile
from jixiao_scorer.rules.budget import budget_zero


@dataclass(frozen=True)
class Member:
    """One form as handed in once, with whom it belongs to and the profile that judges it."""

    identity: FormIdentity
    version: Version
    form: Form
    profile: Profile

    @cached_property
    def case(self) -> Case:
        """The form made ready for the rules."""
        return Case(self.form, self.profile)

    @property
    def form_id(self) -> UUID:
        """The form's id."""
        return self.version.form_id

    @cached_property
    def name(self) -> str:
        """The project's name as it is compared."""
        return normalise_name(self.identity.project_name)

    @cached_property
    def judged(self) -> bool:
        """Whether rules speak of this form at all: not where there is no budget for the year."""
        return next(budget_zero(self.case), None) is None


def in_force(members: Iterable[Member]) -> dict[str, Member]:
    """Identity → its newest version."""
    return {each.identity.key: each for each in sorted(members, key=lambda each: each.version.order)}
