"""Run the alerts service: ``python -m jixiao_alerts``."""

from contextlib import AsyncExitStack

from jixiao.events.topics import COMMANDS, SCORED
from jixiao.runtime.secrets import Secrets
from jixiao.runtime.service import Runtime, run
from jixiao.runtime.settings import AlertsSettings
from jixiao.runtime.targets import ROBOTS
from jixiao_alerts.app import Alerts
from jixiao_alerts.channels.mail import Mail, Server
from jixiao_alerts.channels.robot import Robot
from jixiao_alerts.channels.webhook import Webhook
from jixiao_alerts.deadlines import Deadlines
from jixiao_alerts.delivery import Channel, Delivery
from jixiao_alerts.targets import House


def remarks(settings: AlertsSettings) -> dict[str, str]:
    """What an operator should know of these settings although the service works with them."""
    told = "JIXIAO_PUBLIC_URL 未设置，消息中的链接只有路径，收到的人无法直接打开。"
    return {} if settings.public_url else {"links": told}


def main() -> None:
    """Read the settings once; fold and deliver."""
    settings = AlertsSettings()

    house = House(settings.public_url.rstrip("/"), settings.mail_from, settings.operator_mail)
    server = Server(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.smtp_username,
        settings.smtp_password,
        settings.mail_from,
    )

    async def deliver(runtime: Runtime) -> None:
        runtime.health.remarks |= remarks(settings)
        allowed = settings.webhook_allow
        async with AsyncExitStack() as stack:
            webhook = await stack.enter_async_context(Webhook(allowed))
            robots = {name: await stack.enter_async_context(Robot(name, allowed)) for name in ROBOTS}
            channels: dict[str, Channel] = {"webhook": webhook, "mail": Mail(server), **robots}
            secrets = Secrets(settings.secret_key)
            await Delivery(runtime.inbox.pool, channels, runtime.health, secrets=secrets, house=house).run()

    async def watch_deadlines(runtime: Runtime) -> None:
        await Deadlines(runtime.inbox, runtime.producer, runtime.health).run()

    run("alerts", settings, (SCORED, COMMANDS), lambda runtime: Alerts(), [deliver, watch_deadlines])


if __name__ == "__main__":
    main()
