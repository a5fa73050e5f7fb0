"""Breakout rooms as one participant sees them: which step is allowed when, and the way in and back.

`BreakoutTable` is the pure state table of breakouts.md section 9; `BreakoutWay` walks it through a port to the
parent room. Contract: breakouts.md sections 1, 5 and 6.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Literal, Protocol

import structlog

from bots.errors import BotsError, BreakoutRefused, JoinRefused, PublishRefused, RequestRefused
from bots.room.events import BreakoutConnected, BreakoutDisconnected, BreakoutError, BreakoutInvite, RoomEvent
from bots.room.reconnect import Entry
from bots.wire import Answer, JoinBreakout, Request

__all__ = ["BreakoutState", "BreakoutTable", "BreakoutWay", "Joinee", "ParentPort", "StreamInfo", "token_in"]

BAD_ARGUMENT = 1155
NOT_CONNECTED = 1171
FAILED = 1729  # "Failed to generate Token": the one code that a joiner is documented to see
_ROLES = ("participant", "moderator")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Joinee:
    """Who wants to join what: the first argument of EnableX's `joinBreakOutRoom`.

    `role` is "participant" or "moderator"; checked when joining, before anything is sent.
    """

    room_id: str
    role: str = "participant"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamInfo:
    """How to join: the second argument of `joinBreakOutRoom`. Never sent; video is not supported by EnableX."""

    audio: bool = True
    video: bool = False
    canvas: bool = False
    screen: bool = False


class BreakoutState(Enum):
    """Where the participant is."""

    PARENT = "parent"
    INVITED = "invited"
    JOINING = "joining"
    INSIDE = "in-breakout"
    RETURNING = "returning"


class BreakoutTable:
    """Invites and the one breakout that a participant is in. Pure."""

    def __init__(self) -> None:
        self._invites: dict[str, BreakoutInvite] = {}
        self._created: set[str] = set()
        self._place = BreakoutState.PARENT
        self._next = ""
        self.room_id = ""

    @property
    def state(self) -> BreakoutState:
        if self._place is BreakoutState.PARENT and self._invites:
            return BreakoutState.INVITED
        return self._place

    @property
    def invites(self) -> Mapping[str, BreakoutInvite]:
        """Open invites by room id; a live view."""
        return MappingProxyType(self._invites)

    @property
    def is_called_on(self) -> bool:
        """Whether the breakout that the bot is in is to be left for that of a forced invite."""
        return self._place is BreakoutState.INSIDE and self._next not in ("", self.room_id)

    def invite(
        self, invite: BreakoutInvite, *, is_lost: bool = False, is_over: bool = False
    ) -> Literal["follow", "leave", None]:
        """Keep an invite; returns what to do about it now, without asking: ask for `following`, or leave the breakout.

        The latest forced invite counts. It is followed from the parent: at once, or as soon as the bot is there again
        from where it is or is on its way to. One into the breakout that the bot is in calls it back if that is lost.

        Args:
            is_lost: the connection to the breakout is down.
            is_over: the breakout has ended, and the way back is about to begin.
        """
        self._invites[invite.room_id] = invite
        if not invite.is_forced:
            return None
        is_away, is_here = bool(self._next), invite.room_id == self.room_id
        match self._place:
            case BreakoutState.JOINING:
                self._next = "" if is_here else invite.room_id
            case BreakoutState.INSIDE if is_here and not (is_away or is_lost or is_over):
                pass
            case BreakoutState.INSIDE:
                self._next = invite.room_id
                return None if is_here or is_over else "leave"
            case BreakoutState.RETURNING:
                self._next = invite.room_id
            case _:
                self._next = invite.room_id
                return None if is_away else "follow"
        return None

    def following(self) -> str:
        """The breakout of the latest forced invite, to go into now; "" if there is none, or not from here. Once."""
        if self._place is not BreakoutState.PARENT:
            return ""
        following, self._next = self._next, ""
        return following

    def created(self, *room_ids: str) -> None:
        """The creator counts as invited (rule 14)."""
        self._created.update(room_ids)

    def destroyed(self, room_id: str) -> None:
        self.rejected(room_id)
        self._created.discard(room_id)

    def rejected(self, room_id: str) -> None:
        self._invites.pop(room_id, None)
        self._next = "" if self._next == room_id else self._next

    def away_refusal(self) -> str:
        """Why creating, inviting or joining is refused now; empty if it is not (rules 3, 8, 9)."""
        match self._place:
            case BreakoutState.JOINING:
                return f"already joining breakout room {self.room_id}"
            case BreakoutState.INSIDE:
                return f"already in breakout room {self.room_id}; leave it first"
            case BreakoutState.RETURNING:
                return "still on the way back to the parent room"
            case _:
                return ""

    def begin(self, joinee: Joinee) -> None:
        """Start a join.

        Raises:
            BreakoutRefused: the arguments are wrong (1155), or the table does not allow a join now (1729).
        """
        if not joinee.room_id:
            raise BreakoutRefused("?", BAD_ARGUMENT, "room_id is missing")
        if joinee.role not in _ROLES:
            raise BreakoutRefused(
                joinee.room_id, BAD_ARGUMENT, f"role {joinee.role!r} is neither participant nor moderator"
            )
        if refusal := self.away_refusal():
            raise BreakoutRefused(joinee.room_id, FAILED, refusal)
        if joinee.room_id not in self._invites and joinee.room_id not in self._created:
            raise BreakoutRefused(joinee.room_id, FAILED, "the bot is not invited to it")
        self._place, self.room_id = BreakoutState.JOINING, joinee.room_id

    def succeeded(self) -> None:
        """The breakout's `room-connected` came; the invitation is used up."""
        self._invites.pop(self.room_id, None)
        self._place = BreakoutState.INSIDE

    def returning(self) -> None:
        """The join failed or the breakout is over; the parent is not resumed yet."""
        self._place = BreakoutState.RETURNING

    def returned(self) -> bool:
        """The parent is resumed; returns whether to ask for `following`."""
        self._place, self.room_id = BreakoutState.PARENT, ""
        return bool(self._next)


class ParentPort(Protocol):
    """What the way needs of the parent room."""

    @property
    def is_closed(self) -> bool: ...
    async def request(self, request: Request) -> Answer: ...
    async def pause(self) -> None: ...
    async def resume(self) -> None: ...
    def emit(self, event: RoomEvent) -> None: ...
    async def enter(self, token: str, joinee: Joinee, *, has_audio: bool) -> BreakoutConnected: ...
    def first_entry(self) -> Entry | None:
        """What decides whether a failed way in is tried again; None if it never is."""
        ...

    async def pass_time(self, lasts_s: float) -> None: ...
    def follow(self) -> None:
        """Begin to go into the breakout of the latest forced invite."""
        ...


class BreakoutWay:
    """The way into a breakout room and back; at most one at a time."""

    def __init__(self, parent: ParentPort, table: BreakoutTable) -> None:
        self._parent = parent
        self._table = table
        self._is_home = asyncio.Event()
        self._is_home.set()
        self._resuming: asyncio.Task[None] | None = None

    def turn_back(self) -> None:
        """The breakout that the bot is in has ended: who joins another one waits until the way back is done."""
        if self._table.state is BreakoutState.INSIDE:
            self._is_home.clear()

    def give_up(self) -> None:
        """The parent is over, and no way leads back."""
        self._is_home.set()

    async def join(self, joinee: Joinee, stream_info: StreamInfo) -> None:
        """Pause the parent, ask for a token, enter; whatever fails, the parent is resumed.

        On the way back from another one, it waits for that. Every refusal is also told as a `BreakoutError` event,
        with the server's own code and text.

        Raises:
            BreakoutRefused: refused locally or by the server, or the breakout could not be entered.
        """
        await self._is_home.wait()
        try:
            self._begin(joinee)
        except BreakoutRefused as refused:
            self._parent.emit(BreakoutError(joinee.room_id, refused.result, refused.reason))
            raise
        if stream_info.video:
            log.warning("breakout_video_ignored", breakout_id=joinee.room_id)
        try:
            connected = await self._enter(joinee, has_audio=stream_info.audio)
        except BaseException as error:
            self._is_home.clear()
            self._table.returning()
            if isinstance(error, BreakoutRefused):
                self._parent.emit(BreakoutError(joinee.room_id, error.result, error.reason))
            await self._resume()
            raise
        self._table.succeeded()
        self._parent.emit(connected)

    async def come_back(self) -> None:
        """The breakout is over: say so and resume the parent. Does nothing if the bot is in none."""
        if self._table.state is not BreakoutState.INSIDE:
            return
        room_id = self._table.room_id
        self._is_home.clear()
        self._table.returning()
        self._parent.emit(BreakoutDisconnected(room_id))
        await self._resume()

    def _begin(self, joinee: Joinee) -> None:
        if self._parent.is_closed:
            raise BreakoutRefused(joinee.room_id, NOT_CONNECTED, "the parent room is not connected")
        self._table.begin(joinee)

    async def _enter(self, joinee: Joinee, *, has_audio: bool) -> BreakoutConnected:
        try:
            await self._parent.pause()
            return await self._go_in(joinee, has_audio=has_audio)
        except BreakoutRefused:
            raise
        except (JoinRefused, PublishRefused, RequestRefused) as error:
            raise BreakoutRefused(joinee.room_id, error.result, error.reason) from error
        except BotsError as error:
            raise BreakoutRefused(joinee.room_id, FAILED, str(error)) from error

    async def _go_in(self, joinee: Joinee, *, has_audio: bool) -> BreakoutConnected:
        """Ask for a token and enter with it; with another one if the network was in the way."""
        entry = self._parent.first_entry()
        while True:
            try:
                return await self._parent.enter(await self._token(joinee), joinee, has_audio=has_audio)
            except (BreakoutRefused, JoinRefused, PublishRefused) as error:
                again_s = None if entry is None else entry.again_s(error)
                if again_s is None:
                    raise
            await self._parent.pass_time(again_s)

    async def _token(self, joinee: Joinee) -> str:
        answer = await self._parent.request(JoinBreakout(room_id=joinee.room_id, role=joinee.role))
        if self._parent.is_closed:  # both were read in one go
            raise BreakoutRefused(joinee.room_id, NOT_CONNECTED, "the parent room has ended")
        return token_in(joinee.room_id, answer)

    async def wait_resumed(self) -> None:
        """Return when the parent is resumed after the last breakout, also if who began that was cancelled."""
        if self._resuming is not None:
            await asyncio.shield(self._resuming)

    async def _resume(self) -> None:
        """Done to its end, also if who asked for it is cancelled: the bot would stay silent in the parent."""
        self._resuming = asyncio.create_task(self._resume_parent(), name=f"breakout-{self._table.room_id}/resume")
        await asyncio.shield(self._resuming)

    async def _resume_parent(self) -> None:
        try:
            if not self._parent.is_closed:
                await self._parent.resume()
        except RequestRefused as error:  # still paused; the caller may try `resume` again (section 9)
            log.warning("parent_not_resumed", result=error.result, reason=error.reason)
        finally:
            if self._table.returned() and not self._parent.is_closed:
                self._parent.follow()
            self._is_home.set()


def token_in(room_id: str, answer: Answer) -> str:
    """The token in the answer to `join-breakout-room`; bare in SDK 1.9.x (breakouts.md section 5.2).

    Raises:
        BreakoutRefused: there is none.
    """
    if not answer.is_ok:
        is_inside = answer.get("reason") == "already-in-breakout"
        raise BreakoutRefused(room_id, answer.result, answer.reason or "no reason given", retryable=is_inside)
    token = answer.data if isinstance(answer.data, str) else answer.get("token")
    if not isinstance(token, str) or not token:
        raise BreakoutRefused(room_id, FAILED, "the server gave no token")
    return token
