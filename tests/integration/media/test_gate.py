"""A media connection whose process may not send: no packet leaves, whatever it carries."""

import asyncio
from collections import Counter
from typing import Any

import aioice.ice
import pytest

from bots.media import LineAnswer, MediaLine, OfferedLine, PeerConnection, build_rtp
from bots.media.ice import guard_datagrams

LIMIT_S = 10


def take_everything(_: int, line: OfferedLine) -> LineAnswer:
    return LineAnswer("recvonly", ssrc=4242)


def packet(number: int) -> bytes:
    return build_rtp(payload_type=111, sequence=number, timestamp=960 * number, ssrc=77, payload=b"opus")


async def test_while_it_may_not_send_no_datagram_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    guard_datagrams()
    arrived: Counter[int] = Counter()
    real = aioice.ice.StunProtocol.datagram_received

    def counted(self: aioice.ice.StunProtocol, data: bytes, addr: tuple[Any, ...]) -> None:
        arrived[id(self.receiver)] += 1
        real(self, data, addr)

    monkeypatch.setattr(aioice.ice.StunProtocol, "datagram_received", counted)
    may_send = True
    ours, theirs = PeerConnection(may_send=lambda: may_send), PeerConnection()
    try:
        await ours.accept_answer(
            await theirs.answer(await ours.offer([MediaLine("sendonly", ssrc=77)]), take_everything)
        )
        await asyncio.gather(ours.wait_connected(LIMIT_S), theirs.wait_connected(LIMIT_S))
        there = id(theirs._gatherer.connection)
        before = arrived[there]
        ours.send_rtp(packet(1))
        await asyncio.sleep(0.3)
        assert arrived[there] > before
        may_send = False
        await asyncio.sleep(0.1)  # what is on its way arrives
        before = arrived[there]
        for number in range(2, 30):
            ours.send_rtp(packet(number))
        await ours._gatherer.connection.sendto(b"\x16 like DTLS", 1)
        await asyncio.sleep(6)  # ICE asks every five seconds whether the other end is there
        await ours.close()
        await asyncio.sleep(0.2)
        assert before == arrived[there]
    finally:
        await asyncio.gather(ours.close(), theirs.close())
