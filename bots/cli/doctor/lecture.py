"""What a lecture does with the floor, and a room in which people knock. Only in a room of our own: both change it.

Source: moderation.md sections 4 to 6; errors.md, the codes of the floor; signalling.md section 3.2.
"""

import asyncio

from bots.cli.doctor.record import Record
from bots.cli.doctor.visit import Guest, Visit, shape_of
from bots.errors import BotsError
from bots.wire import EnableKnock, ProcessFloor, Publish, SwitchRoomMode

__all__ = ["look_at_floor", "look_at_knocking"]

VISITOR = "Visitor"
_TAKEN = (0, 1701)  # a request of the floor that is accepted: the second is documented as a success


async def look_at_floor(visit: Visit, teacher: Guest, pupil: Guest) -> None:
    """Make the room a lecture, ask for the floor, give it and take it, and make it a group again."""
    found, since = visit.found, pupil.record.place
    said = await visit.answer(teacher, SwitchRoomMode(mode="lecture"))
    found.note(
        "moderation.md 6", "a moderator makes the room a lecture", expected="{result: 0, …}", seen=shape_of(said),
        is_same=said is not None and said.first.get("result") == 0,
    )  # fmt: skip
    is_told = await visit.until(lambda: pupil.record.events("roomSwitched", since=since))
    found.note(
        "moderation.md 6", "everybody is told of the other mode", expected="roomSwitched",
        seen=shape_of(next(iter(pupil.record.events("roomSwitched", since=since)), None)), is_same=is_told,
    )  # fmt: skip
    await visit.expect_refusal(
        "errors.md 1", "publishing in a lecture without the floor", pupil, Publish(audio=True), 1173
    )
    me = pupil.room.client_id
    await visit.expect_refusal(
        "errors.md 1", "granting the floor to who has not asked", teacher,
        ProcessFloor(client_id=me, action="grantFloor"), 1707,
    )  # fmt: skip
    await _asked(visit, teacher, pupil)
    for about, guest, action, codes in (
        ("asking for the floor again", pupil, "requestFloor", (1702, 1719)),
        ("granting the floor", teacher, "grantFloor", ()),
        ("granting the floor again", teacher, "grantFloor", (1708, 1710)),
        ("taking the floor back", teacher, "releaseFloor", ()),
        ("taking the floor back again", teacher, "releaseFloor", (1707, 1711, 1712)),
    ):
        request = ProcessFloor(client_id=me, action=action)
        if codes:
            await visit.expect_refusal("errors.md 1", about, guest, request, *codes)
            continue
        said = await visit.answer(guest, request)
        found.note(
            "moderation.md 5", about, expected="{result: 0, …}", seen=shape_of(said),
            is_same=said is not None and said.first.get("result") == 0,
        )  # fmt: skip
    await teacher.room.switch_mode("group")


async def _asked(visit: Visit, teacher: Guest, pupil: Guest) -> None:
    since = teacher.record.place
    said = await visit.answer(pupil, ProcessFloor(client_id=pupil.room.client_id, action="requestFloor"))
    visit.found.note(
        "moderation.md 5", "asking for the floor", expected="a result of 0 or 1701", seen=shape_of(said),
        is_same=said is not None and said.first.get("result") in _TAKEN,
    )  # fmt: skip
    await visit.until(lambda: teacher.record.events("floorManagementEvents", since=since))
    told = next(iter(teacher.record.events("floorManagementEvents", since=since)), None)
    visit.found.note(
        "moderation.md 5", "moderators are told who asks for the floor",
        expected="{id: floorRequested, clientId, name}", seen=shape_of(told),
        is_same=told is not None and told.first.get("id") == "floorRequested"
        and told.first.get("clientId") == pupil.room.client_id and "name" in told.first,
    )  # fmt: skip


async def look_at_knocking(visit: Visit, teacher: Guest, _pupil: Guest) -> None:
    """Have people knock; one does, and is let in."""
    found, since, record = visit.found, teacher.record.place, Record(visit.clock.now)
    said = await visit.answer(teacher, EnableKnock(is_on=True))
    found.note(
        "moderation.md 4", "a moderator has people knock", expected="{result: 0, …}", seen=shape_of(said),
        is_same=said is not None and said.first.get("result") == 0,
    )  # fmt: skip
    coming = asyncio.create_task(visit.enter(VISITOR, record=record), name="doctor/visitor")
    try:
        is_awaited = await visit.until(lambda: record.events("room-awaited") or coming.done())
        found.note(
            "signalling.md 3.2", "who knocks is told to wait", expected="room-awaited",
            seen=shape_of(next(iter(record.events("room-awaited")), None)),
            is_same=bool(record.events("room-awaited")),
        )  # fmt: skip
        await visit.until(lambda: teacher.record.events("user-awaited", since=since))
        told = next(iter(teacher.record.events("user-awaited", since=since)), None)
        found.note(
            "signalling.md 3.2", "moderators are told who knocks", expected="{clientId, name}", seen=shape_of(told),
            is_same=told is not None and {"clientId", "name"} <= set(told.first),
        )  # fmt: skip
        if not is_awaited or told is None or coming.done():
            return
        await teacher.room.admit(str(told.first.get("clientId")))
        is_in = await visit.until(lambda: coming.done() or record.events("room-connected"))
        found.note(
            "moderation.md 4", "who is let in gets room-connected on the same socket", expected="room-connected",
            seen="room-connected" if is_in else "nothing", is_same=len(record.events("room-connected")) == 1,
        )  # fmt: skip
        visitor = await asyncio.wait_for(coming, 10)
        await visitor.room.leave()
    except (BotsError, TimeoutError) as error:
        found.miss("moderation.md 4", "what follows when somebody is let in", str(error) or "it took too long")
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await teacher.room.set_knock(is_on=False)
