"""What the server makes of a connection that breaks and comes back, and of leaving.

Source: signalling.md sections 4.2, 4.7, 9.3 and 9.5.
"""

from bots.cli.doctor.visit import Guest, Visit, shape_of
from bots.room import ConnectionRestored, RoomEvent

__all__ = ["look_at_leaving", "look_at_return"]

AWAY_S = 1.0
BACK_S = 30.0


async def look_at_return(visit: Visit, teacher: Guest, pupil: Guest) -> None:
    """The pupil's connection is cut, and comes back with the same token."""
    found, since, own_since = visit.found, teacher.record.place, pupil.record.place
    before = pupil.room.client_id
    restored: list[ConnectionRestored] = []

    def hear(event: RoomEvent) -> None:
        if isinstance(event, ConnectionRestored):
            restored.append(event)

    detach = pupil.room.on_event(hear)
    await pupil.room.cut(AWAY_S)
    is_back = await visit.until(lambda: restored, BACK_S)
    detach()
    acks = pupil.record.acks("token", since=own_since)
    found.note(
        "signalling.md 9.3", "the same token with isReconnecting is taken again", expected="result 0 at the first try",
        seen=shape_of(acks[0] if acks else None), is_same=bool(acks) and acks[0].first.get("result") == 0,
    )  # fmt: skip
    if not is_back:
        found.miss("signalling.md 9.5", "what others see of a short loss", f"the bot was not back in {BACK_S:g} s")
        return
    found.note(
        "signalling.md 9.3", "the client id after coming back", expected="the same",
        seen="the same" if pupil.room.client_id == before else "another", is_same=pupil.room.client_id == before,
    )  # fmt: skip
    told = [name for name in ("user-disconnected", "user-connected") if teacher.record.events(name, since=since)]
    found.note(
        "signalling.md 9.5", f"what others are told of a loss of {AWAY_S:g} s", expected="nothing, for a grace period",
        seen=", ".join(told) or "nothing", is_same=not told,
    )  # fmt: skip


async def look_at_leaving(visit: Visit, teacher: Guest, pupil: Guest) -> None:
    """The pupil says goodbye."""
    since = teacher.record.place
    await pupil.room.leave()
    ack = next(iter(pupil.record.acks("drop")), None)
    visit.found.note(
        "signalling.md 4.7", "a goodbye is answered", expected="an ack", seen=shape_of(ack), is_same=ack is not None
    )
    await visit.until(lambda: teacher.record.events("user-disconnected", since=since))
    told = teacher.record.events("user-disconnected", since=since)
    visit.found.note(
        "signalling.md 4.2", "others are told who has left", expected="user-disconnected with clientId, name, role",
        seen=shape_of(told[0] if told else None),
        is_same=bool(told) and all(key in told[0].first for key in ("clientId", "name", "role")),
    )  # fmt: skip
