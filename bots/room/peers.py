"""The media connections of a session: one per publication, one per subscribed slot.

The bot always offers. Its offer goes out without candidates; they follow one by one after the answer, as from the
vendor's client. Source: signalling.md sections 6.2 to 6.5 and 7.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bots.errors import MediaError, WireError
from bots.media import IncomingAudio, MediaLine, OutgoingAudio, PeerConnection
from bots.wire import Request, Signal, read_json

__all__ = ["MediaPeer", "Publication", "Subscription"]

_END = "end"
_MAX_WAITING = 256  # signals before the answer is applied; a server that sends more is ignored

Post = Callable[[Request], object]  # queues a request; nobody waits for the answer


class MediaPeer:
    """One peer connection and its part of the signalling, under the stream id `number`."""

    def __init__(
        self,
        number: int,
        post: Post,
        *,
        is_local: bool,
        ice_servers: Sequence[Mapping[str, Any]],
        may_send: Callable[[], bool] | None = None,
    ) -> None:
        self.number = number
        self.connection = PeerConnection(loopback=is_local, ice_servers=ice_servers, may_send=may_send)
        self._post = post
        self._inbox: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue(_MAX_WAITING)

    def take(self, msg: Mapping[str, Any]) -> None:
        """Take the `msg` of a `media_engine_connecting`; `ready`, `started` and unknown types mean nothing here."""
        if msg.get("type") in ("answer", "candidate") and not self._inbox.full():
            self._inbox.put_nowait(msg)

    @property
    def silent_s(self) -> float:
        """For how long nothing at all has come in, seconds."""
        return self.connection.silent_s

    def probe(self) -> None:
        """Ask the other end whether it is there."""
        self.connection.probe()

    def on_state(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call back with each new state of the connection; returns what detaches it."""
        return self.connection.on_state(callback)

    async def close(self) -> None:
        """Close the media connection."""
        await self.connection.close()

    async def _negotiate(self, line: MediaLine, timeout_s: float) -> None:
        """Offer, apply the answer, exchange candidates, wait until media can flow.

        Raises:
            MediaError: no answer, an impossible one, or no connection in time.
        """
        try:
            async with asyncio.timeout(timeout_s):
                offer, candidates = _without_candidates(await self.connection.offer([line]))
                self._post(Signal.offer(self.number, offer))
                early = await self._apply_answer()
        except TimeoutError:
            raise MediaError(f"stream {self.number}", f"the server did not answer in {timeout_s:g} s") from None
        for candidate in candidates:
            self._post(Signal.candidate(self.number, candidate))
        self._post(Signal.end_of_candidates(self.number))
        taking = asyncio.create_task(self._take_candidates(early), name=f"stream-{self.number}/candidates")
        try:
            await self.connection.wait_connected(timeout_s)
        finally:
            taking.cancel()
            await asyncio.gather(taking, return_exceptions=True)

    async def _apply_answer(self) -> list[str]:
        """Wait for the answer and apply it; returns the candidates that came before it."""
        early: list[str] = []
        while True:
            msg = await self._inbox.get()
            if msg["type"] == "answer":
                await self.connection.accept_answer(str(msg.get("sdp") or ""))
                return early
            early.append(_candidate(msg))

    async def _take_candidates(self, early: list[str]) -> None:
        for candidate in early:
            await self._add(candidate)
        while True:
            msg = await self._inbox.get()
            if msg["type"] == "candidate":
                await self._add(_candidate(msg))

    async def _add(self, candidate: str) -> None:
        if candidate and candidate != _END:  # a server that trickles may still add some: its end is not believed
            await self.connection.add_candidate(candidate)


class Publication(MediaPeer):
    """The connection over which the bot sends."""

    def __init__(
        self,
        number: int,
        post: Post,
        outgoing: OutgoingAudio,
        *,
        is_local: bool,
        ice_servers: Sequence[Mapping[str, Any]],
        may_send: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(number, post, is_local=is_local, ice_servers=ice_servers, may_send=may_send)
        self._ssrc = PeerConnection.new_ssrc()
        self._outgoing = outgoing

    async def connect(self, timeout_s: float) -> None:
        """Negotiate, see `MediaPeer`; from then on what the bot sends goes this way."""
        await self._negotiate(MediaLine("sendonly", ssrc=self._ssrc), timeout_s)
        self._outgoing.attach(self.connection, ssrc=self._ssrc)

    async def close(self) -> None:
        self._outgoing.detach(self.connection)
        await super().close()


class Subscription(MediaPeer):
    """The connection over which the bot hears one slot."""

    def __init__(
        self,
        number: int,
        post: Post,
        incoming: IncomingAudio,
        *,
        is_local: bool,
        ice_servers: Sequence[Mapping[str, Any]],
        may_send: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(number, post, is_local=is_local, ice_servers=ice_servers, may_send=may_send)
        self._incoming = incoming

    async def connect(self, timeout_s: float) -> None:
        """Negotiate, see `MediaPeer`; what comes from then on is heard."""
        await self._negotiate(MediaLine("recvonly"), timeout_s)
        self._incoming.attach(self.connection)


def _without_candidates(sdp: str) -> tuple[str, list[str]]:
    """The offer as the vendor's client sends it, and the candidates that were in it ("candidate:...")."""
    lines = sdp.splitlines()
    candidates = [line.removeprefix("a=") for line in lines if line.startswith("a=candidate:")]
    kept = [line for line in lines if not line.startswith(("a=candidate:", "a=end-of-candidates"))]
    return "\r\n".join(kept) + "\r\n", list(dict.fromkeys(candidates))


def _candidate(msg: Mapping[str, Any]) -> str:
    """The candidate's text; the wire has an object, or the object as JSON text (signalling.md 6.4)."""
    body = msg.get("candidate")
    if isinstance(body, str) and body.startswith("{"):
        try:
            body = read_json(body)
        except WireError:
            return ""
    if isinstance(body, Mapping):
        body = body.get("candidate")
    return body.removeprefix("a=") if isinstance(body, str) else ""
