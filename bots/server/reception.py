"""The reception: who comes in, what they ask, what follows from it. The rules of the server put to work; no I/O.

It speaks to lines (a socket, or a client in memory) and to whatever carries the media.
"""

import asyncio
import random
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import structlog

from bots.server.breakouts import Breakouts
from bots.server.codes import Refused
from bots.server.desk import Desk
from bots.server.effects import Disconnect, Effect, Expire, GiveUp, Send, StopPublishing, Welcome
from bots.server.ledger import Ledger
from bots.server.rooms import DUPLICATE, Rooms
from bots.server.rules.sharing import check_share, share_begins
from bots.server.state import Room
from bots.server.tokens import Claim
from bots.server.welcome import welcome
from bots.wire import (
    Notice,
    PresentToken,
    Publish,
    Request,
    RoomAwaited,
    Signal,
    Subscribe,
    Unpublish,
    Unsubscribe,
    granted,
    refused,
    token_refused,
)

__all__ = ["Acknowledge", "Line", "Media", "Reception"]

Acknowledge = Callable[[tuple[Any, ...]], None]  # sends the ack of one request

MOST_KEPT = 100  # ledgers of those who have gone

log = structlog.get_logger()


class Line(Protocol):
    """The server's end of one client's connection."""

    client_id: str

    @property
    def address(self) -> str: ...
    @property
    def agent(self) -> str:
        """What program the client says it is; empty if it does not say."""
        ...

    def send(self, notice: Notice) -> None: ...
    def part(self) -> None:
        """Close, once the client had a second to leave by itself."""
        ...

    def end(self) -> None:
        """Close after what is queued has been written."""
        ...


class Media(Protocol):
    """What carries sound between members; `relay.Relay` is the real one."""

    def enter(self, client_id: str) -> None:
        """A member is connected; for one who is back, what it sends and hears goes on until it offers anew."""
        ...

    def forget(self, client_id: str) -> None: ...
    def knows_slot(self, client_id: str, stream_id: int) -> bool: ...
    def publish(self, client_id: str, *, is_share: bool = False) -> int: ...
    def unpublish(self, client_id: str, stream_id: int) -> None: ...
    def unsubscribe(self, client_id: str, stream_id: int) -> None: ...
    def signal(self, client_id: str, request: Signal) -> None: ...
    def update_around(self, client_id: str) -> None: ...


class Reception:
    """Answers every request of every line; implements `connection.House`.

    Args:
        rooms: the registry.
        media: carries the sound.
        token_for: makes the token text of a claim for a room.
        now_s: Unix time, seconds.
        probe_url: where a client looks whether the server is there.
        rng: spreads people over rooms in create-and-invite.
    """

    def __init__(
        self,
        rooms: Rooms,
        media: Media,
        *,
        token_for: Callable[[Claim, Room], str],
        now_s: Callable[[], float],
        probe_url: Callable[[], str],
        rng: random.Random | None = None,
    ) -> None:
        self.breakouts = Breakouts(rooms, clock_s=now_s, token_for=token_for, rng=rng)
        self._rooms = rooms
        self._desk = Desk(rooms, self.breakouts)
        self._media = media
        self._now_s = now_s
        self._probe_url = probe_url
        self._lines: dict[str, Line] = {}
        self._ledgers: dict[str, Ledger] = {}
        self._kept: OrderedDict[str, Ledger] = OrderedDict()
        self._missed: dict[str, list[Notice]] = {}
        self._arrivals: dict[str, tuple[Effect, ...]] = {}  # what others have to be told of who has no answer yet

    @property
    def lines(self) -> tuple[Line, ...]:
        """Of every member, in the order of coming."""
        return tuple(self._lines.values())

    def enter(self, line: Line, token: PresentToken) -> tuple[tuple[Any, ...], str]:
        """Answer a token: the ack's arguments, and the client id (empty if refused)."""
        try:
            admission = self._rooms.admit(token, self._now_s())
        except Refused as no:
            log.debug("join_refused", result=no.result, reason=no.reason)
            return token_refused(no.result, no.reason), ""
        client_id = admission.member.client_id
        admission.member.address, admission.member.agent = line.address, line.agent
        for ghost in admission.ghosts:
            self.breakouts.succeed(admission.room, ghost, client_id)
            self._gone(ghost, is_lost=False)
        if admission.replaced and (older := self._lines.get(client_id)) is not None:
            older.client_id = ""  # its end is not this member's end
            older.send(DUPLICATE)
            older.end()
        self._lines[client_id] = line
        is_resumed = self._open_ledger(client_id, token, is_back=admission.replaced or admission.was_here)
        back = self.breakouts.returned(admission.room, admission.member) if admission.was_here else ()
        self._arrivals[client_id] = (*admission.effects, *back)
        answer = {"result": 0, "clientId": client_id, "connectedIP": line.address}
        if is_resumed:
            answer["resumed"] = True
        room_id, role = admission.room.room_id, admission.member.role
        if admission.is_waiting:
            log.debug("member_awaited", room=room_id, client_id=client_id, role=role)
        else:
            log.debug("member_joined", room=room_id, client_id=client_id, role=role)
        return ("success", answer), client_id

    def entered(self, client_id: str) -> None:
        """The ack has left: say `room-connected`, to who is back what it has missed, and to the others who has come.

        Who has to be let in by a moderator is told to wait, and welcomed later.
        """
        self._welcome(client_id)
        self.perform(self._arrivals.pop(client_id, ()))

    def _welcome(self, client_id: str) -> None:
        place = self._rooms.place_of(client_id)
        line = self._lines.get(client_id)
        if line is not None and self._rooms.waits(client_id):
            line.send(RoomAwaited())
        if place is None or line is None:
            return
        line.send(welcome(*place, probe_url=self._probe_url()))
        self.perform(Send(client_id, notice) for notice in self._missed.pop(client_id, ()))
        self.perform(self.breakouts.standing(*place))
        self._media.enter(client_id)

    def answer(self, client_id: str, request: Request, number: int | None, acknowledge: Acknowledge) -> None:
        """Answer a request, then carry out what follows from it; one that comes again is only answered again."""
        ledger = self._ledgers.get(client_id)
        if ledger is None or number is None:
            return self._answer(client_id, request, acknowledge)
        if (before := ledger.answer_to(number)) is not None:
            return acknowledge(before)

        def answered(arguments: tuple[Any, ...]) -> None:
            ledger.answer(number, arguments)
            acknowledge(arguments)

        return self._answer(client_id, request, answered)

    def _open_ledger(self, client_id: str, token: PresentToken, *, is_back: bool) -> bool:
        """Go on with the ledger of who is back and says what it has got; else begin a new one."""
        before = self._ledgers.get(client_id) or self._kept.pop(client_id, None)
        if is_back and before is not None and token.received is not None:
            self._ledgers[client_id] = before
            self._missed[client_id] = before.rewind(token.received)
            return True
        self._ledgers[client_id] = Ledger()
        return False

    def _answer(self, client_id: str, request: Request, acknowledge: Acknowledge) -> None:
        media = self._media
        match request:
            case Publish():
                answer, effects = self._publish(client_id, request)
                acknowledge(answer)
                self.perform(effects)
            case Subscribe():
                acknowledge((True,) if media.knows_slot(client_id, request.stream_id) else (None, "no such stream"))
            case Signal():
                acknowledge(granted())
                media.signal(client_id, request)
            case Unpublish():
                media.unpublish(client_id, request.stream_id)
                acknowledge(("success", True))
                self.perform(self._desk.unpublished(client_id, request.stream_id))
            case Unsubscribe():
                media.unsubscribe(client_id, request.stream_id)
                acknowledge(("success", True))
            case _:
                reply = self._desk.handle(client_id, request, self._now_s())
                acknowledge(reply.answer)
                self.perform(reply.effects)
                media.update_around(client_id)

    def unreadable(self, client_id: str, event: str, problem: str) -> tuple[Any, ...]:
        """The ack of a known request with a payload that it cannot carry."""
        return self._desk.unreadable(client_id, event, problem)

    def gone(self, line: Line, client_id: str) -> None:
        """The line is closed: its member has left before, or is lost and may be back in a moment."""
        if not client_id or self._lines.get(client_id) is not line:
            return
        del self._lines[client_id]
        place = self._rooms.place_of(client_id)
        if place is None:
            self.perform(self._rooms.lose(client_id))
            self._forget(client_id)
            return
        self.perform(self._rooms.lose(client_id))
        log.debug("member_lost", room=place[0].room_id, client_id=client_id)

    def perform(self, effects: Iterable[Effect]) -> None:
        """Say what has to be said, close what has to be closed."""
        for effect in effects:
            line = self._lines.get(effect.client_id)
            match effect:
                case Send(client_id=client_id, notice=notice):
                    if client_id in self._ledgers:
                        self._ledgers[client_id].tell(notice)
                    if line is not None:
                        line.send(notice)
                case Disconnect(client_id=client_id):
                    self._forget(client_id)
                    if line is not None:
                        line.part()
                case Welcome(client_id=client_id):
                    self._welcome(client_id)
                case StopPublishing(client_id=client_id, stream_id=only):
                    for stream_id in self._rooms.publications_of(client_id):
                        if only in (None, stream_id):
                            self._media.unpublish(client_id, stream_id)
                            self.perform(self._desk.unpublished(client_id, stream_id))
                case GiveUp(after_s=after_s):
                    asyncio.get_running_loop().call_later(after_s, self._give_up, effect)
                case Expire(after_s=after_s):
                    asyncio.get_running_loop().call_later(after_s, self._expire, effect)

    def _expire(self, loss: Expire) -> None:
        if not self._rooms.is_gone(loss):
            return
        log.debug("member_left", client_id=loss.client_id)
        self._gone(loss.client_id)

    def _gone(self, client_id: str, *, is_lost: bool = True) -> None:
        """A lost connection is over: the others are told. Unless it `is_lost`, somebody is here in its place."""
        self.perform(self._desk.leave(client_id, is_lost=is_lost))
        self._forget(client_id)

    def _forget(self, client_id: str) -> None:
        self._media.forget(client_id)
        ledger = self._ledgers.pop(client_id, None)
        if ledger is not None:  # who comes back after a long loss goes on with it
            self._kept[client_id] = ledger
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._missed.pop(client_id, None)

    def unpublished(self, client_id: str, stream_id: int) -> None:
        """The media of a publication have ended by themselves; of a connection that is lost they may come again."""
        place = self._rooms.place_of(client_id)
        if place is not None and place[1].loss is None:
            self.perform(self._desk.unpublished(client_id, stream_id))

    def _give_up(self, place: GiveUp) -> None:
        self.perform(self.breakouts.give_up(place))

    def tell(self, client_id: str, notice: Notice) -> None:
        """Say something to one member; nothing if it is gone."""
        self.perform([Send(client_id, notice)])

    def _publish(self, client_id: str, request: Publish) -> tuple[tuple[Any, ...], list[Effect]]:
        place = self._rooms.place_of(client_id)
        if place is None:
            return refused(1171, "You are not in a room (any more)."), []
        if (refusal := self._desk.publish_refusal(*place) or check_share(*place, request)) is not None:
            return refused(*refusal), []
        is_share = bool(request.screen or request.canvas)
        stream_id = self._media.publish(client_id, is_share=is_share)
        if is_share:
            return granted(id=stream_id), share_begins(*place, request, stream_id)
        effects = self._desk.started_muted(*place) if request.mute_stream.audio else []
        return granted(id=stream_id), effects
