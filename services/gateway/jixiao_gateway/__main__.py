"""Run the gateway: ``python -m jixiao_gateway``."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from types import FrameType

import asyncpg
import structlog
import uvicorn

from jixiao.runtime import logs, postgres
from jixiao.runtime.consume import Consumer
from jixiao.runtime.faults import is_world_broken
from jixiao.runtime.health import Health
from jixiao.runtime.inbox import Inbox
from jixiao.runtime.produce import Producer
from jixiao.runtime.secrets import Secrets, Unsealable
from jixiao.runtime.settings import GatewaySettings
from jixiao_gateway import health
from jixiao_gateway.app import create_app
from jixiao_gateway.hub import Hub
from jixiao_gateway.intake import FILES_IN_MEMORY, Intake, Lanes
from jixiao_gateway.ledger import Ledger
from jixiao_gateway.live import LiveLog, Watcher, uploaded_event
from jixiao_gateway.parts import Gateway
from jixiao_gateway.security import Tokens, is_loopback
from jixiao_gateway.store import Store
from jixiao_gateway.store.events import EVENTS_KEPT
from jixiao_gateway.upload import Upload

log = structlog.get_logger(__name__)

POOL_SIZE = 10
UNCLAIMED_KEPT = timedelta(days=31)  # a command that nobody took in so long is gone from its topic
PRUNE_SECONDS = 3600.0
SEAL_AGAIN_SECONDS = 10.0
GRACE_SECONDS = 20
LAST_WRITE_SECONDS = 5.0


class Server(uvicorn.Server):
    """uvicorn, which also ends the live streams when it is told to stop; it would wait for them else."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal to stop came. uvicorn would raise it again at the end and cut our own ending short."""
        self._hub.close()
        self.force_exit = self.should_exit
        self.should_exit = True


async def serve(settings: GatewaySettings) -> None:
    """Run until a signal comes."""
    try:
        tokens, secrets = Tokens(settings.api_tokens), Secrets(settings.secret_key)
    except ValueError as fault:
        raise SystemExit(str(fault)) from fault
    loopback = is_loopback(settings.host)
    need_token = settings.require_token or not loopback
    if need_token and not tokens:
        raise SystemExit("对本机以外开放或要求令牌时，须用 JIXIAO_API_TOKENS 设置至少一个令牌（名称:令牌）。")
    async with _parts(settings, tokens, secrets) as (parts, work):
        app = create_app(parts, need_token, loopback)
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        async with _running(work):
            await Server(config, parts.hub).serve()


@asynccontextmanager
async def _parts(
    settings: GatewaySettings, tokens: Tokens, secrets: Secrets
) -> AsyncIterator[tuple[Gateway, Sequence[Awaitable[None]]]]:
    """The parts on broker and database, and the work that must run beside the server."""
    pool = await postgres.connect_pool(settings.postgres, f"{settings.topic_prefix}gateway", POOL_SIZE)
    producer = Producer(settings.kafka_connection, settings.topic_prefix)
    store = Store.on(pool)
    hub = Hub(store.events)
    ledger = Ledger(partial(_write, store, hub))
    checks: dict[str, health.Check] = {"消息服务": producer.answers, "数据库": partial(postgres.answers, pool)}
    parts = Gateway(
        store=store,
        hub=hub,
        intake=Intake(producer, Lanes(), ledger.note, asyncio.Semaphore(FILES_IN_MEMORY)),
        ledger=ledger,
        sender=producer,
        tokens=tokens,
        secrets=secrets,
        static=settings.static,
        webhook_allow=settings.webhook_allow,
        why_not_ready=partial(health.why_not_ready, checks),
    )
    watcher = _watcher(settings, pool, producer, parts)
    try:
        yield parts, (hub.run(), ledger.run(), watcher.run(), _prune(store), _seal(store, secrets))
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WRITE_SECONDS):
                await ledger.flush()
    finally:
        await producer.stop()
        pool.terminate()


def _watcher(settings: GatewaySettings, pool: asyncpg.Pool, producer: Producer, parts: Gateway) -> Watcher:
    step = LiveLog(settings.topic_prefix)
    inbox = Inbox(pool, f"{settings.topic_prefix}gateway")
    # an unacknowledged message is safe here: offsets are committed by hand, and uploads go on without the database
    loop = Consumer(step, inbox, producer, Health(), give_up_after=float("inf"), end=lambda: None)
    return Watcher(settings, parts.store.events, step, loop, parts.hub)


async def _write(store: Store, hub: Hub, uploads: Sequence[Upload]) -> None:
    await store.uploads.add(uploads)
    await store.events.append([uploaded_event(upload) for upload in uploads])
    hub.wake()


@asynccontextmanager
async def _running(work: Sequence[Awaitable[None]]) -> AsyncIterator[None]:
    """Run background work; when some of it dies of an unknown fault the process ends and is started again."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_awaiting(each)) for each in work]
        yield
        for task in tasks:
            task.cancel()


async def _awaiting(work: Awaitable[None]) -> None:
    await work


async def _prune(store: Store) -> None:
    while True:
        try:
            await store.events.prune(datetime.now(UTC) - EVENTS_KEPT)
            await store.attachments.prune(datetime.now(UTC) - UNCLAIMED_KEPT)
        except Exception as fault:
            if not is_world_broken(fault):
                raise
        await asyncio.sleep(PRUNE_SECONDS)


async def _seal(store: Store, secrets: Secrets) -> None:
    """Seal what was written before secrets were sealed; without a key it stays as it is."""
    while True:
        try:
            for subscription_id, secret in await store.subscriptions.unsealed():
                await store.subscriptions.reseal(subscription_id, secrets.seal(secret))
            return
        except Unsealable as fault:
            log.warning("secrets stand unsealed", reason=str(fault))
            return
        except Exception as fault:
            if not is_world_broken(fault):
                raise
        await asyncio.sleep(SEAL_AGAIN_SECONDS)


def main() -> None:
    """Read the settings and run."""
    settings = GatewaySettings()
    logs.configure("gateway", settings.log_level)
    asyncio.run(serve(settings))


if __name__ == "__main__":
    main()
