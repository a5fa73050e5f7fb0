"""Plain English for triggers."""

from typing import assert_never

from bots.playbook.model.triggers import (
    BreakoutClosed,
    BreakoutJoined,
    BreakoutLeft,
    Chat,
    ConnectionLost,
    ConnectionRestored,
    Every,
    HandRaised,
    Invited,
    InviteRejected,
    Joined,
    Left,
    Muted,
    OnSignal,
    RecordingChanged,
    Returned,
    Silent,
    Talking,
    Trigger,
    Waiting,
)
from bots.playbook.telling.words import spoken

__all__ = ["trigger_words"]


def trigger_words(trigger: Trigger) -> str:
    """`somebody joins`, to follow `when`."""
    match trigger:
        case Joined():
            return "somebody joins" + (" for the first time" if trigger.which == "first_time" else "")
        case Left():
            return "somebody leaves"
        case Returned():
            return "somebody who had left comes back"
        case Chat(text=str(text)):
            return f"somebody writes “{text}” in the chat"
        case Chat(matches=str(pattern)):
            return f"somebody writes something like /{pattern}/ in the chat"
        case Chat():
            return "somebody writes in the chat"
        case Invited():
            return "the bot is invited to a breakout room"
        case InviteRejected():
            return "somebody rejects an invite to a breakout room"
        case BreakoutJoined():
            return "somebody goes into a breakout room"
        case BreakoutLeft():
            return "somebody comes out of a breakout room"
        case BreakoutClosed():
            return "a breakout room is closed"
        case Talking():
            return "somebody begins to talk"
        case Silent():
            return f"no person has talked for {spoken(trigger.lasts_s)}"
        case Muted():
            return "a moderator mutes the bot"
        case ConnectionLost():
            return "the bot loses its connection"
        case ConnectionRestored():
            return "the bot's connection is there again"
        case OnSignal():
            return f"a bot sends the signal “{trigger.name}”"
        case Waiting():
            return "somebody waits to be let in"
        case HandRaised():
            return "somebody asks for the floor"
        case RecordingChanged():
            return "the room begins to be recorded" if trigger.what == "started" else "the recording stops"
        case Every():
            return f"another {spoken(trigger.period_s)} of the session have passed"
        case _:
            assert_never(trigger)
