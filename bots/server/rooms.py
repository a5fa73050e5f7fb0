"""All rooms of the embedded server: who may enter, who is where, who is told of comings and goings. Pure.

Source: signalling.md sections 3, 4 and 9; server-api.md sections 4 to 6; errors.md (2101, 2102).
"""

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bots.server.codes import BAD_TOKEN, DROPPED_WHILE_AWAY, LOCKED, NO_MODERATOR_PLACE, NO_PARTICIPANT_PLACE, Refused
from bots.server.effects import Disconnect, Effect, Expire, Send
from bots.server.member import Member
from bots.server.state import Breakout, Room
from bots.server.tokens import Claim, TokenMint
from bots.server.watch import Watch
from bots.wire import (
    PresentToken,
    RecordingOff,
    RecordingOn,
    RoomData,
    RoomDisconnected,
    RoomManagement,
    UserAudioMuted,
    UserAudioUnmuted,
    UserAwaited,
    UserConnected,
    UserDisconnected,
)

__all__ = ["EXPIRED", "GRACE_S", "Admission", "Rooms"]

GRACE_S = 5.0  # how long a lost connection is told to nobody (signalling.md 9.5)
REMIND_MIN = (10, 5)
REMAINING = "conference-remaining-duration"
DROPPED = RoomDisconnected(cause=2001, msg="disconnected-by-moderator")
EXPIRED = RoomDisconnected(cause=2002, msg="Conference Expired")
DUPLICATE = RoomDisconnected(cause=2002, msg="joined-again-elsewhere")


@dataclass(frozen=True, slots=True)
class Admission:
    """Somebody was let in."""

    room: Room
    member: Member
    effects: tuple[Effect, ...]
    replaced: bool = False
    """The same client was still here, perhaps with an older socket; the others are told nothing."""
    ghosts: tuple[str, ...] = ()
    """Lost connections of the same user, whom this one comes instead of: they are gone now."""
    is_waiting: bool = False
    """Not in yet: a moderator decides."""
    was_here: bool = False
    """The same client was here before, and gone for so long that the others were told."""


class Rooms:
    """The registry of rooms and of the connections in them.

    Args:
        mint: makes and checks tokens.
        new_hex: an unguessable id of so many bytes; repeatable in a simulation.
    """

    def __init__(self, mint: TokenMint, *, new_hex: Callable[[int], str] = secrets.token_hex) -> None:
        self.mint = mint
        self.new_hex = new_hex
        self.watches: list[Watch] = []
        """Are told of comings and goings."""
        self._rooms: dict[str, Room] = {}
        self._where: dict[str, Room] = {}
        self._waiting: dict[str, Room] = {}
        self._losses = itertools.count(1)

    # ---- rooms

    def add(self, room: Room) -> Room:
        self._rooms[room.room_id] = room
        return room

    def get(self, room_id: str) -> Room | None:
        return self._rooms.get(room_id)

    def listed(self) -> list[Room]:
        """The rooms of the project; breakout rooms are not among them."""
        return [room for room in self._rooms.values() if room.breakout is None]

    def remove(self, room: Room) -> list[Effect]:
        """Forget a room and its breakout rooms; whoever is inside is told and disconnected."""
        effects: list[Effect] = []
        for breakout_id in tuple(room.breakout_ids):
            effects += self.remove(self._rooms[breakout_id])
        for member in tuple(room.members.values()):
            effects += [Send(member.client_id, EXPIRED), Disconnect(member.client_id)]
            self._forget(room, member.client_id)
        effects += self._send_away(room)
        del self._rooms[room.room_id]
        if room.breakout is not None and (parent := self._rooms.get(room.breakout.parent_id)) is not None:
            parent.breakout_ids.remove(room.room_id)
        return effects

    def place_of(self, client_id: str) -> tuple[Room, Member] | None:
        """Where a connection is; None once it has left."""
        room = self._where.get(client_id)
        return None if room is None else (room, room.members[client_id])

    def publications_of(self, client_id: str) -> tuple[int, ...]:
        """The ids of what a member publishes."""
        place = self.place_of(client_id)
        return () if place is None else tuple(place[1].publication_ids)

    def waits(self, client_id: str) -> bool:
        """Has this connection knocked, and is not in a room yet?"""
        return client_id in self._waiting

    # ---- coming in

    def admit(self, presented: PresentToken, now: float) -> Admission:
        """Let the bearer of a token into its room.

        Args:
            presented: the `token` request.
            now: Unix time, seconds.

        Raises:
            Refused: the token is not genuine, used, expired or for a room that is gone, or there is no place left.
        """
        claim = self.mint.claim_of(presented.fields)
        if claim is None:
            raise Refused(BAD_TOKEN, "The token is not valid. Ask the Server API for a new one.")
        room = self._rooms.get(claim.room_id)
        if room is None:
            raise Refused(BAD_TOKEN, "The room of this token does not exist (any more).")
        if claim.token_id in room.dropped_tokens:
            raise Refused(DROPPED_WHILE_AWAY, DROPPED.msg)
        room.forget_spent(now)
        old_id = room.used_tokens.get(claim.token_id)
        if old_id is None and claim.expires_at < now:
            raise Refused(BAD_TOKEN, "The token has expired. Ask the Server API for a new one.")
        is_back = old_id and presented.is_reconnecting and presented.old_client_id == old_id
        if old_id is not None and not is_back:
            raise Refused(BAD_TOKEN, "The token has been used. Ask the Server API for a new one.")
        ends_at = room.ends_at
        if not room.members and ends_at is not None and ends_at.timestamp() <= now:
            raise Refused(BAD_TOKEN, "The time of this room is over.")
        begins = not (room.members or (room.is_adhoc and room.began_at is not None))
        before = self._before(room, claim, presented, old_id)
        client_id = old_id or (f"c-{self.new_hex(8)}" if before is None else before.client_id)
        role = room.roles.get(client_id, claim.role)
        member = Member(client_id, claim, is_single_pc=presented.is_single_pc, role=role)
        if client_id not in room.members:
            self._check_places(room, member, was_here=before is not None)
        if before is not None:
            room.spend(before.claim)
            if presented.received is not None:
                member.resume(before)
        room.used_tokens[claim.token_id] = client_id
        admission = self._replace(room, member) if client_id in room.members else self._arrive(room, member)
        if begins and not admission.is_waiting:
            room.began_at = now
        return admission

    @staticmethod
    def _before(room: Room, claim: Claim, presented: PresentToken, old_id: str | None) -> Member | None:
        """Who this was before the connection was lost, if it was here: by its token, or with a new one.

        With a new token one goes on as somebody who is lost, perhaps without being missed yet, only if one says so and
        is the same person: same user, name and role, or in a breakout room the same member of the parent.
        """
        before_id = old_id or presented.resumes
        before = room.members.get(before_id) or room.absent.get(before_id)
        return before if before is not None and (old_id or before.claim.is_for_whom(claim)) else None

    def _arrive(self, room: Room, member: Member) -> Admission:
        """Somebody is at the door: in, or into the waiting room."""
        client_id = member.client_id
        if not room.knocks or member.is_moderator or client_id in room.admitted:
            ghosts, was_here = self._ghosts(room, member.claim), room.absent.pop(client_id, None) is not None
            return Admission(room, member, tuple(self._enter(room, member)), ghosts=ghosts, was_here=was_here)
        is_back = client_id in room.waiting
        room.waiting[client_id] = member
        self._waiting[client_id] = room
        notice = UserAwaited(client_id=client_id, name=member.claim.name, data=member.claim.data or None)
        effects = () if is_back else tuple(Send(moderator.client_id, notice) for moderator in room.moderators())
        return Admission(room, member, effects, replaced=is_back, is_waiting=True)

    def let_in(self, room: Room, client_id: str) -> list[Effect]:
        """One who waits comes in; the others are told.

        Raises:
            Refused: there is no place left for one more; they go on waiting.
        """
        member = room.waiting[client_id]
        self._check_seats(room, member)
        self._stop_waiting(room, client_id)
        room.admitted.add(client_id)
        return self._enter(room, member)

    def _check_places(self, room: Room, member: Member, *, was_here: bool) -> None:
        claim = member.claim
        if room.breakout is not None:
            if not room.breakout.awaits(claim.parent_client_id, claim.token_id):
                raise Refused(BAD_TOKEN, "The invitation to this breakout room is over.")
            return
        if room.is_locked and not was_here:
            raise Refused(LOCKED, "The room is locked.")
        self._check_seats(room, member)

    def _check_seats(self, room: Room, member: Member) -> None:
        kind = "moderators" if member.is_moderator else "participants"
        ghosts = self._ghosts(room, member.claim)
        here = sum(
            1
            for other in room.members.values()
            if other.is_moderator == member.is_moderator and other.client_id not in ghosts
        )
        most = int(room.settings[kind])
        if here >= most:
            code = NO_MODERATOR_PLACE if kind == "moderators" else NO_PARTICIPANT_PLACE
            raise Refused(code, f"The room has places for {most} {kind}, all taken.")

    @staticmethod
    def _ghosts(room: Room, claim: Claim) -> tuple[str, ...]:
        """Lost connections of whom this token is for: who comes with a new token does not wait for the old one.

        By reference and name: nothing says that everybody has a reference of their own.
        """
        who = (claim.user_ref, claim.name)
        return tuple(
            member.client_id
            for member in room.members.values()
            if member.loss is not None and claim.user_ref and (member.claim.user_ref, member.claim.name) == who
        )

    def _enter(self, room: Room, member: Member) -> list[Effect]:
        """Make somebody a member; what the others are told."""
        client_id, claim = member.client_id, member.claim
        self._seat(room, member)
        if room.breakout is not None:
            room.breakout.enter(claim.parent_client_id, client_id)
        begins = room.awaits_moderator and member.is_moderator
        room.has_begun = room.has_begun or member.is_moderator
        effects = self._begin(room, but=client_id) if begins else []
        return effects + room.tell(UserConnected(user=member.user()), but=client_id)

    @staticmethod
    def _begin(room: Room, *, but: str) -> list[Effect]:
        """The moderator is there: whoever has waited for it learns who and what is in the room."""
        people = tuple(one.user() for one in room.members.values())
        return [
            Send(
                one.client_id,
                RoomManagement(
                    id="wait-room-disabled", room_data=RoomData(streams=room.streams(one), user_list=people)
                ),
            )
            for one in room.others(but)
        ]

    def _replace(self, room: Room, member: Member) -> Admission:
        """The same client with a new connection: to the others it never went, but perhaps it is muted now, or not."""
        client_id, before = member.client_id, room.members[member.client_id].user()
        self._seat(room, member)
        if room.breakout is not None:
            room.breakout.enter(member.claim.parent_client_id, client_id)
        user = member.user()
        kind = UserAudioMuted if user.audio_muted else UserAudioUnmuted
        is_same = before.audio_muted == user.audio_muted
        effects = [] if is_same else room.tell(kind(client_id=client_id, user=user), but=client_id)
        return Admission(room, member, tuple(effects), replaced=True)

    def _seat(self, room: Room, member: Member) -> None:
        member.is_room_muted = room.is_muted and not member.is_moderator
        member.is_hard_muted = member.client_id in room.hard_muted
        member.is_video_hard_muted = member.client_id in room.video_hard_muted
        is_new = member.client_id not in room.members
        member.custom = room.custom.get(f"user {member.claim.user_ref or member.client_id}")
        if not room.members:
            room.session += 1
            for watch in self.watches:
                watch.session_began(room)
            if room.settings.get("auto_recording") is True and room.breakout is None:
                self.begin_recording(room, None)
        room.members[member.client_id] = member
        self._where[member.client_id] = room
        for watch in self.watches if is_new else ():
            watch.entered(room, member)

    # ---- going

    def lose(self, client_id: str) -> list[Effect]:
        """A connection broke: nobody is told, for as long as a reconnect may take (signalling.md 9.5).

        Who waits to be let in waits no more.
        """
        if client_id in self._waiting:
            return self.leave(client_id, is_lost=True)
        place = self.place_of(client_id)
        if place is None:
            return []
        place[1].loss = next(self._losses)
        return [Expire(client_id, place[1].loss, GRACE_S)]

    def is_gone(self, expire: Expire) -> bool:
        """Whether this loss still lasts."""
        place = self.place_of(expire.client_id)
        return place is not None and place[1].loss == expire.loss

    def leave(self, client_id: str, *, is_lost: bool = False, is_dropped: bool = False) -> list[Effect]:
        """Take a connection out of its room and tell whoever has to know; nothing if it is not in one.

        Args:
            client_id: whose.
            is_lost: the connection broke; unlike one who left or was dropped, it may come back with its token.
            is_dropped: by a moderator, which it learns when it comes back and has not heard it.
        """
        if (outside := self._waiting.get(client_id)) is not None:
            claim = outside.waiting[client_id].claim
            self._stop_waiting(outside, client_id)
            if not is_lost:
                outside.spend(claim)
            return []
        place = self.place_of(client_id)
        if place is None:
            return []
        room, member = place
        effects: list[Effect] = []
        for kind in tuple(room.sharing):
            effects += [one for one in room.end_sharing(client_id, kind) if one.client_id != client_id]
        self._forget(room, client_id)
        room.floor.forget(client_id)
        room.hide(client_id)
        room.wishes.pop(client_id, None)
        if is_lost:
            room.miss(member)
        else:
            room.dismiss(member)
        if is_dropped:
            room.dropped_tokens.add(member.claim.token_id)
        user = member.user()
        gone = UserDisconnected(client_id=client_id, name=user.name, role=user.role, permissions=user.permissions)
        effects += room.tell(gone)
        if not room.members and room.breakout is None:
            for breakout_id in tuple(room.breakout_ids):
                effects += self.remove(self._rooms[breakout_id])
            room.end_session()
            effects += self._after_session(room)
        return effects

    def expire(self, now: float) -> list[Effect]:
        """End every session whose duration is over; an ad-hoc room goes with it (server-api.md section 5).

        Args:
            now: Unix time, seconds.
        """
        effects: list[Effect] = []
        for room in self.listed():
            ends_at = room.ends_at
            if ends_at is None:
                continue
            if ends_at.timestamp() > now:
                effects += _remind(room, ends_at.timestamp() - now)
                continue
            if room.is_adhoc:
                effects += self.remove(room)
                continue
            for member in tuple(room.members.values()):
                effects += [Send(member.client_id, EXPIRED), Disconnect(member.client_id)]
                effects += self.leave(member.client_id)
            effects += self._send_away(room)
        return effects

    def _after_session(self, room: Room) -> list[Effect]:
        """An ad-hoc room has one session, or stays until its duration is over."""
        if not room.is_adhoc:
            room.began_at, room.extended_min = None, 0
        elif room.ends_at is None:
            return self.remove(room)
        return []

    def _forget(self, room: Room, client_id: str) -> None:
        member = room.members.pop(client_id)
        self._where.pop(client_id, None)
        for watch in self.watches:
            watch.left(room, member)
        if not room.members:
            self.end_recording(room)
            for watch in self.watches:
                watch.session_ended(room)

    def _stop_waiting(self, room: Room, client_id: str) -> None:
        room.waiting.pop(client_id, None)
        self._waiting.pop(client_id, None)

    def _send_away(self, room: Room) -> list[Effect]:
        """Nobody will be let in any more."""
        effects: list[Effect] = []
        for client_id in tuple(room.waiting):
            effects += [Send(client_id, EXPIRED), Disconnect(client_id)]
            self._stop_waiting(room, client_id)
        return effects

    # ---- recording

    def begin_recording(self, room: Room, stream_id: int | None, *, by: str = "") -> list[Effect]:
        """The room is recorded from now on, all of it or one publication; everybody is told."""
        room.is_recorded = True
        for watch in self.watches:
            watch.recording_began(room, stream_id)
        return room.tell(RecordingOn(moderator_id=by))

    def end_recording(self, room: Room, *, by: str = "") -> list[Effect]:
        """The room is not recorded any more; everybody is told. Nothing if it was not."""
        if not room.is_recorded:
            return []
        room.is_recorded = False
        for watch in self.watches:
            watch.recording_ended(room)
        return room.tell(RecordingOff(moderator_id=by))


def _remind(room: Room, left_s: float) -> list[Effect]:
    """Ten and five minutes before the end everybody is told, so that somebody can make the session longer."""
    due = {minutes for minutes in REMIND_MIN if left_s <= minutes * 60 and minutes not in room.reminded_min}
    room.reminded_min |= due
    began_shorter = room.settings["duration"] <= min(due, default=0)
    if not due or began_shorter or not room.members:
        return []
    return room.tell(RoomManagement(id=REMAINING, msg={"timeLeft": min(due)}))


def breakout_of(room: Room) -> Breakout:
    """The breakout part of a room that is one."""
    assert room.breakout is not None, "this room is not a breakout room"
    return room.breakout
