"""No clicks: beside a steady tone nothing is in the spectrum that the codec alone does not put there.

What a listener decodes is looked at in short windows, without the tone's own band: a click is in all the others.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt
import pytest

from bots.media import Clip, OpusStream, OutgoingAudio, Pacer, PeerConnection, parse_rtp
from bots.media.encoding import make_clip
from bots.media.peer import Line
from tests.fakes.clock import FakeClock

RATE_HZ = 48_000
TONE_HZ = 440.0
WINDOW = 480  # 10 ms
FROM_HZ = 1500.0  # the tone's own band, its window and a fade's sidebands are far below
MARGIN_DB = 3.0

Samples = npt.NDArray[np.int16]


def tone(seconds: float, hz: float = TONE_HZ, *, rise_s: float = 0.0) -> Samples:
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    up = np.clip(at / rise_s, 0, 1) if rise_s else 1.0
    wave: Samples = np.round(12_000 * np.sin(2 * np.pi * hz * at) * (1 - np.cos(np.pi * up)) / 2).astype(np.int16)
    return wave


def saved(path: Path, samples: Samples) -> Path:
    with av.open(str(path), "w", format="wav") as file:
        stream = file.add_stream("pcm_s16le", rate=RATE_HZ, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        for packet in (*stream.encode(frame), *stream.encode(None)):
            file.mux(packet)
    return path


class Ear:
    """The other end: what was sent, decoded."""

    def __init__(self) -> None:
        self.stream = OpusStream(RATE_HZ)
        self.pieces: list[Samples] = []

    def send_rtp(self, packet: bytes) -> bool:
        parsed = parse_rtp(packet, None)
        assert parsed is not None
        samples = self.stream.decode(parsed[1])
        self.pieces.append(samples if len(samples) else np.zeros(960, np.int16))
        return True

    def heard(self) -> Samples:
        return np.concatenate(self.pieces)


class Stage:
    """A sender whose packets are decoded where they leave, ticked by hand."""

    def __init__(self) -> None:
        self.ear = Ear()
        peer = PeerConnection.__new__(PeerConnection)
        peer.lines = (Line("audio", "0", "sendonly"),)
        peer.dropped, peer._state, peer._on_rtp, peer._on_rtcp = 0, "connected", None, None
        peer.outlet = cast("Any", self.ear)
        cast("Any", self.ear).send_rtcp = lambda _packet: True
        self.audio = OutgoingAudio(Pacer(FakeClock()))
        self.audio.attach(peer, ssrc=7)
        self._now = 0.0

    def run(self, packets: int) -> None:
        for _ in range(packets):
            self._now += 0.02
            self.audio.tick(self._now)


def splatter_db(samples: Samples, since_s: float = 0.0) -> float:
    """The loudest window's energy outside of the tone's band, dB below full scale."""
    part = samples[round(since_s * RATE_HZ) :]
    frames = np.lib.stride_tricks.sliding_window_view(part, WINDOW)[:: WINDOW // 4] / 32_768.0
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(WINDOW), axis=1))) / WINDOW
    outside = power[:, np.fft.rfftfreq(WINDOW, 1 / RATE_HZ) >= FROM_HZ].sum(axis=1)
    return float(10 * np.log10(outside.max() + 1e-12))


def codec_alone_db(path: Path, rise_s: float = 0.04) -> float:
    """The same of a tone that grows, goes on for long, and fades, all in the file itself."""
    whole = tone(3.0, rise_s=rise_s)
    whole[-1920:] = (whole[-1920:] * (1 + np.cos(np.pi * np.arange(1920) / 1920)) / 2).astype(np.int16)
    stage = Stage()
    stage.audio.play(make_clip(saved(path, np.pad(whole, (0, 960)))))
    stage.run(151)
    return splatter_db(stage.ear.heard())


Act = Callable[[Stage, Clip, Path], None]


def looped(stage: Stage, clip: Clip, _path: Path) -> None:
    stage.audio.play(clip, loop=True)
    stage.run(400)


def stopped(stage: Stage, clip: Clip, _path: Path) -> None:
    stage.audio.play(clip, loop=True)
    for packets in (63, 71, 122):
        stage.run(packets)
        stage.audio.stop()
        stage.run(10)
        stage.audio.play(clip, loop=True)


def faded(stage: Stage, clip: Clip, path: Path) -> None:
    fading = make_clip(path, is_looped=True, fade_in_s=0.3, fade_out_s=0.5)
    stage.audio.play(fading, loop=True)
    stage.run(80)
    stage.audio.stop()
    stage.run(40)


def swapped(stage: Stage, clip: Clip, path: Path) -> None:
    other = make_clip(saved(path.with_name("other.wav"), tone(1.0, 523.0, rise_s=0.04)))
    for packets in (60, 33, 47):
        stage.audio.play(clip, loop=True)
        stage.run(packets)
        stage.audio.play(other)
        stage.run(30)


def ducked(stage: Stage, clip: Clip, _path: Path) -> None:
    playback = stage.audio.play(clip, loop=True)
    for gain in (0.25, 1.0, 0.25, 1.0):
        stage.run(40)
        playback.duck(gain, 0.2)
    stage.run(40)


@pytest.mark.parametrize("act", [looped, stopped, faded, swapped, ducked], ids=lambda act: act.__name__)
async def test_nothing_is_heard_beside_the_tone_but_what_the_codec_alone_gives(act: Act, tmp_path: Path) -> None:
    alone = codec_alone_db(tmp_path / "alone.wav", rise_s=0.3 if act is faded else 0.04)
    path = saved(tmp_path / "tone.wav", tone(1.013))  # neither whole packets nor whole periods
    stage = Stage()
    act(stage, make_clip(path, is_looped=True, fade_in_s=0.04), path)
    assert splatter_db(stage.ear.heard()) < alone + MARGIN_DB, (splatter_db(stage.ear.heard()), alone)


async def test_a_sound_that_is_cut_would_be_seen(tmp_path: Path) -> None:
    alone = codec_alone_db(tmp_path / "alone.wav")
    stage = Stage()
    stage.audio.play(make_clip(saved(tmp_path / "tone.wav", tone(1.013, rise_s=0.04))), loop=True)
    stage.run(120)
    assert splatter_db(stage.ear.heard()) > alone + 2 * MARGIN_DB
