"""Rules across forms: a project's versions and years, and a unit's forms of a year. Pure; the order given is no matter.

``judge_projects`` over any set of forms that holds whole families (forms of a unit bound by project or name) and the
forms of other units with their codes gives for each form of the families what judging all forms would; ``judge_unit``
needs the facts of all forms of the unit. The unit of an identity is here the one that a unit has become, and a version
that is not admitted is like one from outside.
"""

from jixiao_scorer.context.facts import Facts, facts_of
from jixiao_scorer.context.member import Member
from jixiao_scorer.context.merge import merged
from jixiao_scorer.context.projects import judge_projects
from jixiao_scorer.context.texts import departments, judge_texts, needs_all_forms, project_names
from jixiao_scorer.context.units import UNIT_RULES, judge_unit

__all__ = [
    "UNIT_RULES",
    "Facts",
    "Member",
    "departments",
    "facts_of",
    "judge_projects",
    "judge_texts",
    "judge_unit",
    "merged",
    "needs_all_forms",
    "project_names",
]
