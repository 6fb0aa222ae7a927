"""The command line's way to a running gateway."""

import http.client
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from jixiao.runtime.errors import JixiaoError

DEFAULT_URL = "http://127.0.0.1:8080"
LOCAL_ADDRESS = Path(".local/run/address")
TIMEOUT_SECONDS = 60.0
END_STATES = frozenset({"scored", "no_form", "dead_lettered"})


class Refused(JixiaoError):
    """The gateway refused a request; the text says why. ``status`` is HTTP's."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Unreachable(JixiaoError):
    """Nobody answers at the address, or what answers is no gateway."""


class Client:
    """A gateway by its address; ``token`` is needed beyond loopback."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def upload(self, data: bytes, name: str, unit: str | None = None, year: str | None = None) -> str:
        """Hand one file in; its upload id. Raises Refused, Unreachable."""
        declared = {"name": name, "unit": unit, "year": year}
        query = "&".join(f"{key}={quote(text, safe='')}" for key, text in declared.items() if text)
        return str(self._ask("POST", f"/api/v1/reports?{query}", data)["upload_id"])

    def state(self, upload_id: str) -> dict[str, Any]:
        """How far an upload came. Raises Refused, Unreachable."""
        return self._ask("GET", f"/api/v1/uploads/{upload_id}")

    def findings(self, upload_id: str) -> list[dict[str, Any]]:
        """What was found in an upload (the first page). Raises Refused, Unreachable."""
        items: list[dict[str, Any]] = self._ask("GET", f"/api/v1/findings?upload_id={upload_id}")["items"]
        return items

    def _ask(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        parts = urlsplit(self.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        headers = self._headers | ({"Content-Type": "application/octet-stream"} if body is not None else {})
        conn = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
        try:
            conn.request(method, parts.path + path, body, headers)
            answer = conn.getresponse()
            document = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as fault:
            raise Unreachable(
                f"{self.url} 没有正常应答（{fault}）。请确认系统已启动（jixiao up），或用 --url 指定地址。"
            ) from fault
        finally:
            conn.close()
        if answer.status >= 400:
            raise Refused(answer.status, str(document.get("detail") or document.get("title") or document))
        return dict(document)


def connect(url: str | None) -> Client:
    """The gateway named, else the local run of this folder, else the default address; the token is JIXIAO_TOKEN."""
    local = LOCAL_ADDRESS.read_text() if LOCAL_ADDRESS.exists() else DEFAULT_URL
    return Client(url or local, os.environ.get("JIXIAO_TOKEN"))
