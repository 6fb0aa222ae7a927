"""Print a table: ``python -m tests.bench [reading] [judging] [journey] [delivery]``; all by default."""

import asyncio
import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from tests.bench import delivery, journey, judging, reading
from tests.bench.figures import Figure

MEASUREMENTS: dict[str, Callable[[], list[Figure]]] = {
    "reading": reading.measure,
    "judging": judging.measure,
    "journey": lambda: asyncio.run(journey.measure()),
    "delivery": lambda: asyncio.run(delivery.measure()),
}


def main() -> None:
    """Run what was asked for."""
    table = Table("what", "measured", "beside it, in the same run")
    for name in sys.argv[1:] or MEASUREMENTS:
        for figure in MEASUREMENTS[name]():
            table.add_row(figure.what, figure.measured, figure.beside)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
