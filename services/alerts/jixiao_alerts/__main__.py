"""Run the alerts service: ``python -m jixiao_alerts``."""

from jixiao.events.topics import COMMANDS, SCORED
from jixiao.runtime.service import run
from jixiao.runtime.settings import AlertsSettings
from jixiao_alerts.app import Alerts


def main() -> None:
    """Read the settings once and serve."""
    run("alerts", AlertsSettings(), (SCORED, COMMANDS), lambda runtime: Alerts())


if __name__ == "__main__":
    main()
