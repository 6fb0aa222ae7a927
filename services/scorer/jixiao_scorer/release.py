"""Which rules this release brings: the version of its code, and the profiles that come with it."""

import hashlib
from typing import NamedTuple

from jixiao_scorer.build import RULES_VERSION
from jixiao_scorer.profiles import PROFILES


class Release(NamedTuple):
    """``profiles`` is a hash over the packaged profiles, so that none of them changes unseen."""

    rules_version: int
    profiles: str


RELEASE = Release(
    RULES_VERSION, hashlib.sha256("".join(PROFILES[name].hash for name in sorted(PROFILES)).encode()).hexdigest()
)
