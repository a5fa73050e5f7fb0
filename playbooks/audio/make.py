"""Makes the sounds of the playbooks: chimes from sines, speech from espeak-ng, all as small Ogg Opus files.

    python playbooks/audio/make.py

Needs the package `bots` with its libraries (`make demo` sets them up) and, for the speech, Debian's `espeak-ng`.
The files that it makes are in the repository; run it only to change them.
"""

import subprocess
import tempfile
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

HERE = Path(__file__).resolve().parent
RATE_HZ = 48_000
PEAK = 0.6  # leaves room for a second voice on top

Samples = npt.NDArray[np.float64]  # mono, 48 kHz, -1..1

SPEECH = {
    "good-morning": "Good morning, everybody. Welcome to the class.",
    "red-room": "Hello, this is the red room. We talk about the sea and the harbour.",
    "blue-room": "Hi there, you are in the blue room now. Our subject is the mountain in winter.",
    "welcome-back": "Welcome back, all of you. What did you find out?",
    "goodbye": "Thank you for coming. See you on Wednesday.",
    "chatter": "Well, I think we should start with the first question. What do you say? "
    "Yes, and then the second one. No, wait, let me read it again. Right, so that is about verbs.",
}


def tone(hz: float, seconds: float, *, decay_s: float) -> Samples:
    """A bell-like tone: a few partials that die away."""
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    partials = ((1.0, 1.0), (2.0, 0.4), (2.76, 0.25), (5.4, 0.1))
    wave = sum(level * np.sin(2 * np.pi * hz * ratio * t) * np.exp(-t * ratio / decay_s) for ratio, level in partials)
    return np.asarray(wave)


def after(first: Samples, second: Samples, seconds: float) -> Samples:
    """`second` on top of `first`, beginning `seconds` into it."""
    start = int(seconds * RATE_HZ)
    out = np.zeros(max(len(first), start + len(second)))
    out[: len(first)] += first
    out[start : start + len(second)] += second
    return out


def lobby() -> Samples:
    """Twelve seconds of slow chords that end as they begin, for a loop."""
    t = np.arange(12 * RATE_HZ) / RATE_HZ
    chords = ((220.0, 277.18, 329.63), (196.0, 246.94, 293.66), (174.61, 220.0, 261.63), (196.0, 246.94, 329.63))
    swell = np.sin(np.pi * (t % 3) / 3) ** 2
    out = np.zeros_like(t)
    for number, chord in enumerate(chords):
        part = (t >= 3 * number) & (t < 3 * (number + 1))
        out[part] = sum(np.sin(2 * np.pi * hz * t[part]) for hz in chord)
    return out * swell


def speak(text: str) -> Samples:
    """The text in espeak-ng's voice."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(["espeak-ng", "-v", "en-gb", "-s", "160", "-w", file.name, text], check=True)
        with av.open(file.name) as container:
            resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
            frames = [r.to_ndarray()[0] for f in container.decode(audio=0) for r in resampler.resample(f)]
            frames += [r.to_ndarray()[0] for r in resampler.resample(None)]
    return np.concatenate(frames).astype(np.float64)


def write(name: str, samples: Samples) -> None:
    """Save as mono Ogg Opus, 32 kbit/s, with its peak at PEAK."""
    scaled = (samples * PEAK / np.abs(samples).max()).astype(np.float32)
    with av.open(str(HERE / f"{name}.ogg"), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE_HZ, layout="mono")
        stream.bit_rate = 32_000
        frame = av.AudioFrame.from_ndarray(scaled.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate = RATE_HZ
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    print(f"{name}.ogg  {len(samples) / RATE_HZ:.1f} s")  # noqa: T201 -- a script's output


def main() -> None:
    """Make every sound."""
    write("welcome", after(tone(523.25, 1.6, decay_s=0.6), tone(783.99, 1.6, decay_s=0.6), 0.25))
    write("bell", after(tone(880.0, 1.2, decay_s=0.4), tone(880.0, 1.2, decay_s=0.4), 0.5))
    write("lobby", lobby())
    for name, text in SPEECH.items():
        write(name, speak(text))


if __name__ == "__main__":
    main()
