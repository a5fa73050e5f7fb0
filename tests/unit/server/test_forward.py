"""The stream of a slot, and what is counted of a talker's stream."""

import itertools

from bots.media import RtpHeader, parse_rtp
from bots.server.forward import Reception, SlotStream


def header(sequence: int, timestamp: int, *, ssrc: int = 5, marker: bool = False) -> RtpHeader:
    return RtpHeader(111, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc, marker)


def sent(packet: bytes | None) -> tuple[RtpHeader, bytes, int | None]:
    assert packet is not None
    parsed = parse_rtp(packet, 3)
    assert parsed is not None
    return parsed


def test_a_packet_goes_out_with_the_listeners_numbers() -> None:
    stream = SlotStream(99, 96, 3)
    out, payload, level = sent(stream.forward(1, header(700, 5000), b"opus", 30, 1.0))
    assert (99, 96, b"opus", 30, True) == (out.ssrc, out.payload_type, payload, level, out.marker)


def test_numbers_follow_the_talkers_numbers() -> None:
    stream = SlotStream(99, 96, 3)
    outs = [sent(stream.forward(1, header(65_534 + n, 960 * n), b"x", 30, 1 + n * 0.02))[0] for n in range(4)]
    steps = [(b.sequence - a.sequence) & 0xFFFF for a, b in itertools.pairwise(outs)]
    assert [1, 1, 1] == steps
    assert [960, 960, 960] == [(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in itertools.pairwise(outs)]


def test_a_loss_stays_visible_to_the_listener() -> None:
    stream = SlotStream(99, 96, 3)
    first = sent(stream.forward(1, header(1, 0), b"x", 30, 1.0))[0]
    after = sent(stream.forward(1, header(4, 2880), b"x", 30, 1.06))[0]
    assert (3, 2880) == ((after.sequence - first.sequence) & 0xFFFF, (after.timestamp - first.timestamp) & 0xFFFFFFFF)


def test_a_swap_of_talkers_makes_no_jump() -> None:
    stream = SlotStream(99, 96, 3)
    before = sent(stream.forward(1, header(9000, 4_000_000), b"x", 30, 1.0))[0]
    after = sent(stream.forward(2, header(3, 77, ssrc=6), b"y", 30, 1.1))[0]
    assert 1 == (after.sequence - before.sequence) & 0xFFFF
    assert 4800 == (after.timestamp - before.timestamp) & 0xFFFFFFFF
    assert after.marker


def test_what_is_older_than_the_swap_is_left_out() -> None:
    stream = SlotStream(99, 96, 3)
    stream.forward(1, header(10, 0), b"x", 30, 1.0)
    assert stream.forward(1, header(9, 0), b"late", 30, 1.0) is None


def test_silence_keeps_the_stream_alive_without_a_jump() -> None:
    stream = SlotStream(99, 96, 3)
    one = sent(stream.silence(1.0))
    two = sent(stream.silence(2.0))
    assert (127, b"\xf8\xff\xfe") == (one[2], one[1])
    assert 1 == (two[0].sequence - one[0].sequence) & 0xFFFF
    assert 48_000 == (two[0].timestamp - one[0].timestamp) & 0xFFFFFFFF


def test_a_long_talk_stays_in_order_over_the_wrap_of_its_numbers() -> None:
    stream = SlotStream(99, 96, None)
    sequences = []
    for n in range(140_000):
        packet = stream.forward(1, header(n, 960 * n), b"x", 30, n * 0.02)
        assert packet is not None
        sequences.append(int.from_bytes(packet[2:4]))
    assert all((b - a) & 0xFFFF == 1 for a, b in itertools.pairwise(sequences))


def test_a_perfect_stream_has_no_loss_and_no_jitter() -> None:
    reception = Reception()
    for n in range(100):
        reception.take(header(n, 960 * n), n * 0.02)
    block = reception.block(2.0)
    assert (5, 0, 0, 99, 0) == (
        block.ssrc, block.fraction_lost, block.packets_lost, block.highest_sequence, block.jitter,
    )  # fmt: skip


def test_lost_packets_are_counted_since_ever_and_since_the_last_report() -> None:
    reception = Reception()
    for n in range(0, 100, 2):
        reception.take(header(n, 960 * n), n * 0.02)
    assert (49, 126) == ((block := reception.block(2.0)).packets_lost, block.fraction_lost)
    for n in range(99, 150):
        reception.take(header(n, 960 * n), n * 0.02)
    assert 0 == reception.block(3.0).fraction_lost


def test_another_stream_of_the_same_talker_starts_the_count_again() -> None:
    reception = Reception()
    for n in range(10):
        reception.take(header(n * 7, 0), 0.0)
    reception.take(header(50_000, 0, ssrc=6), 0.0)
    assert (6, 0) == ((block := reception.block(1.0)).ssrc, block.packets_lost)


def test_uneven_arrival_shows_as_jitter() -> None:
    reception = Reception()
    for n in range(200):
        reception.take(header(n, 960 * n), n * 0.02 + (0.01 if n % 2 else 0.0))
    assert 400 < reception.block(5.0).jitter < 490  # 10 ms are 480 ticks


def test_the_delay_since_a_sender_report_is_told() -> None:
    reception = Reception()
    reception.take(header(1, 0), 0.0)
    reception.sender_reported(0xABCD0000, 1.0)
    assert (0xABCD0000, 98_304) == ((block := reception.block(2.5)).lsr, block.dlsr)
