"""The alerts' step: a scored form or a person's command becomes changes of alerts, kept, told and to be delivered."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from jixiao.events import AlertChanged, AlertCommand, FormScored
from jixiao.events.models import Condition
from jixiao.events.topics import CHANGED, COMMANDS
from jixiao.runtime import metrics
from jixiao.runtime.message import Incoming, Outgoing, cloud_event, outgoing
from jixiao.runtime.postgres import Connection
from jixiao.runtime.tally import after_commit
from jixiao_alerts import store
from jixiao_alerts.outbox import event_id


class Alerts:
    """Folds facts and commands into the states of alerts; one event tells each change."""

    async def prepare(self, message: Incoming) -> FormScored | AlertCommand:
        """What the message says. Raises Unreadable when it says nothing."""
        if message.topic.endswith(COMMANDS.name):
            return message.decode(AlertCommand)
        return message.decode(FormScored)

    async def decide(
        self, conn: Connection, prepared: FormScored | AlertCommand, message: Incoming
    ) -> Sequence[Outgoing]:
        """Keep the fact, the states that follow from it, and the messages to be delivered."""
        now = datetime.now(UTC)
        if isinstance(prepared, FormScored):
            changed = await store.apply_scored(conn, prepared, message.cause, now)
            _observe_journey(changed, prepared, now)
        else:
            changed = await store.apply_command(conn, prepared, message.cause, now)
        for change in changed:
            after_commit(metrics.ALERT_CHANGES.labels(change.after.condition.value).inc)
        return [tell(change, message.trace) for change in changed]


def tell(change: AlertChanged, trace: str) -> Outgoing:
    """The event that tells a change."""
    headers = cloud_event("jixiao.alert.changed", "/jixiao/alerts", event_id(change), change.changed_at, trace)
    return outgoing(CHANGED, str(change.alert_id), change, headers)


def _observe_journey(changed: Sequence[AlertChanged], event: FormScored, now: datetime) -> None:
    """One observation a form that raised an alert."""
    if any(change.after.condition is not Condition.FIXED for change in changed):
        seconds = (now - event.version.uploaded_at).total_seconds()
        after_commit(partial(metrics.UPLOAD_TO_ALERT_SECONDS.observe, seconds))
