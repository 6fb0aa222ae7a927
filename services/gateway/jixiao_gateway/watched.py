"""The live log as one watcher may see it."""

import json
from typing import Any

from jixiao_gateway.scope import Scope, is_told, told_change
from jixiao_gateway.store.events import NumberedEvent
from jixiao_gateway.store.units import UnitStore


class Watched:
    """What of the events is told to the caller of a scope; the register may grow while he watches."""

    def __init__(self, units: UnitStore, scope: Scope) -> None:
        self._units = units
        self._scope = scope
        self._keys = scope.keys

    async def told(self, event: NumberedEvent) -> str | None:
        """The event's data for this watcher; None: nothing for him."""
        if self._scope.is_bureau:
            return event.data
        data: dict[str, Any] = json.loads(event.data)
        if "identity" not in data:
            return event.data if data.get("uploader") == self._scope.caller else None
        if not await self._covers(data["identity"]["unit"]):
            return None
        if "after" in data:
            change = told_change(event.data)
            return json.dumps(change, ensure_ascii=False) if change else None
        if "findings" in data:
            data["findings"] = [finding for finding in data["findings"] if is_told(finding)]
        return json.dumps(data, ensure_ascii=False)

    async def _covers(self, unit: str) -> bool:
        if unit not in self._keys:
            self._keys = await self._units.within(self._scope.root or "")
        return unit in self._keys
