"""One bot: a trigger starts a run, a run performs steps and leaves a trace."""

from bots.bot.bot import Bot
from bots.bot.breakout.invites import InviteDecision, InviteWindow, decide_invite
from bots.bot.contract.attendance import AttendancePlan
from bots.bot.contract.clip import ClipPlay
from bots.bot.contract.commands import (
    BreakoutsGone,
    BreakoutsNamed,
    Command,
    Dismiss,
    Drain,
    DropTwins,
    Judge,
    PersonKnown,
    RoleTold,
    SignalGiven,
    SteerRotation,
)
from bots.bot.contract.messages import (
    BotAway,
    BotBack,
    BotEvent,
    BotFailed,
    BotIdle,
    BotJoined,
    BotLeft,
    BreakoutEntered,
    BreakoutExited,
    BreakoutsClosed,
    BreakoutsOpened,
    InviteSettled,
    Judged,
    Measured,
    PersonClaimed,
    PlayFinished,
    RoleSeen,
    RoundPlayed,
    RoundStands,
    RunEnded,
    Said,
    SignalSent,
    StepUnknown,
)
from bots.bot.contract.ports import RoomPort
from bots.bot.contract.provider import Provider
from bots.bot.contract.rotation import RotationPlan, WarningPlan
from bots.bot.contract.spec import BotSpec, DropRule, LeaveRule, RulePlan, bot_of_herald, sound_key
from bots.bot.place.meeting import close_room, find_room, open_room, room_body
from bots.bot.record.files import FILES, Report
from bots.bot.record.report import kept_report
from bots.bot.rotation.terms import Terms
from bots.bot.rules.outcome import Outcome
from bots.bot.venue import Venue

__all__ = [
    "FILES",
    "AttendancePlan",
    "Bot",
    "BotAway",
    "BotBack",
    "BotEvent",
    "BotFailed",
    "BotIdle",
    "BotJoined",
    "BotLeft",
    "BotSpec",
    "BreakoutEntered",
    "BreakoutExited",
    "BreakoutsClosed",
    "BreakoutsGone",
    "BreakoutsNamed",
    "BreakoutsOpened",
    "ClipPlay",
    "Command",
    "Dismiss",
    "Drain",
    "DropRule",
    "DropTwins",
    "InviteDecision",
    "InviteSettled",
    "InviteWindow",
    "Judge",
    "Judged",
    "LeaveRule",
    "Measured",
    "Outcome",
    "PersonClaimed",
    "PersonKnown",
    "PlayFinished",
    "Provider",
    "Report",
    "RoleSeen",
    "RoleTold",
    "RoomPort",
    "RotationPlan",
    "RoundPlayed",
    "RoundStands",
    "RulePlan",
    "RunEnded",
    "Said",
    "SignalGiven",
    "SignalSent",
    "SteerRotation",
    "StepUnknown",
    "Terms",
    "Venue",
    "WarningPlan",
    "bot_of_herald",
    "close_room",
    "decide_invite",
    "find_room",
    "kept_report",
    "open_room",
    "room_body",
    "sound_key",
]
