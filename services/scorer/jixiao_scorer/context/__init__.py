"""Rules across forms: a project's versions and years, and a unit's forms of a year. Pure; the order given is no matter.

``judge_projects`` over any set of forms that holds whole families (forms bound by project or name) gives for each form
what judging all forms of the unit would; ``judge_unit`` needs the facts of all forms of the unit.
"""

from jixiao_scorer.context.facts import Facts, facts_of
from jixiao_scorer.context.family import family
from jixiao_scorer.context.member import Member
from jixiao_scorer.context.merge import merged
from jixiao_scorer.context.projects import judge_projects
from jixiao_scorer.context.texts import departments, judge_texts, project_names
from jixiao_scorer.context.units import UNIT_RULES, judge_unit

__all__ = [
    "UNIT_RULES",
    "Facts",
    "Member",
    "departments",
    "facts_of",
    "family",
    "judge_projects",
    "judge_texts",
    "judge_unit",
    "merged",
    "project_names",
]
