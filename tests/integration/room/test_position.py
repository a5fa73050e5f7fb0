"""A sound keeps its place in time while nobody can hear it: over a lost connection, and over a breakout."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from bench.reconnect.proxy import FaultProxy
from bots.media import Clip, Playback
from bots.room import ComeBack, ConnectionRestored, Room
from tests.integration.room.conftest import RATE_HZ, House, Person, clip_of

STEP_S = 0.5
STEPS = 60
WINDOW_S = 0.3
HUM_HZ = 5000.0  # above all steps


def pitch_hz(step: int) -> float:
    return 300.0 + 50.0 * step


@pytest.fixture
async def stairs(tmp_path: Path) -> Clip:
    """A tone that goes up twice a second, so that it can be heard how far it has come."""
    at = np.arange(round(STEP_S * RATE_HZ)) / RATE_HZ
    wave = np.concatenate([12_000 * np.sin(2 * np.pi * pitch_hz(step) * at) for step in range(STEPS)])
    return await clip_of(wave, tmp_path / "stairs.wav")


def step_heard(room: Room) -> float | None:
    """Which step sounds in what came in last; None for silence, and for what is not wholly there."""
    now_s = asyncio.get_running_loop().time()
    for slot in room.incoming.values():
        heard = slot.samples(now_s - WINDOW_S, now_s).astype(np.float64)
        if heard.size and np.sqrt(np.mean(heard**2)) > 4_000:
            spectrum = np.abs(np.fft.rfft(heard * np.hanning(heard.size), 16_000))
            highest = round(pitch_hz(STEPS))  # bins of 1 Hz: samples come at 16 kHz
            return (float(np.argmax(spectrum[:highest])) - pitch_hz(0)) / 50.0
    return None


async def heard_again(room: Room) -> float:
    """Wait until something is heard; which step it is."""
    async with asyncio.timeout(20):
        while (step := step_heard(room)) is None:
            await asyncio.sleep(0.02)
        return step


def hum_heard(room: Room) -> float:
    """How loud the hum is in what came in last: its amplitude, halved."""
    now_s = asyncio.get_running_loop().time()
    slots = [slot.samples(now_s - WINDOW_S, now_s).astype(np.float64) for slot in room.incoming.values()]
    tones = [np.exp(-2j * np.pi * HUM_HZ * np.arange(len(one)) / 16_000) for one in slots]
    return max(
        (float(abs(tone @ one)) / len(one) for tone, one in zip(tones, slots, strict=True) if len(one)), default=0
    )


def is_in_place(step: float, playback: Playback) -> bool:
    """Is it the step that would sound now, had nothing happened? Of the window, one step more or less may be heard."""
    assert playback.started_s is not None
    return abs(step - (asyncio.get_running_loop().time() - playback.started_s) / STEP_S) < 2


@asynccontextmanager
async def lossy(house: House) -> AsyncIterator[tuple[Person, Callable[[float], Coroutine[Any, Any, None]]]]:
    """Somebody who speaks, and what takes their connection away for so many seconds."""
    async with FaultProxy(house.server.address) as proxy:

        async def fetch() -> str:
            return proxy.token(await house.token("Ravi"))

        async def lose(seconds: float) -> None:
            proxy.refuse(is_refusing=True)
            for link in list(proxy.links_of("Ravi")):
                link.drop_media()
                link.cut()
            await asyncio.sleep(seconds)
            proxy.refuse(is_refusing=False)

        yield await house.join("Ravi", token=await fetch(), come_back=ComeBack(fetch, Random(1))), lose


async def test_after_a_lost_connection_a_sound_goes_on_where_it_is_by_then(house: House, stairs: Clip) -> None:
    async with lossy(house) as (speaker, lose):
        listener = await house.join("Lena", listen=True)
        assert speaker.room.outgoing is not None
        playback = speaker.room.outgoing.play(stairs)
        assert isinstance(playback, Playback)
        assert is_in_place(await heard_again(listener.room), playback)
        losing = asyncio.create_task(lose(2.5))
        await asyncio.sleep(2)
        assert None is step_heard(listener.room)
        await losing
        back = await heard_again(listener.room)
        assert is_in_place(back, playback)
        assert back > 4
        assert [False] == [event.tries < 2 for event in speaker.events if isinstance(event, ConnectionRestored)]


async def test_so_do_two_at_once(house: House, stairs: Clip, tmp_path: Path) -> None:
    at = np.arange(RATE_HZ) / RATE_HZ
    hum = await clip_of(12_000 * np.sin(2 * np.pi * HUM_HZ * at), tmp_path / "hum.wav")
    async with lossy(house) as (speaker, lose):
        listener = await house.join("Lena", listen=True)
        assert speaker.room.outgoing is not None
        below, playback = speaker.room.outgoing.play(hum, loop=True), speaker.room.outgoing.play(stairs, over=True)
        below.duck(0.3, 0.2)
        assert isinstance(playback, Playback)
        assert is_in_place(await heard_again(listener.room), playback)
        await lose(2.5)
        back = await heard_again(listener.room)
        assert is_in_place(back, playback)
        assert back > 4
        assert hum_heard(listener.room) > 500  # of 900: the window is not full yet
        playback.stop()
        below.duck(1.0, 0.2)
        async with asyncio.timeout(20):
            while hum_heard(listener.room) < 5_000:
                await asyncio.sleep(0.02)


async def test_back_from_a_breakout_a_sound_goes_on_where_it_is_by_then(house: House, stairs: Clip) -> None:
    speaker, listener = await house.join("Ravi"), await house.join("Lena", listen=True)
    assert speaker.room.outgoing is not None
    playback = speaker.room.outgoing.play(stairs)
    assert isinstance(playback, Playback)
    assert is_in_place(await heard_again(listener.room), playback)
    await house.move_to_breakout(speaker)
    await asyncio.sleep(2)
    assert None is step_heard(listener.room)
    await speaker.room.leave_breakout()
    back = await heard_again(listener.room)
    assert is_in_place(back, playback)
    assert back > 4
