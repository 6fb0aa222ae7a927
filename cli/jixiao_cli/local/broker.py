"""The Kafka broker of a local run: one node in KRaft mode, loopback only."""

import socket
import struct
import subprocess
from pathlib import Path

from jixiao_cli.local import tools
from jixiao_cli.local.ports import LOOPBACK
from jixiao_cli.local.process import LocalError, Process

CLUSTER_ID = "jixiao-local-run-00000"
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
log.dirs={logs}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
"""
LOGGING = """\
rootLogger.level = warn
rootLogger.appenderRef.file.ref = file
appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = {log}
appender.file.filePattern = {log}.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d %p %c{{1}} %m%n
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = 10MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 3
"""
HEAP = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
METADATA_REQUEST = struct.pack(">hhih", 3, 4, 1, -1) + struct.pack(">i?", 0, False)


class Broker(Process):
    """A broker whose data lies in ``folder``; ``bootstrap`` is its address. Stopped, killed, restarted at will."""

    title = "Kafka"
    start_attempts = 5  # a killed one leaves its directory a moment later

    def __init__(self, folder: Path, port: int, controller_port: int) -> None:
        self.folder = folder
        self.port = port
        self.bootstrap = f"{LOOPBACK}:{port}"
        self._controller_port = controller_port
        config = str(folder / "server.properties")
        java = [tools.java(), "-cp", tools.jars()]
        self._format = [*java, "-XX:TieredStopAtLevel=1", "kafka.tools.StorageTool"]
        self._format += ["format", "-t", CLUSTER_ID, "-c", config]
        logging = f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}"
        super().__init__([*java, *HEAP, logging, "kafka.Kafka", config], folder / "broker.out")

    def prepare(self) -> None:
        """Write the configuration; format the storage once. Raises LocalError when that fails."""
        logs = self.folder / "logs"
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = PROPERTIES.format(host=LOOPBACK, port=self.port, controller=self._controller_port, logs=logs)
        (self.folder / "server.properties").write_text(settings)
        (self.folder / "log4j2.properties").write_text(LOGGING.format(log=self.folder / "broker.log"))
        if not (logs / "meta.properties").exists():
            done = subprocess.run(self._format, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise LocalError(f"Kafka 的数据目录没有准备好：{done.stderr.strip() or done.stdout.strip()}")

    def is_ready(self) -> bool:
        """Whether it answers a metadata request and counts itself as alive."""
        try:
            with socket.create_connection((LOOPBACK, self.port), 1) as conn, conn.makefile("rwb") as stream:
                stream.write(struct.pack(">i", len(METADATA_REQUEST)) + METADATA_REQUEST)
                stream.flush()
                answer = stream.read(16)  # size, correlation id, throttle time, number of brokers
        except OSError:
            return False
        return len(answer) == 16 and bool(struct.unpack(">iiii", answer)[3] >= 1)
