"""What one bot sends into one room: a clip's packets, paced; silence costs nothing.

It outlives its media connections: while none is up, a clip's time goes on unheard, and over the next one it is heard
from where it is by then.

Source: RFC 3550 (sender reports, receiver reports), RFC 7587 (timestamps go on over pauses, the marker begins a talk).
"""

import asyncio
import secrets

from bots.media.clip import PACKET_S, Clip
from bots.media.pacer import Pacer
from bots.media.peer import PeerConnection
from bots.media.playback import Delivery, Outcome, Playback
from bots.media.regain import FADE_S, Layer, Prepared, Regain, short_fade
from bots.media.rtp import ONE_BYTE, SILENT_LEVEL, build_bye, build_rtp, build_sender_report, pack_levelled, parse_rtcp
from bots.media.srtp import Outlet

__all__ = ["OutgoingAudio"]

RATE_HZ = 48_000
TICKS = 960
SILENCE = b"\xf8\xff\xfe"  # 20 ms of silence: a decoder fades out on it instead of guessing on
REPORT_EVERY = 50  # packets: about a second
FRESH_S = 2.5  # receiver reports come about every second; what was sent after one that is older did not arrive


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
            "_voices",
            "_next",
            "_regain",
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
        self._voices: tuple[Playback, ...] = ()  # what plays: at most one, and those over it
        self._next: Playback | None = None  # begins when the fade of the one before is over
        self._regain: Regain | Prepared | None = None  # gives the packets while they are no clip's own
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
        self._peer = self._outlet = None

    def play(self, clip: Clip, *, loop: bool = False, over: bool = False) -> Playback:
        """Begin to send a clip, at the next tick of the pacer; what plays now is stopped and fades first.

        Args:
            over: let go on what plays, or is played later: both are heard, in one stream.
        """
        playback = Playback(self, clip, loop=loop, over=over)
        if self._is_closed:
            playback.finish("closed")
        elif over:
            self._begin(playback)
        else:
            if self._next is not None:
                self._next.finish("stopped")
            self._next = playback
            if (before := self._under()) is not None:
                self.fade_out(before, at_once=True)
            else:
                self._begin_next()
        return playback

    def stop(self) -> None:
        """Stop what plays now, if anything does; see `Playback.stop`."""
        for playback in (self._next, *self._voices):
            if playback is not None:
                self.fade_out(playback)

    def _under(self) -> Playback | None:
        """What plays, without what is heard over it."""
        return next((one for one in self._voices if not one.is_over), None)

    def fade_out(self, playback: Playback, *, at_once: bool = False) -> None:
        """End a playback over a fade, if it is one of those that play; `at_once` over the shortest."""
        if playback is self._next:
            self._next = None
            playback.finish("stopped")
        if playback not in self._voices or (playback.is_ending and not at_once):
            return
        if self._up() is None or self.is_muted or not playback.packets:
            self.end(playback, "stopped")
            return
        over_s = max(FADE_S, playback.clip.fade_out_s) if playback.is_looped and not at_once else FADE_S
        playback.is_ending = True
        if self._regain is None and over_s == FADE_S:
            self._regain = Prepared(short_fade(playback.clip, playback.position, is_looped=playback.is_looped))
            return
        self._shape(playback, 0.0, over_s)

    def duck(self, playback: Playback, over_s: float) -> None:
        """Bring a playback to its gain, if it can be heard now; otherwise that is done when it can be."""
        if playback in self._voices and not playback.is_ending and playback.packets and self._up() is not None:
            self._shape(playback, playback.gain, over_s)

    def _shape(self, playback: Playback, gain: float, over_s: float) -> None:
        if self._regain is None:
            self._remake()
        if playback.layer is not None:
            playback.layer.aim(gain, over_s)

    def _remake(self) -> Regain:
        """From now on the packets are made here; who was heard goes on as loud as they were."""
        for one in self._voices:
            gain = one.gain if self._marker or not one.packets else 1.0
            one.layer = Layer(one.clip, one.position, is_looped=one.is_looped, gain=gain)
        self._regain = regain = Regain(*(one.layer for one in self._voices if one.layer is not None))
        return regain

    def _let_go(self) -> None:
        """From now on the clip's own packets are sent."""
        self._regain = None
        for one in self._voices:
            one.layer = None

    def _begin_next(self) -> None:
        playback, self._next = self._next, None
        if playback is not None:
            self._begin(playback)

    def _begin(self, playback: Playback) -> None:
        is_first = not self._voices
        self._voices = (*self._voices, playback)
        if is_first:
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
            for playback in (self._next, *self._voices):
                if playback is not None:
                    self.end(playback, "closed")
            if self._peer is not None:
                self.detach(self._peer)

    def end(self, playback: Playback, outcome: Outcome) -> None:
        """End a playback, if it is one of those that play."""
        if playback is self._next:
            self._next = None
            playback.finish(outcome)
        if playback in self._voices:
            self._voices = tuple(one for one in self._voices if one is not playback)
            if isinstance(self._regain, Regain) and playback.layer is not None:
                self._regain.remove(playback.layer)
            if isinstance(self._regain, Prepared):
                self._regain = None if playback.is_ending else self._regain
            elif all(one.layer is None for one in self._voices):
                self._regain = None
            if self._next is not None and self._under() is None:
                self._begin_next()
            elif not self._voices:
                self._pacer.remove(self)
                if playback.packets and not self._is_closed and (peer := self._up()) is not None:
                    self._send(peer, SILENCE, 127)
                    peer.send_rtcp(self._report())
            playback.finish(outcome)

    def tick(self, now: float) -> None:
        """Send the next packet of what plays."""
        voices = self._voices
        if not voices:
            return
        # timestamps follow the packets while they flow, and the clock over a pause
        if self._marker and self._ticked_at is not None:
            passed = max(TICKS, round((now - self._ticked_at) / PACKET_S) * TICKS)
        else:
            passed = TICKS
        self._timestamp = (self._timestamp + passed) & 0xFFFFFFFF
        self._ticked_at = now
        regain = self._regain
        if len(voices) > 1:
            voices = self._in_turn(voices)
        peer = self._peer
        is_heard = peer is not None and peer.outlet is not None and not self.is_muted
        if peer is not None and is_heard:
            if regain is None and (len(voices) > 1 or voices[0].gain != 1.0):
                regain = self._remake()
            if regain is None:
                clip, position = voices[0].clip, voices[0].position
                self._send(peer, clip.packets[position], clip.levels[position])
            else:
                self._send(peer, *regain.take())
            if self._sent % REPORT_EVERY == 1:
                peer.send_rtcp(self._report())
        else:
            self._marker = 0x80
            if regain is not None:
                self._let_go()
        for playback in voices:
            self._advance(playback, now, is_heard=is_heard)

    def _in_turn(self, voices: tuple[Playback, ...]) -> tuple[Playback, ...]:
        """Those who have a part in the next packet; while one fades by itself the others wait."""
        regain = self._regain
        if isinstance(regain, Prepared):
            return tuple(one for one in voices if one.is_ending)
        for one in voices:
            if regain is not None and one.layer is None:  # it begins now
                one.layer = Layer(one.clip, one.position, is_looped=one.is_looped, gain=one.gain)
                regain.add(one.layer)
        return voices

    def _advance(self, playback: Playback, now: float, *, is_heard: bool) -> None:
        """A packet of its time has passed."""
        if is_heard:
            if playback.started_s is None:
                playback.started_s = now
            playback.packets += 1
        playback.ticks += 1
        playback.position += 1
        if playback.position >= len(playback.clip.packets):
            playback.position = playback.clip.loop_from
            if not playback.is_looped:
                self.end(playback, "finished")
                return
        if playback.is_ending or self._regain is not None:
            self._look_at_gain(playback)

    def _look_at_gain(self, playback: Playback) -> None:
        """Is the fade or the ducking over?"""
        regain, layer = self._regain, playback.layer
        if playback.is_ending:
            fading = regain if isinstance(regain, Prepared) else layer
            if fading is None or fading.is_settled:
                self.end(playback, "stopped")
        elif len(self._voices) == 1 and layer is not None and layer.is_settled and layer.gain == 1.0:
            self._let_go()

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
