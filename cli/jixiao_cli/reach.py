"""The way of an operator's command to tables and brokers: the environment, else the local run of this folder."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from jixiao.runtime.errors import JixiaoError

if TYPE_CHECKING:
    from jixiao.runtime.settings import KafkaSettings

LOCAL_DSNS = Path(".local/run/dsns.json")
LOCAL_KAFKA = Path(".local/run/kafka.address")


def service_dsn(service: str) -> str:
    """The DSN with the service's own role. Raises JixiaoError when neither names one."""
    name = f"JIXIAO_{service.upper()}_POSTGRES"
    dsn = os.environ.get(name)
    if not dsn and LOCAL_DSNS.exists():
        dsn = json.loads(LOCAL_DSNS.read_text())[service]
    if not dsn:
        raise JixiaoError(f"缺少环境变量 {name}，本目录下也没有正在运行的系统（jixiao up）。")
    return str(dsn)


def kafka_settings() -> "KafkaSettings":
    """How to reach the brokers. Raises JixiaoError when neither names them."""
    from jixiao.runtime.settings import KafkaSettings

    if os.environ.get("JIXIAO_KAFKA"):
        return KafkaSettings()
    if not LOCAL_KAFKA.exists():
        raise JixiaoError("缺少环境变量 JIXIAO_KAFKA，本目录下也没有正在运行的系统（jixiao up）。")
    return KafkaSettings(kafka=LOCAL_KAFKA.read_text())
