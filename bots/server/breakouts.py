"""The rules of breakout rooms: who may create, invite, join; who is told; when a room ends. Pure.

Source: breakouts.md sections 1 (rules), 4 (who is told), 9 (states), 10 (codes), 12 (checks).
"""

import random
import secrets
from collections.abc import Callable, Sequence

from bots.server.codes import (
    BAD_ARGUMENT,
    NO_COUNT,
    NO_TOKEN,
    NOT_CREATED,
    NOT_IN_LECTURE,
    TOO_MANY_PARTICIPANTS,
    TOO_MANY_ROOMS,
    UNAUTHORISED,
    Refused,
)
from bots.server.effects import Disconnect, Effect, GiveUp, Send
from bots.server.member import Member
from bots.server.provisioning.rooms import ROOM_ID_BYTES
from bots.server.rooms import DROPPED, EXPIRED, Rooms, breakout_of
from bots.server.state import Breakout, Room
from bots.server.tokens import Claim
from bots.wire import (
    BreakoutDefinition,
    BreakoutDestroyed,
    BreakoutInvited,
    BreakoutUserJoined,
    BreakoutUserLeft,
    RoomDisconnected,
    RoomManagement,
)

__all__ = ["Breakouts"]

MOST_ROOMS = 10
JOIN_LIMIT_S = 30.0  # a token that nobody came with by then gives its place back
RETURN_LIMIT_S = 30.0  # how long a place is kept for somebody whose connection broke, once the others were told
ROLES = ("participant", "moderator")


class Breakouts:
    """Breakout rooms of all parents.

    Args:
        rooms: the registry.
        clock_s: Unix time, seconds.
        token_for: makes the token text of a claim for a room.
        rng: spreads people over rooms in create-and-invite.
    """

    def __init__(
        self, rooms: Rooms, *, clock_s: Callable[[], float], token_for: Callable[[Claim, Room], str],
        rng: random.Random | None = None,
    ) -> None:  # fmt: skip
        self._rooms = rooms
        self._clock_s = clock_s
        self._token_for = token_for
        self._rng = rng or random.Random(secrets.randbits(64))
        self.fail_tokens = False
        """A switch for tests of clients: every join is answered with 1729 "Failed to generate Token"."""

    # ---- creating and inviting

    def create(self, room: Room, member: Member, definition: BreakoutDefinition) -> tuple[list[str], list[Effect]]:
        """Make `max_rooms` breakout rooms; the ids, and the notice to the parent's moderators."""
        self._check_creation(room, member, definition)
        made = [self._new_room(room, member, definition) for _ in range(definition.max_rooms)]
        ids = [one.room_id for one in made]
        message = {"room_id": ids[0], "rooms": ids, "requestor": {"id": member.client_id}}
        notice = RoomManagement(id="breakout-room-created", msg=message)
        return ids, [Send(moderator.client_id, notice) for moderator in room.moderators()]

    def create_and_invite(
        self, room: Room, member: Member, definition: BreakoutDefinition
    ) -> tuple[list[str], list[Effect]]:
        """Make rooms and force everybody else in the parent into them, at random, up to their capacity."""
        ids, effects = self.create(room, member, definition)
        people = [
            other.client_id
            for other in room.others(member.client_id)
            if other.may_publish and not self._away(room, other.client_id)
        ]
        self._rng.shuffle(people)
        chosen = people[: len(ids) * (definition.participants or 0)]
        for number, room_id in enumerate(ids):
            group = chosen[number :: len(ids)]
            if group:
                effects += self.invite(room, member, room_id, group, force=definition.force_join is not False)
        return ids, effects

    def invite(self, room: Room, member: Member, room_id: str, clients: Sequence[str], *, force: bool) -> list[Effect]:
        """Invite members of the parent; one notice each, one to the moderators."""
        target = self._breakout_under(room, room_id)
        if target is None:
            raise Refused(BAD_ARGUMENT, f"{room_id!r} is no breakout room of this room.")
        if not (member.is_moderator or member.client_id == breakout_of(target).creator_id):
            raise Refused(UNAUTHORISED, "Only the creator or a moderator may invite to a breakout room.")
        if self._away(room, member.client_id):
            raise Refused(BAD_ARGUMENT, "Leave your breakout room before you invite others.")
        present = (room.members[client_id] for client_id in dict.fromkeys(clients) if client_id in room.members)
        invitees = [one.client_id for one in present if one.may_publish]
        if not invitees:
            raise Refused(BAD_ARGUMENT, "None of these clients is in this room as a moderator or participant.")
        invite = BreakoutInvited(room_id=room_id, requestor={"id": member.client_id}, force_join=force)
        effects: list[Effect] = []
        for client_id in invitees:
            breakout_of(target).invited[client_id] = member.client_id
            effects.append(Send(client_id, invite))
        message = {"room_id": room_id, "clients": invitees, "requestor": {"id": member.client_id}}
        told = RoomManagement(id="breakout-room-invited", msg=message)
        return effects + [Send(moderator.client_id, told) for moderator in room.moderators()]

    def succeed(self, room: Room, ghost_id: str, client_id: str) -> None:
        """Somebody comes with a new token in place of a lost connection: what that had made or was invited to, they
        have or are. Ours."""
        for target in self._under(room):
            breakout = breakout_of(target)
            if ghost_id in breakout.invited:
                breakout.invited[client_id] = breakout.invited.pop(ghost_id)
            if ghost_id == breakout.creator_id:
                breakout.creator_id = client_id

    def reject(self, room: Room, member: Member, room_id: str) -> list[Effect]:
        """Give an invitation back; the inviter and the moderators are told."""
        target = self._breakout_under(room, room_id)
        if target is not None and member.client_id in breakout_of(target).joining:
            raise Refused(BAD_ARGUMENT, f"The invitation to {room_id!r} is accepted already.")
        inviter = breakout_of(target).invited.pop(member.client_id, None) if target is not None else None
        if inviter is None:
            raise Refused(BAD_ARGUMENT, f"There is no invitation to {room_id!r} to reject.")
        message = {"room_id": room_id, "client_id": member.client_id, "requestor": {"id": inviter}}
        told = {inviter, *(moderator.client_id for moderator in room.moderators())} & room.members.keys()
        return [Send(one, RoomManagement(id="breakout-invite-rejected", msg=message)) for one in sorted(told)]

    # ---- joining

    def join(self, room: Room, member: Member, room_id: str, role: str) -> tuple[str, list[Effect]]:
        """A token for a breakout room, and what follows from asking for it.

        Raises:
            Refused: 1729 with a `reason`: not-in-parent, not-found, not-invited, already-in-breakout, returning, full.
        """
        target = self._breakout_under(room, room_id)
        if room.breakout is not None:
            raise Refused(NO_TOKEN, "A breakout room can be joined from the parent room only.", reason="not-in-parent")
        if role not in ROLES:
            raise Refused(BAD_ARGUMENT, f"role must be participant or moderator, not {role!r}.")
        if target is None:
            raise Refused(NO_TOKEN, "There is no such breakout room.", reason="not-found")
        breakout, client_id = breakout_of(target), member.client_id
        if not member.may_publish:  # it would take a role that its token does not give (breakouts.md, rule 12)
            raise Refused(UNAUTHORISED, f"A {member.role} does not join breakout rooms.")
        broken = self._broken_inside(room, client_id)
        is_again = client_id in breakout.joining  # its first token did not get it in
        is_back = client_id in breakout.lost or is_again or (broken is not None and broken[0] is target)
        if client_id not in breakout.invited and client_id != breakout.creator_id and not is_back:
            raise Refused(NO_TOKEN, "You are not invited to this breakout room.", reason="not-invited")
        if self._away(room, client_id) and broken is None and not is_again:
            reason = "already-in-breakout"
            raise Refused(NO_TOKEN, "You are in a breakout room already; leave it first.", reason=reason)
        if member.is_returning and not is_back:
            raise Refused(NO_TOKEN, "Resume the parent room before you join the next one.", reason="returning")
        if breakout.taken - is_back >= breakout.capacity:
            raise Refused(NO_TOKEN, "The breakout room is full.", reason="full")
        if self.fail_tokens:
            raise Refused(NO_TOKEN, "Failed to generate Token")
        claim = Claim(
            token_id=self._rooms.new_hex(12), room_id=room_id, name=member.claim.name, role=role,
            user_ref=member.claim.user_ref, expires_at=self._clock_s() + JOIN_LIMIT_S, parent_client_id=client_id,
            data=member.claim.data,
        )  # fmt: skip
        place = breakout.joining[client_id] = GiveUp(room_id, client_id, claim.token_id, JOIN_LIMIT_S)
        effects: list[Effect] = [place]
        if broken is not None and broken[0] is not target:
            effects += self._rooms.leave(broken[1].client_id) + self.left(*broken)
        member.is_returning = False
        for other in self._under(room):  # who goes somewhere does not come back to where its connection broke
            if other is not target and breakout_of(other).lost.pop(client_id, None) is not None:
                effects += self._end_if_over(room, other)
        return self._token_for(claim, target), effects

    def give_up(self, place: GiveUp) -> list[Effect]:
        """Nobody came with the token in time: the place is free again, the invitation stays."""
        target = self._rooms.get(place.room_id)
        kept = () if target is None else (breakout_of(target).joining, breakout_of(target).lost)
        places = next((one for one in kept if one.get(place.client_id) is place), None)
        if target is None or places is None:
            return []
        del places[place.client_id]
        parent = self._rooms.get(breakout_of(target).parent_id)
        return self._end_if_over(parent, target) if parent is not None else []

    def announce(self, room: Room, member: Member) -> list[Effect]:
        """`user-joined-breakout-room`: tell the other members and the parent's moderators, once a joining."""
        for target in self._under(room):
            breakout = breakout_of(target)
            if member.client_id in breakout.members and member.client_id not in breakout.announced:
                breakout.announced.add(member.client_id)
                notice = BreakoutUserJoined(
                    client=member.client_id,
                    client_id=member.client_id,
                    room=target.room_id,
                    name=member.claim.name,
                    role=target.members[breakout.members[member.client_id]].role,
                )
                return [Send(one, notice) for one in self._concerned(room, breakout, member.client_id)]
        return []

    def returned(self, target: Room, member: Member) -> list[Effect]:
        """Who is back in a breakout room after the others were told that it had left is announced to them: SDK 3.1.8
        does not do that again (signalling.md 14.5). Nothing in another room."""
        parent = None if target.breakout is None else self._rooms.get(target.breakout.parent_id)
        outside = None if parent is None else parent.members.get(member.claim.parent_client_id)
        return [] if parent is None or outside is None else self.announce(parent, outside)

    def standing(self, room: Room, member: Member) -> list[Effect]:
        """For a moderator who comes while breakout rooms are open: which, in the order of their making, and who is in
        each. Our extension: without it a moderator who comes again cannot know."""
        rooms = {one.room_id: list(breakout_of(one).members) for one in self._under(room)}
        if not rooms or not member.is_moderator or room.breakout is not None:
            return []
        return [Send(member.client_id, RoomManagement(id="breakout-rooms-standing", msg={"rooms": rooms}))]

    # ---- leaving and ending

    def left(self, target: Room, member: Member, *, is_lost: bool = False) -> list[Effect]:
        """A connection inside a breakout room is gone: tell the others; the last one out ends the room.

        Args:
            target: the breakout room.
            member: who was inside.
            is_lost: the connection broke, so the place is kept for a while.
        """
        breakout, parent_client_id = breakout_of(target), member.claim.parent_client_id
        if breakout.members.get(parent_client_id) != member.client_id:
            return []
        del breakout.members[parent_client_id]
        breakout.announced.discard(parent_client_id)
        parent = self._rooms.get(breakout.parent_id)
        if parent is None:
            return []
        effects: list[Effect] = []
        outside = parent.members.get(parent_client_id) or parent.absent.get(parent_client_id)
        if outside is not None:
            outside.is_returning = outside.is_paused
        notice = BreakoutUserLeft(client_id=parent_client_id, room=target.room_id, name=member.claim.name)
        effects += [Send(one, notice) for one in self._concerned(parent, breakout, parent_client_id)]
        if is_lost and outside is not None:
            place = GiveUp(target.room_id, parent_client_id, member.claim.token_id, RETURN_LIMIT_S)
            breakout.lost[parent_client_id] = place
            effects.append(place)
        return effects + self._end_if_over(parent, target)

    def parent_left(
        self, room: Room, client_id: str, *, is_lost: bool = False, why: RoomDisconnected = EXPIRED
    ) -> list[Effect]:
        """A connection to the parent is gone: the one inside a breakout room goes too (breakouts.md 12, check 8).

        Where it `is_lost`, invitations stay, and a place inside is kept for a while: whoever loses the network loses
        both connections, and comes back by both.
        """
        effects: list[Effect] = []
        for target in self._under(room):
            breakout = breakout_of(target)
            for places in () if is_lost else (breakout.invited, breakout.joining, breakout.lost):
                places.pop(client_id, None)
            inside = breakout.members.get(client_id)
            place = None if inside is None else self._rooms.place_of(inside)
            if place is not None:
                effects += [Send(place[1].client_id, why), Disconnect(place[1].client_id)]
                effects += self._rooms.leave(place[1].client_id, is_lost=is_lost, is_dropped=why == DROPPED)
                effects += self.left(target, place[1], is_lost=is_lost)
            else:
                effects += self._end_if_over(room, target)
        return effects

    def destroy(self, room: Room, member: Member, room_ids: Sequence[str] | None) -> list[Effect]:
        """End breakout rooms of this parent, all or the given ones; our extension (breakouts.md section 7)."""
        if not member.is_moderator:
            raise Refused(UNAUTHORISED, "Only a moderator may end breakout rooms.")
        targets = [one for one in self._under(room) if room_ids is None or one.room_id in room_ids]
        missing = sorted(set(room_ids or ()) - {one.room_id for one in targets})
        if missing:
            raise Refused(BAD_ARGUMENT, f"{missing[0]!r} is no breakout room of this room.")
        effects: list[Effect] = []
        for target in targets:
            for inside in tuple(target.members.values()):
                effects += [Send(inside.client_id, DROPPED), Disconnect(inside.client_id)]
                effects += self._rooms.leave(inside.client_id)
                effects += self.left(target, inside)
            if self._rooms.get(target.room_id) is not None:  # nobody was inside to be the last one out
                effects += self._end(room, target)
        return effects

    # ---- questions

    def _check_creation(self, room: Room, member: Member, definition: BreakoutDefinition) -> None:
        if room.is_lecture:
            raise Refused(NOT_IN_LECTURE, "Breakout rooms exist in group mode only, not in lecture mode.")
        if room.breakout is not None:
            raise Refused(NOT_CREATED, "A breakout room can be created from the parent room only.")
        if not member.is_moderator:
            raise Refused(UNAUTHORISED, "Only a moderator may create breakout rooms.")
        if self._away(room, member.client_id):
            raise Refused(NOT_CREATED, "Leave your breakout room before you create another one.")
        if definition.participants is None:
            raise Refused(NO_COUNT, "participants is missing: the capacity of each breakout room.")
        if definition.participants < 2:
            raise Refused(NOT_CREATED, "participants must be 2 or more: it is the capacity of each breakout room.")
        if definition.participants > room.slots - 1:
            raise Refused(
                TOO_MANY_PARTICIPANTS,
                f"participants must be at most {room.slots - 1} here: max_active_talkers - 1.",
            )
        if definition.max_rooms < 1:
            raise Refused(NOT_CREATED, "max_rooms must be 1 or more.")
        if len(room.breakout_ids) + definition.max_rooms > MOST_ROOMS:
            raise Refused(TOO_MANY_ROOMS, f"A room has at most {MOST_ROOMS} breakout rooms.")

    def _new_room(self, parent: Room, creator: Member, definition: BreakoutDefinition) -> Room:
        number = 1 + max((int(self._rooms_name(i).rsplit(" ", 1)[1]) for i in parent.breakout_ids), default=0)
        body = {
            **parent.body,
            "room_id": self._rooms.new_hex(ROOM_ID_BYTES),
            "name": f"{parent.name} breakout {number}",
        }
        media = {"canvas": definition.canvas, "screen_share": definition.share}
        body["settings"] = {**parent.settings, **media, "mode": parent.mode}
        breakout = Breakout(parent.room_id, creator.client_id, definition.participants or 0)
        parent.breakout_ids.append(body["room_id"])
        return self._rooms.add(Room(body["room_id"], body, breakout=breakout))

    def _rooms_name(self, room_id: str) -> str:
        room = self._rooms.get(room_id)
        assert room is not None
        return room.name

    def _end(self, parent: Room, target: Room) -> list[Effect]:
        owner = breakout_of(target).creator_id
        invited = breakout_of(target).invited
        effects = self._rooms.remove(target)
        told = [one for one in dict.fromkeys((owner, *invited)) if one in parent.members]
        return effects + [Send(one, BreakoutDestroyed(room_id=target.room_id)) for one in told]

    def _end_if_over(self, parent: Room, target: Room) -> list[Effect]:
        return self._end(parent, target) if breakout_of(target).is_over else []

    def _under(self, room: Room) -> list[Room]:
        rooms = (self._rooms.get(room_id) for room_id in room.breakout_ids)
        return [one for one in rooms if one is not None]

    def _breakout_under(self, room: Room, room_id: str) -> Room | None:
        return next((one for one in self._under(room) if one.room_id == room_id), None)

    def _away(self, room: Room, client_id: str) -> bool:
        """Whether this member of the parent is in, or on the way into, one of its breakout rooms."""
        breakouts = (breakout_of(one) for one in self._under(room))
        return any(client_id in one.members or client_id in one.joining for one in breakouts)

    def _broken_inside(self, room: Room, client_id: str) -> tuple[Room, Member] | None:
        """The breakout room in which this member's connection is lost, and that connection, if there is one."""
        for target in self._under(room):
            place = self._rooms.place_of(breakout_of(target).members.get(client_id, ""))
            if place is not None and place[1].loss is not None:
                return place
        return None

    def _concerned(self, parent: Room, breakout: Breakout, mover: str) -> list[str]:
        """Parent client ids of the other members and of the parent's moderators, each once."""
        moderators = (moderator.client_id for moderator in parent.moderators())
        everyone = dict.fromkeys((*breakout.members, *moderators))
        return [one for one in everyone if one != mover and one in parent.members]
