"""Plain English for triggers."""

from typing import assert_never

from bots.playbook.model.triggers import BreakoutJoined, BreakoutLeft, Chat, Invited, Joined, Left, Trigger

__all__ = ["trigger_words"]


def trigger_words(trigger: Trigger) -> str:
    """`somebody joins`, to follow `when`."""
    match trigger:
        case Joined():
            return "somebody joins" + (" for the first time" if trigger.which == "first_time" else "")
        case Left():
            return "somebody leaves"
        case Chat(text=str(text)):
            return f"somebody writes “{text}” in the chat"
        case Chat(matches=str(pattern)):
            return f"somebody writes something like /{pattern}/ in the chat"
        case Chat():
            return "somebody writes in the chat"
        case Invited():
            return "the bot is invited to a breakout room"
        case BreakoutJoined():
            return "somebody goes into a breakout room"
        case BreakoutLeft():
            return "somebody comes out of a breakout room"
        case _:
            assert_never(trigger)
