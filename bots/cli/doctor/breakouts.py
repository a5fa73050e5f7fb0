"""Breakout rooms: limits, who is told what, how a join is refused.

Source: breakouts.md sections 0 to 5, 10, 12 and 13.
"""

from bots.cli.doctor.findings import shape
from bots.cli.doctor.visit import Guest, Visit, shape_of
from bots.room import BreakoutDefinition, Joinee, StreamInfo
from bots.wire import CreateBreakout, DestroyBreakouts, JoinBreakout

__all__ = ["look_at_breakouts"]

_NOWHERE = "0" * 24
_MOST = 10


async def look_at_breakouts(visit: Visit, teacher: Guest, pupil: Guest) -> None:
    """Open two, go in and out, and ask for what is not to be had."""
    await _limits(visit, teacher, pupil)
    since = teacher.record.place
    said = await visit.answer(teacher, CreateBreakout(definition=BreakoutDefinition(participants=2, max_rooms=2)))
    msg = {} if said is None else said.first.get("msg")
    rooms = msg.get("rooms") if isinstance(msg, dict) else None
    ids = [one for one in rooms if isinstance(one, str)] if isinstance(rooms, list) else []
    visit.found.note(
        "breakouts.md 3", "the ack of create-breakout-room", expected="{result: 0, msg: {rooms: [two ids]}}",
        seen=shape_of(said), is_same=len(ids) == 2,
    )  # fmt: skip
    if len(ids) != 2:
        visit.found.miss("breakouts.md 4", "invites, joins and ends of breakout rooms", "there are no ids of new rooms")
        return
    try:
        await _told(visit, teacher, "breakout-room-created", since, ("room_id", "requestor"))
        await _listed(visit, ids)
        await _refusals(visit, pupil, ids)
        await _in_and_out(visit, teacher, pupil, ids[0])
        await _rejected(visit, teacher, pupil, ids[1])
        await _creator(visit, teacher, ids[1])
    finally:
        await _end(visit, teacher)


async def _end(visit: Visit, teacher: Guest) -> None:
    """Whatever came before: what is looked at next wants a room without breakout rooms."""
    said = await visit.answer(teacher, DestroyBreakouts())
    visit.found.note(
        "breakouts.md 7", "our own destroy-breakout-rooms: is it known?", expected="an answer with a result",
        seen=shape_of(said), is_same=said is not None and isinstance(said.first.get("result"), int),
    )  # fmt: skip


async def _limits(visit: Visit, teacher: Guest, pupil: Guest) -> None:
    most = visit.record.settings.get("max_active_talkers")
    for section, about, participants, rooms, codes in (
        ("breakouts.md 10", "breakout rooms for one", 1, 1, (1731,)),
        ("breakouts.md 1", "more people than max_active_talkers - 1", int(most or 16), 1, (1725,)),
        ("breakouts.md 1", "more than ten breakout rooms", 2, _MOST + 1, (1726,)),
    ):
        request = CreateBreakout(definition=BreakoutDefinition(participants=participants, max_rooms=rooms))
        await visit.expect_refusal(section, about, teacher, request, *codes)
    request = CreateBreakout(definition=BreakoutDefinition(participants=2, max_rooms=1))
    await visit.expect_refusal("breakouts.md 1", "a participant cannot open breakout rooms", pupil, request)


async def _told(visit: Visit, guest: Guest, kind: str, since: int, keys: tuple[str, ...]) -> None:
    """A notice to the moderators."""
    await visit.until(lambda: guest.record.notices(kind, since))
    notices = guest.record.notices(kind, since)
    msg = notices[0].first.get("msg") if notices else None
    visit.found.note(
        "breakouts.md 4", f"what moderators are told: {kind}", expected=f"once, msg with {', '.join(keys)}",
        seen=f"{len(notices)} times, {shape(notices[0].first)}" if notices else "nothing",
        is_same=len(notices) == 1 and isinstance(msg, dict) and all(key in msg for key in keys),
    )  # fmt: skip


async def _listed(visit: Visit, ids: list[str]) -> None:
    listed = {one.room_id for one in await visit.api.list_rooms()}
    shown = [one for one in ids if one in listed]
    visit.found.note(
        "server-api.md 5", "breakout rooms are not in GET /rooms", expected="none of them",
        seen=f"{len(shown)} of {len(ids)}", is_same=not shown,
    )  # fmt: skip


async def _refusals(visit: Visit, pupil: Guest, ids: list[str]) -> None:
    for about, room_id in (("a breakout room that there is not", _NOWHERE), ("without an invitation", ids[0])):
        request = JoinBreakout(room_id=room_id, role="participant")
        await visit.expect_refusal("breakouts.md 10", f"joining {about}", pupil, request, 1729)


async def _in_and_out(visit: Visit, teacher: Guest, pupil: Guest, room_id: str) -> None:
    found, since, own_since = visit.found, teacher.record.place, pupil.record.place
    await teacher.room.invite(room_id, [pupil.room.client_id])
    await visit.until(lambda: room_id in pupil.room.invites)
    invites = pupil.record.events("invite-breakout-room", since=own_since)
    requestor = invites[0].first.get("requestor") if invites else None
    found.note(
        "breakouts.md 2.5", "the one who invites", expected="{id: the client id}", seen=shape(requestor),
        is_same=isinstance(requestor, dict) and requestor.get("id") == teacher.room.client_id,
    )  # fmt: skip
    await _told(visit, teacher, "breakout-room-invited", since, ("room_id", "clients", "requestor"))
    inside = await pupil.room.join_breakout(Joinee(room_id=room_id), StreamInfo())
    ack = next(iter(pupil.record.acks("join-breakout-room", since=own_since)), None)
    found.note(
        "breakouts.md 5", "the ack of join-breakout-room", expected="one object, {result: 0, token}",
        seen=shape_of(ack),
        is_same=ack is not None and len(ack.values) == 1 and ack.first.get("result") == 0 and "token" in ack.first,
    )  # fmt: skip
    found.note(
        "breakouts.md 1", "the type of a breakout room", expected="breakout-room",
        seen=str(inside.settings.get("room_type")), is_same=inside.settings.get("room_type") == "breakout-room",
    )  # fmt: skip
    await visit.until(lambda: teacher.record.events("user-joined-breakout-room", since=since))
    joined = teacher.record.events("user-joined-breakout-room", since=since)
    client = joined[0].first.get("client") if joined else None
    whose = {pupil.room.client_id: "outside", inside.client_id: "inside"}.get(str(client), "of nobody known")
    found.note(
        "breakouts.md 4", "moderators outside are told who went in",
        expected="once, {client: its id in the parent, room}",
        seen=f"{len(joined)} times, {shape(joined[0].first)}; the id {whose}" if joined else "nothing",
        is_same=len(joined) == 1 and client == pupil.room.client_id and joined[0].first.get("room") == room_id,
    )  # fmt: skip
    await pupil.room.leave_breakout()
    await visit.until(lambda: teacher.record.events("breakout-room-destroyed", since=since))
    for name, about, keys in (
        ("breakout-user-disconnected", "moderators outside are told who came out", ("clientId", "room", "name")),
        ("breakout-room-destroyed", "the creator is told when the last one has left", ("room_id",)),
    ):
        told = teacher.record.events(name, since=since)
        found.note(
            "breakouts.md 4", about, expected=f"{name} once, with {', '.join(keys)}",
            seen=f"{len(told)} times, {shape(told[0].first)}" if told else "nothing",
            is_same=len(told) == 1 and all(key in told[0].first for key in keys),
        )  # fmt: skip


async def _rejected(visit: Visit, teacher: Guest, pupil: Guest, room_id: str) -> None:
    since = teacher.record.place
    await teacher.room.invite(room_id, [pupil.room.client_id])
    await visit.until(lambda: room_id in pupil.room.invites)
    await pupil.room.reject_invite(room_id)
    await _told(visit, teacher, "breakout-invite-rejected", since, ("room_id", "client_id"))
    request = JoinBreakout(room_id=room_id, role="participant")
    await visit.expect_refusal("breakouts.md 13", "an invitation that was rejected is used up", pupil, request, 1729)


async def _creator(visit: Visit, teacher: Guest, room_id: str) -> None:
    said = await visit.answer(teacher, JoinBreakout(room_id=room_id, role="moderator"))
    visit.found.note(
        "breakouts.md 1", "the creator needs no invitation", expected="{result: 0, token}", seen=shape_of(said),
        is_same=said is not None and said.first.get("result") == 0,
    )  # fmt: skip
