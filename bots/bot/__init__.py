"""One bot: a trigger starts a run, a run performs steps and leaves a trace."""

from bots.bot.bot import Bot
from bots.bot.breakout.invites import InviteDecision, InviteWindow, decide_invite
from bots.bot.contract.messages import (
    BotDropped,
    BotEvent,
    BotFailed,
    BotIdle,
    BotJoined,
    BotLeft,
    BreakoutEntered,
    BreakoutExited,
    BreakoutsClosed,
    BreakoutsGone,
    BreakoutsNamed,
    BreakoutsOpened,
    ClipPlay,
    Command,
    Dismiss,
    Drain,
    InviteSettled,
    Judge,
    Judged,
    Measured,
    PlayFinished,
    RunEnded,
    Said,
    SignalGiven,
    SignalSent,
    SteerRotation,
)
from bots.bot.contract.ports import RoomPort
from bots.bot.contract.provider import Provider
from bots.bot.contract.rotation import RotationPlan, WarningPlan
from bots.bot.contract.spec import BotSpec, DropRule, LeaveRule, RulePlan, bot_of_herald, sound_key
from bots.bot.place.meeting import close_room, open_room, room_body
from bots.bot.rotation.terms import Terms
from bots.bot.rules.outcome import Outcome
from bots.bot.venue import Venue

__all__ = [
    "Bot",
    "BotDropped",
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
    "InviteDecision",
    "InviteSettled",
    "InviteWindow",
    "Judge",
    "Judged",
    "LeaveRule",
    "Measured",
    "Outcome",
    "PlayFinished",
    "Provider",
    "RoomPort",
    "RotationPlan",
    "RulePlan",
    "RunEnded",
    "Said",
    "SignalGiven",
    "SignalSent",
    "SteerRotation",
    "Terms",
    "Venue",
    "WarningPlan",
    "bot_of_herald",
    "close_room",
    "decide_invite",
    "open_room",
    "room_body",
    "sound_key",
]
