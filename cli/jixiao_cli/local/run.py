"""A whole local run in one data directory: broker, database, set-up steps, services; started and stopped in order."""

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from jixiao_cli.local import tools
from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from jixiao_cli.local.folder import Folder
from jixiao_cli.local.ports import asked_port, free_port, one_at_a_time, page_port
from jixiao_cli.local.process import Process
from jixiao_cli.local.service import Service, shared_settings
from jixiao_cli.local.signals import uninterrupted
from jixiao_cli.local.supervisor import Supervisor
from jixiao_cli.setup import SERVICES, prepare_database, prepare_topics

TEND_SECONDS = 0.2
SESSION_SECONDS = "10"  # on one machine a silent member is a dead one; its partitions need not wait a minute


@dataclass(frozen=True)
class Options:
    """What the person chose; None: any free port (for the page the first free one from 8080 on)."""

    data: Path
    port: int | None = None
    kafka_port: int | None = None
    postgres_port: int | None = None


@dataclass(frozen=True)
class Reporter:
    """How the run speaks: ``step`` shows a slow step while it lasts, ``tell`` says a sentence."""

    step: Callable[[str], AbstractContextManager[None]]
    tell: Callable[[str], None]


class LocalRun:
    """A local run. Entering starts it, leaving stops it: services, then broker, then database.

    ``JIXIAO_KAFKA`` and ``JIXIAO_POSTGRES`` name an existing broker and database (administrator) to use instead.
    """

    def __init__(self, options: Options, reporter: Reporter) -> None:
        self.options = options
        self.url = ""
        self._folder = Folder(options.data)
        self._report = reporter
        self._supervisor = Supervisor(reporter.tell)
        self._servers: list[Process] = []
        self._services: list[Service] = []

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.enter_context(self._folder.locked())
            undo.callback(self._stop)
            self._start()
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def sleep(self, seconds: float) -> None:
        """Wait, and meanwhile start again what ended; every wait while the run lasts goes through here."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._supervisor.tend()
            time.sleep(min(left, TEND_SECONDS))

    def _start(self) -> None:
        kafka = os.environ.get("JIXIAO_KAFKA") or self._own_broker()
        admin_dsn = os.environ.get("JIXIAO_POSTGRES") or self._own_database()
        self._start_servers()
        dsns = self._folder.service_dsns(admin_dsn)
        with self._report.step("建立消息主题和数据库表"):
            asyncio.run(_set_up(kafka, admin_dsn, dsns))
        session = os.environ.get("JIXIAO_SESSION_TIMEOUT", SESSION_SECONDS)
        own = {
            "JIXIAO_STATIC": str(tools.static()),
            "JIXIAO_SESSION_TIMEOUT": session,
            "JIXIAO_SECRET_KEY": os.environ.get("JIXIAO_SECRET_KEY") or self._folder.secret_key(),
        }
        self._start_services(shared_settings(kafka, dsns) | own)
        self._folder.publish(self.url, kafka, dsns)

    def _own_broker(self) -> str:
        broker = Broker(self._folder.path / "kafka", asked_port(self.options.kafka_port), free_port())
        self._servers.append(broker)
        return broker.bootstrap

    def _own_database(self) -> str:
        port = asked_port(self.options.postgres_port)
        database = Database(self._folder.path / "postgres", port, self._folder.password("postgres"))
        self._servers.append(database)
        return database.dsn

    def _start_servers(self) -> None:
        with ThreadPoolExecutor() as threads, self._report.step("准备数据目录"):
            list(threads.map(lambda server: server.prepare(), self._servers))
        for server in self._servers:
            server.spawn()
        for server in self._servers:
            with self._report.step(f"启动 {server.title}"):
                server.wait_ready()
            self._supervisor.watch(server)

    def _start_services(self, settings: Mapping[str, str]) -> None:
        with one_at_a_time():
            for name in reversed(SERVICES):
                service = Service(name, _service_port(name, self.options), settings, self._folder.path / "services")
                if name == "gateway":
                    settings = {**settings, "JIXIAO_PUBLIC_URL": os.environ.get("JIXIAO_PUBLIC_URL") or service.url}
                service.prepare()
                service.spawn()
                self._services.append(service)
            for service in self._services:
                with self._report.step(f"启动{service.title}"):
                    service.wait_ready()
                self._supervisor.watch(service)
        self.url = next(service.url for service in self._services if service.name == "gateway")

    def _stop(self) -> None:
        with uninterrupted():
            self._folder.withdraw()
            with self._report.step("停止服务"):
                self._supervisor.stop(self._services)
            for server in self._servers:  # the broker before the database
                with self._report.step(f"停止 {server.title}"):
                    self._supervisor.stop([server])


async def _set_up(kafka: str, admin_dsn: str, dsns: Mapping[str, str]) -> None:
    await asyncio.gather(prepare_database(admin_dsn, dsns), prepare_topics(kafka=kafka))


def _service_port(name: str, options: Options) -> int:
    """The page's port is the person's choice, the others' that of the environment, else any free one."""
    asked = os.environ.get(f"JIXIAO_{name.upper()}_PORT")
    return page_port(options.port) if name == "gateway" else asked_port(int(asked) if asked else None)
