"""What the launcher shows in the terminal."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from jixiao_cli.local.run import Reporter

console = Console(highlight=False)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show a slow step while it lasts, then how long it took."""
    began = time.monotonic()
    with console.status(f"{title}……"):
        yield
    console.print(f"[green]✓[/green] {title} [dim]{time.monotonic() - began:.1f} 秒[/dim]")


def tell(sentence: str) -> None:
    """Say something that the person should know."""
    console.print(f"[yellow]![/yellow] {sentence}", soft_wrap=True)


REPORTER = Reporter(step, tell)
