"""What a moderator can do in a room: the part of `Room` that moderates.

Source: moderation.md.
"""

from collections.abc import Sequence

from bots.errors import RequestRefused
from bots.room.view import RoomView
from bots.wire import (
    AdmitAwaited,
    Answer,
    DenyAwaited,
    Drop,
    EnableKnock,
    HardMuteRoom,
    HardMuteUser,
    HardUnmuteRoom,
    HardUnmuteUser,
    LockRoom,
    Request,
)

__all__ = ["Moderation"]

_BAD_ARGUMENT = 1155
_ONLY_MODERATORS = 1168


class Moderation(RoomView):
    """Every request raises `RequestRefused`: 1168 if the bot is no moderator, else with the server's code and text."""

    async def hard_mute(self, client_id: str | None = None) -> None:
        """Take one participant's microphone, or everybody's."""
        await self._moderate(HardMuteUser(client_id=client_id) if client_id else HardMuteRoom())

    async def hard_unmute(self, client_id: str | None = None) -> None:
        """Give one participant's microphone back, or everybody's."""
        await self._moderate(HardUnmuteUser(client_id=client_id) if client_id else HardUnmuteRoom())

    async def drop(self, client_ids: Sequence[str]) -> None:
        """Remove participants; at least one, because an empty list would mean everybody."""
        if not client_ids:
            raise RequestRefused("drop", _BAD_ARGUMENT, "nobody is named")
        await self._moderate(Drop(is_all=False, client_ids=tuple(client_ids)))

    async def lock(self) -> None:
        """Let nobody in any more; whoever is here stays."""
        await self._moderate(LockRoom(is_locked=True))

    async def unlock(self) -> None:
        """Let people in again."""
        await self._moderate(LockRoom(is_locked=False))

    # ---- who waits to be let in

    async def admit(self, client_id: str) -> None:
        """Let somebody in who has knocked."""
        await self._settle(AdmitAwaited(client_id=client_id), client_id)

    async def deny(self, client_id: str) -> None:
        """Turn somebody away who has knocked."""
        await self._settle(DenyAwaited(client_id=client_id), client_id)

    async def set_knock(self, *, is_on: bool) -> None:
        """Must participants knock from now on? Off lets in everybody who waits."""
        await self._moderate(EnableKnock(is_on=is_on))

    async def _settle(self, request: AdmitAwaited | DenyAwaited, client_id: str) -> None:
        try:
            await self._moderate(request)
        except RequestRefused as refused:
            if refused.result == _BAD_ARGUMENT:  # they do not wait any more, and no message tells that
                self._session.state.forget_awaited(client_id)
            raise
        self._session.state.forget_awaited(client_id)

    async def _moderate(self, request: Request) -> Answer:
        if not self.is_moderator:
            raise RequestRefused(request.event, _ONLY_MODERATORS, "only a moderator may do this")
        return await self._session.ask(request)
