"""The table of topics: what each carries, who writes and reads it, how long it is kept. Every value is a contract."""

from dataclasses import dataclass

from jixiao.events.models import AlertChanged, AlertCommand, FormParsed, FormScored
from jixiao.forms.model import Model

MIB = 1024 * 1024
FILE_LIMIT = 20 * MIB
EVENT_LIMIT = 4 * MIB
DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True)
class Topic:
    """A topic. ``model`` is None where the value is the uploaded file itself; ``reader`` owns its dead letters.

    ``watchers`` read it too, for the live page only: what they cannot decode is the reader's to dead-letter.
    ``kept_ms`` is the retention, -1 for "until housekeeping deletes it"; ``limit`` is the largest value in bytes.
    """

    name: str
    key: str
    model: type[Model] | None
    writer: str
    reader: str
    watchers: tuple[str, ...] = ()
    kept_ms: int = 30 * DAY_MS
    limit: int = EVENT_LIMIT

    @property
    def dead_letters(self) -> str:
        """The name of the topic that takes what its reader could not handle."""
        return f"{self.name}.dlt"


UPLOADED = Topic("reports.uploaded", "document id", None, "gateway", "parser", kept_ms=-1, limit=FILE_LIMIT)
UPLOADED_BULK = Topic("reports.uploaded.bulk", "document id", None, "gateway", "parser", kept_ms=-1, limit=FILE_LIMIT)
PARSED = Topic("reports.parsed", "canonical project", FormParsed, "parser", "scorer", ("gateway",))
SCORED = Topic("reports.scored", "canonical project", FormScored, "scorer", "alerts", ("gateway",))
COMMANDS = Topic("alerts.commands", "alert id", AlertCommand, "gateway", "alerts")
CHANGED = Topic("alerts.changed", "alert id", AlertChanged, "alerts", "gateway")

TOPICS = (UPLOADED, UPLOADED_BULK, PARSED, SCORED, COMMANDS, CHANGED)
DEAD_LETTERS_KEPT_MS = 90 * DAY_MS
