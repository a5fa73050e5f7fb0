"""From what happens in a room to what a rule can match: pure decisions."""

from dataclasses import replace
from typing import assert_never

from bots.bot.contract.ports import RoomPort
from bots.bot.contract.spec import RulePlan
from bots.bot.place.presence import Presence
from bots.bot.rules.facts import Occasion, OccasionKind, Person
from bots.playbook import (
    BreakoutClosed,
    Chat,
    Every,
    HandRaised,
    Invited,
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
from bots.playbook import BreakoutJoined as OnBreakoutJoined
from bots.playbook import BreakoutLeft as OnBreakoutLeft
from bots.playbook import ConnectionLost as OnConnectionLost
from bots.playbook import ConnectionRestored as OnConnectionRestored
from bots.playbook import InviteRejected as OnInviteRejected
from bots.room import (
    BreakoutConnected,
    BreakoutDisconnected,
    BreakoutInvite,
    BreakoutJoined,
    BreakoutLeft,
    ChatReceived,
    ConnectionLost,
    ConnectionRestored,
    FloorChanged,
    HardMuteChanged,
    InviteRejected,
    ParticipantAwaited,
    ParticipantJoined,
    ParticipantLeft,
    RecordingOff,
    RecordingOn,
    RoomEvent,
)

__all__ = ["breakout_over", "does_fire", "matches", "occasion_of", "signal_of", "silence_in", "talk_of"]


def occasion_of(event: RoomEvent, room: RoomPort, presence: Presence) -> Occasion | None:
    """What a rule can make of a room's event; None for events that no trigger is about.

    The bot's own coming and going between parent and breakout counts (`person.is_me`); its own joining of the
    parent, and its own chat lines, do not.
    """
    match event:
        case ParticipantJoined(participant=participant):
            person = presence.person_of(participant)
            is_first = presence.is_first_time(participant)
            is_back = presence.came_back(participant, room.room_id)
            return (
                None
                if person.is_me
                else _occasion("joined", room, presence, person, is_first_time=is_first, is_back=is_back)
            )
        case ParticipantLeft(participant=participant):
            person = presence.person_of(participant)
            presence.went(participant, room.room_id)
            return None if person.is_me else _occasion("left", room, presence, person)
        case ParticipantAwaited(participant=participant):
            return _occasion("waiting", room, presence, presence.person_waiting(participant))
        case FloorChanged(step="requested", participant=participant) if not participant.is_me:
            return _occasion("hand_raised", room, presence, presence.person_of(participant))
        case RecordingOn():
            return _occasion("recording_started", room, presence, None)
        case RecordingOff():
            return _occasion("recording_stopped", room, presence, None)
        case ChatReceived(text=text, sender_id=sender_id, sender_name=sender_name):
            if sender_id == room.client_id:
                return None
            person = presence.person(sender_id, room) or Person(client_id=sender_id, name=sender_name)
            return _occasion("chat", room, presence, person, text=text)
        case BreakoutInvite(room_id=room_id, inviter_id=inviter_id):
            return _occasion("invited", room, presence, presence.person(inviter_id), breakout_id=room_id)
        case InviteRejected(client_id=client_id, room_id=room_id):
            return _occasion("invite_rejected", room, presence, presence.person(client_id), breakout_id=room_id)
        case HardMuteChanged(is_muted=True):
            return _occasion("muted", room, presence, None)
        case BreakoutJoined(client_id=client_id, room_id=room_id):
            return _occasion("breakout_joined", room, presence, presence.person(client_id), breakout_id=room_id)
        case BreakoutLeft(client_id=client_id, room_id=room_id):
            return _occasion("breakout_left", room, presence, presence.person(client_id), breakout_id=room_id)
        case ConnectionLost():
            return _occasion("connection_lost", room, presence, None)
        case ConnectionRestored():
            return _occasion("connection_restored", room, presence, None)
        case BreakoutConnected(room_id=room_id):
            return _occasion("breakout_joined", room, presence, presence.me, breakout_id=room_id)
        case BreakoutDisconnected(room_id=room_id):
            return _occasion("breakout_left", room, presence, presence.me, breakout_id=room_id)
        case _:
            return None


def breakout_over(room_id: str, presence: Presence) -> Occasion:
    """A breakout room has ended, whoever told it."""
    return _occasion("breakout_closed", presence.parent, presence, None, breakout_id=room_id)


def talk_of(person: Person, room: RoomPort, presence: Presence) -> Occasion:
    """Somebody has begun to talk."""
    return _occasion("talking", room, presence, person)


def silence_in(room: RoomPort, presence: Presence, lasts_s: float) -> Occasion:
    """No person has talked for so long, seconds."""
    return replace(_occasion("silent", room, presence, None), silent_s=lasts_s)


def signal_of(name: str, key: str, presence: Presence) -> Occasion:
    """A bot has sent a signal: it is about the room that this bot is in."""
    return replace(_occasion("signal", presence.here, presence, None), signal=name, key=key)


def does_fire(rule: RulePlan, occasion: Occasion) -> bool:
    """Does this occasion fire this rule?

    `in` is about where people join, leave, write and talk; invites and breakouts concern parent and breakout at
    once.
    """
    if rule.trigger is None or not matches(rule.trigger, occasion):
        return False
    if not rule.trigger.is_placed or rule.within == "anywhere":
        return True
    return occasion.is_breakout == (rule.within == "breakouts")


def matches(trigger: Trigger, occasion: Occasion) -> bool:
    """Is this what the trigger waits for, wherever it happens?"""
    match trigger:
        case Joined():
            return occasion.kind == "joined" and (trigger.which == "every_time" or occasion.is_first_time)
        case Left():
            return occasion.kind == "left"
        case Returned():
            return occasion.kind == "returned"
        case Chat():
            return occasion.kind == "chat" and trigger.fits(occasion.text)
        case Invited():
            return occasion.kind == "invited"
        case OnInviteRejected():
            return occasion.kind == "invite_rejected"
        case OnBreakoutJoined():
            return occasion.kind == "breakout_joined"
        case OnBreakoutLeft():
            return occasion.kind == "breakout_left"
        case BreakoutClosed():
            return occasion.kind == "breakout_closed"
        case Talking():
            return occasion.kind == "talking"
        case Silent():
            return occasion.kind == "silent" and occasion.silent_s == trigger.lasts_s
        case Muted():
            return occasion.kind == "muted"
        case OnConnectionLost():
            return occasion.kind == "connection_lost"
        case OnConnectionRestored():
            return occasion.kind == "connection_restored"
        case OnSignal():
            return occasion.kind == "signal" and occasion.signal == trigger.name
        case Waiting():
            return occasion.kind == "waiting"
        case HandRaised():
            return occasion.kind == "hand_raised"
        case RecordingChanged():
            return occasion.kind == f"recording_{trigger.what}"
        case Every():
            return False  # its alarms fire it, see `Periods`
        case _:
            assert_never(trigger)


def _occasion(
    kind: OccasionKind,
    room: RoomPort,
    presence: Presence,
    person: Person | None,
    *,
    is_first_time: bool = True,
    is_back: bool = False,
    text: str = "",
    breakout_id: str | None = None,
) -> Occasion:
    room_id = breakout_id or room.room_id
    is_breakout = breakout_id is not None or room is not presence.parent
    name = (presence.breakout_name(room_id) if is_breakout else None) or (
        room.room_name if breakout_id is None else room_id
    )
    return Occasion(
        kind=kind,
        room_id=room_id,
        room_name=name,
        is_breakout=is_breakout,
        person=person,
        is_first_time=is_first_time,
        is_back=is_back,
        text=text,
        invite_room_id=breakout_id if kind == "invited" else None,
    )
