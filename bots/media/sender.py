"""What one bot sends into one room: a clip's packets, paced; silence costs nothing.

It outlives its media connections: while none is up, a clip's time goes on unheard, and over the next one it is heard
from where it is by then.

Source: RFC 3550 (sender reports, receiver reports), RFC 7587 (timestamps go on over pauses, the marker begins a talk).
"""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Literal

from bots.media.clip import PACKET_S, Clip
from bots.media.pacer import Pacer
from bots.media.peer import PeerConnection
from bots.media.regain import FADE_S, Prepared, Regain, short_fade
from bots.media.rtp import ONE_BYTE, SILENT_LEVEL, build_bye, build_rtp, build_sender_report, pack_levelled, parse_rtcp
from bots.media.srtp import Outlet

__all__ = ["Delivery", "OutgoingAudio", "Playback", "Played"]

RATE_HZ = 48_000
TICKS = 960
SILENCE = b"\xf8\xff\xfe"  # 20 ms of silence: a decoder fades out on it instead of guessing on
REPORT_EVERY = 50  # packets: about a second
FRESH_S = 2.5  # receiver reports come about every second; what was sent after one that is older did not arrive

Outcome = Literal["finished", "stopped", "closed"]


@dataclass(frozen=True, slots=True)
class Played:
    """How a playback ended; `packets` of 20 ms were sent, over `duration_s` seconds of the clip's time."""

    packets: int
    duration_s: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the media server says it got, over the life of the sender (its last receiver report).

    `fraction_lost` is 0 to 1 since the report before, `jitter_ms` RTP interarrival jitter in milliseconds. Without
    `has_report` nothing is known but `packets_sent`.
    """

    packets_sent: int
    packets_lost: int = 0
    fraction_lost: float = 0.0
    jitter_ms: float = 0.0
    has_report: bool = False


class Playback:
    """A clip on its way."""

    __slots__ = (
        *("_done", "_sender", "clip", "gain", "is_ending", "is_looped", "packets", "position", "regain", "started_s"),
        "ticks",
    )

    def __init__(self, sender: "OutgoingAudio", clip: Clip, *, loop: bool) -> None:
        self.clip = clip
        self.is_looped = loop
        self.position = 0
        self.packets = 0
        self.ticks = 0
        self.gain = 1.0
        """What it was ducked to."""
        self.is_ending = False
        self.regain: Regain | Prepared | None = None
        """Gives the packets in the clip's place, while they have another gain than the clip's own."""
        self.started_s: float | None = None
        """When its first packet left, in seconds of the pacer's clock."""
        self._sender = sender
        self._done: asyncio.Future[Played] = asyncio.get_running_loop().create_future()

    async def wait(self) -> Played:
        """Return when the last packet was sent, or the playback was stopped."""
        return await asyncio.shield(self._done)

    def stop(self) -> None:
        """Stop here, over a fade: the clip's own if it is a loop, or the shortest that is no click."""
        self._sender.fade_out(self)

    def duck(self, gain: float, over_s: float) -> None:
        """Go to this gain (a factor of the clip's own; 1.0 is back again) over so many seconds."""
        self.gain = gain
        self._sender.duck(self, over_s)

    def finish(self, outcome: Outcome) -> None:
        """Called by the sender: this is over."""
        if not self._done.done():
            self._done.set_result(Played(self.packets, self.ticks * PACKET_S, outcome))


class OutgoingAudio:
    """What one bot sends, over one publication after the other.

    Args:
        pacer: the process's.
    """

    __slots__ = (
        *(
            "is_muted",
            "_peer",
            "_pacer",
            "_ssrc",
            "_sequence",
            "_timestamp",
            "_ticked_at",
            "_marker",
            "_sent",
            "_octets",
        ),
        *(
            "_sent_before",
            "_lost_before",
            "_playback",
            "_next",
            "_delivery",
            "_heard_s",
            "_is_closed",
            "_outlet",
            "_payload_type",
        ),
        "_level_tag",
    )

    def __init__(self, pacer: Pacer) -> None:
        self.is_muted = False
        """While muted a clip's time goes on, and nothing is sent."""
        self._peer: PeerConnection | None = None
        self._pacer = pacer
        self._ssrc = 0
        self._sequence = secrets.randbelow(0x8000)
        self._timestamp = secrets.randbelow(0x1_0000_0000)
        self._ticked_at: float | None = None
        self._marker = 0x80
        self._sent = 0
        self._sent_before = 0  # over earlier connections
        self._lost_before = 0
        self._octets = 0
        self._playback: Playback | None = None
        self._next: Playback | None = None  # begins when the fade of the one before is over
        self._delivery: Delivery | None = None
        self._heard_s = 0.0
        self._is_closed = False
        self._outlet: Outlet | None = None  # the one that the next two belong to
        self._payload_type = 0
        self._level_tag: int | None = None

    def attach(self, peer: PeerConnection, *, ssrc: int) -> None:
        """Send over this connection from now on, under the stream number that was offered; it takes its RTCP."""
        if self._peer is not None:
            self.detach(self._peer)
        self._peer, self._ssrc, self._octets = peer, ssrc, 0
        self._sent_before = self._sent
        self._marker = 0x80
        self._heard_s = asyncio.get_running_loop().time()
        peer.set_receivers(None, self._take_rtcp)

    def detach(self, peer: PeerConnection) -> None:
        """This connection is over; without effect if another one has taken its place."""
        if peer is not self._peer:
            return
        last = self._delivery
        is_sure = peer.state == "connected" and asyncio.get_running_loop().time() - self._heard_s < FRESH_S
        if last is not None:
            unknown = 0 if is_sure else self._sent - max(last.packets_sent, self._sent_before)
            self._lost_before = last.packets_lost + unknown
            self._delivery = Delivery(
                self._sent, self._lost_before, last.fraction_lost, last.jitter_ms, has_report=True
            )
        peer.send_rtcp(self._report() + build_bye(self._ssrc))
        peer.set_receivers(None, None)
        self._peer = None

    def play(self, clip: Clip, *, loop: bool = False) -> Playback:
        """Begin to send a clip, at the next tick of the pacer; what plays now is stopped and fades first."""
        playback = Playback(self, clip, loop=loop)
        if self._is_closed:
            playback.finish("closed")
            return playback
        if self._next is not None:
            self._next.finish("stopped")
        self._next = playback
        if self._playback is not None:
            self.fade_out(self._playback, at_once=True)
        else:
            self._begin_next()
        return playback

    def stop(self) -> None:
        """Stop what plays now, if anything does; see `Playback.stop`."""
        for playback in (self._next, self._playback):
            if playback is not None:
                self.fade_out(playback)

    def fade_out(self, playback: Playback, *, at_once: bool = False) -> None:
        """End a playback over a fade, if it is one of those that play; `at_once` over the shortest."""
        if playback is self._next:
            self._next = None
            playback.finish("stopped")
        if playback is not self._playback or (playback.is_ending and not at_once):
            return
        if self._up() is None or self.is_muted or not playback.packets:
            self.end(playback, "stopped")
            return
        over_s = max(FADE_S, playback.clip.fade_out_s) if playback.is_looped and not at_once else FADE_S
        playback.is_ending = True
        if playback.regain is None and over_s == FADE_S:
            fade = short_fade(playback.clip, playback.position, is_looped=playback.is_looped)
            playback.regain = Prepared(fade)
            return
        self._shape(playback, 0.0, over_s)

    def duck(self, playback: Playback, over_s: float) -> None:
        """Bring a playback to its gain, if it can be heard now; otherwise that is done when it can be."""
        if playback is self._playback and not playback.is_ending and playback.packets and self._up() is not None:
            self._shape(playback, playback.gain, over_s)

    @staticmethod
    def _shape(playback: Playback, gain: float, over_s: float) -> None:
        if playback.regain is None:
            playback.regain = Regain(playback.clip, playback.position, is_looped=playback.is_looped)
        if isinstance(playback.regain, Regain):
            playback.regain.aim(gain, over_s)

    def _begin_next(self) -> None:
        playback, self._next = self._next, None
        if playback is not None:
            self._playback = playback
            self._marker = 0x80
            self._pacer.add(self)

    def delivery(self) -> Delivery:
        """What is known of the arrival of what was sent."""
        last = self._delivery
        if last is None:
            return Delivery(self._sent)
        return Delivery(self._sent, last.packets_lost, last.fraction_lost, last.jitter_ms, has_report=True)

    def close(self) -> None:
        """The publication is over."""
        if not self._is_closed:
            self._is_closed = True
            for playback in (self._next, self._playback):
                if playback is not None:
                    self.end(playback, "closed")
            if self._peer is not None:
                self.detach(self._peer)

    def end(self, playback: Playback, outcome: Outcome) -> None:
        """End a playback, if it is one of those that play."""
        if playback is self._next:
            self._next = None
            playback.finish(outcome)
        if playback is self._playback:
            self._playback = None
            if self._next is not None:
                self._begin_next()
            else:
                self._pacer.remove(self)
                if playback.packets and not self._is_closed and (peer := self._up()) is not None:
                    self._send(peer, SILENCE, 127)
                    peer.send_rtcp(self._report())
            playback.finish(outcome)

    def tick(self, now: float) -> None:
        """Send the next packet of what plays."""
        playback = self._playback
        if playback is None:
            return
        # timestamps follow the packets while they flow, and the clock over a pause
        if self._marker and self._ticked_at is not None:
            passed = max(TICKS, round((now - self._ticked_at) / PACKET_S) * TICKS)
        else:
            passed = TICKS
        self._timestamp = (self._timestamp + passed) & 0xFFFFFFFF
        self._ticked_at = now
        clip, position = playback.clip, playback.position
        peer = self._peer
        if peer is not None and peer.outlet is not None and not self.is_muted:
            if self._marker and playback.gain != 1.0 and playback.regain is None:
                self._shape(playback, playback.gain, 0.0)
            if playback.regain is None:
                self._send(peer, clip.packets[position], clip.levels[position])
            else:
                self._send(peer, *playback.regain.take())
            if playback.started_s is None:
                playback.started_s = now
            playback.packets += 1
            if self._sent % REPORT_EVERY == 1:
                peer.send_rtcp(self._report())
        else:
            self._marker, playback.regain = 0x80, None
        playback.ticks += 1
        playback.position = position + 1
        if playback.position >= len(clip.packets):
            playback.position = clip.loop_from
            if not playback.is_looped:
                self.end(playback, "finished")
                return
        if playback.is_ending or playback.regain is not None:
            self._look_at_gain(playback)

    def _look_at_gain(self, playback: Playback) -> None:
        """Is the fade or the ducking over?"""
        regain = playback.regain
        if playback.is_ending:
            if regain is None or regain.is_settled:
                self.end(playback, "stopped")
        elif isinstance(regain, Regain) and regain.is_settled and regain.gain == 1.0:
            playback.regain = None

    def _up(self) -> PeerConnection | None:
        """The connection, if anything can be sent over it now."""
        return self._peer if self._peer is not None and self._peer.outlet is not None else None

    def _send(self, peer: PeerConnection, payload: bytes, level: int) -> None:
        outlet = peer.outlet
        if outlet is not self._outlet:
            self._adopt(peer)
        self._sequence = sequence = (self._sequence + 1) & 0xFFFF
        head, tag = self._payload_type | self._marker, self._level_tag
        if tag is None:
            packet = build_rtp(
                payload_type=head, sequence=sequence, timestamp=self._timestamp, ssrc=self._ssrc, payload=payload
            )
        else:  # the same with a level, without a frame of its own
            octet = level | 0x80 if level < SILENT_LEVEL else SILENT_LEVEL
            packet = (
                pack_levelled(0x90, head, sequence, self._timestamp, self._ssrc, ONE_BYTE, 1, tag, octet, 0, 0)
                + payload
            )
        if outlet is None or not outlet.send_rtp(packet):
            peer.dropped += 1
        self._marker = 0
        self._sent += 1
        self._octets += len(payload)

    def _adopt(self, peer: PeerConnection) -> None:
        """Another way out: what its connection has negotiated."""
        self._outlet, line = peer.outlet, peer.lines[0]
        self._payload_type = line.payload_type
        self._level_tag = None if line.level_id is None else line.level_id << 4

    def _report(self) -> bytes:
        return build_sender_report(
            self._ssrc,
            timestamp=self._timestamp,
            packets=self._sent - self._sent_before,
            octets=self._octets,
            unix_s=self._pacer.unix_s(),
        )

    def _take_rtcp(self, data: bytes, _at: float) -> None:
        for block in parse_rtcp(data).blocks:
            if block.ssrc == self._ssrc:
                self._heard_s = asyncio.get_running_loop().time()
                self._delivery = Delivery(
                    self._sent,
                    self._lost_before + block.packets_lost,
                    block.fraction_lost / 256,
                    block.jitter * 1000 / RATE_HZ,
                    has_report=True,
                )
