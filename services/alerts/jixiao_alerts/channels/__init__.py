"""The ways a message leaves the house. A channel sends and says what came of it as a value; it never decides."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """Why an attempt failed; a closed set, fit for metric labels."""

    UNREACHABLE = "unreachable"
    TLS = "tls"
    TIMEOUT = "timeout"
    CUT = "cut"
    REDIRECT = "redirect"
    STATUS = "status"
    GONE = "gone"
    LIMIT = "limit"
    SECRET = "secret"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver took it."""

    detail: str

    @property
    def outcome(self) -> str:
        """As the ledger and the metrics name it."""
        return "delivered"


@dataclass(frozen=True, slots=True)
class Refused:
    """We do not send there, and trying again would not help; ``detail`` says why, in Chinese."""

    detail: str

    @property
    def outcome(self) -> str:
        """As the ledger and the metrics name it."""
        return "refused"


@dataclass(frozen=True, slots=True)
class Failed:
    """The attempt failed; ``retry`` says whether another one may succeed."""

    fault: Fault
    detail: str
    retry: bool = True

    @property
    def outcome(self) -> str:
        """As the ledger and the metrics name it."""
        return self.fault.value


Result = Delivered | Refused | Failed
