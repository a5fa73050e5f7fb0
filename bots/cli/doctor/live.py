"""`bots doctor --live`: a visit to a real room, and the report of it.

Nobody is disturbed: the room is a new one that is deleted again, or one in which nobody is.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from bots import __version__
from bots.bot import Provider
from bots.cli.doctor.breakouts import look_at_breakouts
from bots.cli.doctor.findings import Findings
from bots.cli.doctor.joining import look_at_entrance, look_at_joining, look_at_token, look_at_used_token
from bots.cli.doctor.lecture import look_at_floor, look_at_knocking
from bots.cli.doctor.returning import look_at_leaving, look_at_return
from bots.cli.doctor.together import look_at_chat, look_at_mutes, look_at_roles, look_at_sound
from bots.cli.doctor.visit import PUPIL, TEACHER, Visit
from bots.clock import SystemClock
from bots.errors import ApiError, JoinRefused
from bots.room import RoomRecord, ServerApi

__all__ = ["examine_room", "report_of"]

SETTINGS = {"mode": "group", "moderators": 2, "participants": 4, "max_active_talkers": 4, "duration": 30}
_UNKNOWN_KEY = 10009


async def examine_room(provider: Provider, room_id: str) -> Visit:
    """Look at everything; nothing is left behind.

    Args:
        provider: the Server API.
        room_id: a room in which nobody is; empty for a new one.

    Raises:
        ConfigError: the credentials are wrong.
        ApiError, JoinRefused, PublishRefused: the room cannot be made, is not empty, or cannot be joined.
    """
    async with ServerApi(provider.api_url, provider.app_id, provider.app_key) as api, _room(api, room_id) as record:
        visit = Visit(api, record, is_own=not room_id)
        try:
            await _look(visit)
        finally:
            await visit.leave()
        return visit


@asynccontextmanager
async def _room(api: ServerApi, room_id: str) -> AsyncIterator[RoomRecord]:
    if room_id:
        record = await api.get_room(room_id)
        people = await api.users(room_id)
        if people:
            raise JoinRefused(room_id, 0, f"{len(people)} are in it now; look when it is empty, or without --room")
        yield record
        return
    room_id = await api.create_room({"name": "bots doctor", "owner_ref": "bots-doctor", "settings": SETTINGS})
    try:
        yield await api.get_room(room_id)
    finally:
        await api.delete_room(room_id)


async def _look(visit: Visit) -> None:
    token = await visit.token(TEACHER)
    look_at_token(visit, token)
    teacher = await visit.enter(TEACHER, token=token)
    look_at_entrance(visit, teacher)
    pupil = await visit.enter(PUPIL)
    await visit.until(lambda: teacher.record.events("user-connected"))
    look_at_joining(visit, teacher, pupil)
    of_our_own = (
        ("moderation.md 5", "the floor", look_at_floor), ("moderation.md 4", "knocking", look_at_knocking),
    ) if visit.is_own else ()  # fmt: skip
    for section, about, look in (
        ("signalling.md 7", "sound", look_at_sound), ("moderation.md 10", "chat", look_at_chat),
        ("moderation.md 2", "mutes", look_at_mutes), ("moderation.md 1", "the check of roles", look_at_roles),
        ("breakouts.md 4", "breakout rooms", look_at_breakouts), *of_our_own,
        ("signalling.md 9", "a loss", look_at_return),
        ("signalling.md 4.7", "leaving", look_at_leaving),
    ):  # fmt: skip
        async with visit.part(section, about):
            await look(visit, teacher, pupil)
    async with visit.part("server-api.md 6", "a used token"):
        await look_at_used_token(visit, pupil)
    if visit.is_own:
        await _look_at_settings(visit)


async def _look_at_settings(visit: Visit) -> None:
    """What the Server API makes of settings that are none, and of numbers as texts. The rooms are deleted again."""
    body = {"name": "bots doctor", "owner_ref": "bots-doctor"}
    for section, about, settings, result in (
        ("server-api.md 4", "a setting that there is not", {**SETTINGS, "bots_doctor": 1}, _UNKNOWN_KEY),
        ("server-api.md 4", "numbers as texts", {**SETTINGS, "participants": "4"}, 0),
    ):
        expected = f"refused with {result}" if result else "taken"
        try:
            room_id = await visit.api.create_room({**body, "settings": settings})
        except ApiError as error:
            visit.found.note(
                section, about, expected=expected, seen=f"status {error.status}, result {error.result}",
                is_same=result != 0 and error.result == result,
            )  # fmt: skip
            continue
        await visit.api.delete_room(room_id)
        visit.found.note(section, about, expected=expected, seen="taken", is_same=result == 0)


def report_of(visit: Visit, provider: Provider) -> dict[str, Any]:
    """The report as JSON values; without credentials, tokens and room ids."""
    found: Findings = visit.found
    return {
        "doctor": "live", "bots": __version__, "at": SystemClock().now().isoformat(timespec="seconds"),
        "api": urlsplit(provider.api_url).hostname, "room": "new" if visit.is_own else "given",
        "differs": len(found.of("differs")), "unseen": len(found.of("unseen")), "same": len(found.of("same")),
        "findings": found.write(),
    }  # fmt: skip
