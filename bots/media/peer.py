"""One WebRTC peer connection, thin: aiortc's ICE and DTLS, SRTP by libsrtp, and our own bytes on top.

aiortc's `RTCPeerConnection` starts a thread and tasks for every track; a bot that only sends prepared packets, or a
relay that only forwards them, needs none of it. What is used of aiortc's inside stands in this file and in `ice.py`;
`tests/integration/media/test_peer.py` notices a change.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import pylibsrtp
from aiortc import RTCCertificate, RTCDtlsTransport, RTCIceTransport, sdp

from bots.errors import MediaError
from bots.media.description import (
    Line,
    LineAnswer,
    MediaLine,
    OfferedLine,
    OwnSide,
    can_be_answered,
    line_of,
    mirrored,
    parsed,
    remote_ssrc,
    role_of,
)  # fmt: skip
from bots.media.ice import Gatherer
from bots.media.srtp import Outlet

__all__ = ["PeerConnection", "State"]

State = Literal["new", "connecting", "connected", "failed", "closed"]
Receiver = Callable[[bytes, float], None]

_certificate: list[RTCCertificate] = []  # one a process: making one takes longer than a handshake


class _Dtls(RTCDtlsTransport):
    """aiortc's DTLS; the SRTP packets do not go through its task."""

    def unprotect(self, data: bytes) -> bytes | None:
        """A packet in plain; None while the keys are not there, or if it was tampered with or came twice."""
        if self._rx_srtp is None:
            return None
        try:
            plain: bytes = self._rx_srtp.unprotect_rtcp(data) if _is_rtcp(data) else self._rx_srtp.unprotect(data)
        except pylibsrtp.Error:
            return None
        return plain

    def release(self) -> None:
        """Give back, when it has stopped, what the libraries beneath hold of it: the most of its memory.

        The rest of a connection goes with the next full garbage collection: aiortc's objects refer to each other.
        """
        self._ssl = None
        self._rx_srtp = self._tx_srtp = None  # type: ignore[assignment]  # as before the handshake

    @property
    def sending_session(self) -> pylibsrtp.Session:
        """With the keys for what is sent; there is one once the connection is up."""
        return self._tx_srtp


class PeerConnection:
    """A peer connection for audio.

    Args:
        loopback: candidates on 127.0.0.1 only.
        ice_servers: as in WebRTC's `iceServers`; not used on loopback.
        may_send: asked before every datagram; what must not be sent is lost. None: always.
    """

    def __init__(
        self,
        *,
        loopback: bool = True,
        ice_servers: Sequence[Mapping[str, Any]] = (),
        may_send: Callable[[], bool] | None = None,
    ) -> None:
        if not _certificate:
            _certificate.append(RTCCertificate.generateCertificate())
        self._gatherer = Gatherer(is_loopback=loopback, servers=ice_servers, may_send=may_send)
        self._ice = RTCIceTransport(self._gatherer)
        self._dtls = _Dtls(self._ice, _certificate)
        self._dtls.on("statechange", self._dtls_changed)
        self._gatherer.connection.media_sink = self._take
        self._gatherer.connection.way_changed = self._open_outlet
        self._state: State = "new"
        self._listeners: list[Callable[[State], None]] = []
        self._on_rtp: Receiver | None = None
        self._on_rtcp: Receiver | None = None
        self._gathering: asyncio.Task[None] | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._offered: tuple[MediaLine, ...] = ()
        self._loop = asyncio.get_running_loop()
        self.lines: tuple[Line, ...] = ()
        self.outlet: Outlet | None = None
        """The way out, while the connection is up; another one when the other side is reached by another way."""
        self.dropped = 0
        """Packets that were to be sent while the connection was not up."""

    @property
    def state(self) -> State:
        return self._state

    @property
    def silent_s(self) -> float:
        """For how long nothing has come in, not even a check of the way, which comes about every five; seconds."""
        return self._loop.time() - self._gatherer.connection.heard_s

    def probe(self) -> None:
        """Ask the other side whether it is there; what it answers ends the silence."""
        self._gatherer.connection.probe()

    @staticmethod
    def new_ssrc() -> int:
        """A random stream number that is neither 0 nor 1."""
        return secrets.randbelow(0xFFFFFFFD) + 2

    # ---- negotiation

    async def offer(self, lines: Sequence[MediaLine]) -> str:
        """The SDP offer, with the candidates in it.

        Raises:
            MediaError: it was closed meanwhile.
        """
        self._gatherer.connection.ice_controlling = True  # from now on: checks may come before the answer is read
        await self._gather()
        self._offered = tuple(lines)
        own = OwnSide(self._gatherer, self._dtls, "auto")
        description = own.session([str(number) for number in range(len(lines))])
        description.media += [own.offered(str(number), line) for number, line in enumerate(lines)]
        return str(description)

    async def accept_answer(self, answer: str) -> None:
        """Take the other side's answer and connect; returns before the connection is up.

        Raises:
            MediaError: the answer cannot be read or refuses what was offered.
        """
        remote = parsed(answer)
        if len(remote.media) != len(self._offered):
            raise MediaError("answer", f"it has {len(remote.media)} media lines, the offer had {len(self._offered)}")
        lines = []
        for mine, theirs in zip(self._offered, remote.media, strict=True):
            direction = mirrored(theirs.direction or "sendrecv", mine.direction)
            lines.append(line_of(theirs, direction, mine.ssrc if direction == "sendonly" else remote_ssrc(theirs)))
        self.lines = tuple(lines)
        await self._begin(remote, role="client" if role_of(remote) == "server" else "server")

    async def answer(self, offer: str, decide: Callable[[int, OfferedLine], LineAnswer]) -> str:
        """The SDP answer to an offer, with the candidates in it; connects, and returns before the connection is up.

        Args:
            offer: may have no candidates; they come later (signalling.md section 6.2).
            decide: what to do with each line, in order.

        Raises:
            MediaError: the offer cannot be read, or the connection was closed meanwhile.
        """
        remote = parsed(offer)
        await self._gather()
        own = OwnSide(self._gatherer, self._dtls, "client")
        description = own.session([one.rtp.muxId for one in remote.media if can_be_answered(one)])
        lines = []
        for number, theirs in enumerate(remote.media):
            chosen = decide(number, OfferedLine(theirs.kind, theirs.direction or "sendrecv", theirs.rtp.muxId))
            if theirs.kind != "audio" or not can_be_answered(theirs):
                chosen = LineAnswer("inactive")
            line = line_of(theirs, chosen.direction, chosen.ssrc)
            lines.append(line)
            description.media.append(own.answering(theirs, line))
        self.lines = tuple(lines)
        text = str(description)
        await self._begin(remote, role="client")
        return text

    async def add_candidate(self, candidate: str | None) -> None:
        """One candidate of the other side, "candidate:..." with or without "a="; None or "end" is the end of them."""
        if self._state in ("failed", "closed"):
            return
        text = (candidate or "end").removeprefix("a=").removeprefix("candidate:")
        if text in ("end", ""):
            await self._ice.addRemoteCandidate(None)
            return
        try:
            parsed = sdp.candidate_from_sdp(text)
        except (AssertionError, ValueError, IndexError):
            return  # a candidate of a kind that is unknown here; others will do
        if parsed.protocol.lower() != "udp" or parsed.ip.endswith(".local"):
            return  # mDNS names are not resolved; the peer's packets show its address (peer-reflexive)
        parsed.sdpMid, parsed.sdpMLineIndex = "0", 0
        await self._ice.addRemoteCandidate(parsed)

    # ---- packets

    def set_receivers(self, on_rtp: Receiver | None, on_rtcp: Receiver | None) -> None:
        """Who takes the packets that arrive: decrypted bytes, and monotonic seconds of their arrival."""
        self._on_rtp = on_rtp
        self._on_rtcp = on_rtcp

    def send_rtp(self, packet: bytes) -> None:
        """Send one RTP packet now; counted as dropped while the connection is not up."""
        if self.outlet is None or not self.outlet.send_rtp(packet):
            self.dropped += 1

    def send_rtcp(self, packet: bytes) -> None:
        """Send one compound RTCP packet now; counted as dropped while the connection is not up."""
        if self.outlet is None or not self.outlet.send_rtcp(packet):
            self.dropped += 1

    def _take(self, data: bytes) -> None:
        plain = self._dtls.unprotect(data)
        if plain is None:
            return
        receiver = self._on_rtcp if _is_rtcp(plain) else self._on_rtp
        if receiver is not None:
            receiver(plain, self._loop.time())

    # ---- life

    def on_state(self, callback: Callable[[State], None]) -> Callable[[], None]:
        """Be told of every change of state; the return value ends it."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback) if callback in self._listeners else None

    async def wait_connected(self, timeout_s: float) -> None:
        """Return when the connection is up.

        Raises:
            MediaError: it failed, was closed, or took longer than `timeout_s`.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while self._state in ("new", "connecting"):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise MediaError("media connection", f"not up after {timeout_s:g} s; is UDP blocked?") from None
        if self._state != "connected":
            raise MediaError("media connection", f"it {self._state}")

    async def close(self) -> None:
        """End the connection; may be called more than once.

        It is ended whole, also if who asked for it is cancelled: aioice, left in the middle, keeps its sockets, or has
        closed them and never says so to the task of aiortc that waits for that.
        """
        if self._closing is None:
            self._set_state("closed")
            self._closing = asyncio.create_task(self._close(), name="peer/close")
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        beginning = [one for one in (self._gathering, self._connecting) if one is not None]
        for task in beginning:
            task.cancel()
        await asyncio.gather(*beginning, return_exceptions=True)
        self._gatherer.connection.media_sink = self._gatherer.connection.way_changed = None
        self._listeners.clear()
        await self._dtls.stop()
        await self._ice.stop()
        self._dtls.release()

    async def _gather(self) -> None:
        """Open sockets; `close` ends that, and nobody else: aioice closes what it has opened only once that is over."""
        self._check_open()
        self._gathering = asyncio.create_task(self._gatherer.gather(), name="peer/gather")
        await asyncio.wait([self._gathering])
        self._check_open()
        self._gathering.result()

    def _check_open(self) -> None:
        if self._state == "closed":
            raise MediaError("media connection", "it was closed while it was being made")

    async def _begin(self, remote: sdp.SessionDescription, *, role: str) -> None:
        first = remote.media[0]
        self._dtls._set_role(role)
        for candidate in (one for media in remote.media for one in media.ice_candidates):
            await self.add_candidate(sdp.candidate_to_sdp(candidate))
        self._check_open()
        self._set_state("connecting")
        self._connecting = asyncio.create_task(self._connect(first), name="peer/connect")

    async def _connect(self, media: sdp.MediaDescription) -> None:
        assert media.ice is not None
        assert media.dtls is not None
        await self._ice.start(media.ice)
        if self._ice.state != "completed":
            self._set_state("failed")
            return
        await self._dtls.start(media.dtls)
        if self._dtls.state != "connected":
            self._set_state("failed")

    def _dtls_changed(self) -> None:
        if self._dtls.state == "connected":
            self._set_state("connected")
        elif self._dtls.state == "closed" and self._state == "connected":
            self._set_state("failed")  # the other side ended it, or its packets stopped coming

    def _open_outlet(self) -> None:
        way = self._gatherer.connection.way() if self._state == "connected" else None
        self.outlet = Outlet(self._dtls.sending_session, *way) if way is not None else None

    def _set_state(self, state: State) -> None:
        if self._state in (state, "closed"):
            return
        self._state = state
        self._open_outlet()
        self._changed.set()
        for callback in tuple(self._listeners):
            callback(state)


def _is_rtcp(data: bytes) -> bool:
    return len(data) > 1 and 192 <= data[1] <= 223  # RFC 5761, section 4
