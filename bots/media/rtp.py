"""RTP and RTCP as bytes: just what paced Opus needs. Pure.

Source: RFC 3550 (RTP, RTCP), RFC 8285 and RFC 6464 (audio level in a one-byte header extension).
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "SILENT_LEVEL",
    "ReportBlock",
    "Reports",
    "RtpHeader",
    "SenderReport",
    "build_bye",
    "build_receiver_report",
    "build_rtp",
    "build_sender_report",
    "parse_rtcp",
    "parse_rtp",
]

SILENT_LEVEL = 127  # RFC 6464: -127 dBov
_HEADER = struct.Struct("!BBHII")
pack_levelled = struct.Struct("!BBHIIHHBBBB").pack
"""Header, and a one-byte extension with one element and padding; as `build_rtp` uses it, where each frame counts."""
ONE_BYTE = 0xBEDE
_REPORT = struct.Struct("!IIIIII")
_SENDER_INFO = struct.Struct("!IIIIII")
_NTP_EPOCH_S = 2_208_988_800  # from 1900 to 1970


@dataclass(frozen=True, slots=True)
class RtpHeader:
    """The fixed part of an RTP packet."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    marker: bool


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """What a receiver says of one stream (RFC 3550, section 6.4.1); jitter in ticks, lsr and dlsr as on the wire."""

    ssrc: int
    fraction_lost: int
    packets_lost: int
    highest_sequence: int
    jitter: int
    lsr: int = 0
    dlsr: int = 0


@dataclass(frozen=True, slots=True)
class SenderReport:
    """What a sender says of its own stream; `ntp_middle` is what a receiver sends back as `lsr`."""

    ssrc: int
    ntp_middle: int
    timestamp: int
    packets: int
    octets: int


@dataclass(frozen=True, slots=True)
class Reports:
    """The parts of a compound RTCP packet that are used here."""

    sender_reports: tuple[SenderReport, ...] = ()
    blocks: tuple[ReportBlock, ...] = ()
    goodbyes: tuple[int, ...] = ()


def parse_rtp(packet: bytes, level_id: int | None) -> tuple[RtpHeader, bytes, int | None] | None:
    """Header, payload and audio level of one packet; None if it is no RTP packet.

    Args:
        packet: decrypted.
        level_id: id of the audio level extension; None if it was not negotiated.

    Returns:
        The level is 0 (loudest) to 127 (silence), None if the packet has none.
    """
    size = len(packet)
    if size < 12 or packet[0] >> 6 != 2:
        return None
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(packet)
    offset = 12 + 4 * (first & 0x0F)
    level = None
    if first & 0x10:
        if size < offset + 4:
            return None
        profile, words = struct.unpack_from("!HH", packet, offset)
        offset += 4
        end = offset + 4 * words
        if profile == ONE_BYTE and level_id is not None:
            level = _level_of(packet, offset, min(end, size), level_id)
        offset = end
    end = size - packet[-1] if first & 0x20 else size
    if offset > end:
        return None
    header = RtpHeader(second & 0x7F, sequence, timestamp, ssrc, bool(second & 0x80))
    return header, packet[offset:end], level


def _level_of(packet: bytes, offset: int, end: int, level_id: int) -> int | None:
    while offset < end:
        element = packet[offset]
        if element == 0:  # padding
            offset += 1
            continue
        if element >> 4 == level_id and offset + 1 < end:
            return packet[offset + 1] & 0x7F
        offset += 2 + (element & 0x0F)
    return None


def build_rtp(
    *, payload_type: int, sequence: int, timestamp: int, ssrc: int, payload: bytes, marker: bool = False,
    level_id: int | None = None, level: int = SILENT_LEVEL,
) -> bytes:  # fmt: skip
    """One RTP packet; with the audio level if the other side negotiated it."""
    second = payload_type | 0x80 if marker else payload_type
    if level_id is None:
        return _HEADER.pack(0x80, second, sequence, timestamp, ssrc) + payload
    return pack_levelled(
        0x90, second, sequence, timestamp, ssrc, ONE_BYTE, 1, level_id << 4, level_octet(level), 0, 0
    ) + payload  # fmt: skip


def level_octet(level: int) -> int:
    """The level as the extension carries it: the highest bit says that it is speech, or at least sound."""
    return level if level >= SILENT_LEVEL else 0x80 | level


def build_sender_report(ssrc: int, *, timestamp: int, packets: int, octets: int, unix_s: float = 0.0) -> bytes:
    """A sender report with a canonical name; `unix_s` is the instant that `timestamp` was sent at."""
    seconds = unix_s + _NTP_EPOCH_S
    whole = int(seconds)
    info = _SENDER_INFO.pack(
        ssrc, whole & 0xFFFFFFFF, int((seconds - whole) * 0x1_0000_0000), timestamp, packets & 0xFFFFFFFF,
        octets & 0xFFFFFFFF,
    )  # fmt: skip
    return _rtcp(200, 0, info) + _source_description(ssrc)


def build_receiver_report(ssrc: int, blocks: Sequence[ReportBlock]) -> bytes:
    """A receiver report about up to 31 streams."""
    body = struct.pack("!I", ssrc)
    for block in blocks:
        lost = (block.fraction_lost << 24) | (block.packets_lost & 0xFFFFFF)
        body += _REPORT.pack(block.ssrc, lost, block.highest_sequence, block.jitter, block.lsr, block.dlsr)
    return _rtcp(201, len(blocks), body)


def build_bye(ssrc: int) -> bytes:
    """The end of a stream."""
    return _rtcp(203, 1, struct.pack("!I", ssrc))


def _source_description(ssrc: int) -> bytes:
    chunk = struct.pack("!IBB", ssrc, 1, 4) + b"bots" + b"\0\0"  # CNAME, then at least one null
    return _rtcp(202, 1, chunk)


def _rtcp(kind: int, count: int, body: bytes) -> bytes:
    assert len(body) % 4 == 0
    return struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body


def parse_rtcp(data: bytes) -> Reports:
    """The reports of a compound packet; what is damaged or unknown is passed over."""
    senders: list[SenderReport] = []
    blocks: list[ReportBlock] = []
    goodbyes: list[int] = []
    offset = 0
    while offset + 8 <= len(data):
        first, kind, words = struct.unpack_from("!BBH", data, offset)
        end = offset + 4 + 4 * words
        if first >> 6 != 2 or end > len(data):
            break
        body, count = data[offset + 4 : end], first & 0x1F
        if kind == 200 and len(body) >= 24:
            ssrc, high, low, timestamp, packets, octets = _SENDER_INFO.unpack_from(body)
            middle = ((high & 0xFFFF) << 16) | (low >> 16)
            senders.append(SenderReport(ssrc, middle, timestamp, packets, octets))
            blocks += _blocks(body[24:], count)
        elif kind == 201:
            blocks += _blocks(body[4:], count)
        elif kind == 203:
            goodbyes += [struct.unpack_from("!I", body, 4 * n)[0] for n in range(min(count, len(body) // 4))]
        offset = end
    return Reports(tuple(senders), tuple(blocks), tuple(goodbyes))


def _blocks(body: bytes, count: int) -> list[ReportBlock]:
    found = []
    for number in range(min(count, len(body) // _REPORT.size)):
        ssrc, lost, highest, jitter, lsr, dlsr = _REPORT.unpack_from(body, number * _REPORT.size)
        packets_lost = lost & 0xFFFFFF
        if packets_lost & 0x800000:  # signed: duplicates make it negative
            packets_lost -= 0x1000000
        found.append(ReportBlock(ssrc, lost >> 24, packets_lost, highest, jitter, lsr, dlsr))
    return found
