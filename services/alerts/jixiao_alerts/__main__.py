"""Run the alerts service: ``python -m jixiao_alerts``."""

from jixiao.events.topics import COMMANDS, SCORED
from jixiao.runtime.service import Runtime, run
from jixiao.runtime.settings import AlertsSettings
from jixiao_alerts.app import Alerts
from jixiao_alerts.channels.webhook import Webhook
from jixiao_alerts.deadlines import Deadlines
from jixiao_alerts.delivery import Delivery


def main() -> None:
    """Read the settings once; fold and deliver."""
    settings = AlertsSettings()

    async def deliver(runtime: Runtime) -> None:
        async with Webhook(settings.webhook_allow) as webhook:
            await Delivery(runtime.inbox.pool, {"webhook": webhook}, runtime.health).run()

    async def watch_deadlines(runtime: Runtime) -> None:
        await Deadlines(runtime.inbox, runtime.producer, runtime.health).run()

    run("alerts", settings, (SCORED, COMMANDS), lambda runtime: Alerts(), [deliver, watch_deadlines])


if __name__ == "__main__":
    main()
