"""Two peer connections on loopback: ours with ours, and ours with stock aiortc in both roles."""

import asyncio
import itertools
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import copy
from pathlib import Path
from typing import Any

import aioice
import aioice.ice
import pytest
import uvloop
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack

from bots.errors import MediaError
from bots.media import LineAnswer, MediaLine, OfferedLine, PeerConnection, build_rtp, ice, parse_rtp
from bots.media.ice import MediaConnection, guard_datagrams

LIMIT_S = 10


def take_everything(_: int, line: OfferedLine) -> LineAnswer:
    return LineAnswer("recvonly" if line.direction == "sendonly" else "sendonly", ssrc=4242)


@asynccontextmanager
async def connected(*lines: MediaLine) -> AsyncIterator[tuple[PeerConnection, PeerConnection]]:
    ours, theirs = PeerConnection(), PeerConnection()
    try:
        await ours.accept_answer(await theirs.answer(await ours.offer(lines), take_everything))
        await asyncio.gather(ours.wait_connected(LIMIT_S), theirs.wait_connected(LIMIT_S))
        yield ours, theirs
    finally:
        await asyncio.gather(ours.close(), theirs.close())


async def arrival(peer: PeerConnection) -> bytes:
    got: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    peer.set_receivers(lambda data, _at: None if got.done() else got.set_result(data), None)
    return await asyncio.wait_for(got, LIMIT_S)


async def test_a_packet_arrives_as_it_was_sent_both_ways() -> None:
    async with connected(MediaLine("sendonly", ssrc=77)) as (ours, theirs):
        for sender, receiver in ((ours, theirs), (theirs, ours)):
            packet = build_rtp(
                payload_type=111, sequence=9, timestamp=960, ssrc=77, payload=b"opus", level_id=1, level=30
            )
            waiting = asyncio.create_task(arrival(receiver))
            await asyncio.sleep(0)
            sender.send_rtp(packet)
            assert packet == await waiting


@pytest.mark.parametrize(("ours_breaks", "theirs_breaks"), [(1, 2), (2, 1)])
async def test_who_offered_controls_though_checks_come_before_the_answer_is_read(
    ours_breaks: int, theirs_breaks: int
) -> None:
    ours, theirs = PeerConnection(), PeerConnection()
    checked, checking = ours._gatherer.connection, theirs._gatherer.connection
    checked._tie_breaker, checking._tie_breaker = ours_breaks, theirs_breaks
    try:
        answer = await theirs.answer(await ours.offer([MediaLine("sendonly", ssrc=77)]), take_everything)
        async with asyncio.timeout(LIMIT_S):
            while not checked.heard_s:
                await asyncio.sleep(0.001)
        await ours.accept_answer(answer)
        await asyncio.gather(ours.wait_connected(LIMIT_S), theirs.wait_connected(LIMIT_S))
        assert (True, False) == (checked.ice_controlling, checking.ice_controlling)
    finally:
        await asyncio.gather(ours.close(), theirs.close())


async def test_rtcp_comes_to_its_own_receiver() -> None:
    async with connected(MediaLine("sendonly", ssrc=77)) as (ours, theirs):
        got: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        theirs.set_receivers(None, lambda data, _at: got.set_result(data))
        goodbye = struct.pack("!BBHI", 0x81, 203, 1, 77)
        ours.send_rtcp(goodbye)
        assert goodbye == await asyncio.wait_for(got, LIMIT_S)


async def test_negotiated_facts_are_known_to_both() -> None:
    async with connected(MediaLine("sendonly", ssrc=77), MediaLine("recvonly")) as (ours, theirs):
        assert ["sendonly", "recvonly"] == [line.direction for line in ours.lines]
        assert [111, 111] == [line.payload_type for line in theirs.lines]
        assert [1, 1] == [line.level_id for line in theirs.lines]
        assert 4242 == ours.lines[1].ssrc


async def test_sending_before_the_connection_is_up_is_counted_not_raised() -> None:
    peer = PeerConnection()
    peer.send_rtp(b"early")
    assert 1 == peer.dropped
    await peer.close()


async def test_the_end_of_one_side_is_noticed_by_the_other() -> None:
    async with connected(MediaLine("sendonly", ssrc=77)) as (ours, theirs):
        failed = asyncio.Event()
        theirs.on_state(lambda state: failed.set() if state == "failed" else None)
        await ours.close()
        await asyncio.wait_for(failed.wait(), LIMIT_S)


async def test_closing_twice_and_in_the_middle_is_quiet() -> None:
    ours, theirs = PeerConnection(), PeerConnection()
    await ours.accept_answer(await theirs.answer(await ours.offer([MediaLine("sendonly", ssrc=7)]), take_everything))
    await asyncio.gather(ours.close(), theirs.close())
    await asyncio.gather(ours.close(), theirs.close())


@pytest.mark.parametrize("is_connected", [True, False])
async def test_who_is_cancelled_while_closing_leaves_no_socket_and_no_task(*, is_connected: bool) -> None:
    async with connected(MediaLine("sendonly", ssrc=77)):
        pass  # whatever is opened once for the whole process is open now
    before = len(list(Path("/proc/self/fd").iterdir()))
    for turns in range(8):
        ours, theirs = PeerConnection(), PeerConnection()
        await ours.accept_answer(
            await theirs.answer(await ours.offer([MediaLine("sendonly", ssrc=7)]), take_everything)
        )
        if is_connected:
            await asyncio.gather(ours.wait_connected(LIMIT_S), theirs.wait_connected(LIMIT_S))
        closing = asyncio.create_task(ours.close())
        await spin(turns)
        closing.cancel()
        await asyncio.gather(closing, return_exceptions=True)
        await asyncio.gather(ours.close(), theirs.close())
    await asyncio.sleep(0.05)
    left = [task.get_coro().__qualname__ for task in asyncio.all_tasks() if task is not asyncio.current_task()]  # type: ignore[union-attr]  # a coroutine of a function
    assert [] == [name for name in left if name.startswith(("RTC", "PeerConnection"))]
    assert before == len(list(Path("/proc/self/fd").iterdir()))


async def test_what_is_closed_while_it_is_being_made_says_so_and_keeps_no_socket() -> None:
    async with connected(MediaLine("sendonly", ssrc=77)):
        pass  # whatever is opened once for the whole process is open now
    before = len(list(Path("/proc/self/fd").iterdir()))
    peer = PeerConnection()
    offering = asyncio.create_task(peer.offer([MediaLine("sendonly", ssrc=77)]))
    await asyncio.sleep(0)
    await peer.close()
    with pytest.raises(MediaError, match="closed"):
        await offering
    await asyncio.sleep(0.05)
    assert before == len(list(Path("/proc/self/fd").iterdir()))


async def test_what_is_closed_and_called_off_while_it_is_being_made_keeps_no_socket() -> None:
    async with connected(MediaLine("sendonly", ssrc=77)):
        pass  # whatever is opened once for the whole process is open now
    before = len(list(Path("/proc/self/fd").iterdir()))
    for turns, more in itertools.product(range(6), range(6)):
        peer = PeerConnection()
        offering = asyncio.create_task(peer.offer([MediaLine("sendonly", ssrc=77)]))
        await spin(turns)
        closing = asyncio.create_task(peer.close())
        await spin(more)
        offering.cancel()
        await asyncio.gather(offering, return_exceptions=True)
        await closing
    await asyncio.sleep(0.05)
    assert before == len(list(Path("/proc/self/fd").iterdir()))


async def spin(turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


async def test_a_connection_that_nobody_answers_ends_with_a_reason() -> None:
    ours = PeerConnection()
    await ours.offer([MediaLine("sendonly", ssrc=7)])
    with pytest.raises(MediaError, match="not up after"):
        await ours.wait_connected(0.05)
    await ours.close()


@pytest.mark.parametrize("text", ["", "v=0", "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", "m=\r\n", "\x00" * 40])
async def test_an_unreadable_description_is_a_media_error(text: str) -> None:
    peer = PeerConnection()
    with pytest.raises(MediaError):
        await peer.answer(text, take_everything)
    await peer.close()


async def test_candidates_that_come_after_the_answer_are_enough() -> None:
    ours, theirs = PeerConnection(), PeerConnection()
    offer = await ours.offer([MediaLine("sendonly", ssrc=7)])
    bare = "\r\n".join(one for one in offer.splitlines() if "candidate" not in one) + "\r\n"
    await ours.accept_answer(await theirs.answer(bare, take_everything))
    for line in offer.splitlines():
        if line.startswith("a=candidate:"):
            await theirs.add_candidate(line)
    await theirs.add_candidate("end")
    await asyncio.gather(ours.wait_connected(LIMIT_S), theirs.wait_connected(LIMIT_S))
    await asyncio.gather(ours.close(), theirs.close())


async def test_stock_aiortc_answers_our_offer_and_hears_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])
    ours, stock = PeerConnection(), RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        await stock.setRemoteDescription(
            RTCSessionDescription(await ours.offer([MediaLine("sendonly", ssrc=77)]), "offer")
        )
        await stock.setLocalDescription(await stock.createAnswer())
        await ours.accept_answer(stock.localDescription.sdp)
        await ours.wait_connected(LIMIT_S)
        receiver = stock.getReceivers()[0]
        async with asyncio.timeout(LIMIT_S):
            sequence = 0
            while not receiver.getSynchronizationSources():
                sequence += 1
                ours.send_rtp(build_rtp(payload_type=ours.lines[0].payload_type, sequence=sequence,
                                        timestamp=sequence * 960, ssrc=77, payload=b"\xf8\xff\xfe"))  # fmt: skip
                await asyncio.sleep(0.02)
        assert [77] == [one.source for one in receiver.getSynchronizationSources()]
    finally:
        await asyncio.gather(ours.close(), stock.close())


async def test_we_answer_stock_aiortc_and_hear_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])
    ours, stock = PeerConnection(), RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        stock.addTrack(AudioStreamTrack())
        await stock.setLocalDescription(await stock.createOffer())
        answer = await ours.answer(stock.localDescription.sdp, lambda _n, _line: LineAnswer("recvonly"))
        await stock.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        parsed = parse_rtp(await arrival(ours), ours.lines[0].level_id)
        assert parsed is not None
        header, payload, level = parsed
        assert (ours.lines[0].payload_type, 127) == (header.payload_type, level)
        assert payload
    finally:
        await asyncio.gather(ours.close(), stock.close())


# ---- consent (RFC 7675)


async def test_stock_aiortc_and_we_go_on_asking_and_answering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])
    monkeypatch.setattr(aioice.ice, "CONSENT_INTERVAL", 0.05)
    monkeypatch.setattr(ice, "ASK_EVERY_S", (0.04, 0.06))
    monkeypatch.setattr(ice, "CONSENT_S", 1.0)
    ours, stock = PeerConnection(), RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        stock.addTrack(AudioStreamTrack())
        await stock.setLocalDescription(await stock.createOffer())
        answer = await ours.answer(stock.localDescription.sdp, lambda _n, _line: LineAnswer("recvonly"))
        await stock.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await ours.wait_connected(LIMIT_S)
        connection = ours._gatherer.connection
        read: list[aioice.stun.Message] = []
        reads = connection.request_received

        def counted(message: aioice.stun.Message, *rest: Any) -> None:
            read.append(message)
            reads(message, *rest)

        monkeypatch.setattr(connection, "request_received", counted)
        begun_s = connection._wanted_s
        await asyncio.sleep(4)  # its patience is 6 checks of 0.55 s, ours 1 s
        assert "connected" == stock.connectionState == ours.state
        assert connection._wanted_s > begun_s + 3
        assert len(read) < 5  # of about eighty: the others were answered from memory
    finally:
        await asyncio.gather(ours.close(), stock.close())


async def test_a_peer_that_answers_no_more_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ice, "ASK_EVERY_S", (0.04, 0.06))
    monkeypatch.setattr(ice, "CONSENT_S", 1.0)
    async with connected(MediaLine("sendonly", ssrc=77)) as (ours, theirs):
        failed = asyncio.Event()
        ours.on_state(lambda state: failed.set() if state == "failed" else None)
        await asyncio.sleep(1.5)
        assert not failed.is_set()
        monkeypatch.setattr(theirs._gatherer.connection, "settle", lambda *_: True)  # takes it and says nothing
        await asyncio.wait_for(failed.wait(), LIMIT_S)


# ---- the inner parts of aioice and aiortc that ice.py and peer.py stand on


def stun_like(attribute: bytes) -> bytes:
    """A datagram that aioice takes for a STUN message and cannot read."""
    return struct.pack("!HHI12s", 0x0001, len(attribute), 0x2112A442, b"t" * 12) + attribute


@pytest.mark.parametrize(
    "attribute",
    [
        struct.pack("!HH", 0x0024, 2) + b"\0\0\0\0",  # PRIORITY of two bytes
        struct.pack("!HH", 0x802A, 4) + b"\0\0\0\0",  # ICE-CONTROLLING of four
        struct.pack("!HH", 0x0020, 1) + b"\0\0\0\0",  # XOR-MAPPED-ADDRESS of one
        struct.pack("!HH", 0x0006, 2) + b"\xff\xfe\0\0",  # USERNAME that is no UTF-8
    ],
)
async def test_stun_that_aioice_cannot_read_does_not_leave_the_datagram_callback(attribute: bytes) -> None:
    guard_datagrams()
    protocol = aioice.ice.StunProtocol(MediaConnection(ice_controlling=True))
    protocol.local_candidate = aioice.Candidate.from_sdp("1 1 udp 1 127.0.0.1 1 typ host")
    protocol.datagram_received(stun_like(attribute), ("127.0.0.1", 1))


async def test_an_rtp_packet_that_looks_like_stun_reaches_the_media() -> None:
    guard_datagrams()
    connection = MediaConnection(ice_controlling=True)
    taken: list[bytes] = []
    connection.media_sink = taken.append
    protocol = aioice.ice.StunProtocol(connection)
    body = struct.pack("!HH", 0x0024, 2) + b"\0" * 44
    packet = struct.pack("!BBHII", 0x80, 111, 12 + len(body) - 20, 0x2112A442, 7) + body  # sequence = length - 20
    protocol.datagram_received(packet, ("127.0.0.1", 1))
    assert [packet] == taken


async def test_packets_leave_by_the_socket_itself_until_the_connection_ends() -> None:
    async with connected(MediaLine("sendonly", ssrc=77)) as (ours, _):
        way = ours._gatherer.connection.way()
        assert way is not None
        assert "sendto" == getattr(way[0], "__name__", "")  # the socket's own, not the transport's
        assert ours.outlet is not None
    assert ours.outlet is None
    assert ours._gatherer.connection.way() is None
    ours.send_rtp(build_rtp(payload_type=111, sequence=1, timestamp=0, ssrc=77, payload=b"late"))
    assert 1 == ours.dropped


def test_on_uvloop_packets_leave_by_a_copy_of_the_socket_which_is_closed_too() -> None:
    async def talk() -> None:
        before = set(Path("/proc/self/fd").iterdir())
        async with connected(MediaLine("sendonly", ssrc=77)) as (ours, theirs):
            way = ours._gatherer.connection.way()
            assert way is not None
            assert "sendto" == getattr(way[0], "__name__", "")
            packet = build_rtp(payload_type=111, sequence=9, timestamp=960, ssrc=77, payload=b"opus")
            waiting = asyncio.create_task(arrival(theirs))
            await asyncio.sleep(0)
            ours.send_rtp(packet)
            assert packet == await waiting
        await asyncio.sleep(0)  # uvloop closes in the next round of the loop
        assert before == set(Path("/proc/self/fd").iterdir())

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(asyncio.wait_for(talk(), LIMIT_S))


async def test_another_nominated_pair_is_another_way_out() -> None:
    async with connected(MediaLine("sendonly", ssrc=77)) as (ours, _):
        connection, before = ours._gatherer.connection, ours.outlet
        connection._nominated[1] = connection._nominated[1]  # the same again
        assert before is ours.outlet
        connection._nominated[1] = copy(connection._nominated[1])
        assert ours.outlet is not None
        assert before is not ours.outlet


async def test_loopback_connections_offer_nothing_but_loopback() -> None:
    peer = PeerConnection(loopback=True)
    offer = await peer.offer([MediaLine("sendonly", ssrc=7)])
    addresses = {line.split()[4] for line in offer.splitlines() if line.startswith("a=candidate:")}
    assert {"127.0.0.1"} == addresses
    await peer.close()


OFFERED_DATA = (
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:9\r\na=sctp-port:5000\r\n{shared}"
)
OFFERED_G711 = (
    "m=audio 9 UDP/TLS/RTP/SAVPF 8\r\nc=IN IP4 0.0.0.0\r\na=mid:8\r\na=recvonly\r\na=rtcp-mux\r\n"
    "a=rtpmap:8 PCMA/8000\r\n{shared}"
)


@pytest.mark.parametrize("extra", [OFFERED_DATA, OFFERED_G711], ids=["data", "no-opus"])
async def test_a_line_that_cannot_be_served_is_rejected_and_the_others_work(extra: str) -> None:
    ours, theirs = PeerConnection(), PeerConnection()
    try:
        offer = await ours.offer([MediaLine("sendonly", ssrc=77)])
        kept = ("a=ice-ufrag", "a=ice-pwd", "a=fingerprint", "a=setup")
        shared = "".join(f"{line}\r\n" for line in offer.splitlines() if line.startswith(kept))
        answer = await theirs.answer(offer + extra.format(shared=shared), take_everything)
        assert [9, 0] == [int(line.split()[1]) for line in answer.splitlines() if line.startswith("m=")]
        assert "a=group:BUNDLE 0" in answer.splitlines()
        first = answer[: answer.rindex("m=")]
        await ours.accept_answer(first)
        await asyncio.gather(ours.wait_connected(LIMIT_S), theirs.wait_connected(LIMIT_S))
    finally:
        await asyncio.gather(ours.close(), theirs.close())


async def test_a_level_under_an_id_that_a_one_byte_header_cannot_have_is_not_sent() -> None:
    ours, theirs = PeerConnection(), PeerConnection()
    try:
        answer = await theirs.answer(await ours.offer([MediaLine("sendonly", ssrc=77)]), take_everything)
        await ours.accept_answer(answer.replace("extmap:1 ", "extmap:16 "))
        assert [None] == [line.level_id for line in ours.lines]
    finally:
        await asyncio.gather(ours.close(), theirs.close())
