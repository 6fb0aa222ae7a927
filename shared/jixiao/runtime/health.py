"""Whether a service may be trusted with work right now, as /readyz tells it."""

from dataclasses import dataclass, field


@dataclass
class Health:
    """``broken`` says by observer what of the world does not work; ``paused`` why the breaker stopped the service.

    ``remarks`` say by observer what an operator must see to although the service works.
    """

    broken: dict[str, str] = field(default_factory=dict)
    paused: str | None = None
    remarks: dict[str, str] = field(default_factory=dict)

    def why_not_ready(self) -> str | None:
        """None when ready."""
        return self.paused or next(iter(self.broken.values()), None)
