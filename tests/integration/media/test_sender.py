"""A clip on its way over a real connection, paced by a real clock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np

from bots.clock import SystemClock
from bots.media import (
    Clip,
    LineAnswer,
    MediaLine,
    OutgoingAudio,
    Pacer,
    PeerConnection,
    ReportBlock,
    RtpHeader,
    build_receiver_report,
    parse_rtcp,
    parse_rtp,
)

LIMIT_S = 10


def clip(packets: int) -> Clip:
    """Packets of which each can be told from the others; they are not decoded here."""
    return Clip(
        name="x", duration_s=packets * 0.02, packets=tuple(bytes([0xF8, n % 256, 1, 2, 3]) for n in range(packets)),
        levels=tuple(20 for _ in range(packets)), loudness_db=-20.0, samples=np.zeros(0, np.int16),
    )  # fmt: skip


class Wire:
    """A sender of ours, and everything that arrives at the other end."""

    def __init__(self, here: PeerConnection, there: PeerConnection) -> None:
        self.there = there
        self.pacer = Pacer(SystemClock())
        self.audio = OutgoingAudio(self.pacer)
        self.audio.attach(here, ssrc=77)
        self.arrived: list[tuple[RtpHeader, bytes, int | None]] = []
        self.reports: list[int] = []
        there.set_receivers(
            self._take, lambda data, _: self.reports.extend(r.packets for r in parse_rtcp(data).sender_reports)
        )

    def _take(self, data: bytes, _at: float) -> None:
        parsed = parse_rtp(data, self.there.lines[0].level_id)
        assert parsed is not None
        self.arrived.append(parsed)

    async def arrive(self, packets: int) -> None:
        async with asyncio.timeout(LIMIT_S):
            while len(self.arrived) < packets:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def wire() -> AsyncIterator[Wire]:
    here, there = PeerConnection(), PeerConnection()
    offer = await here.offer([MediaLine("sendonly", ssrc=77)])
    await here.accept_answer(await there.answer(offer, lambda _n, _l: LineAnswer("recvonly")))
    await asyncio.gather(here.wait_connected(LIMIT_S), there.wait_connected(LIMIT_S))
    one = Wire(here, there)
    try:
        yield one
    finally:
        one.audio.close()
        await asyncio.gather(here.close(), there.close())


async def test_every_packet_of_a_clip_arrives_in_order_and_then_one_of_silence() -> None:
    async with wire() as w:
        sound = clip(30)
        played = await w.audio.play(sound).wait()
        await w.arrive(31)
        assert (30, "finished") == (played.packets, played.outcome)
        assert [*sound.packets, b"\xf8\xff\xfe"] == [payload for _, payload, _ in w.arrived]
        assert [20] * 30 + [127] == [level for _, _, level in w.arrived]
        assert [True] + [False] * 30 == [header.marker for header, _, _ in w.arrived]


async def test_numbers_go_up_by_one_and_timestamps_by_one_packet() -> None:
    async with wire() as w:
        await w.audio.play(clip(20)).wait()
        await w.arrive(20)
        headers = [header for header, _, _ in w.arrived[:20]]
        first = headers[0]
        assert [(first.sequence + n) & 0xFFFF for n in range(20)] == [header.sequence for header in headers]
        assert [(first.timestamp + 960 * n) & 0xFFFFFFFF for n in range(20)] == [h.timestamp for h in headers]


async def test_the_timestamps_of_a_second_clip_count_the_pause() -> None:
    async with wire() as w:
        await w.audio.play(clip(5)).wait()
        await asyncio.sleep(0.3)
        await w.audio.play(clip(5)).wait()
        await w.arrive(12)
        last, first = w.arrived[4][0], w.arrived[6][0]
        pause_s = ((first.timestamp - last.timestamp) & 0xFFFFFFFF) / 48_000
        assert 0.28 < pause_s < 1.0
        assert first.marker


async def test_a_loop_goes_on_until_it_is_stopped() -> None:
    async with wire() as w:
        playback = w.audio.play(clip(3), loop=True)
        await w.arrive(10)
        playback.stop()
        played = await playback.wait()
        assert played.outcome == "stopped"
        assert played.packets >= 10
        assert 0 == w.pacer.senders


async def test_a_muted_sender_sends_nothing_and_the_clip_ends_in_time() -> None:
    async with wire() as w:
        w.audio.is_muted = True
        played = await w.audio.play(clip(10)).wait()
        assert (0, 0.2, "finished") == (played.packets, round(played.duration_s, 3), played.outcome)
        assert [] == w.arrived


async def test_what_the_receiver_reports_is_the_delivery() -> None:
    async with wire() as w:
        await w.audio.play(clip(10)).wait()
        assert not w.audio.delivery().has_report
        block = ReportBlock(ssrc=77, fraction_lost=64, packets_lost=3, highest_sequence=9, jitter=96)
        w.there.send_rtcp(build_receiver_report(1, [block]))
        async with asyncio.timeout(LIMIT_S):
            while not w.audio.delivery().has_report:
                await asyncio.sleep(0.01)
        delivery = w.audio.delivery()
        assert (11, 3, 0.25, 2.0) == (
            delivery.packets_sent, delivery.packets_lost, delivery.fraction_lost, delivery.jitter_ms,
        )  # fmt: skip


async def test_sender_reports_come_with_the_sound() -> None:
    async with wire() as w:
        await w.audio.play(clip(5)).wait()
        await w.arrive(6)
        await asyncio.sleep(0.05)
        assert w.reports[0] == 1
        assert w.reports[-1] == 6


async def test_the_end_of_the_publication_ends_the_playback() -> None:
    async with wire() as w:
        playback = w.audio.play(clip(500))
        await w.arrive(3)
        w.audio.close()
        assert "closed" == (await playback.wait()).outcome
        assert "closed" == (await w.audio.play(clip(5)).wait()).outcome


class Broken:
    """A sender with a fault."""

    def tick(self, now: float) -> None:
        raise RuntimeError("a fault of one sender")


async def test_the_fault_of_one_sender_does_not_silence_the_others() -> None:
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: reported.append(context["exception"]))
    async with wire() as w:
        broken = Broken()
        w.audio.play(clip(40))
        w.pacer.add(broken)
        await w.arrive(25)
        w.pacer.remove(broken)
    assert reported


async def test_sender_reports_tell_the_time_of_day() -> None:
    async with wire() as w:
        times: list[int] = []
        w.there.set_receivers(None, lambda data, _: times.extend(r.ntp_middle for r in parse_rtcp(data).sender_reports))
        await w.audio.play(clip(3)).wait()
        async with asyncio.timeout(LIMIT_S):
            while not times:
                await asyncio.sleep(0.01)
        now_s = int(SystemClock().now().timestamp()) + 2_208_988_800
        assert abs((now_s & 0xFFFF) - (times[-1] >> 16)) <= 2
