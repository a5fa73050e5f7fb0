"""What two participants do to each other: chat, mutes, sound, the server's own check of roles.

Source: signalling.md sections 4, 6.8 and 7; moderation.md sections 1, 2 and 10.
"""

import asyncio
from pathlib import Path

import numpy as np

from bots.cli.doctor.findings import shape
from bots.cli.doctor.record import Said
from bots.cli.doctor.visit import Guest, Visit, shape_of
from bots.media import load_clip, match
from bots.wire import HardMuteRoom, HardMuteUser, HardUnmuteRoom, HardUnmuteUser, LockRoom

__all__ = ["look_at_chat", "look_at_mutes", "look_at_roles", "look_at_sound"]

SOUND = Path(__file__).parents[1] / "templates" / "audio" / "welcome.ogg"
_TALKER = ("clientId", "streamId", "name", "mediatype")


async def look_at_sound(visit: Visit, teacher: Guest, pupil: Guest) -> None:
    """The pupil plays; who is told that it talks, what is heard, what the media server reports."""
    found = visit.found
    out = pupil.room.outgoing
    if out is None:
        found.miss("signalling.md 7", "sound goes from one to the other", "nothing is published")
        return
    clip = await load_clip(SOUND)
    since, since_s = teacher.record.place, visit.clock.monotonic()
    await out.play(clip).wait()
    reported = await visit.until(lambda: out.delivery().has_report)
    talkers = [
        one for one in teacher.record.events("active-talkers-updated", since=since) if one.first.get("activeList")
    ]
    entries = [one.first["activeList"][0] for one in talkers]
    found.note(
        "moderation.md 9", "active-talkers-updated tells who is in which slot",
        expected=f"entries with {', '.join(_TALKER)}",
        seen=shape(entries[0]) if entries else "nobody talks",
        is_same=bool(entries) and all(key in entries[0] for key in _TALKER),
    )  # fmt: skip
    own = [
        one for told in pupil.record.events("active-talkers-updated") for one in told.first.get("activeList") or []
        if isinstance(one, dict) and one.get("clientId") == pupil.room.client_id
    ]  # fmt: skip
    found.note(
        "signalling.md 5.1", "one is not in one's own list of talkers", expected="never",
        seen=f"{len(own)} times", is_same=not own,
    )  # fmt: skip
    until_s = visit.clock.monotonic()
    slots = [one.samples(since_s, until_s) for one in teacher.room.incoming.values()]
    total = np.sum(slots, axis=0, dtype=np.int32).clip(-32768, 32767).astype(np.int16)
    heard = await asyncio.to_thread(match, clip, total)
    found.note(
        "signalling.md 7", "sound goes from one to the other", expected="the sound is recognised",
        seen=f"{'recognised' if heard.is_heard else 'not recognised'}, score {heard.score:.2f}", is_same=heard.is_heard,
    )  # fmt: skip
    delivery = out.delivery()
    found.note(
        "signalling.md 6", "the media server sends receiver reports", expected="one every second or so",
        seen=f"lost {delivery.packets_lost} of {delivery.packets_sent}" if reported else "none", is_same=reported,
    )  # fmt: skip


async def look_at_chat(visit: Visit, teacher: Guest, pupil: Guest) -> None:
    """A line to everybody."""
    found, since, own_since = visit.found, pupil.record.place, teacher.record.place
    await teacher.room.say("bots doctor")
    await visit.until(lambda: pupil.record.events("onDataStreamToRoom", since=since))
    lines = pupil.record.events("onDataStreamToRoom", since=since)
    wanted = ("type", "message", "broadcast", "sender", "senderId", "timestamp")
    found.note(
        "moderation.md 10", "a chat line", expected=f"onDataStreamToRoom with {', '.join(wanted)}, with an ack request",
        seen=f"{shape_of(lines[0])}, {_asking(lines[0])}" if lines else "nothing",
        is_same=bool(lines) and lines[0].wants_ack and all(key in lines[0].first for key in wanted)
        and lines[0].first.get("message") == "bots doctor",
    )  # fmt: skip
    own = teacher.record.events("onDataStreamToRoom", since=own_since)
    found.note(
        "moderation.md 10", "who says it is not told it", expected="nothing",
        seen=shape_of(own[0]) if own else "nothing", is_same=not own,
    )  # fmt: skip


async def look_at_mutes(visit: Visit, teacher: Guest, pupil: Guest) -> None:
    """One's own mute, and one by a moderator."""
    found, since, own_since = visit.found, teacher.record.place, pupil.record.place
    await pupil.room.mute()
    await visit.until(lambda: teacher.record.events("user-audio-muted", since=since))
    told = teacher.record.events("user-audio-muted", since=since)
    found.note(
        "signalling.md 4.4", "a mute is told to all with the whole user",
        expected="{clientId, user: {… audioMuted: true}}",
        seen=shape_of(told[0]) if told else "nothing",
        is_same=bool(told) and (told[0].first.get("user") or {}).get("audioMuted") is True,
    )  # fmt: skip
    is_told = await visit.until(lambda: pupil.record.events("user-audio-muted", since=own_since), 2.0)
    found.note(
        "signalling.md 4.4", "the muter is told too", expected="user-audio-muted",
        seen="user-audio-muted" if is_told else "nothing", is_same=is_told,
    )  # fmt: skip
    await pupil.room.unmute()
    said = await visit.answer(teacher, HardMuteUser(client_id=pupil.room.client_id))
    found.note(
        "breakouts.md 0", "the ack of a moderator's request is one object", expected="{result: 0, …}",
        seen=shape_of(said), is_same=said is not None and len(said.values) == 1 and said.first.get("result") == 0,
    )  # fmt: skip
    await visit.until(lambda: pupil.record.events("hardmute-user-audio", since=own_since))
    hard = pupil.record.events("hardmute-user-audio", since=own_since)
    found.note(
        "signalling.md 4.6", "a hard mute is told to the muted with an ack request", expected="with an ack request",
        seen=_asking(hard[0]) if hard else "nothing",
        is_same=bool(hard) and hard[0].wants_ack,
    )  # fmt: skip
    await teacher.room.hard_unmute(pupil.room.client_id)


async def look_at_roles(visit: Visit, teacher: Guest, pupil: Guest) -> None:
    """The server checks who may, as the client does not."""
    for about, request in (
        ("a participant cannot take a microphone", HardMuteUser(client_id=teacher.room.client_id)),
        ("a participant cannot mute the room", HardMuteRoom()),
        ("a participant cannot lock the room", LockRoom(is_locked=True)),
    ):
        await visit.expect_refusal("moderation.md 1", about, pupil, request, 4101, 1168, 5003)
    for undo in (HardUnmuteUser(client_id=teacher.room.client_id), HardUnmuteRoom(), LockRoom(is_locked=False)):
        await teacher.room.request(undo)  # in case it was done all the same


def _asking(said: Said) -> str:
    return f"{'with' if said.wants_ack else 'without'} an ack request"
