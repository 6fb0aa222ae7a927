"""Sorting of faults: is the world broken, or is it something nobody knows?"""

import socket

from aiokafka.errors import KafkaError

from jixiao.runtime.errors import RetryLater
from jixiao.runtime.postgres import is_database_away


def is_world_broken(fault: BaseException) -> bool:
    """Whether a fault lies in the world (connection, time-out, Kafka, PostgreSQL away), so that waiting may help."""
    if isinstance(fault, RetryLater | ConnectionError | TimeoutError | socket.gaierror | KafkaError):
        return True
    # asyncio raises a plain OSError when every address of a host refused
    return type(fault) is OSError or is_database_away(fault)
