"""The way of an operator's command to a service's tables: the environment, else the local run of this folder."""

import json
import os
from pathlib import Path

from jixiao.runtime.errors import JixiaoError

LOCAL_DSNS = Path(".local/run/dsns.json")


def service_dsn(service: str) -> str:
    """The DSN with the service's own role. Raises JixiaoError when neither names one."""
    name = f"JIXIAO_{service.upper()}_POSTGRES"
    dsn = os.environ.get(name)
    if not dsn and LOCAL_DSNS.exists():
        dsn = json.loads(LOCAL_DSNS.read_text())[service]
    if not dsn:
        raise JixiaoError(f"缺少环境变量 {name}，本目录下也没有正在运行的系统（jixiao up）。")
    return str(dsn)
