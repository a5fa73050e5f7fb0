"""One bot in one room: the order of joining, its mutes, its end, and its part of the way back. Knows no breakouts.

A session outlives its connections: requests wait for the next one, sound goes on at its place in time. Source:
signalling.md sections 3, 6, 7, 9, 12.2, 14.8; moderation.md sections 2 and 3.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import structlog

from bots.clock import Clock
from bots.errors import JoinRefused, MediaError, PublishRefused, RequestRefused, RoomClosed
from bots.room.events import Closed, ConnectionLost, ConnectionRestored, HardMuteChanged, RoomAwaited, RoomEvent
from bots.room.microphone import Microphone, Mute
from bots.room.network import Incoming, Network, Outgoing
from bots.room.reconnect import How, Over
from bots.room.session.asking import WAIT_S, Asking
from bots.room.session.claims import claimed_room_id, log_request, rejoining
from bots.room.session.connection import ADMISSION_S, Admission, Connection, done_before
from bots.room.session.lines import Lines
from bots.room.session.publishing import Publishing
from bots.room.session.wayback import ComeBack, WayBack
from bots.room.signaling import LEFT, LOST
from bots.room.state import RoomState
from bots.room.token import decode_token, is_loopback, socket_url
from bots.wire import (
    Answer,
    Drop,
    GetMaxTalkers,
    MediaSignal,
    Notice,
    PauseRoom,
    Request,
    RoomConnected,
    SetAdvancedOptions,
    Unpublish,
)

__all__ = ["Session", "Terms"]

_MEDIA_LOST_S = 2.0  # media that ended this long before the signalling did not end with it
_LOOK_S = 1.0
_LEAVE_S = 1.0
_RETRY_S = 4.0  # of one try to come back; a first join may take `timeout_s`
_DISCONNECTED = 1163
_MEDIA_FAILED = 1160
_NO_MODERATOR = 1130

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How to join: what the caller of `Room.join` chose. Without `come_back` a lost connection is the end."""

    clock: Clock
    network: Network
    publish: bool = True
    listen: bool = False
    watch_talk: bool = False
    is_breakout: bool = False
    come_back: ComeBack | None = None
    timeout_s: float = 15.0


class Session:
    """One stay. `on_event` is called on the event loop, with `Closed` as the last event, once."""

    def __init__(self, fields: Mapping[str, Any], terms: Terms, on_event: Callable[[RoomEvent], None]) -> None:
        self.terms = terms
        self.microphone = Microphone()
        self.state = RoomState(claimed_room_id(fields))
        self._fields = dict(fields)
        self._on_event = on_event
        self._name = f"{fields.get('name') or 'bot'}/{self.state.room_id}"
        self._lines = Lines(
            terms.network, room_id=self.state.room_id, name=self._name, is_local=is_loopback(_host(fields)),
            on_failed=self._media_failed,
        )  # fmt: skip
        self._publishing = Publishing(
            self.state, self._lines, self.microphone, is_wanted=terms.publish, is_breakout=terms.is_breakout,
            name=self._name, timeout_s=terms.timeout_s,
            connection=lambda: self._connection if self.is_connected else None,
        )  # fmt: skip
        self.took_s: dict[str, float] = {}
        """How long each step of the first join took: `join_s`, `publish_s`, `listen_s`."""
        self._asking = Asking(terms.clock)
        self._connection: Connection | None = None
        self._is_open = False
        self._gone_until_s = 0.0
        self._watching: asyncio.Task[None] | None = None
        self._is_admitted = False
        self._way_back: WayBack | None = None
        if terms.come_back is not None:
            self._way_back = WayBack(
                self, terms.come_back, clock=terms.clock, room_id=self.state.room_id, name=self._name,
                on_end=self._came_back,
            )  # fmt: skip
        self._begun = asyncio.Event()
        self._closed: RoomClosed | None = None
        self._over = asyncio.Event()
        self._cleaning: asyncio.Task[None] | None = None

    # ---- what it has

    @property
    def is_closed(self) -> bool:
        return self._closed is not None

    @property
    def is_up(self) -> bool:
        """Can it talk to the server?"""
        return self._asking.is_up

    @property
    def is_connected(self) -> bool:
        """Is it there, with its media, and not lost and on the way back?"""
        is_lost = self._way_back is not None and self._way_back.is_under_way
        return self._is_open and not is_lost and not self.is_closed

    @property
    def name(self) -> str:
        """For the names of tasks: who, where."""
        return self._name

    @property
    def outgoing(self) -> Outgoing | None:
        return self._lines.outgoing

    @property
    def incoming(self) -> dict[int, Incoming]:
        """What is heard, by slot."""
        return self._lines.incoming

    # ---- joining

    async def open(self) -> None:
        """Join: token, room-connected, publish, subscribe; in the order of the vendor's SDK.

        Raises:
            JoinRefused, PublishRefused: the session is closed again, and nothing is left behind.
        """
        try:
            async with self._measured("join_s"):
                await self._enter(self._fields, self.terms.timeout_s)
            is_silent = await self._begin_media()
            self._is_open = True
            if self._way_back is not None and self.terms.network.can_fall_silent:
                self._watching = asyncio.create_task(self._watch_media(), name=f"{self._name}/watch-media")
            self._publishing.look()
            if is_silent:
                self._be_away("the media connection could not be made")
        except BaseException as error:
            self._end(RoomClosed(self.state.room_id, LEFT, "the join did not succeed"))
            await self.wait_closed()
            if isinstance(error, RequestRefused):
                raise JoinRefused(
                    self.state.room_id, error.result, error.reason, retryable=error.result == _DISCONNECTED
                ) from error
            raise

    @asynccontextmanager
    async def _measured(self, step: str) -> AsyncIterator[None]:
        """Keep how long a step took the first time."""
        began_s = self.terms.clock.monotonic()
        yield
        self.took_s.setdefault(step, round(self.terms.clock.monotonic() - began_s, 3))

    async def _begin_media(self) -> bool:
        """Publish and subscribe for the first time.

        Returns:
            Whether the media failed in a breakout room: who left it for that would find it closed, or be invited no
            more, so they are made anew as after a loss.
        """
        try:
            with suppress(MediaError):  # a slot that cannot be heard is told, and no reason to stay away
                await self._unless_over(self._start_media(self.terms.timeout_s))
        except PublishRefused as refused:
            if not (self.terms.is_breakout and self._way_back is not None and refused.result == _MEDIA_FAILED):
                raise
            return True
        return False

    async def _unless_over(self, work: Coroutine[Any, Any, None]) -> None:
        """Do a part of the join; the end of the room ends it at once.

        Raises:
            JoinRefused: the room was over before it was done.
        """
        if not await done_before(self._over, work, name=self._name):
            closed = self._closed
            assert closed is not None, "over"
            raise JoinRefused(self.state.room_id, closed.cause, closed.reason, retryable=closed.retryable)

    async def _enter(self, fields: Mapping[str, Any], limit_s: float, *, received: int = 0) -> Admission:
        """Be let in over a new connection; what waits for one is sent."""
        connection = self._connection = Connection(
            room_id=self.state.room_id, name=self._name, numbers=self._asking.numbers, received=received,
            on_notice=self._take, on_lost=self._lost,
        )  # fmt: skip
        admission = await connection.open(self.terms.network, self.terms.clock, fields, timeout_s=limit_s)
        self._fields["connectedIP"] = admission.address
        self._lines.ice_servers = tuple(one for one in admission.connected.ice_servers if isinstance(one, Mapping))
        if self.microphone.is_muted_by(Mute.PAUSE) and not admission.is_resumed:
            connection.post(PauseRoom())  # before what waits, which may be the end of the pause
        if connection.is_up:  # it may have been lost together with the admission
            self._asking.connected(connection, is_resumed=admission.is_resumed)
        return admission

    async def _wait_begun(self) -> None:
        """In a room that waits for a moderator: wait until it has come."""
        if not self.state.is_waiting:
            return
        self._on_event(RoomAwaited(self.state.room_id))
        beginning = asyncio.create_task(self._begun.wait(), name=f"{self._name}/waits")
        try:
            await asyncio.wait([beginning], timeout=ADMISSION_S)
        finally:
            beginning.cancel()
        if self._closed is not None:
            raise JoinRefused(self.state.room_id, self._closed.cause, self._closed.reason)
        if self.state.is_waiting:
            raise JoinRefused(self.state.room_id, _NO_MODERATOR, "no moderator came in time", retryable=True)

    async def _start_media(self, limit_s: float) -> None:
        self.set_mute(Mute.ROOM, is_muted=self.state.is_room_muted)
        await self._wait_begun()
        connection = self._there()
        connection.post(GetMaxTalkers())
        publishing = self._publishing.ask(connection)
        connection.post(
            log_request(
                self.state, log_id=str(self._fields.get("logId") or ""),
                timestamp=self.terms.clock.now().isoformat(timespec="milliseconds"),
                address=self._fields["connectedIP"],
            )
        )  # fmt: skip
        if publishing is not None:
            async with self._measured("publish_s"):
                await self._publishing.begin(connection, publishing, limit_s)
        if self.terms.watch_talk:
            asked = connection.post(SetAdvancedOptions.talker_notification(enable=True))
            asked.add_done_callback(self._talk_watched)
        if self.terms.listen:
            async with self._measured("listen_s"):
                await self._lines.listen(connection, self.state.slots, timeout_s=limit_s)

    def _there(self) -> Connection:
        assert self._connection is not None, "joined"
        return self._connection

    def _talk_watched(self, asked: asyncio.Future[Answer]) -> None:
        if not asked.cancelled() and not (answer := asked.result()).is_ok and not self.is_closed:
            log.warning("talk_not_told", room=self.state.room_id, result=answer.result, reason=answer.reason)

    async def follow_floor(self) -> None:
        """Publish if the bot has the floor, end it if not; see `Publishing.follow`."""
        await self._publishing.follow()

    # ---- talking

    def post(self, request: Request) -> asyncio.Future[Answer]:
        """Say how things are now. Who is not connected says it again anyway when it is, so it is not kept."""
        return self._there().post(request)

    def send(self, request: Request) -> None:
        """Queue a request, over the next connection if there is none; nobody waits for its answer."""
        self._asking.send(request)

    async def request(self, request: Request) -> Answer:
        """Send a request and return its answer, whatever it says; waits for a lost connection to come back.

        Raises:
            RequestRefused: no answer in time, or no connection within a minute.
        """
        return await self._asking.request(request)

    async def ask(self, request: Request) -> Answer:
        """Send a request that must be granted; see `request`.

        Raises:
            RequestRefused: refused, or no answer in time.
        """
        answer = await self.request(request)
        if not answer.is_ok:
            raise RequestRefused(request.event, answer.result, answer.reason)
        return answer

    async def wait_connected(self, what: str) -> None:
        """Return when the connection and its media are there: at once if they are.

        Args:
            what: needs them, for the error.

        Raises:
            RequestRefused: the room is over, or it did not come back within a minute.
        """
        clock = self.terms.clock
        deadline_s = clock.monotonic() + WAIT_S
        while not self.is_connected:
            if self.is_closed:
                raise RequestRefused(what, _DISCONNECTED, "the connection to the room is closed")
            if not await self._asking.turned(deadline_s - clock.monotonic()):
                raise RequestRefused(what, _DISCONNECTED, f"the connection did not come back in {WAIT_S:g} s")

    def set_mute(self, layer: Mute, *, is_muted: bool) -> None:
        """Switch one layer of the mutes: the sound stops or goes on at once, and the room is told."""
        messages = self.microphone.set(layer, is_muted=is_muted)
        if self._lines.outgoing is None:
            return
        self._lines.outgoing.is_muted = self.microphone.is_muted
        for message in messages:
            self.post(message)

    # ---- hearing

    def _take(self, connection: Connection, notice: Notice) -> None:
        if connection is not self._connection or self.is_closed:
            return
        if isinstance(notice, MediaSignal):
            self._lines.take(notice)
            return
        if isinstance(notice, RoomConnected):
            self._is_admitted = True
            self.state.client_id = connection.client_id or self.state.client_id
        for event in self.state.apply(notice):
            match event:
                case Closed():
                    self._end(RoomClosed(self.state.room_id, event.cause, event.reason))
                    return
                case HardMuteChanged():
                    layer = Mute.HARD if event.scope == "me" else Mute.ROOM
                    self.set_mute(layer, is_muted=event.is_muted)
            self._on_event(event)
            self._publishing.hear(event)
        if self.state.is_waiting:
            self._begun.clear()
        else:
            self._begun.set()

    # ---- lost, and back

    def _lost(self, connection: Connection, closed: RoomClosed) -> None:
        """The connection broke."""
        if connection is not self._connection or self.is_closed:
            return
        self._asking.lost()
        if self._way_back is None or not self._is_open:
            self._end(closed)
        elif not self._way_back.is_under_way:
            self._be_away(closed.reason)

    def _media_failed(self, what: str) -> None:
        if not self.is_closed:
            # a room that ends closes its media too, and that may be seen before the word about it
            asyncio.get_running_loop().call_later(_MEDIA_LOST_S, self._media_lost, what)

    async def _watch_media(self) -> None:
        while not self.is_closed:
            await self.terms.clock.sleep_until(self.terms.clock.monotonic() + _LOOK_S)
            if self.is_connected:
                for what in self._lines.notice_silence(self.terms.clock.monotonic()):
                    self._media_lost(what)

    def _media_lost(self, what: str) -> None:
        if not self.is_connected or not self._lines.are_broken:
            return
        log.warning("media_lost", room=self.state.room_id, what=what)
        self._be_away(f"the media connection failed ({what})")

    def _be_away(self, reason: str) -> None:
        if self._way_back is not None and not self.is_closed:  # the end may have come together with the loss
            self._way_back.begin()
            self._on_event(ConnectionLost(self.state.room_id, reason))

    async def cut(self, gone_s: float) -> None:
        """Lose the network for so long, seconds: the connection breaks without a word, and its media with it."""
        self._gone_until_s = self.terms.clock.monotonic() + gone_s
        if self._there().is_up:
            self._there().conversation.cut()
        await self._lines.cut()

    async def come_back(self, how: How, tries: int) -> bool:
        """One try to come back, see `wayback.Away`."""
        await self.terms.clock.sleep_until(self._gone_until_s)
        if how == "media" and self.is_up and not await self._there().conversation.check():
            self._there().conversation.cut()  # nothing goes through, so it is not the media alone
        is_resumed, is_new = True, how != "media" or not self.is_up
        if is_new:
            before = self._there()
            self._asking.lost()
            await before.close()
            is_resumed = await self._enter_again(how, tries, before.received)
        work = self._start_media(_RETRY_S) if is_new else self._renew_media()
        ended = self._there().ended
        if not await done_before(ended, work, name=self._name) or ended.is_set():
            raise RoomClosed(self.state.room_id, LOST, "it was lost again", retryable=True)
        return is_resumed

    async def _enter_again(self, how: How, tries: int, received: int) -> bool:
        """Join the room anew; whether the server goes on where it was."""
        added: dict[str, Any] = {}
        if how == "token":
            assert self.terms.come_back is not None, "it may come back"
            self._fields = decode_token(await self.terms.come_back.fetch_token())
            added = {"resumesClientId": self.state.client_id, "receivedNotices": received}
        else:
            added = rejoining(self.state, tries, received)
        admission = await self._enter({**self._fields, **added}, _RETRY_S, received=received)
        if not admission.is_resumed and not self.state.me.is_audio_muted:  # nobody will tell
            self.set_mute(Mute.HARD, is_muted=False)
        return admission.is_resumed

    async def _renew_media(self) -> None:
        """Make anew what has failed."""
        if not self._lines.is_publishing and (asked := self._publishing.ask(self._there())) is not None:
            await self._publishing.begin(self._there(), asked, _RETRY_S)
        if self.terms.listen:
            silent = [slot for slot in self.state.slots if not self._lines.is_heard(slot)]
            await self._lines.listen(self._there(), silent, timeout_s=_RETRY_S)

    def _came_back(self, over: Over | None, away_s: float, tries: int, is_resumed: bool) -> None:
        if self.is_closed:  # in this moment; nothing is told after that
            return
        if over is not None:
            self._end(RoomClosed(self.state.room_id, over.cause, over.reason))
            return
        self._asking.turn()
        self._publishing.look()
        self._on_event(ConnectionRestored(self.state.room_id, away_s, tries, is_resumed))

    # ---- leaving

    async def leave(self) -> None:
        """Say goodbye, wait a second at most, close everything. Never raises; safe to call twice."""
        self._end(RoomClosed(self.state.room_id, LEFT, "normal-disconnect"))
        await self.wait_closed()

    async def wait_closed(self) -> RoomClosed:
        """Wait until the session is over and cleaned up; returns why, as a value."""
        await self._over.wait()
        assert self._cleaning is not None, "over"
        assert self._closed is not None, "over"
        await asyncio.shield(self._cleaning)
        return self._closed

    def _end(self, closed: RoomClosed) -> None:
        if self._closed is not None:
            return
        self._closed = closed
        if self._connection is not None:
            self._connection.give_up(closed)
        self._cleaning = asyncio.create_task(self._clean_up(), name=f"{self._name}/cleanup")
        self._over.set()
        self._begun.set()
        self._asking.close()
        if self._is_admitted:
            self._on_event(Closed(closed.cause, closed.reason))

    async def _clean_up(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        await self._publishing.stop()
        if self._way_back is not None:
            await self._way_back.stop()
        connection = self._connection
        try:
            if connection is not None and connection.is_up:
                if (number := self._lines.publication_id) is not None:
                    connection.post(Unpublish(stream_id=number))
                with suppress(RequestRefused):
                    asked = connection.post(Drop(is_self=True))
                    await connection.conversation.answer_to(Drop.event, asked, timeout_s=_LEAVE_S)
        finally:
            await self._lines.close()
            if connection is not None:
                await connection.close()


def _host(fields: Mapping[str, Any]) -> str | None:
    return urlsplit(socket_url(fields)).hostname
