"""Data that an application keeps with a room, its session, its owner or a user: the part of `Room` that keeps it.

Source: moderation.md section 10. Needs the `datastore` licence on EnableX (1170 otherwise).
"""

from collections.abc import Mapping
from typing import Any, Literal

from bots.room.view import RoomView
from bots.wire import GetCustomData, SaveCustomData, SetCustomData

__all__ = ["KeptData", "Scope"]

Scope = Literal["user", "owner", "room", "session"]


class KeptData(RoomView):
    """Every request raises `RequestRefused` with the server's code and text: 1 for what it cannot keep or find.

    A `path` says where in the data of a scope, as keys with a dot between, two at most; empty for all of it.
    """

    async def set_data(self, scope: Scope, data: Mapping[str, Any]) -> None:
        """Keep data for this session, beside what is there, and tell everybody (`CustomDataChanged`); not `owner`."""
        await self._session.ask(SetCustomData(scope=scope, data=dict(data)))

    async def save_data(self, scope: Scope, data: Mapping[str, Any], *, path: str = "") -> None:
        """Keep data for good, beside what is there."""
        await self._session.ask(SaveCustomData(scope=scope, data=dict(data), query=path or None))

    async def kept_data(self, scope: Scope, *, path: str = "") -> Any:
        """What is kept; any JSON."""
        options = {"scope": scope, **({"query": path} if path else {})}
        return (await self._session.ask(GetCustomData(scope=scope, options=options, query=path or None))).get("data")
