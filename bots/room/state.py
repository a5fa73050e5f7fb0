"""Who is here and what a message means given that: pure, `Notice` in, `RoomEvent`s out.

Source: signalling.md sections 3.3, 4, 5.5, 10, 11.2; breakouts.md section 4; moderation.md section 2.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Literal

from bots.errors import WireError
from bots.room.events import (
    AudioMuted,
    AudioUnmuted,
    BreakoutJoined,
    BreakoutLeft,
    ChatReceived,
    Closed,
    DataReceived,
    HardMuteChanged,
    KnockChanged,
    Participant,
    ParticipantAwaited,
    ParticipantJoined,
    ParticipantLeft,
    RoomAllowed,
    RoomAwaited,
    RoomEvent,
    RoomJoined,
    SpeechChanged,
    Talker,
    TalkersChanged,
    Unknown,
)
from bots.room.floor import Floor
from bots.room.meaning import meaning_of
from bots.room.moderated import (
    LockChanged,
    ModeChanged,
    RecordingOff,
    RecordingOn,
    RoleChanged,
    RoleWished,
)
from bots.room.shown import Shown
from bots.room.whereabouts import Whereabouts
from bots.wire import DataReceived as DataNotice
from bots.wire import (
    FloorManagement,
    GenericEvent,
    HardMuted,
    HardUnmuted,
    Notice,
    RoleWish,
    RoomConnected,
    RoomData,
    RoomDisconnected,
    RoomManagement,
    RoomMuted,
    RoomSwitched,
    RoomUnmuted,
    Stream,
    TalkersUpdated,
    User,
    UserAudioMuted,
    UserAudioUnmuted,
    UserAwaited,
    UserConnected,
    UserDisconnected,
)
from bots.wire import RecordingOff as RecordingOffNotice
from bots.wire import RecordingOn as RecordingOnNotice
from bots.wire import RoleChanged as RoleChangedNotice
from bots.wire import RoomAwaited as RoomAwaitedNotice

__all__ = ["RoomState"]

_WISHES: Mapping[str, Literal["requested", "cancelled", "accepted", "denied"]] = {
    "requestInitiated": "requested", "requestCancelled": "cancelled", "requestAccepted": "accepted",
    "requestDenied": "denied",
}  # fmt: skip
_FIRST_SHARE = 101  # stream ids from here on are screen share and canvas, not talker slots


class RoomState:
    """What one connection knows of its room; filled by `room-connected`, kept true by every message after it."""

    def __init__(self, room_id: str) -> None:
        self.room_id = room_id
        self.room_name = ""
        self.client_id = ""
        self.meta: Mapping[str, Any] = MappingProxyType({})
        self.talkers: tuple[Talker, ...] = ()
        self.slots: tuple[int, ...] = ()
        self.max_video_bw: int | None = None
        """What `publish` repeats of the room's limits, kbit/s, even for audio."""
        self.is_hard_muted = False
        self.is_room_muted = False
        self.is_waiting = False
        """Whether the room waits for a moderator; nothing can be published until it comes."""
        self._people: dict[str, Participant] = {}
        self._awaited: dict[str, Participant] = {}
        self.floor = Floor()
        self.shown = Shown()
        self.whereabouts = Whereabouts()
        self.mode = "group"
        self.is_locked = False
        self.is_recorded = False

    @property
    def has_floor(self) -> bool:
        """May the bot publish as far as a lecture is concerned?"""
        is_free = self.mode != "lecture" or self.me.is_moderator or self.floor.is_open
        return is_free or self.client_id in self.floor.holders

    @property
    def participants(self) -> Mapping[str, Participant]:
        """Everyone here by client id, oneself included; a live view."""
        return MappingProxyType(self._people)

    @property
    def awaited(self) -> Mapping[str, Participant]:
        """Who waits to be let in, by client id; a live view."""
        return MappingProxyType(self._awaited)

    def forget_awaited(self, client_id: str) -> None:
        """They wait no longer: they are let in or turned away."""
        self._awaited.pop(client_id, None)

    @property
    def me(self) -> Participant:
        return self._people.get(self.client_id) or Participant(self.client_id, is_me=True)

    @property
    def settings(self) -> Mapping[str, Any]:
        found = self.meta.get("settings")
        return found if isinstance(found, Mapping) else {}

    def apply(self, notice: Notice) -> list[RoomEvent]:
        """Take one message; returns what it means, in order. A message about nobody known changes nothing."""
        match notice:
            case RoomConnected():
                return self._connect(notice)
            case RoomAwaitedNotice():
                return [RoomAwaited(self.room_id)]
            case RoomDisconnected():
                return [Closed(notice.cause, notice.msg)]
            case UserAwaited():
                return list(self._await(notice))
            case UserConnected():
                return self._come(notice.user)
            case UserDisconnected():
                return self._go(notice.client_id)
            case UserAudioMuted() | UserAudioUnmuted():
                return self._hear(notice)
            case TalkersUpdated():
                return self._talk(notice)
            case GenericEvent(id="speaker_notification"):
                return [SpeechChanged(_speakers(notice.data))]
            case HardMuted() | HardUnmuted():
                self.is_hard_muted = isinstance(notice, HardMuted)
                return [HardMuteChanged(self.is_hard_muted, "me")]
            case RoomMuted() | RoomUnmuted():
                self.is_room_muted = isinstance(notice, RoomMuted)
                return [HardMuteChanged(self.is_room_muted, "room")]
            case DataNotice():
                return [self._read(notice)]
            case RoomManagement(id="wait-room-disabled"):
                return self._begin(notice.room_data or RoomData())
            case FloorManagement() | RoleChangedNotice() | RoleWish() | RoomSwitched():
                return self._moderate(notice)
            case RoomManagement(id="knock-enabled" | "knock-disabled"):
                if notice.id == "knock-disabled":
                    self._awaited.clear()
                return [KnockChanged(notice.id == "knock-enabled")]
            case RoomManagement(id="floor-opened" | "floor-closed"):
                return [self.floor.opened(is_open=notice.id == "floor-opened")]
            case RoomManagement(id="update-pin-users" | "spotlight-users"):
                return list(self.shown.apply(notice))
            case RoomManagement(id="room-locked" | "room-unlocked"):
                self.is_locked = notice.id == "room-locked"
                return [LockChanged(self.is_locked)]
            case RecordingOnNotice() | RecordingOffNotice():
                return self._record(notice.moderator_id, is_on=isinstance(notice, RecordingOnNotice))
            case _:
                return [self.whereabouts.complete(event) for event in meaning_of(notice) if not self._is_own(event)]

    def _is_own(self, event: RoomEvent) -> bool:
        """Of its own way in and out of breakouts the bot knows by itself; some servers tell it to everybody."""
        return isinstance(event, BreakoutJoined | BreakoutLeft) and event.client_id == self.client_id

    def _record(self, moderator_id: str, *, is_on: bool) -> list[RoomEvent]:
        if is_on == self.is_recorded:
            return []
        self.is_recorded = is_on
        return [RecordingOn(moderator_id) if is_on else RecordingOff(moderator_id)]

    def _moderate(self, notice: FloorManagement | RoleChangedNotice | RoleWish | RoomSwitched) -> list[RoomEvent]:
        match notice:
            case FloorManagement():
                return list(self.floor.apply(notice, self._people.get))
            case RoleChangedNotice():
                return self._change_roles(notice)
            case RoleWish():
                step = _WISHES.get(notice.id)
                person = self._people.get(notice.client_id) or Participant(notice.client_id, notice.name)
                return [] if step is None else [RoleWished(step, person, notice.role)]
            case RoomSwitched():
                self.mode = "group" if self.mode == "lecture" else "lecture"
                self.floor.clear()
                return [ModeChanged(self.mode, notice.moderator)]

    def _change_roles(self, notice: RoleChangedNotice) -> list[RoomEvent]:
        """A handover names two people, a list says each one's role; whole users come along, or do not."""
        roles = {user.client_id: user.role for user in notice.user_list}
        if notice.moderator is not None:
            roles |= {notice.moderator.new: "moderator", notice.moderator.old: "participant"}
        for change in notice.changes or ():
            role = change.get("role")
            roles[str(change.get("clientId"))] = str(role.get("new") if isinstance(role, Mapping) else role)
        events: list[RoomEvent] = []
        for client_id, role in roles.items():
            known = self._people.get(client_id)
            if known is None or known.role == role:
                continue
            person = self._people[client_id] = replace(known, role=role)
            self.floor.forget(client_id)
            events.append(RoleChanged(person, known.role))
        if self.me.is_moderator and any(isinstance(one, RoleChanged) and one.participant.is_me for one in events):
            events += self._learn(notice)
        return events

    def _learn(self, notice: RoleChangedNotice) -> list[RoomEvent]:
        """What a new moderator is told: who waits, who asks for the floor."""
        told = RoomConnected(
            room={"openFloor": self.floor.is_open}, raised_hands=notice.raised_hands,
            approved_hands=notice.approved_hands, floor_invites=(),
        )  # fmt: skip
        waiting = [event for one in notice.awaited for event in self._read_awaited(one)]
        return [*waiting, *self.floor.connect(told, self.me)]

    def _connect(self, notice: RoomConnected) -> list[RoomEvent]:
        """Admitted: for the first time, or again after a loss; then it is told who came and went meanwhile."""
        before, self._people = self._people, {}
        self.room_id = notice.id or self.room_id
        self.meta = MappingProxyType(notice.room)
        self.room_name = str(notice.room.get("name") or "")
        self.max_video_bw = notice.max_video_bw
        self.client_id = notice.client_id or (notice.user.client_id if notice.user else "") or self.client_id
        self.slots = tuple(sorted(stream.id for stream in notice.streams if _is_slot(stream)))
        self._people = {user.client_id: self._person(user) for user in notice.user_list}
        if notice.user is not None:
            self._people[self.client_id] = self._person(replace(notice.user, client_id=self.client_id))
        self.is_room_muted = notice.room.get("mute") is True and not self.me.is_moderator
        self.is_waiting = notice.room.get("waitRoom") is True
        self.mode = str(self.settings.get("mode") or "group")
        self.is_locked = notice.room.get("locked") is True
        hands = [
            *self.floor.connect(notice, self.me),
            *self._record("", is_on=notice.media_record),
            *self.shown.connect(notice),
        ]
        self.talkers = ()
        waited, self._awaited = self._awaited, {}
        waiting = [event for one in notice.awaited for event in self._read_awaited(one)]
        if before:
            return [
                *self._changes(before),
                *(one for one in waiting if one.participant.client_id not in waited),
                *hands,
            ]
        everyone = tuple(self._people.values())
        return [RoomJoined(self.room_id, self.room_name, self.me, everyone), *waiting, *hands]

    def _read_awaited(self, raw: object) -> list[ParticipantAwaited]:
        try:
            return self._await(UserAwaited.read(raw))
        except WireError:  # one odd entry must not lose the room
            return []

    def _await(self, notice: UserAwaited) -> list[ParticipantAwaited]:
        person = Participant(client_id=notice.client_id, name=notice.name, data=notice.data or {})
        self._awaited[notice.client_id] = person
        return [ParticipantAwaited(person)]

    def _changes(self, before: Mapping[str, Participant]) -> list[RoomEvent]:
        left = [ParticipantLeft(one) for key, one in before.items() if key not in self._people and not one.is_me]
        came = [ParticipantJoined(one) for key, one in self._people.items() if key not in before and not one.is_me]
        muted: list[RoomEvent] = [
            AudioMuted(one) if one.is_audio_muted else AudioUnmuted(one)
            for key, one in self._people.items()
            if key in before and before[key].is_audio_muted != one.is_audio_muted and not one.is_me
        ]
        return [*left, *came, *muted]

    def _begin(self, data: RoomData) -> list[RoomEvent]:
        """The moderator is there: whoever was kept apart is here now."""
        self.is_waiting = False
        self.slots = tuple(sorted({*self.slots, *(stream.id for stream in data.streams if _is_slot(stream))}))
        return [RoomAllowed(), *(event for user in data.user_list for event in self._come(user))]

    def _person(self, user: User) -> Participant:
        return Participant(
            client_id=user.client_id,
            name=user.name,
            role=user.role,
            user_ref=user.user_ref,
            is_me=user.client_id == self.client_id,
            is_audio_muted=user.audio_muted,
            data=user.data or {},
        )

    def _come(self, user: User) -> list[RoomEvent]:
        is_new = user.client_id not in self._people
        self._awaited.pop(user.client_id, None)
        person = self._people[user.client_id] = self._person(user)
        return [ParticipantJoined(person)] if is_new else []

    def _go(self, client_id: str) -> list[RoomEvent]:
        if client_id == self.client_id:  # of an earlier connection of the bot: it is here
            return []
        person = self._people.pop(client_id, None)
        self.floor.forget(client_id)
        return [] if person is None else [ParticipantLeft(person)]

    def _hear(self, notice: UserAudioMuted | UserAudioUnmuted) -> list[RoomEvent]:
        known = self._people.get(notice.client_id)
        if known is None and notice.user is None:
            return []
        is_muted = isinstance(notice, UserAudioMuted)
        person = self._person(notice.user) if notice.user is not None else known
        assert person is not None, "one of the two is there"
        person = self._people[notice.client_id] = replace(person, is_audio_muted=is_muted)
        return [AudioMuted(person) if is_muted else AudioUnmuted(person)]

    def _talk(self, notice: TalkersUpdated) -> list[RoomEvent]:
        talkers = tuple(
            Talker(entry.stream_id, entry.client_id, entry.name)
            for entry in notice.talkers
            if entry.stream_id < _FIRST_SHARE
        )
        if talkers == self.talkers:
            return []
        self.talkers = talkers
        return [TalkersChanged(talkers)]

    def _read(self, notice: DataNotice) -> RoomEvent:
        is_private = not notice.broadcast
        if notice.type == "chat" and isinstance(notice.message, str):
            known = self._people.get(notice.sender_id)
            name = notice.sender or (known.name if known else "")
            return ChatReceived(notice.message, notice.sender_id, name, is_private)
        if notice.type in ("chat", "user_data"):
            return DataReceived(notice.message, notice.sender_id, is_private)
        return Unknown(notice.event, notice.arguments())


def _is_slot(stream: Stream) -> bool:
    return stream.id < _FIRST_SHARE and stream.audio and not stream.screen and not stream.canvas


def _speakers(data: object) -> tuple[str, ...]:
    """Who talks, and does not only make noise; users are ids, or objects with one."""
    entries = [one for one in data if isinstance(one, Mapping)] if isinstance(data, list) else []
    users = [user for one in entries if one.get("speech") for user in one.get("users") or ()]
    return tuple(str(one.get("clientId") or "") if isinstance(one, Mapping) else str(one) for one in users)
