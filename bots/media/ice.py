"""ICE through aioice 0.13, with what it lacks: loopback candidates, a guard around its datagram callback, a gate
before its sockets for whoever may not send at any time, and cheap checks for as long as a connection lasts.

aioice tries to parse every datagram as STUN. An RTP packet whose sequence number happens to equal its length minus 20
looks like a STUN message to it, and a truncated attribute then raises `struct.error` out of the callback (the
connection goes on, the log fills). RFC 7983 tells the kinds of datagram apart by their first byte, and so do we.
`tests/integration/media/test_peer.py` notices when an inner name that is used here changes.
"""

import asyncio
import random
import socket
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aioice.ice
import aioice.stun
import structlog
from aiortc import RTCIceGatherer

from bots.media.consent import Answers, Asking
from bots.media.iceservers import IceServers, Relay, read_ice_servers
from bots.media.trust import tls_context

__all__ = ["Gatherer", "MediaConnection"]

ASK_EVERY_S = (4.0, 6.0)  # at random between them (RFC 7675)
CONSENT_S = 30.0  # without an answer nothing may be sent any more
GATHER_S = 2  # for STUN and TURN servers that do not answer; less than one try to come back may take

log = structlog.get_logger()
Way = tuple[Callable[[memoryview, Any], object], Any]

_is_guarded = False
_AIOICE_RECEIVES = aioice.ice.StunProtocol.datagram_received
_AIOICE_CONNECTS = aioice.ice.StunProtocol.connection_made


class MediaConnection(aioice.ice.Connection):
    """An ICE connection that can stay on loopback, and hands SRTP straight to whoever wants it."""

    is_loopback = False
    stun: tuple[str, int] | None = None
    relays: tuple[Relay, ...] = ()
    media_sink: Callable[[bytes], None] | None = None
    heard_s = 0.0
    """When the last datagram came, monotonic seconds."""
    way_changed: Callable[[], None] | None = None
    may_send: Callable[[], bool] | None = None
    """Asked before every datagram, whatever it carries; what must not leave then is lost."""

    def __init__(self, ice_controlling: bool, **settings: Any) -> None:
        super().__init__(ice_controlling, **settings)
        self._asking: Asking | None = None
        self._answers: Answers | None = None
        self._nominated = _Nominated(self)
        self._wanted_s = 0.0  # when the peer last said so, monotonic
        self._copy: tuple[asyncio.DatagramTransport, socket.socket] | None = None  # of a socket that uvloop hides

    async def get_component_candidates(
        self, component: int, addresses: list[str], timeout: int = GATHER_S
    ) -> list[aioice.Candidate]:  # fmt: skip
        if self.is_loopback:
            addresses = ["127.0.0.1"]  # aioice leaves this one out
        relaying = [asyncio.create_task(self._allocate(component, one), name="ice/relay") for one in self.relays]
        asking: list[asyncio.Task[tuple[aioice.Candidate, None]]] = []
        try:
            candidates = await super().get_component_candidates(component, addresses, timeout)
            asking = self._ask_where_seen(candidates)
            if relaying or asking:
                await asyncio.wait([*relaying, *asking], timeout=timeout)
        finally:
            for task in (*relaying, *asking):
                task.cancel()
            seen = await asyncio.gather(*asking, return_exceptions=True)
            found = await asyncio.gather(*relaying, return_exceptions=True)
        candidates += [result[0] for result in seen if not isinstance(result, BaseException)]
        for way, (relay, result) in enumerate(zip(self.relays, found, strict=True)):
            if isinstance(result, BaseException):
                why = "it does not answer" if isinstance(result, asyncio.CancelledError) else str(result)
                log.warning("relay_not_used", relay=f"{relay.host}:{relay.port}", transport=relay.transport, reason=why)
                continue
            result.priority -= way  # the first way to a relay is the best
            candidates.append(result)
        return candidates

    def _ask_where_seen(self, own: list[aioice.Candidate]) -> list[asyncio.Task[tuple[aioice.Candidate, None]]]:
        """Ask the STUN server for each IPv4 address; aioice itself would go on asking after the end."""
        if self.stun is None:
            return []
        return [
            asyncio.create_task(aioice.ice.server_reflexive_candidate(protocol, self.stun), name="ice/stun")
            for protocol in self._protocols
            if protocol.local_candidate in own and ":" not in protocol.local_candidate.host
        ]

    async def _allocate(self, component: int, relay: Relay) -> aioice.Candidate:
        """Ask a TURN server for an address, which `close` gives back; aioice itself knows one server only."""
        candidate, protocol = await aioice.ice.relayed_candidate(
            component=component, hide_related_address=False, protocol_factory=lambda: aioice.ice.StunProtocol(self),
            turn_server=(relay.host, relay.port), turn_username=relay.username, turn_password=relay.password,
            turn_ssl=tls_context() if relay.is_tls else False,  # type: ignore[arg-type]  # asyncio takes both
            turn_transport=relay.transport,
        )  # fmt: skip
        self._protocols.append(protocol)
        return candidate

    async def query_consent(self) -> None:
        """Ask the nominated peer from time to time whether it still wants what is sent; close if it does not say so."""
        self._wanted_s = time.monotonic()
        while time.monotonic() - self._wanted_s < CONSENT_S:
            await asyncio.sleep(random.uniform(*ASK_EVERY_S))
            self.probe()
        self._query_consent_task = None  # closing would wait for it
        await self.close()

    def probe(self) -> None:
        """Ask the nominated peer at once, and not only when it is due."""
        pair = self._nominated.get(1)
        if pair is None or self.remote_password is None:
            return
        if self._asking is None:
            self._asking = Asking(self.build_request(pair, nominate=False), self.remote_password.encode())
        pair.protocol.transport.sendto(self._asking.ask(), pair.remote_addr)

    def settle(self, protocol: aioice.ice.StunProtocol, data: bytes, address: tuple[str, int]) -> bool:
        """Deal with a check of the nominated peer, or its answer to one; false if aioice has to."""
        pair = self._nominated.get(1)
        if pair is None or pair.protocol is not protocol or pair.remote_addr != address:
            return False
        if self._asking is not None and self._asking.is_answer(data):
            self._wanted_s = time.monotonic()
            return True
        answer = None if self._answers is None else self._answers.answer(data)
        if answer is None:
            key = self.local_password.encode()
            self._answers = Answers.to(data, key, address, is_controlling=self.ice_controlling) or self._answers
            return False
        protocol.transport.sendto(answer, address)
        return True

    def change_way(self) -> None:
        """Another pair is nominated, or none any more."""
        self._asking = self._answers = None
        if self.way_changed is not None:
            self.way_changed()

    def way(self) -> Way | None:
        """How a datagram leaves for the nominated peer, and its address; None if there is no such peer (any more).

        Where there is a socket it is the socket's own system call, which raises OSError: asyncio's transport looks for
        a queue, an address and an error callback each time.
        """
        pair = self._nominated.get(1)
        if pair is None:
            return None
        transport = pair.protocol.transport
        own = self._socket_of(transport)
        if own is not None:
            return _gated(own.sendto, self.may_send), pair.remote_addr
        # a relay's (TURN) connection
        return lambda data, address: transport.sendto(bytes(data), address), pair.remote_addr

    def _socket_of(self, transport: asyncio.DatagramTransport) -> socket.socket | None:
        """The socket under a transport, None if there is none; a copy of one that uvloop hides; `close` closes that."""
        shown = transport.get_extra_info("socket")
        if shown is None:
            return None
        hidden: socket.socket | None = getattr(shown, "_sock", None)
        if hidden is not None:
            return hidden
        if self._copy is None or self._copy[0] is not transport:
            self._drop_copy()
            self._copy = transport, shown.dup()
        return self._copy[1]

    def _drop_copy(self) -> None:
        if self._copy is not None:
            self._copy[1].close()
            self._copy = None

    async def close(self) -> None:
        try:
            await super().close()
        finally:
            self._drop_copy()


def _gated(
    send: Callable[[memoryview, Any], object], may_send: Callable[[], bool] | None
) -> Callable[[memoryview, Any], object]:
    """The same, for whoever may not send at any time; the gate of a transport does not see what its socket sends."""
    if may_send is None:
        return send
    return lambda data, address: send(data, address) if may_send() else None


class _Nominated(dict[int, aioice.ice.CandidatePair]):
    """The nominated pairs of a connection; tells it when the one of its component comes, changes or goes."""

    def __init__(self, connection: MediaConnection) -> None:
        self._connection = connection

    def __setitem__(self, component: int, pair: aioice.ice.CandidatePair) -> None:
        if self.get(component) is not pair:  # browsers nominate the same one with each check
            super().__setitem__(component, pair)
            self._connection.change_way()

    def clear(self) -> None:
        super().clear()
        self._connection.change_way()


class Gatherer(RTCIceGatherer):
    """Gathers candidates: on loopback only 127.0.0.1 and no server, otherwise what the machine and `servers` give."""

    def __init__(
        self,
        *,
        is_loopback: bool,
        servers: Sequence[Mapping[str, Any]] = (),
        may_send: Callable[[], bool] | None = None,
    ) -> None:
        guard_datagrams()
        super().__init__(iceServers=[])
        read = IceServers() if is_loopback else read_ice_servers(servers)
        if read.unread:
            log.warning("ice_servers_unread", servers=read.unread)
        # the connection that RTCIceGatherer made has done nothing yet; ours takes its place
        self.connection = MediaConnection(ice_controlling=False, use_ipv6=not is_loopback)
        self.connection.stun = read.stun
        self.connection.relays = read.relays
        self.connection.is_loopback = is_loopback
        self.connection.may_send = may_send
        self._connection = self.connection


def guard_datagrams() -> None:
    """Put the guard around aioice's datagram callback, once a process."""
    global _is_guarded  # noqa: PLW0603 -- the patch is the process's, as the class it patches
    if not _is_guarded:
        aioice.ice.StunProtocol.datagram_received = _datagram_received  # type: ignore[method-assign]
        aioice.ice.StunProtocol.connection_made = _connection_made  # type: ignore[method-assign]
        _is_guarded = True


class _Gate:
    """A datagram transport that lets out what may be sent."""

    def __init__(self, transport: asyncio.DatagramTransport, may_send: Callable[[], bool]) -> None:
        self._transport = transport
        self._may_send = may_send

    def sendto(self, data: bytes, addr: Any = None) -> None:
        if self._may_send():
            self._transport.sendto(data, addr)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def _connection_made(self: aioice.ice.StunProtocol, transport: asyncio.BaseTransport) -> None:
    _AIOICE_CONNECTS(self, transport)
    receiver = self.receiver
    if isinstance(receiver, MediaConnection) and receiver.may_send is not None:
        self.transport = _Gate(self.transport, receiver.may_send)  # type: ignore[assignment]  # what aioice uses of it


def _datagram_received(self: aioice.ice.StunProtocol, data: bytes | str, addr: tuple[Any, ...]) -> None:
    """RFC 7983: 0 to 3 is STUN, 128 to 191 is SRTP, 20 to 63 is DTLS; nothing else is let through."""
    assert isinstance(data, bytes)
    first = data[0] if data else 255
    receiver = self.receiver
    if isinstance(receiver, MediaConnection):
        receiver.heard_s = time.monotonic()
    if first < 4:
        if isinstance(receiver, MediaConnection) and receiver.settle(self, data, (addr[0], addr[1])):
            return
        try:
            _AIOICE_RECEIVES(self, data, addr)
        except (struct.error, IndexError, UnicodeDecodeError):
            return  # a STUN message that aioice cannot read is lost, as on a bad network; the peer sends it again
    elif 127 < first < 192 and isinstance(receiver, MediaConnection) and receiver.media_sink is not None:
        receiver.media_sink(data)
    elif 19 < first < 192:
        receiver.data_received(data, self.local_candidate.component)
