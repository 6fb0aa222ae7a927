"""Lists after years of use: each reads about as much as it shows, however much there is."""

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, cast

import asyncpg

from jixiao_gateway.store import Store
from jixiao_gateway.store.alerts import Order
from tests.contract.leaving import leave_alert, read_upload, score_form
from tests.unit.gateway import builders

MANY = 4000
SHOWN = 50
MOST_READ = 12 * SHOWN  # rows of all tables together

Asked = Callable[[Store], Awaitable[Any]]

LISTS: dict[str, Asked] = {
    "alerts of a rule": lambda store: store.alerts.page(None, SHOWN, {"rule": "VERSION-HELD", "handling": "open"}),
    "alerts returned": lambda store: store.alerts.page(None, SHOWN, {"handling": "returned"}),
    "alerts overdue": lambda store: store.alerts.page(None, SHOWN, {"overdue": True}),
    "alerts of a project": lambda store: store.alerts.page(None, SHOWN, {"project": "甲"}),
    "alerts of an upload": lambda store: store.alerts.page(None, SHOWN, {"upload_id": builders.uuid(9)}),
    "alerts of a unit": lambda store: store.alerts.page(None, SHOWN, {"within": ["单位7"]}),
    "alerts by amount": lambda store: store.alerts.page(None, SHOWN, {}, Order.AMOUNT),
    "alerts, newest": lambda store: store.alerts.page(None, SHOWN),
    "forms, newest": lambda store: store.forms.page(None, SHOWN),
    "forms of an upload": lambda store: store.forms.of_uploads([builders.upload().id]),
    "lights of a unit": lambda store: store.forms.lights(frozenset({"单位7"})),
    "uploads, newest": lambda store: store.uploads.page(None, SHOWN),
}


FORM, UPLOAD, ALERT = (f"md5({name}::text || n)::uuid" for name in ("form_id", "upload_id", "alert_id"))
UNIT, PROJECT = "'单位' || n", "'项目' || n"
MULTIPLIED: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("parser", "uploads", {"upload_id": UPLOAD}),
    ("parser", "forms", {"form_id": FORM, "upload_id": UPLOAD, "parsed_at": "parsed_at - n * interval '1 minute'"}),
    ("scorer", "assessments", {"form_id": FORM, "upload_id": UPLOAD, "unit": UNIT, "project": PROJECT}),
    ("scorer", "findings", {"form_id": FORM}),
    ("alerts", "versions", {"form_id": FORM, "upload_id": UPLOAD}),
    (
        "alerts",
        "alerts",
        {
            "alert_id": ALERT,
            "form_id": FORM,
            "upload_id": UPLOAD,
            "unit": UNIT,
            "project": PROJECT,
            "amount": "n",
            "changed_at": "changed_at - n * interval '1 minute'",
        },
    ),
)


class Read:
    """A pool that counts the rows which PostgreSQL reads for each question."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.rows = 0
        self._pool = pool

    async def fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        """The answer; what was read for it is added to ``rows``."""
        plan = json.loads(await self._pool.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", *args))
        self.rows += sum(_read(plan[0]["Plan"]))
        return cast(list[asyncpg.Record], await self._pool.fetch(query, *args))


def _read(node: dict[str, Any]) -> Iterator[int]:
    """The rows that each scan of a plan looked at."""
    if "Scan" in node["Node Type"]:
        passed = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        yield round(passed * node["Actual Loops"])
    for below in node.get("Plans", ()):
        yield from _read(below)


async def test_a_list_reads_about_what_it_shows(
    real: Store, others: dict[str, asyncpg.Connection], clean_database: dict[str, str]
) -> None:
    await years_of_use(others)
    read = {}
    async with asyncpg.create_pool(clean_database["gateway"]) as pool:
        for name, asked in LISTS.items():
            counted = Read(pool)
            await asked(Store.on(cast(asyncpg.Pool, counted)))
            read[name] = counted.rows
    assert read["alerts, newest"] >= SHOWN
    assert {name: rows for name, rows in read.items() if rows > MOST_READ} == {}


async def years_of_use(others: dict[str, asyncpg.Connection]) -> None:
    """One form with its warning, and thousands like it, each of another unit, project and upload."""
    await read_upload(others["parser"], 1, forms=1)
    await score_form(others["scorer"], 1)
    await leave_alert(others["alerts"])
    for service, table, changed in MULTIPLIED:
        await _multiply(others[service], table, changed)


async def _multiply(conn: asyncpg.Connection, table: str, changed: dict[str, str]) -> None:
    columns = [
        row["name"]
        for row in await conn.fetch(
            """SELECT column_name AS name FROM information_schema.columns
               WHERE table_schema = current_schema AND table_name = $1""",
            table,
        )
    ]
    taken = ", ".join(changed.get(name, name) for name in columns)
    await conn.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {taken} FROM {table}, generate_series(1, {MANY}) n"
    )
    await conn.execute(f"ANALYZE {table}")
