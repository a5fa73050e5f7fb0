"""When a session sends sound: always in a group, with the floor only in a lecture.

What plays goes on unheard meanwhile. Source: signalling.md sections 6.1 and 6.9; moderation.md section 5.
"""

import asyncio
from collections.abc import Callable

import structlog

from bots.errors import PublishRefused, RequestRefused
from bots.room.events import RoomEvent
from bots.room.microphone import Microphone
from bots.room.moderated import FloorChanged, FloorOpened, ModeChanged, RoleChanged
from bots.room.session.claims import publish_request
from bots.room.session.connection import Connection, done_before
from bots.room.session.lines import Lines
from bots.room.state import RoomState
from bots.wire import Answer, MuteOwnAudio, UnmuteOwnAudio

__all__ = ["Publishing"]

_LISTENERS = ("viewer", "audience")  # roles that do not publish (signalling.md 3.3)
_NO_FLOOR = 1173

log = structlog.get_logger()


class Publishing:
    """The publication of one session.

    Args:
        is_wanted: does the bot want to be heard at all?
        connection: that there is now; None while the session is not wholly connected.
    """

    def __init__(
        self, state: RoomState, lines: Lines, microphone: Microphone, *, is_wanted: bool, is_breakout: bool, name: str,
        timeout_s: float, connection: Callable[[], Connection | None],
    ) -> None:  # fmt: skip
        self._state = state
        self._lines = lines
        self._microphone = microphone
        self._is_wanted = is_wanted
        self._is_breakout = is_breakout
        self._name = name
        self._timeout_s = timeout_s
        self._connection = connection
        self._lock = asyncio.Lock()
        self._following: set[asyncio.Task[None]] = set()

    @property
    def is_allowed(self) -> bool:
        """Can it be heard now, as far as roles and the floor are concerned?"""
        return self._may_ever and self._state.has_floor

    @property
    def _may_ever(self) -> bool:
        return self._is_wanted and self._state.me.role not in _LISTENERS

    def ask(self, connection: Connection) -> asyncio.Future[Answer] | None:
        """Ask for a publication, if it is allowed; what can be played is there in any case."""
        if self._may_ever:
            self._lines.hold()
        if not self.is_allowed:
            return None
        return self._lines.ask_to_publish(connection, publish_request(self._state, is_breakout=self._is_breakout))

    async def begin(self, connection: Connection, asked: asyncio.Future[Answer], limit_s: float) -> None:
        """Publish, once the server has answered; no floor any more is no failure.

        Raises:
            PublishRefused, RequestRefused: see `Lines.publish`.
        """
        is_again = self._lines.publication_id is not None
        try:
            await self._lines.publish(connection, asked, timeout_s=limit_s)
        except PublishRefused as refused:
            if refused.result != _NO_FLOOR:
                raise
            self._state.floor.forget(self._state.client_id)  # it was taken meanwhile
            return
        assert self._lines.outgoing is not None, "published"
        self._lines.outgoing.is_muted = self._microphone.is_muted
        if self._microphone.is_muted:  # muted on join: told once the media is up, as the SDK does
            connection.post(MuteOwnAudio())
        elif is_again:  # the server may not have heard of the last change
            connection.post(UnmuteOwnAudio())

    def hear(self, event: RoomEvent) -> None:
        """The bot may have got or lost the floor by this."""
        match event:
            case RoleChanged(participant=one) | FloorChanged(participant=one) if one.is_me:
                self._follow_soon()
            case FloorOpened() | ModeChanged():
                self._follow_soon()
            case _:
                pass

    def look(self) -> None:
        """The session is wholly connected now: the floor may have changed hands on the way."""
        if self.is_allowed != self._lines.is_publishing and self._may_ever:
            self._follow_soon()

    async def follow(self) -> None:
        """Publish with the floor, and not without it; who is coming back does so then.

        Raises:
            PublishRefused, RequestRefused: the server does not take the sound.
        """
        async with self._lock:
            connection = self._connection()
            if connection is None:
                return
            if not self.is_allowed:
                await self._lines.stop_publishing(connection)
            elif not self._lines.is_publishing and (asked := self.ask(connection)) is not None:
                await self._begin_unless_lost(connection, asked)

    async def _begin_unless_lost(self, connection: Connection, asked: asyncio.Future[Answer]) -> None:
        """Over the next connection it is begun anew, and this line must not come up after that one."""
        try:
            await done_before(connection.ended, self.begin(connection, asked, self._timeout_s), name=self._name)
        except (PublishRefused, RequestRefused):
            if not connection.ended.is_set():
                raise

    async def stop(self) -> None:
        """Follow nothing any more."""
        self._call_off()
        await asyncio.gather(*self._following, return_exceptions=True)

    def _follow_soon(self) -> None:
        self._call_off()  # what it negotiates may be over
        task = asyncio.create_task(self._follow_unless_refused(), name=f"{self._name}/floor")
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    def _call_off(self) -> None:
        for task in self._following:
            if not task.cancelling():  # a second time would keep it from closing its sockets
                task.cancel()

    async def _follow_unless_refused(self) -> None:
        try:
            await self.follow()
        except (PublishRefused, RequestRefused) as refused:
            if self._connection() is not None:
                log.warning("floor_not_used", room=self._state.room_id, reason=str(refused))
