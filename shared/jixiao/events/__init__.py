"""The events between the services, and the topics that carry them."""

from jixiao.events.models import (
    AlertChanged,
    AlertCommand,
    AlertState,
    Computed,
    FormParsed,
    FormScored,
)
from jixiao.events.topics import TOPICS, Topic

__all__ = ["TOPICS", "AlertChanged", "AlertCommand", "AlertState", "Computed", "FormParsed", "FormScored", "Topic"]
