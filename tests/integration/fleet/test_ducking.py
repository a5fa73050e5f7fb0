"""Music below speech, on the wire: a person hears it go down while they talk, and come back afterwards."""

import asyncio
import wave
from datetime import timedelta
from pathlib import Path

import numpy as np

from bots.bot import Provider
from bots.clock import SystemClock
from bots.fleet import run_session
from bots.media import load_clip
from bots.playbook import load
from bots.room import Room, ServerApi
from bots.server import RoomServer
from tests.e2e.guest import Guest, until

MUSIC = """
playbook: 1
name: Music
room: {id: "${ROOM}"}
schedule: [{length: 90s}]
audio: {lobby: {file: lobby.wav, loop: true, duck_under_speech: true}}
bots: {helper: {role: moderator, microphone: lobby}}
"""
LOUD = 7_500.0  # root mean square of int16 samples; the music has 8 500, when all of a window is full of it
WINDOW_S = 0.6


def write_tone(path: Path, seconds: float, hz: float) -> None:
    samples = 12_000 * np.sin(2 * np.pi * hz * np.arange(round(seconds * 48_000)) / 48_000)
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 48_000, 0, "NONE", ""))
        out.writeframes(samples.astype("<i2").tobytes())


def loudness(room: Room) -> float:
    """Root mean square of what was heard in the loudest slot, of the last bit that is surely there."""
    now_s = asyncio.get_running_loop().time() - 0.2
    heard = [one.samples(now_s - WINDOW_S, now_s).astype(np.float64) for one in room.incoming.values()]
    return max((float(np.sqrt(np.mean(samples**2))) for samples in heard if samples.size), default=0.0)


async def test_music_is_below_who_talks_and_back_afterwards(tmp_path: Path) -> None:
    write_tone(tmp_path / "lobby.wav", 2, 440)
    write_tone(tmp_path / "voice.wav", 6, 700)
    (tmp_path / "music.yaml").write_text(MUSIC, encoding="utf-8")
    voice, clock, stop = await load_clip(tmp_path / "voice.wav"), SystemClock(), asyncio.Event()
    async with RoomServer() as server, ServerApi(server.api_url, server.app_id, server.app_key) as api:
        settings = {"mode": "group", "participants": 8, "moderators": 3, "max_active_talkers": 3, "quality": "SD"}
        room_id = await api.create_room({"name": "9B", "owner_ref": "t", "settings": settings})
        session = asyncio.create_task(run_session(
            load(tmp_path / "music.yaml", environment={"ROOM": room_id}, inputs={}),
            provider=Provider(server.api_url, server.app_id, server.app_key), clock=clock,
            starts_at=clock.now() + timedelta(seconds=0.5), stop=stop,
        ))  # fmt: skip
        async with Guest.join(api, room_id, "Ana") as ana:
            await until("music", lambda: loudness(ana.room) > LOUD)
            before = loudness(ana.room)
            assert ana.room.outgoing is not None
            talking = ana.room.outgoing.play(voice)
            await until("below her voice", lambda: loudness(ana.room) < before * 0.25)
            during = loudness(ana.room)
            await talking.wait()
            await until("back", lambda: loudness(ana.room) > before * 0.9)
            assert 0.15 < during / before < 0.25
        stop.set()
        await session
