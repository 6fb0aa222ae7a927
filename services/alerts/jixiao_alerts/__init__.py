"""Alerts: the life cycle of warnings, subscriptions and delivery. ``advance`` folds facts and commands into states."""

from jixiao_alerts.admission import FormVersion
from jixiao_alerts.states import advance

__all__ = ["FormVersion", "advance"]
