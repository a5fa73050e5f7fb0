"""What has been decided, begun and done: kept so that a killed process goes on where it was, once, in one process."""

from bots.journal.database import missing_file
from bots.journal.diary import Diary, StepState
from bots.journal.journal import Journal, OpenSession, SessionRecord
from bots.journal.keeper import Hold
from bots.journal.lease import Held
from bots.journal.past import InvitePast, Past, RunPast, StepPast
from bots.journal.remote import RemoteBook

__all__ = [
    "Diary",
    "Held",
    "Hold",
    "InvitePast",
    "Journal",
    "OpenSession",
    "Past",
    "RemoteBook",
    "RunPast",
    "SessionRecord",
    "StepPast",
    "StepState",
    "missing_file",
]
