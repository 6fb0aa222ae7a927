"""The set-up step of the topics: creates what is missing, and brings retention and limits up to the table of topics.

Partitions of an existing topic are left alone: more of them would send the same key elsewhere.
"""

from collections.abc import Mapping
from typing import Literal

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from jixiao.events.topics import DEAD_LETTERS_KEPT_MS, MIB, TOPICS
from jixiao.runtime.settings import TopicSettings

Outcome = Literal["created", "altered", "unchanged"]
Config = dict[str, str]

HEADROOM = MIB  # for key, headers and the record's frame, beyond the largest value
SET_ON_THE_TOPIC = 1  # Kafka's ConfigSource: neither the broker's default nor its file


def wanted(prefix: str, replication: int) -> dict[str, Config]:
    """Every topic with its dead letters, by full name, and the configuration each has."""
    in_sync = {"min.insync.replicas": "2"} if replication >= 3 else {}
    configs = {}
    for topic in TOPICS:
        limit = {"cleanup.policy": "delete", "max.message.bytes": str(topic.limit + HEADROOM)} | in_sync
        configs[prefix + topic.name] = limit | {"retention.ms": str(topic.kept_ms)}
        configs[prefix + topic.dead_letters] = limit | {"retention.ms": str(DEAD_LETTERS_KEPT_MS)}
    return configs


async def setup_topics(settings: TopicSettings) -> dict[str, Outcome]:
    """Create and alter the topics; what became of each, by full name. Raises KafkaError when a broker refuses."""
    configs = wanted(settings.topic_prefix, settings.replication)
    admin = AIOKafkaAdminClient(**settings.kafka_connection)
    try:
        await admin.start()
        existing = set(await admin.list_topics())
        missing = {name: config for name, config in configs.items() if name not in existing}
        created = await _create(admin, missing, settings)
        altered = await _alter(admin, {name: configs[name] for name in configs if name not in created})
    finally:
        await admin.close()
    return {name: "created" if name in created else "altered" if name in altered else "unchanged" for name in configs}


async def _create(admin: AIOKafkaAdminClient, missing: Mapping[str, Config], settings: TopicSettings) -> set[str]:
    if not missing:
        return set()
    answer = await admin.create_topics(
        [NewTopic(name, settings.partitions, settings.replication, topic_configs=c) for name, c in missing.items()]
    )
    created = set()
    for name, code, *message in answer.topic_errors:
        error = for_code(code)
        if code == 0:
            created.add(name)
        elif error is not TopicAlreadyExistsError:  # another set-up may run at the same time
            raise error(f"{name}: {message}")
    return created


async def _alter(admin: AIOKafkaAdminClient, configs: Mapping[str, Config]) -> set[str]:
    """Alter what differs. The request replaces all that is set on a topic, so what others set goes along."""
    if not configs:
        return set()
    [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in configs])
    differing = {}
    for code, message, _, name, entries in answer.resources:
        if code != 0:
            raise for_code(code)(f"{name}: {message}")
        current = {entry[0]: entry[1] for entry in entries if entry[3] == SET_ON_THE_TOPIC}
        if configs[name].items() - current.items():
            differing[name] = current | configs[name]
    if not differing:
        return set()
    [answer] = await admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name, config) for name, config in differing.items()]
    )
    for code, message, _, name in answer.resources:
        if code != 0:
            raise for_code(code)(f"{name}: {message}")
    return set(differing)
