"""RTP and RTCP bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.media.rtp import (
    ReportBlock,
    RtpHeader,
    build_bye,
    build_receiver_report,
    build_rtp,
    build_sender_report,
    parse_rtcp,
    parse_rtp,
)


@given(
    sequence=st.integers(0, 0xFFFF), timestamp=st.integers(0, 0xFFFFFFFF), ssrc=st.integers(0, 0xFFFFFFFF),
    payload=st.binary(max_size=200), marker=st.booleans(), level=st.integers(0, 127), level_id=st.integers(1, 14),
)  # fmt: skip
def test_a_packet_is_read_as_it_was_built(
    sequence: int, timestamp: int, ssrc: int, payload: bytes, marker: bool, level: int, level_id: int
) -> None:
    packet = build_rtp(
        payload_type=111, sequence=sequence, timestamp=timestamp, ssrc=ssrc, payload=payload, marker=marker,
        level_id=level_id, level=level,
    )  # fmt: skip
    assert (RtpHeader(111, sequence, timestamp, ssrc, marker), payload, level) == parse_rtp(packet, level_id)


def test_without_the_extension_there_is_no_level() -> None:
    packet = build_rtp(payload_type=111, sequence=1, timestamp=2, ssrc=3, payload=b"x")
    assert (RtpHeader(111, 1, 2, 3, False), b"x", None) == parse_rtp(packet, 1)
    assert len(packet) == 13


def test_another_extension_is_passed_over() -> None:
    packet = bytes.fromhex("906f00010000000200000003bede000222aabbcc10850000") + b"opus"
    parsed = parse_rtp(packet, 1)
    assert parsed is not None
    assert (b"opus", 5) == parsed[1:]


def test_padding_is_no_payload() -> None:
    packet = bytes.fromhex("a06f00010000000200000003") + b"opus" + b"\0\0\x03"
    parsed = parse_rtp(packet, None)
    assert parsed is not None
    assert b"opus" == parsed[1]


@given(st.binary(max_size=120))
def test_no_bytes_make_the_readers_raise(data: bytes) -> None:
    parse_rtp(data, 1)
    parse_rtcp(data)


@pytest.mark.parametrize("lost", [0, 7, -2])
def test_a_receiver_report_is_read_as_it_was_built(lost: int) -> None:
    block = ReportBlock(ssrc=5, fraction_lost=64, packets_lost=lost, highest_sequence=70_000, jitter=9, lsr=1, dlsr=2)
    assert (block,) == parse_rtcp(build_receiver_report(1, [block])).blocks


def test_a_sender_report_says_when_in_ntp_time() -> None:
    (report,) = parse_rtcp(build_sender_report(5, timestamp=960, packets=2, octets=80, unix_s=0.5)).sender_reports
    assert (5, 960, 2, 80) == (report.ssrc, report.timestamp, report.packets, report.octets)
    assert ((2_208_988_800 & 0xFFFF) << 16) | 0x8000 == report.ntp_middle


def test_a_compound_packet_has_all_its_parts() -> None:
    reports = parse_rtcp(build_sender_report(5, timestamp=1, packets=1, octets=1) + build_bye(5))
    assert (1, (5,)) == (len(reports.sender_reports), reports.goodbyes)
