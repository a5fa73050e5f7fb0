"""Many bots: plan, start, watch, judge, drain."""

from bots.fleet.admission import LAG_LIMIT_S
from bots.fleet.expect import ExpectResult, expectations_of
from bots.fleet.fleet import Fleet
from bots.fleet.local import LocalFleet
from bots.fleet.memory import FileMemory, Memory, Remembered, histories
from bots.fleet.plan import earliest_arrival, plan, session_label, session_times
from bots.fleet.pool import Workers, workers_of
from bots.fleet.result import Outcome, SessionResult, SessionSnapshot
from bots.fleet.script import Script
from bots.fleet.session import Session
from bots.fleet.start import close_kept_room, resume_session, run_session
from bots.fleet.workers import WorkerFleet

__all__ = [
    "LAG_LIMIT_S",
    "ExpectResult",
    "FileMemory",
    "Fleet",
    "LocalFleet",
    "Memory",
    "Outcome",
    "Remembered",
    "Script",
    "Session",
    "SessionResult",
    "SessionSnapshot",
    "WorkerFleet",
    "Workers",
    "close_kept_room",
    "earliest_arrival",
    "expectations_of",
    "histories",
    "plan",
    "resume_session",
    "run_session",
    "session_label",
    "session_times",
    "workers_of",
]
