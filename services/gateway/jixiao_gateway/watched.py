"""The live log as one watcher may see it."""

import json
import time
from typing import Any

from jixiao_gateway.scope import Scope, is_told, told_change
from jixiao_gateway.store.events import NumberedEvent
from jixiao_gateway.store.units import UnitStore

LOOK_AGAIN_SECONDS = 5.0


class Watched:
    """What of the events is told to the caller of a scope; the register may grow while he watches."""

    def __init__(self, units: UnitStore, scope: Scope) -> None:
        self._units = units
        self._scope = scope
        self._keys = scope.keys
        self._outside: dict[str, float] = {}  # when a unit was last looked for in vain

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
        """Looks into the register for a unit that is not known to be inside, but not for each of its events."""
        now = time.monotonic()
        if unit not in self._keys and now - self._outside.get(unit, -LOOK_AGAIN_SECONDS) >= LOOK_AGAIN_SECONDS:
            self._keys = await self._units.within(self._scope.root or "")
            self._outside[unit] = now
        return unit in self._keys
