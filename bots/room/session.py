"""One connection to one room: the order of joining, its media, its mutes, its end. Knows no breakout rooms.

Source: signalling.md sections 3, 6, 7, 12.2, 14.8; moderation.md sections 2 and 3.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import structlog

from bots.clock import Clock
from bots.errors import BotsError, JoinRefused, PublishRefused, RequestRefused, RoomClosed
from bots.room.events import Closed, HardMuteChanged, RoomAwaited, RoomEvent
from bots.room.microphone import Microphone, Mute
from bots.room.network import Conversation, Incoming, MediaLine, Network, Outgoing, PublicationLine, SubscriptionLine
from bots.room.signaling import LEFT
from bots.room.state import RoomState
from bots.room.token import is_loopback, socket_url
from bots.wire import (
    Answer,
    Drop,
    GetMaxTalkers,
    LogClientEvent,
    MediaSignal,
    MuteOwnAudio,
    MuteStream,
    Notice,
    PresentToken,
    Publish,
    Request,
    RoomConnected,
    SetAdvancedOptions,
    Subscribe,
    Unpublish,
)

__all__ = ["Session", "Terms"]

SDK_VERSION = "3.1.8"
# What a current web client says of itself. Neither `singlePC` nor `dataChannel`: one peer connection per slot and
# chat on the socket (signalling.md 14.8).
CLIENT_FACTS = {
    "version": SDK_VERSION,
    "hostType": "chrome-stable",
    "hostVersion": "140.0.0.0",
    "hostDeviceType": "desktop",
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36",
}
_LISTENERS = ("viewer", "audience")  # roles that do not publish (signalling.md 3.3)
_MEDIA_LOST_S = 2.0  # media that ended this long before the signalling did not end with it
_LEAVE_S = 1.0
_ADMISSION_S = 1800.0  # how long a bot waits in a knock room for a moderator
_DISCONNECTED = 1163
_NO_MODERATOR = 1130
_MEDIA_FAILED = 1160

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How to join: what the caller of `Room.join` chose."""

    clock: Clock
    network: Network
    publish: bool = True
    listen: bool = False
    watch_talk: bool = False
    is_breakout: bool = False
    timeout_s: float = 15.0


class Session:
    """One connection. `on_event` is called on the event loop, with `Closed` as the last event, once."""

    def __init__(self, fields: Mapping[str, Any], terms: Terms, on_event: Callable[[RoomEvent], None]) -> None:
        self.terms = terms
        self.microphone = Microphone()
        self.state = RoomState(_claimed_room_id(fields))
        self._fields = dict(fields)
        self._on_event = on_event
        self._signaling: Conversation | None = None
        self._peers: dict[int, MediaLine] = {}
        self._publication: PublicationLine | None = None
        self._subscriptions: dict[int, SubscriptionLine] = {}
        self._admitted: asyncio.Future[RoomConnected | RoomClosed] = asyncio.get_running_loop().create_future()
        self._is_awaited = False
        self._begun = asyncio.Event()
        self._closed: RoomClosed | None = None
        self._over = asyncio.Event()
        self._cleaning: asyncio.Task[None] | None = None
        self._name = f"{fields.get('name') or 'bot'}/{self.state.room_id}"
        self._is_local = is_loopback(_host(fields))

    # ---- what it has

    @property
    def is_closed(self) -> bool:
        return self._closed is not None

    @property
    def name(self) -> str:
        """For the names of tasks: who, where."""
        return self._name

    @property
    def outgoing(self) -> Outgoing | None:
        return self._publication.outgoing if self._publication is not None else None

    @property
    def incoming(self) -> dict[int, Incoming]:
        """What is heard, by slot."""
        return {slot: one.incoming for slot, one in self._subscriptions.items()}

    # ---- joining

    async def open(self) -> None:
        """Join: token, room-connected, publish, subscribe; in the order of the vendor's SDK.

        Raises:
            JoinRefused, PublishRefused: the session is closed again, and nothing is left behind.
        """
        try:
            connected = await self._be_admitted()
            await self._unless_over(self._start_media(connected))
        except BaseException as error:
            self._end(RoomClosed(self.state.room_id, LEFT, "the join did not succeed"))
            await self.wait_closed()
            if isinstance(error, RequestRefused):
                raise JoinRefused(
                    self.state.room_id, error.result, error.reason, retryable=error.result == _DISCONNECTED
                ) from error
            raise

    async def _unless_over(self, work: Coroutine[Any, Any, None]) -> None:
        """Do a part of the join; the end of the room ends it at once.

        Raises:
            JoinRefused: the room was over before it was done.
        """
        doing = asyncio.create_task(work, name=f"{self._name}/media")
        ending = asyncio.create_task(self._over.wait(), name=f"{self._name}/over")
        try:
            await asyncio.wait([doing, ending], return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                assert self._closed is not None, "over"
                raise JoinRefused(self.state.room_id, self._closed.cause, self._closed.reason)
            doing.result()
        finally:
            doing.cancel()
            ending.cancel()
            await asyncio.gather(doing, ending, return_exceptions=True)

    async def _be_admitted(self) -> RoomConnected:
        room_id, limit_s = self.state.room_id, self.terms.timeout_s
        self._signaling = await self.terms.network.open(
            socket_url(self._fields),
            room_id=room_id,
            name=self._name,
            clock=self.terms.clock,
            on_notice=self._take,
            on_closed=self._end,
            timeout_s=limit_s,
        )
        token = PresentToken(fields={**self._fields, **CLIENT_FACTS})
        answer = await self._signaling.request(token, timeout_s=limit_s)
        if not answer.is_ok:
            hint = "a token is good once and for 15 minutes, so fetch a new one"
            is_lost = answer.result == _DISCONNECTED
            reason = answer.reason if is_lost else f"{answer.reason or 'no reason given'}; {hint}"
            raise JoinRefused(room_id, answer.result, reason, retryable=is_lost)
        self.state.client_id = str(answer.get("clientId") or self.state.client_id)
        self._fields["connectedIP"] = str(answer.get("connectedIP") or "")
        return await self._wait_admitted()

    async def _wait_admitted(self) -> RoomConnected:
        room_id, limit_s = self.state.room_id, self.terms.timeout_s
        await asyncio.wait([self._admitted], timeout=limit_s)
        if not self._admitted.done() and self._is_awaited:
            await asyncio.wait([self._admitted], timeout=_ADMISSION_S)
        if not self._admitted.done():
            why = "no moderator let the bot in" if self._is_awaited else "room-connected did not come"
            raise JoinRefused(room_id, _DISCONNECTED, f"{why} in time", retryable=True)
        outcome = self._admitted.result()
        if isinstance(outcome, RoomClosed):
            raise JoinRefused(room_id, outcome.cause, outcome.reason, retryable=outcome.retryable)
        return outcome

    async def _wait_begun(self) -> None:
        """In a room that waits for a moderator: wait until it has come."""
        if not self.state.is_waiting:
            return
        self._on_event(RoomAwaited(self.state.room_id))
        beginning = asyncio.create_task(self._begun.wait(), name=f"{self._name}/waits")
        try:
            await asyncio.wait([beginning], timeout=_ADMISSION_S)
        finally:
            beginning.cancel()
        if self._closed is not None:
            raise JoinRefused(self.state.room_id, self._closed.cause, self._closed.reason)
        if self.state.is_waiting:
            raise JoinRefused(self.state.room_id, _NO_MODERATOR, "no moderator came in time", retryable=True)

    async def _start_media(self, connected: RoomConnected) -> None:
        self.microphone.set(Mute.ROOM, is_muted=self.state.is_room_muted)
        await self._wait_begun()
        self.post(GetMaxTalkers())
        may_publish = self.terms.publish and self.state.me.role not in _LISTENERS
        publishing = self.post(self._publish_request()) if may_publish else None
        self.post(self._log_request())
        ice_servers = tuple(one for one in connected.ice_servers if isinstance(one, Mapping))
        if publishing is not None:
            await self._publish(publishing, ice_servers)
        if self.terms.watch_talk:
            asked = self.post(SetAdvancedOptions.talker_notification(enable=True))
            asked.add_done_callback(self._talk_watched)
        if self.terms.listen:
            await self._listen(ice_servers)

    def _talk_watched(self, asked: asyncio.Future[Answer]) -> None:
        if not asked.cancelled() and not (answer := asked.result()).is_ok and not self.is_closed:
            log.warning("talk_not_told", room=self.state.room_id, result=answer.result, reason=answer.reason)

    async def _publish(self, publishing: asyncio.Future[Answer], ice_servers: tuple[Mapping[str, Any], ...]) -> None:
        assert self._signaling is not None, "joined"
        answer = await self._signaling.answer_to("publish", publishing, timeout_s=self.terms.timeout_s)
        number = answer.get("id")
        if not answer.is_ok or not isinstance(number, int):
            raise PublishRefused(self.state.room_id, answer.result, answer.reason or "it gave no stream id")
        publication = self.terms.network.publication(
            number, self._signaling, is_local=self._is_local, ice_servers=ice_servers
        )
        self._peers[number] = publication
        try:
            await publication.connect(self.terms.timeout_s)
        except BotsError as error:
            raise PublishRefused(self.state.room_id, _MEDIA_FAILED, str(error)) from error
        publication.on_state(lambda state: self._media_changed("publication", state))
        self._publication = publication
        if self.microphone.is_muted:  # muted on join: told once the media is up, as the SDK does
            publication.outgoing.is_muted = True
            self.post(MuteOwnAudio())

    async def _listen(self, ice_servers: tuple[Mapping[str, Any], ...]) -> None:
        """Subscribe every slot at once; a slot that fails is logged and stays silent."""
        slots = self.state.slots
        tasks = [
            asyncio.create_task(self._subscribe(slot, ice_servers), name=f"{self._name}/subscribe-{slot}")
            for slot in slots
        ]
        try:
            results = await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for slot, error in zip(slots, results, strict=True):
            if isinstance(error, BotsError):
                log.warning("slot_not_subscribed", room=self.state.room_id, slot=slot, reason=str(error))
            elif isinstance(error, BaseException):
                raise error

    async def _subscribe(self, slot: int, ice_servers: tuple[Mapping[str, Any], ...]) -> None:
        assert self._signaling is not None, "joined"
        wanted = Subscribe(stream_id=slot, mute_stream=MuteStream(audio=False))
        answer = await self._signaling.request(wanted, timeout_s=self.terms.timeout_s)
        if not answer.is_ok:
            raise RequestRefused("subscribe", answer.result, answer.reason)
        subscription = self.terms.network.subscription(
            slot, self._signaling, is_local=self._is_local, ice_servers=ice_servers
        )
        self._peers[slot] = subscription
        await subscription.connect(self.terms.timeout_s)
        subscription.on_state(lambda state: self._media_changed(f"slot {slot}", state))
        self._subscriptions[slot] = subscription

    def _media_changed(self, what: str, state: str) -> None:
        if state == "failed" and not self.is_closed:
            # a room that ends closes its media too, and that may be seen before the word about it
            asyncio.get_running_loop().call_later(_MEDIA_LOST_S, self._say_media_lost, what)

    def _say_media_lost(self, what: str) -> None:
        if not self.is_closed:
            log.warning("media_lost", room=self.state.room_id, what=what)

    def _publish_request(self) -> Publish:
        quiet = MuteStream(audio=False, video=True)
        most = self.state.max_video_bw
        if self.terms.is_breakout:  # the SDK sends other keys from inside a breakout (signalling.md 10.4)
            return Publish(
                data=False,
                audio=True,
                screen=False,
                canvas=False,
                mute_stream=quiet,
                min_video_bw=100,
                max_video_bw=most,
            )
        return Publish(
            audio=True,
            attributes={"name": self.state.me.name},
            mute_stream=quiet,
            min_video_bw=100,
            max_video_bw=most,
            scheme="notify-break-recover",
        )

    def _log_request(self) -> LogClientEvent:
        return LogClientEvent(
            room_id=self.state.room_id,
            log_id=str(self._fields.get("logId") or ""),
            timestamp=self.terms.clock.now().isoformat(timespec="milliseconds"),
            client_id=self.state.client_id,
            client_name=self.state.me.name,
            host_type=CLIENT_FACTS["hostType"],
            host_version=CLIENT_FACTS["hostVersion"],
            external_ip=self._fields["connectedIP"],
        )

    # ---- talking

    def post(self, request: Request) -> asyncio.Future[Answer]:
        """Queue a request; awaiting its answer is up to the caller."""
        assert self._signaling is not None, "joined"
        return self._signaling.post(request)

    async def request(self, request: Request) -> Answer:
        """Send a request and return its answer, whatever it says.

        Raises:
            RequestRefused: no answer in time.
        """
        assert self._signaling is not None, "joined"
        return await self._signaling.request(request)

    async def ask(self, request: Request) -> Answer:
        """Send a request that must be granted.

        Raises:
            RequestRefused: refused, or no answer in time.
        """
        answer = await self.request(request)
        if not answer.is_ok:
            raise RequestRefused(request.event, answer.result, answer.reason)
        return answer

    def set_mute(self, layer: Mute, *, is_muted: bool) -> None:
        """Switch one layer of the mutes: the sound stops or goes on at once, and the room is told."""
        messages = self.microphone.set(layer, is_muted=is_muted)
        if self._publication is None:
            return
        self._publication.outgoing.is_muted = self.microphone.is_muted
        for message in messages:
            self.post(message)

    # ---- hearing

    def _take(self, notice: Notice) -> None:
        if isinstance(notice, MediaSignal):
            peer = self._peers.get(notice.number)
            if peer is not None:
                peer.take(notice.msg)
            return
        for event in self.state.apply(notice):
            match event:
                case Closed():
                    self._end(RoomClosed(self.state.room_id, event.cause, event.reason))
                    return
                case HardMuteChanged():
                    layer = Mute.HARD if event.scope == "me" else Mute.ROOM
                    self.set_mute(layer, is_muted=event.is_muted)
                case RoomAwaited():
                    self._is_awaited = True
            self._on_event(event)
        if not self.state.is_waiting:
            self._begun.set()
        if isinstance(notice, RoomConnected) and not self._admitted.done():
            self._admitted.set_result(notice)

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
        was_admitted = self._admitted.done()
        if not was_admitted:
            self._admitted.set_result(closed)
        self._cleaning = asyncio.create_task(self._clean_up(), name=f"{self._name}/cleanup")
        self._over.set()
        self._begun.set()
        if was_admitted:
            self._on_event(Closed(closed.cause, closed.reason))

    async def _clean_up(self) -> None:
        signaling = self._signaling
        try:
            if signaling is not None and not signaling.is_closed:
                if self._publication is not None:
                    signaling.post(Unpublish(stream_id=self._publication.number))
                with suppress(RequestRefused):
                    await signaling.request(Drop(is_self=True), timeout_s=_LEAVE_S)
        finally:
            results = await asyncio.gather(*(peer.close() for peer in self._peers.values()), return_exceptions=True)
            if signaling is not None:
                await signaling.close()
            for error in results:
                if isinstance(error, Exception):
                    log.warning("media_not_closed", room=self.state.room_id, reason=str(error))


def _claimed_room_id(fields: Mapping[str, Any]) -> str:
    """The room id that a token speaks of, for messages before `room-connected`; "?" if it does not say."""
    room = fields.get("room")
    inner = (room.get("_id") or room.get("room_id")) if isinstance(room, Mapping) else room
    return str(fields.get("roomId") or inner or "?")


def _host(fields: Mapping[str, Any]) -> str | None:
    return urlsplit(socket_url(fields)).hostname
