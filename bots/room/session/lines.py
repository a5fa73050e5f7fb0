"""The media connections of one session: one for what the bot sends, one for each slot that it hears.

What it sends and what it hears outlives them: when a connection is made anew, the old one goes on until the new one
is up. Source: signalling.md sections 6 and 7.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from bots.errors import BotsError, MediaError, PublishRefused, RequestRefused
from bots.room.network import Incoming, MediaLine, Network, Outgoing
from bots.room.session.connection import Connection
from bots.wire import Answer, MediaSignal, MuteStream, Publish, Subscribe, Unpublish

__all__ = ["Lines"]

_MEDIA_FAILED = 1160
DOUBT_S = 2.0  # after which the other end of a silent line is asked whether it is there
PATIENCE_S = 2.0  # and how long it may be silent then; it is asked at every look

log = structlog.get_logger()
Servers = tuple[Mapping[str, Any], ...]


class Lines:
    """The lines of one session.

    Args:
        is_local: the room server is on this machine.
        on_failed: told which line has failed; on the event loop.
    """

    def __init__(
        self, network: Network, *, room_id: str, name: str, is_local: bool, on_failed: Callable[[str], None]
    ) -> None:
        self.outgoing: Outgoing | None = None
        self.incoming: dict[int, Incoming] = {}
        self.ice_servers: Servers = ()
        self._network = network
        self._room_id = room_id
        self._name = name
        self._is_local = is_local
        self._on_failed = on_failed
        self._negotiating: dict[int, MediaLine] = {}
        self._publication: MediaLine | None = None
        self._subscriptions: dict[int, MediaLine] = {}
        self._failed: set[MediaLine] = set()
        self._doubted_s: dict[MediaLine, float] = {}

    @property
    def is_publishing(self) -> bool:
        """Is there a line for what the bot sends, and has it not failed?"""
        return self._publication is not None and self._publication not in self._failed

    @property
    def are_broken(self) -> bool:
        """Has one failed, and not been made anew?"""
        return bool(self._failed)

    def is_heard(self, slot: int) -> bool:
        """Is there a line for this slot, and has it not failed?"""
        line = self._subscriptions.get(slot)
        return line is not None and line not in self._failed

    @property
    def publication_id(self) -> int | None:
        return self._publication.number if self._publication is not None else None

    def take(self, notice: MediaSignal) -> None:
        """What the server says about a line that is being made."""
        line = self._negotiating.get(notice.number)
        if line is not None:
            line.take(notice.msg)

    def ask_to_publish(self, connection: Connection, request: Publish) -> asyncio.Future[Answer]:
        """Ask for a publication; one that has failed is taken back first, as by the SDK (signalling.md 6.7)."""
        if self._publication is not None and self._publication in self._failed:
            connection.post(Unpublish(stream_id=self._publication.number))
        return connection.post(request)

    async def publish(self, connection: Connection, asked: asyncio.Future[Answer], *, timeout_s: float) -> None:
        """Publish, once the server has answered; a publication before it is over then.

        Raises:
            PublishRefused: the server does not take it, or no media connection could be made.
            RequestRefused: no answer.
        """
        answer = await connection.conversation.answer_to("publish", asked, timeout_s=timeout_s)
        number = answer.number("id")
        if not answer.is_ok or number is None:
            raise PublishRefused(self._room_id, answer.result, answer.reason or "it gave no stream id")
        outgoing = self.outgoing or self._network.outgoing()
        line = self._network.publication(
            number, connection.conversation, outgoing, is_local=self._is_local, ice_servers=self.ice_servers
        )
        try:
            await self._connect(line, "publication", timeout_s)
        except BaseException as error:
            connection.post(Unpublish(stream_id=number))
            if isinstance(error, MediaError):
                raise PublishRefused(self._room_id, _MEDIA_FAILED, str(error)) from error
            raise
        before, self._publication, self.outgoing = self._publication, line, outgoing
        await self._end(before)

    def hold(self) -> None:
        """Have something to play on that nobody hears: there may be a line for it later."""
        self.outgoing = self.outgoing or self._network.outgoing()

    async def stop_publishing(self, connection: Connection) -> None:
        """Send nothing any more; what plays goes on unheard."""
        line, self._publication = self._publication, None
        if line is not None:
            connection.post(Unpublish(stream_id=line.number))
            await self._end(line)

    async def listen(self, connection: Connection, slots: Sequence[int], *, timeout_s: float) -> None:
        """Subscribe slots at once; one that fails is logged and stays silent.

        Raises:
            MediaError: all of them failed.
        """
        tasks = [
            asyncio.create_task(self._subscribe(connection, slot, timeout_s), name=f"{self._name}/subscribe-{slot}")
            for slot in slots
        ]
        try:
            results = await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        failures = []
        for slot, error in zip(slots, results, strict=True):
            if isinstance(error, BotsError):
                log.warning("slot_not_subscribed", room=self._room_id, slot=slot, reason=str(error))
                failures.append(error)
            elif isinstance(error, BaseException):
                raise error
        if slots and len(failures) == len(slots):
            raise MediaError("slots", f"none of them could be heard: {failures[0]}")

    async def cut(self) -> None:
        """Nothing goes out or comes in any more, until it is made anew."""
        lines = {*self._negotiating.values(), *self._subscriptions.values()}
        lines |= set() if self._publication is None else {self._publication}
        self._failed |= lines
        for error in await asyncio.gather(*(line.close() for line in lines), return_exceptions=True):
            if isinstance(error, Exception):
                log.warning("media_not_closed", room=self._room_id, reason=str(error))

    def notice_silence(self, now_s: float) -> list[str]:
        """Look at every line, about once a second: which have failed now, whatever their state says.

        Every end of a media connection answers when it is asked (RFC 7675), so one that does not, and says nothing
        else, is not reached any more.
        """
        lines = {"publication": self._publication, **{f"slot {slot}": one for slot, one in self._subscriptions.items()}}
        before, self._doubted_s = self._doubted_s, {}
        found = []
        for what, line in lines.items():
            if line is None or line in self._failed or line.silent_s < DOUBT_S:
                continue
            since_s = before.get(line, now_s)
            if now_s - since_s >= PATIENCE_S:
                self._failed.add(line)
                found.append(what)
            else:
                line.probe()
                self._doubted_s[line] = since_s
        return found

    async def close(self) -> None:
        """Close everything; what was heard stays readable."""
        if self.outgoing is not None:
            self.outgoing.close()
        await self.cut()

    async def _subscribe(self, connection: Connection, slot: int, timeout_s: float) -> None:
        asked = connection.post(Subscribe(stream_id=slot, mute_stream=MuteStream(audio=False)))
        answer = await connection.conversation.answer_to("subscribe", asked, timeout_s=timeout_s)
        if not answer.is_ok:
            raise RequestRefused("subscribe", answer.result, answer.reason)
        incoming = self.incoming.get(slot) or self._network.incoming()
        line = self._network.subscription(
            slot, connection.conversation, incoming, is_local=self._is_local, ice_servers=self.ice_servers
        )
        await self._connect(line, f"slot {slot}", timeout_s)
        before, self._subscriptions[slot], self.incoming[slot] = self._subscriptions.get(slot), line, incoming
        await self._end(before)

    async def _connect(self, line: MediaLine, what: str, timeout_s: float) -> None:
        self._negotiating[line.number] = line
        try:
            await line.connect(timeout_s)
        except BaseException:
            await self._end(line)
            raise
        finally:
            if self._negotiating.get(line.number) is line:
                del self._negotiating[line.number]
        line.on_state(lambda state: self._changed(line, what, state))

    def _changed(self, line: MediaLine, what: str, state: str) -> None:
        if state == "failed":
            self._failed.add(line)
            self._on_failed(what)

    async def _end(self, line: MediaLine | None) -> None:
        if line is not None:
            self._failed.discard(line)
            await line.close()
