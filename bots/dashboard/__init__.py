"""What a timetable shows to others over HTTP, and what they may ask of it."""

from bots.dashboard.endpoints import Watched, endpoints
from bots.dashboard.metrics import metrics_of

__all__ = ["Watched", "endpoints", "metrics_of"]
