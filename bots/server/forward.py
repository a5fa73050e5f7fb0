"""Packets from one talker to many listeners, without decoding: what came in, and what goes out. Pure.

Source: RFC 3550 (sequence numbers, jitter, reports), RFC 6464 (audio level), RFC 7587 (Opus in RTP).
"""

from dataclasses import dataclass

from bots.media import ReportBlock, RtpHeader, build_rtp, build_sender_report

__all__ = ["SILENCE", "Reception", "SlotStream"]

RATE_HZ = 48_000  # Opus in RTP always counts 48 000 ticks a second
TICKS = 960  # of one 20 ms packet
SILENCE = b"\xf8\xff\xfe"  # an Opus packet of 20 ms of silence
SILENT_LEVEL = 127


@dataclass(slots=True)
class Reception:
    """What has arrived of one RTP stream, for receiver reports (RFC 3550, section 6.4 and appendix A)."""

    ssrc: int = 0
    received: int = 0
    _first: int = 0
    _highest: int = 0
    _transit: float = 0.0
    _jitter: float = 0.0
    _expected_before: int = 0
    _received_before: int = 0
    _report_middle: int = 0
    _report_at: float = 0.0

    def take(self, header: RtpHeader, arrived_at: float) -> None:
        """Count one packet; `arrived_at` in monotonic seconds. Another SSRC starts the count again."""
        if header.ssrc != self.ssrc or self.received == 0:
            self._restart(header)
        else:
            ahead = (header.sequence - self._highest) & 0xFFFF
            if ahead < 0x8000:
                self._highest += ahead
        transit = arrived_at * RATE_HZ - header.timestamp
        if self.received:
            change = abs(transit - self._transit) % 0x1_0000_0000
            if change < RATE_HZ * 60:  # a wrapped or jumped timestamp is no jitter
                self._jitter += (change - self._jitter) / 16
        self._transit = transit
        self.received += 1

    def _restart(self, header: RtpHeader) -> None:
        self.ssrc = header.ssrc
        self.received = 0
        self._first = self._highest = header.sequence
        self._expected_before = self._received_before = 0
        self._jitter = 0.0
        self._report_middle = 0

    def sender_reported(self, ntp_middle: int, at: float) -> None:
        """A sender report came: the middle 32 bits of its NTP time, and when (monotonic seconds)."""
        self._report_middle = ntp_middle
        self._report_at = at

    def block(self, now: float) -> ReportBlock:
        """The report about this stream since the last one."""
        expected = self._highest - self._first + 1
        lost = max(0, expected - self.received)
        since = expected - self._expected_before
        lost_since = max(0, since - (self.received - self._received_before))
        self._expected_before, self._received_before = expected, self.received
        delay = min(0xFFFFFFFF, int((now - self._report_at) * 65536)) if self._report_middle else 0
        return ReportBlock(
            ssrc=self.ssrc,
            fraction_lost=min(255, lost_since * 256 // since) if since > 0 else 0,
            packets_lost=min(lost, 0x7FFFFF),
            highest_sequence=self._highest & 0xFFFFFFFF,
            jitter=int(self._jitter),
            lsr=self._report_middle,
            dlsr=delay,
        )


class SlotStream:
    """The one RTP stream of one listener's slot, whoever talks in it: numbers and timestamps never jump.

    Args:
        ssrc: of this slot.
        payload_type: what the listener negotiated for Opus.
        level_id: the listener's header extension id for the audio level; None if it offered none.
    """

    def __init__(self, ssrc: int, payload_type: int, level_id: int | None) -> None:
        self.ssrc = ssrc
        self.packets = 0
        self.octets = 0
        self.timestamp = 0
        self.sent_at = 0.0
        self._payload_type = payload_type
        self._level_id = level_id
        self._sequence = ssrc & 0x7FFF
        self._source: tuple[int, int] | None = None
        self._sequence_shift = 0
        self._timestamp_shift = 0
        self._oldest = 0

    def forward(self, source: int, header: RtpHeader, payload: bytes, level: int, now: float) -> bytes | None:
        """The packet as this listener gets it; None for one that is older than the talker's first one here.

        Args:
            source: the publication it comes from; another one is a swap of talkers.
            header, payload: as received.
            level: RFC 6464 level, 0 (loudest) to 127.
            now: monotonic seconds.
        """
        key = (source, header.ssrc)
        is_swap = key != self._source
        if is_swap:
            self._source = key
            self._oldest = header.sequence
            self._sequence_shift = self._sequence + 1 - header.sequence
            self._timestamp_shift = self._timestamp_now(now) - header.timestamp
        elif (header.sequence - self._oldest) & 0xFFFF >= 0x8000:
            return None
        elif (header.sequence - self._oldest) & 0xFFFF > 0x4000:
            self._oldest = (header.sequence - 0x2000) & 0xFFFF  # keep the window behind the stream
        sequence = (header.sequence + self._sequence_shift) & 0xFFFF
        timestamp = (header.timestamp + self._timestamp_shift) & 0xFFFFFFFF
        return self._built(sequence, timestamp, payload, level, now, marker=header.marker or is_swap)

    def silence(self, now: float) -> bytes:
        """A packet of silence, so that a slot nobody talks in is a living stream."""
        self._source = None
        sequence = (self._sequence + 1) & 0xFFFF
        return self._built(sequence, self._timestamp_now(now), SILENCE, SILENT_LEVEL, now, marker=True)

    def report(self, now: float, unix_s: float) -> bytes:
        """A sender report: which timestamp belongs to this instant (`now` monotonic, `unix_s` time of day, seconds)."""
        elapsed = int((now - self.sent_at) * RATE_HZ) if self.packets else 0
        timestamp = (self.timestamp + elapsed) & 0xFFFFFFFF
        return build_sender_report(
            self.ssrc, timestamp=timestamp, packets=self.packets, octets=self.octets, unix_s=unix_s
        )

    def _timestamp_now(self, now: float) -> int:
        """Where the slot's timestamps would be by now: at least one packet on."""
        if not self.packets:
            return self.ssrc & 0xFFFFFF
        return (self.timestamp + max(TICKS, int((now - self.sent_at) * RATE_HZ))) & 0xFFFFFFFF

    def _built(self, sequence: int, timestamp: int, payload: bytes, level: int, now: float, *, marker: bool) -> bytes:
        if not self.packets or (sequence - self._sequence) & 0xFFFF < 0x8000:
            self._sequence, self.timestamp, self.sent_at = sequence, timestamp, now
        self.packets += 1
        self.octets += len(payload)
        return build_rtp(
            payload_type=self._payload_type, sequence=sequence, timestamp=timestamp, ssrc=self.ssrc, marker=marker,
            payload=payload, level_id=self._level_id, level=level,
        )  # fmt: skip
