"""Profiles: the thresholds, level weights, severities and stages of a province or year, each with its basis.

A profile is a TOML file of this folder. ``extends`` names the profile whose keys it takes over; ``layouts`` names
the form layouts it is for.
"""

import hashlib
import json
import tomllib
from decimal import Decimal
from functools import cached_property
from importlib import resources
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from jixiao.findings import RuleId, Severity, Stage
from jixiao.forms.printed import Printed

DEFAULT = "default"

# The limits that a rule reads, so that a file that misspells one is refused.
LIMITS: dict[RuleId, frozenset[str]] = {
    RuleId.EXEC_LOW: frozenset({"warning_below", "error_below"}),
    RuleId.EXEC_SOURCE: frozenset({"below"}),
    RuleId.BUDGET_ADJUSTED: frozenset({"change_above"}),
    RuleId.ROW_LOST: frozenset({"at_most"}),
    RuleId.SCORE_EXEC_GAP: frozenset({"warning_from", "error_from"}),
    RuleId.WHY_OVER: frozenset({"from"}),
    RuleId.WHY_COST: frozenset({"at_most"}),
    RuleId.COST_CLAIM: frozenset({"apart"}),
    RuleId.CUT_BUT_FULL: frozenset({"cut_from", "rows"}),
    RuleId.ALL_FULL: frozenset({"from", "forms"}),
    RuleId.ECHO: frozenset({"from", "rows"}),
}


class ProfileError(Exception):
    """A profile cannot be used; the message names the file and the key."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RuleSetting(_Strict):
    """How one rule speaks.

    ``grave`` is the severity beyond the graver of two limits, where a rule has two; ``soft`` the stage of findings of
    its softer kind (TYPE-MISMATCH: words answered with per cent).
    """

    title: str
    meaning: str
    basis: str
    known_limits: str = ""
    on: bool = True
    stage: Stage = Stage.LIVE
    soft: Stage = Stage.BETA
    severity: Severity
    grave: Severity | None = None
    limits: dict[str, Decimal] = {}


class Profile(_Strict):
    """One profile, complete. Weights and limits are points or per cent.

    ``levels`` may be empty where a province leaves them to the units; ``levels_with_cost`` holds for forms that have
    成本 as a level of its own.
    """

    name: str
    title: str
    layouts: tuple[str, ...] = ()
    execution_weight: Decimal
    total_weight: Decimal
    levels: dict[str, Decimal]
    levels_with_cost: dict[str, Decimal] = {}
    levels_basis: str
    rules: dict[RuleId, RuleSetting]

    @model_validator(mode="after")
    def _complete(self) -> "Profile":
        if missing := [rule.value for rule in RuleId if rule not in self.rules]:
            raise ValueError(f"rules: missing {', '.join(missing)}")
        for rule, setting in self.rules.items():
            if set(setting.limits) != (wanted := LIMITS.get(rule, frozenset())):
                raise ValueError(f"rules.{rule}.limits: must be {sorted(wanted)}, not {sorted(setting.limits)}")
        return self

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the content in canonical JSON, in hex."""
        content = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    @cached_property
    def off(self) -> frozenset[RuleId]:
        """The rules that are switched off."""
        return frozenset(rule for rule, setting in self.rules.items() if not setting.on)

    @cached_property
    def execution(self) -> Printed:
        """The weight of execution as an exact number."""
        return Printed.constant(self.execution_weight, label="预算执行分值")

    @cached_property
    def total(self) -> Printed:
        """The sum of all weights as an exact number."""
        return Printed.constant(self.total_weight, label="总分值")

    @cached_property
    def level_weights(self) -> dict[str, Printed]:
        """The weight of each level as an exact number."""
        return _exact(self.levels)

    @cached_property
    def level_weights_with_cost(self) -> dict[str, Printed]:
        """The same for forms that have 成本 as a level of its own."""
        return _exact(self.levels_with_cost)


def _exact(weights: dict[str, Decimal]) -> dict[str, Printed]:
    return {level: Printed.constant(weight, label=level) for level, weight in weights.items()}


def build(file: str, text: str, base: dict[str, Any] | None = None) -> Profile:
    """The profile in a TOML text, laid over ``base``. Raises ProfileError naming the file and the key."""
    try:
        content = tomllib.loads(text, parse_float=Decimal)
        content.pop("extends", None)
        return Profile.model_validate(_laid_over(base or {}, content))
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{file}: 不是有效的 TOML 文件：{error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f"{part}." for part in first["loc"]).rstrip(".")
        message = first["msg"].removeprefix("Value error, ")
        raise ProfileError(f"{file}: {where}: {message}" if where else f"{file}: {message}") from error


def profile_named(name: str) -> Profile:
    """A profile of the package. Raises ProfileError when there is none of that name."""
    try:
        return PROFILES[name]
    except KeyError:
        raise ProfileError(f"没有名为 {name} 的规则配置，现有：{'、'.join(sorted(PROFILES))}") from None


def profile_for(layout: str) -> Profile:
    """The profile that judges forms of a layout; the default one for layouts that no profile names."""
    return _BY_LAYOUT.get(layout, PROFILES[DEFAULT])


def _laid_over(base: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in content.items():
        below = merged.get(key)
        # Level weights are one set: naming some of them names all.
        merge = isinstance(value, dict) and isinstance(below, dict) and not key.startswith("levels")
        merged[key] = _laid_over(below, value) if merge and isinstance(below, dict) else value
    return merged


def _load() -> dict[str, Profile]:
    texts = {
        each.name: each.read_text(encoding="utf-8")
        for each in resources.files(__name__).iterdir()
        if each.name.endswith(".toml")
    }
    plain = {name: tomllib.loads(text, parse_float=Decimal) for name, text in texts.items()}
    profiles: dict[str, Profile] = {}
    for name, text in texts.items():
        base: dict[str, Any] = dict(plain[f"{plain[name]['extends']}.toml"]) if "extends" in plain[name] else {}
        base.pop("layouts", None)
        profile = build(name, text, base)
        profiles[profile.name] = profile
    return profiles


PROFILES = _load()
_BY_LAYOUT = {layout: profile for profile in PROFILES.values() for layout in profile.layouts}
