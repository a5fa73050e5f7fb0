"""The room of a session: found, or created before and deleted after. Source: server-api.md sections 3 and 4."""

import asyncio
from contextlib import suppress
from typing import Any

from bots.bot.contract.provider import Provider
from bots.errors import ApiError, BotsError
from bots.playbook import RoomSettings
from bots.room import ServerApi

__all__ = ["close_room", "find_room", "open_room", "room_body"]


async def open_room(provider: Provider, body: dict[str, Any], *, before: str | None = None) -> str:
    """Make a room; returns its id. Who is cancelled meanwhile leaves none behind.

    Args:
        body: of `room_body`.
        before: id of a room that was made of it before; if it is still there, it is the room.

    Raises:
        ApiError: the provider refused, or is not there.
        ConfigError: wrong address or credentials.
    """
    opening = asyncio.create_task(_open(provider, body, before), name="room/open")
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        with suppress(BotsError):
            room_id = await opening  # the provider may have been asked already
            if room_id != before:
                await close_room(provider, room_id)
        raise


async def _open(provider: Provider, body: dict[str, Any], before: str | None) -> str:
    async with ServerApi(provider.api_url, provider.app_id, provider.app_key) as api:
        if before is not None and await _is_there(api, before):
            return before
        return await api.create_room(body)


async def _is_there(api: ServerApi, room_id: str) -> bool:
    try:
        await api.get_room(room_id)
    except ApiError as failure:
        if failure.retryable:
            raise
        return False
    return True


async def find_room(provider: Provider, room_id: str) -> None:
    """Ask the provider for a room that is to be there; raises as `open_room` does."""
    async with ServerApi(provider.api_url, provider.app_id, provider.app_key) as api:
        await api.get_room(room_id)


async def close_room(provider: Provider, room_id: str) -> None:
    """Delete a room that `open_room` made; raises as `open_room` does."""
    async with ServerApi(provider.api_url, provider.app_id, provider.app_key) as api:
        await api.delete_room(room_id)


def room_body(settings: RoomSettings, owner_ref: str, moderators: int, participants: int) -> dict[str, Any]:
    """The body of the Server API's room creation. Source: server-api.md sections 3 and 4.

    Args:
        settings: from the playbook.
        owner_ref: kept with the room.
        moderators, participants: how many the playbook has, for settings that name no number.
    """
    limit = {} if settings.duration_s is None else {"duration": round(settings.duration_s / 60)}
    return {
        "name": settings.name,
        "owner_ref": owner_ref,
        "settings": {
            "description": "",
            "mode": settings.mode,
            "scheduled": False,
            "adhoc": False,
            "moderators": settings.moderators or min(5, max(1, moderators)),
            "participants": settings.participants or max(2, participants),
            "max_active_talkers": settings.max_active_talkers,
            "quality": "SD",
            "auto_recording": False,
            "knock": settings.knock,
            "wait_for_moderator": settings.wait_for_moderator,
            "screen_share": settings.screen_share,
            "canvas": settings.canvas,
            **limit,
        },
        "sip": {"enabled": False},
    }
