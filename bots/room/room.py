"""A room that the bot is in: who is here, what it can do, and the breakout room it may be in beside it.

Source: signalling.md sections 4.7, 6.8, 10; breakouts.md sections 3, 5 and 7; moderation.md sections 2, 3 and 10.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import structlog

from bots.clock import Clock
from bots.errors import BreakoutRefused, RequestRefused, RoomClosed
from bots.media import Pacer
from bots.room.breakout import BAD_ARGUMENT, FAILED, BreakoutTable, BreakoutWay, Joinee, StreamInfo, token_in
from bots.room.events import (
    BreakoutConnected,
    BreakoutDestroyed,
    BreakoutError,
    BreakoutInvite,
    Closed,
    ConnectionRestored,
    RoomEvent,
    RoomJoined,
)
from bots.room.hosting import Hosting
from bots.room.kept import KeptData
from bots.room.microphone import Mute
from bots.room.network import LiveNetwork, Network
from bots.room.reconnect import Entry
from bots.room.session.session import Session, Terms
from bots.room.session.wayback import ComeBack
from bots.room.token import decode_token
from bots.wire import (
    AnnounceBreakoutJoin,
    Answer,
    JoinBreakout,
    PauseRoom,
    RejectBreakout,
    Request,
    ResumeRoom,
    SendData,
)

__all__ = ["Room"]

_HARD_MUTED = 1201
_NOT_CONNECTED = 1163
_ENDED_S = 2.0  # its own connection has said by then that the breakout is over; the parent's word must do otherwise

log = structlog.get_logger()
EventCallback = Callable[[RoomEvent], None]


class Room(Hosting, KeptData):
    """One joined room. Make it with `join`.

    Every request raises `RequestRefused` with the server's code and text when it is refused or not answered in
    time; after the end of the room it is refused with 1163.
    """

    parent: "Room | None"

    def __init__(
        self,
        fields: Mapping[str, Any],
        terms: Terms,
        *,
        parent: "Room | None" = None,
        on_event: EventCallback | None = None,
        on_breakout_event: EventCallback | None = None,
    ) -> None:
        super().__init__(Session(fields, terms, self._take), BreakoutTable())
        self.parent = parent
        self.breakout: Room | None = None
        self._terms = terms
        self._callbacks: list[EventCallback] = [on_event] if on_event is not None else []
        self._on_breakout_event = on_breakout_event
        self._way = BreakoutWay(_Parent(self), self._table)
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def join(
        cls,
        token: str,
        *,
        clock: Clock,
        pacer: Pacer,
        publish: bool = True,
        listen: bool = False,
        watch_talk: bool = False,
        come_back: ComeBack | None = None,
        on_event: EventCallback | None = None,
        on_breakout_event: EventCallback | None = None,
        timeout_s: float = 15.0,
    ) -> "Room":
        """Join with a token; returns when the media flows.

        Args:
            token: from `ServerApi.fetch_token`; good once.
            clock, pacer: of this process.
            publish: open an outgoing sound; without it the bot is mute for good.
            listen: subscribe every talker slot.
            watch_talk: be told who talks (`SpeechChanged`), here and in breakout rooms.
            come_back: how a lost connection comes back, in place: this room goes on, its events are `ConnectionLost`
                and `ConnectionRestored`, what is asked meanwhile waits. Without it a loss is the end of the room.
            on_event: gets every event of this room, from `RoomJoined` to `Closed`, on the event loop.
            on_breakout_event: the same for every breakout room that is joined from here.
            timeout_s: limit of each step of the join; waiting for a moderator in a knock room may take longer.

        Raises:
            ConfigError: the token cannot be read.
            JoinRefused: nobody answers, or the server refused.
            PublishRefused: the server does not take the sound, or no media connection could be made.
        """
        return await cls.join_over(
            LiveNetwork(pacer), token, clock=clock, publish=publish, listen=listen, watch_talk=watch_talk,
            come_back=come_back, on_event=on_event, on_breakout_event=on_breakout_event, timeout_s=timeout_s,
        )  # fmt: skip

    @classmethod
    async def join_over(
        cls,
        network: Network,
        token: str,
        *,
        clock: Clock,
        publish: bool = True,
        listen: bool = False,
        watch_talk: bool = False,
        come_back: ComeBack | None = None,
        on_event: EventCallback | None = None,
        on_breakout_event: EventCallback | None = None,
        timeout_s: float = 15.0,
    ) -> "Room":
        """As `join`, over another network than sockets: a simulation's."""
        terms = Terms(
            clock=clock, network=network, publish=publish, listen=listen, watch_talk=watch_talk, come_back=come_back,
            timeout_s=timeout_s,
        )  # fmt: skip
        room = cls(decode_token(token), terms, on_event=on_event, on_breakout_event=on_breakout_event)
        await room._session.open()
        return room

    def on_event(self, callback: EventCallback) -> Callable[[], None]:
        """Call back for every event from now on; returns what detaches it."""
        self._callbacks.append(callback)

        def detach() -> None:
            with suppress(ValueError):
                self._callbacks.remove(callback)

        return detach

    # ---- talking

    async def say(self, text: str, *, to: Sequence[str] = ()) -> None:
        """Send a chat line to everybody, or to the client ids in `to`."""
        await self._session.ask(SendData(msg=text, broadcast=not to, clients=tuple(to)))

    async def send_data(self, data: Any, *, to: Sequence[str] = ()) -> None:
        """Send user data (any JSON) to everybody, or to the client ids in `to`."""
        await self._session.ask(SendData(msg=data, broadcast=not to, clients=tuple(to), type="user_data"))

    async def request(self, request: Request) -> Answer:
        """Send any request as it is and return its answer, whatever it says: to see what a server makes of it."""
        return await self._session.request(request)

    async def mute(self) -> None:
        """Stop sending sound; clips go on unheard."""
        self._session.set_mute(Mute.SELF, is_muted=True)

    async def unmute(self) -> None:
        """Send sound again.

        Raises:
            RequestRefused: a moderator has muted the bot (1201).
        """
        if self.is_hard_muted:
            raise RequestRefused("user-audio-unmuted", _HARD_MUTED, "a moderator has muted the bot")
        self._session.set_mute(Mute.SELF, is_muted=False)

    # ---- breakout rooms

    async def reject_invite(self, room_id: str) -> None:
        """Refuse an invite; the inviter is told."""
        refused = self.invites.get(room_id)
        await self._session.ask(RejectBreakout(room_id=room_id))
        if self.invites.get(room_id) is refused:  # otherwise it is a new one, read together with the answer
            self._table.rejected(room_id)

    async def join_breakout(self, joinee: Joinee, stream_info: StreamInfo) -> "Room":
        """EnableX's `joinBreakOutRoom`: from the parent, invited or creator, one at a time.

        This room is paused while the bot is away, and resumed after leaving or failing; on the way back from another
        breakout that is waited for. A forced invite that came meanwhile is followed after it. Events here:
        `BreakoutConnected` once on success, `BreakoutError` on every refusal, with the server's own code and text.

        Raises:
            BreakoutRefused: refused locally or by the server, or the room could not be entered.
        """
        if self.parent is not None:
            refused = BreakoutRefused(joinee.room_id, FAILED, "only possible from the parent room")
            self._emit(BreakoutError(joinee.room_id, refused.result, refused.reason))
            raise refused
        await self._way.join(joinee, stream_info)
        breakout = self.breakout
        if breakout is None or breakout.is_closed:  # it ended while it was being joined
            await self._way.come_back()
            raise BreakoutRefused(joinee.room_id, BAD_ARGUMENT, "the breakout room ended at once")
        if self._table.is_called_on:
            self._leave_for_another()
        return breakout

    async def leave_breakout(self) -> None:
        """Leave the breakout room and resume this one; returns when that is done. Nothing to leave is no error."""
        breakout = self.breakout
        if breakout is not None:
            await breakout.leave()
        await self._finish_tasks()

    async def pause(self) -> None:
        """Stop sending and receiving here, as before a breakout."""
        self._session.set_mute(Mute.PAUSE, is_muted=True)
        try:
            await self._session.ask(PauseRoom())
        except RequestRefused:
            self._session.set_mute(Mute.PAUSE, is_muted=False)
            raise

    async def resume(self) -> None:
        """Send and receive again; a hard mute and the bot's own mute stay."""
        try:
            await self._session.ask(ResumeRoom())
        except RequestRefused as refused:
            if refused.result == _NOT_CONNECTED:  # once it is back, it is not paused
                self._session.set_mute(Mute.PAUSE, is_muted=False)
            raise
        self._session.set_mute(Mute.PAUSE, is_muted=False)

    async def wait_connected(self) -> None:
        """Return when the connection and its media are there: at once, unless they are lost and on the way back.

        Raises:
            RequestRefused: the room is over, or it did not come back within a minute.
        """
        await self._session.wait_connected("sound")

    async def cut(self, gone_s: float) -> None:
        """Lose the network for so long, seconds: here and in the breakout; then come back, if the room does that."""
        rooms = [self] if self.breakout is None else [self.breakout, self]
        await asyncio.gather(*(room._session.cut(gone_s) for room in rooms))

    # ---- leaving

    async def leave(self) -> None:
        """Leave, the breakout room first. Never raises; safe to call twice."""
        if self.breakout is not None:
            await self.breakout.leave()
        await self._session.leave()
        await self._finish_tasks()

    async def wait_closed(self) -> RoomClosed:
        """Wait until the room is over, whatever the cause; returns why, as a value."""
        closed = await self._session.wait_closed()
        await self._finish_tasks()
        return closed

    # ---- inside

    def _take(self, event: RoomEvent) -> None:
        """Every event of this connection comes by here, in order."""
        call = None
        match event:
            case RoomJoined() | ConnectionRestored() if self.parent is not None:
                self.parent._session.send(AnnounceBreakoutJoin(name=self.room_name))
            case BreakoutInvite():
                inside = self.breakout
                call = self._table.invite(
                    event, is_lost=inside is not None and not inside.is_connected,
                    is_over=inside is not None and inside.is_closed,
                )  # fmt: skip
            case BreakoutDestroyed(room_id=room_id):
                self._table.destroyed(room_id)
                if room_id == self._table.room_id:
                    asyncio.get_running_loop().call_later(_ENDED_S, self._leave_ended, room_id)
            case Closed():
                self._closed()
        self._emit(event)
        if call == "follow":
            self._begin_to_follow()
        elif call == "leave":
            self._leave_for_another()

    def _emit(self, event: RoomEvent) -> None:
        for callback in tuple(self._callbacks):
            callback(event)
        if self.parent is not None and self.parent._on_breakout_event is not None:
            self.parent._on_breakout_event(event)

    def _closed(self) -> None:
        self._way.give_up()
        if self.breakout is not None:
            self._spawn(self.breakout.leave(), "leave-breakout")
        if self.parent is not None and self.parent.breakout is self:
            self.parent._way.turn_back()
            self.parent._spawn(self.parent._breakout_ended(self), "back")

    def _leave_ended(self, room_id: str) -> None:
        """Whoever is still in a breakout that is over comes out of it."""
        if self.breakout is not None and self._table.room_id == room_id:
            self._spawn(self.breakout.leave(), "leave-breakout")

    async def _breakout_ended(self, breakout: "Room") -> None:
        await breakout.wait_closed()
        if self.breakout is breakout:
            self.breakout = None
        await self._way.come_back()

    def _begin_to_follow(self) -> None:
        self._spawn(self._follow(), "forced-breakout")

    async def _follow(self) -> None:
        """A forced invite: join without being asked; the outcome is told as an event."""
        if room_id := self._table.following():
            with suppress(BreakoutRefused):
                await self.join_breakout(Joinee(room_id=room_id), StreamInfo(audio=self._terms.publish))

    def _leave_for_another(self) -> None:
        """A forced invite came into another breakout: this one is left first, and the way back leads there."""
        if self.breakout is not None:
            self._spawn(self.breakout.leave(), "leave-breakout")

    async def _enter(self, token: str, joinee: Joinee, *, has_audio: bool) -> BreakoutConnected:
        async def ask_again() -> str:
            request = JoinBreakout(room_id=joinee.room_id, role=joinee.role)
            return token_in(joinee.room_id, await self._session.request(request))

        come_back = self._terms.come_back and replace(self._terms.come_back, fetch_token=ask_again)
        terms = replace(self._terms, publish=has_audio, is_breakout=True, come_back=come_back)
        breakout = Room(decode_token(token), terms, parent=self)
        self.breakout = breakout
        try:
            await breakout._session.open()
        except BaseException:
            self.breakout = None
            raise
        return BreakoutConnected(breakout.room_id, breakout.room_name, dict(breakout.meta))

    def _spawn(self, work: Coroutine[Any, Any, None], what: str) -> None:
        task = asyncio.create_task(work, name=f"{self._session.name}/{what}")
        self._tasks.add(task)
        task.add_done_callback(self._reap)

    def _reap(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("room_task_failed", room=self.room_id, task=task.get_name(), exc_info=error)

    async def _finish_tasks(self) -> None:
        mine = [task for task in self._tasks if task is not asyncio.current_task()]
        await asyncio.gather(*mine, self._way.wait_resumed(), return_exceptions=True)


class _Parent:
    """The parent room as the way into a breakout sees it."""

    def __init__(self, room: Room) -> None:
        self._room = room

    @property
    def is_closed(self) -> bool:
        return self._room.is_closed

    async def request(self, request: Request) -> Answer:
        return await self._room._session.request(request)

    async def pause(self) -> None:
        await self._room.pause()

    async def resume(self) -> None:
        await self._room.resume()

    def emit(self, event: RoomEvent) -> None:
        self._room._emit(event)

    async def enter(self, token: str, joinee: Joinee, *, has_audio: bool) -> BreakoutConnected:
        return await self._room._enter(token, joinee, has_audio=has_audio)

    def first_entry(self) -> Entry | None:
        come_back = self._room._terms.come_back
        return None if come_back is None else Entry(come_back.rng)

    async def pass_time(self, lasts_s: float) -> None:
        clock = self._room._terms.clock
        await clock.sleep_until(clock.monotonic() + lasts_s)

    def follow(self) -> None:
        self._room._begin_to_follow()
